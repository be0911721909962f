"""The networks of bench/training.js in PyTorch, one thread: prints "name,nanoseconds a step" a line, the least of many."""
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(1)
print(f"PyTorch {torch.__version__}", flush=True)


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


def least(sizes, rows, seconds=0.7):
    model = network(sizes)
    adam = optimizer(model.parameters())
    loss = torch.nn.CrossEntropyLoss() if sizes[-1] > 1 else torch.nn.MSELoss()
    batches = []
    for i in range(16):
        targets = torch.randint(0, sizes[-1], (rows,)) if sizes[-1] > 1 else torch.randn(rows, 1)
        batches.append((torch.randn(rows, sizes[0]), targets))
    best = float("inf")
    end = time.perf_counter() + seconds
    step = 0
    while time.perf_counter() < end:
        x, t = batches[step % 16]
        start = time.perf_counter_ns()
        adam.zero_grad(set_to_none=False)
        loss(model(x), t).backward()
        adam.step()
        best = min(best, time.perf_counter_ns() - start)
        step += 1
    return best


for argument in sys.argv[1:]:
    name, sizes, rows = argument.split(":")
    print(f"{name},{least([int(size) for size in sizes.split('-')], int(rows))}", flush=True)
