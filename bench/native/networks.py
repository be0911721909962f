"""The networks of bench/training.js in PyTorch, one thread: prints "name,least,median" a line, in nanoseconds a step. --compile compiles them."""
import platform
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(1)
COMPILE = "--compile" in sys.argv


def network(sizes):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers.append(torch.nn.Linear(a, b))
        if i + 2 < len(sizes):
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


def optimizer(parameters):
    try:
        return torch.optim.Adam(parameters, lr=1e-6, fused=True)  # one pass over all tensors, the fastest it has on a processor
    except (TypeError, RuntimeError):
        return torch.optim.Adam(parameters, lr=1e-6, foreach=True)


def times(sizes, rows, seconds=0.7):
    model = network(sizes)
    adam = optimizer(list(model.parameters()))
    loss = torch.nn.CrossEntropyLoss() if sizes[-1] > 1 else torch.nn.MSELoss()

    def forward(x, t):
        return loss(model(x), t)

    if COMPILE:
        forward = torch.compile(forward)
    batches = []
    for _ in range(16):
        targets = torch.randint(0, sizes[-1], (rows,)) if sizes[-1] > 1 else torch.randn(rows, 1)
        batches.append((torch.randn(rows, sizes[0]), targets))

    def step(x, t):
        adam.zero_grad()
        forward(x, t).backward()
        adam.step()

    for x, t in batches:
        step(x, t)
    found = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        x, t = batches[len(found) % 16]
        start = time.perf_counter_ns()
        step(x, t)
        found.append(time.perf_counter_ns() - start)
    found.sort()
    return found[0], found[len(found) // 2]


print(f"PyTorch {torch.__version__} (Python {platform.python_version()})", flush=True)
for argument in sys.argv[1:]:
    if argument != "--compile":
        name, sizes, rows = argument.split(":")
        least, median = times([int(size) for size in sizes.split("-")], int(rows))
        print(f"{name},{least},{median}", flush=True)
