"""Losses and gradients of small dense networks from PyTorch in float64: every activation, every loss.

Writes networks.json beside itself. Inputs are rounded to float32, so that both sides start from the same bits. Weights are
[inputs, outputs], PyTorch's transposed.
"""

import itertools
import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
random = numpy.random.default_rng(7)
ROWS, SIZES = 6, [5, 7, 4, 3]

ACTIVATIONS = {
    "relu": F.relu,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.01),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "softplus": F.softplus,
    "linear": lambda x: x,
}
LOSSES = {
    "crossEntropy": lambda z, t: F.cross_entropy(z, t["classes"]),
    "binaryCrossEntropy": lambda z, t: F.binary_cross_entropy_with_logits(z, t["shares"]),
    "meanSquared": lambda z, t: F.mse_loss(z, t["quantities"]),
    "meanAbsolute": lambda z, t: F.l1_loss(z, t["quantities"]),
    "huber": lambda z, t: F.huber_loss(z, t["quantities"], delta=1.0),
}


def floats(*shape, scale=1.0):
    return (random.normal(size=shape) * scale).astype(numpy.float32).astype(numpy.float64)


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


x = floats(ROWS, SIZES[0])
targets = {
    "classes": torch.tensor(random.integers(0, SIZES[-1], ROWS)),
    "shares": torch.tensor(random.random((ROWS, SIZES[-1])).astype(numpy.float32).astype(numpy.float64)),
    "quantities": torch.tensor(floats(ROWS, SIZES[-1], scale=2.0)),
}
weights = [floats(a, b, scale=0.8) for a, b in itertools.pairwise(SIZES)]
biases = [floats(b, scale=0.3) for b in SIZES[1:]]

cases = []
for (activation, act), (loss, measure) in itertools.product(ACTIVATIONS.items(), LOSSES.items()):
    ws = [torch.tensor(w, requires_grad=True) for w in weights]
    bs = [torch.tensor(b, requires_grad=True) for b in biases]
    h = torch.tensor(x)
    for i, (w, b) in enumerate(zip(ws, bs)):
        h = h @ w + b
        if i + 1 < len(ws):
            h = act(h)
    value = measure(h, targets)
    value.backward()
    gradients = [flat(p.grad) for pair in zip(ws, bs) for p in pair]
    cases.append({"activation": activation, "loss": loss, "value": value.item(), "outputs": flat(h), "gradients": gradients})

document = {
    "library": f"torch {torch.__version__.split('+')[0]}",
    "sizes": SIZES,
    "x": x.tolist(),
    "targets": {name: t.tolist() for name, t in targets.items()},
    "parameters": [p.reshape(-1).tolist() for pair in zip(weights, biases) for p in pair],
    "cases": cases,
}
path = pathlib.Path(__file__).with_name("networks.json")
path.write_text(json.dumps(document, indent=1) + "\n")
