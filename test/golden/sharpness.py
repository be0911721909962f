"""The largest eigenvalue of the exact Hessian of small networks, from PyTorch in float64; plain, and preconditioned as Adam does.

Writes sharpness.json beside itself. Inputs are rounded to float32, so that both sides start from the same bits. Weights are
[inputs, outputs], PyTorch's transposed.
"""

import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
random = numpy.random.default_rng(11)
ROWS, SIZES = 24, [5, 7, 3]
BETA2, EPSILON, STEPS = 0.999, 1e-8, 20

ACTIVATIONS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "gelu": lambda x: F.gelu(x, approximate="tanh"), "softplus": F.softplus, "relu": F.relu}


def floats(*shape, scale=1.0):
    return torch.tensor((random.normal(size=shape) * scale).astype(numpy.float32).astype(numpy.float64))


x = floats(ROWS, SIZES[0])
classes = torch.tensor(random.integers(0, SIZES[-1], ROWS))
quantities = floats(ROWS, SIZES[-1])
LOSSES = {"crossEntropy": lambda z: F.cross_entropy(z, classes), "meanSquared": lambda z: F.mse_loss(z, quantities)}

cases = []
for activation, act in ACTIVATIONS.items():
    for loss, cost in LOSSES.items():
        shapes = [shape for i in range(2) for shape in ([SIZES[i], SIZES[i + 1]], [SIZES[i + 1]])]
        weights = [floats(*shape, scale=0.7) for shape in shapes]
        sizes = [w.numel() for w in weights]

        def total(flat):
            w1, b1, w2, b2 = (part.reshape(shape) for part, shape in zip(flat.split(sizes), shapes))
            return cost(act(x @ w1 + b1) @ w2 + b2)

        flat = torch.cat([w.reshape(-1) for w in weights])
        hessian = torch.func.hessian(total)(flat)
        squares = floats(flat.numel(), scale=0.02) ** 2
        squares = squares.to(torch.float32).to(torch.float64)
        root = torch.sqrt(torch.sqrt(squares / (1 - BETA2**STEPS)) + EPSILON)
        cases.append(
            {
                "activation": activation,
                "loss": loss,
                "weights": [w.tolist() for w in weights],
                "squares": [part.tolist() for part in squares.split(sizes)],
                "sharpness": torch.linalg.eigvalsh(hessian)[-1].item(),
                "preconditioned": torch.linalg.eigvalsh(hessian / root[:, None] / root[None, :])[-1].item(),
            }
        )

document = {
    "library": f"torch {torch.__version__.split('+')[0]}",
    "sizes": SIZES,
    "steps": STEPS,
    "x": x.tolist(),
    "classes": classes.tolist(),
    "quantities": quantities.tolist(),
    "cases": cases,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(document) + "\n")
