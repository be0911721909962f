# The problems of layers.js in PyTorch on one thread, a step with Adam each: the least time of the processor of 30, in milliseconds.
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(1)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = torch.nn.LayerNorm(256)
        self.joint = torch.nn.Linear(256, 768, bias=False)
        self.out = torch.nn.Linear(256, 256, bias=False)

    def forward(self, x):
        q, k, v = self.joint(self.norm(x)).reshape(16, 64, 3, 4, 64).permute(2, 0, 3, 1, 4)
        mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return x + self.out(mixed.transpose(1, 2).reshape(16, 64, 256))


def convolution():
    conv = lambda inputs, filters: [torch.nn.Conv2d(inputs, filters, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
    return torch.nn.Sequential(*conv(8, 16), *conv(16, 32), torch.nn.Flatten(), torch.nn.Linear(32 * 49, 10))


problems = [
    (convolution(), torch.randn(32, 8, 28, 28), torch.arange(32) * 7 % 10, torch.nn.functional.cross_entropy),
    (Block(), torch.randn(16, 64, 256), torch.randn(16, 64, 256), torch.nn.functional.mse_loss),
]
for model, x, t, loss in problems:
    optimizer = torch.optim.Adam(model.parameters())

    def step():
        optimizer.zero_grad()
        loss(model(x), t).backward()
        optimizer.step()

    times = []
    for _ in range(35):
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    print(torch.__version__, min(times[5:]) * 1e3)
