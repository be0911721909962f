"""Networks of PyTorch's own modules, with the safetensors files that PyTorch users save of them: weights, an input and what comes out.

Writes torch_files.json beside itself, with the files in base64. Inputs and outputs are in this library's order: [height, width, channels], [steps, width].
"""

import base64
import json
import pathlib

import safetensors.torch
import torch
from torch import nn

torch.manual_seed(5)


class Last(nn.Module):
    def forward(self, x):
        return x[0][:, -1]


class Causal(nn.MultiheadAttention):
    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        return super().forward(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)[0]


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layers(x)


def case(name, model, ours, x, first):
    """`first`: channels stand first in PyTorch's input, and last in ours."""
    model.train()
    with torch.no_grad():
        for value in model.parameters():
            value.add_(torch.randn_like(value) * 0.1)
    if x.is_floating_point():
        for _ in range(3):
            model(x + torch.randn_like(x))
    model.eval()
    state = {key: value.contiguous() for key, value in model.state_dict().items()}
    with torch.no_grad():
        y = model(x)
    last = lambda t: t.movedim(1, -1) if t.dim() > 2 else t
    return {
        "name": name,
        "model": ours,
        "file": base64.b64encode(safetensors.torch.save(state)).decode(),
        "x": (last(x) if first else x).reshape(-1).tolist(),
        "y": (last(y) if first else y).reshape(-1).tolist(),
    }


def sequential(inputs, *layers):
    return {"kind": "sequential", "inputs": inputs, "layers": list(layers)}


relu = {"kind": "activation", "function": "relu"}
cases = [
    case(
        "mlp",
        nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Dropout(0.2), nn.Linear(5, 3)),
        {"kind": "mlp", "inputs": 6, "hidden": [5], "outputs": 3, "activation": "relu", "dropout": 0.2},
        torch.randn(4, 6),
        False,
    ),
    case(
        "pictures",
        nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 2, groups=2, bias=False),
            nn.Flatten(), nn.BatchNorm1d(36), nn.Linear(36, 5), nn.LayerNorm(5), nn.Linear(5, 3),
        ),
        sequential(
            [6, 8, 2], {"kind": "conv2d", "filters": 4, "kernel": 3, "padding": "same"}, {"kind": "batchNorm"}, relu, {"kind": "maxPool2d"},
            {"kind": "conv2d", "filters": 6, "kernel": 2, "groups": 2, "bias": False}, {"kind": "flatten"}, {"kind": "batchNorm"},
            {"kind": "dense", "units": 5}, {"kind": "layerNorm"}, {"kind": "dense", "units": 3},
        ),
        torch.randn(3, 2, 6, 8),
        True,
    ),
    case(
        "sequences of channels",
        nn.Sequential(nn.Conv1d(4, 6, 3, stride=2, groups=2), nn.BatchNorm1d(6), nn.ReLU(), nn.Flatten(), nn.Linear(24, 2)),
        sequential(
            [9, 4], {"kind": "conv1d", "filters": 6, "kernel": 3, "stride": 2, "groups": 2}, {"kind": "batchNorm"}, relu,
            {"kind": "flatten"}, {"kind": "dense", "units": 2},
        ),
        torch.randn(3, 4, 9),
        True,
    ),
    case(
        "words",
        nn.Sequential(nn.Embedding(11, 6), nn.GRU(6, 5, batch_first=True), Last(), nn.Linear(5, 3)),
        sequential([7], {"kind": "embedding", "count": 11, "width": 6}, {"kind": "gru", "units": 5, "returns": "all"}, {"kind": "lastStep"}, {"kind": "dense", "units": 3}),
        torch.randint(0, 11, (3, 7)),
        False,
    ),
    case(
        "attention",
        nn.Sequential(
            Residual(nn.LayerNorm(8), Causal(8, 2, bias=True, batch_first=True)), Residual(nn.RMSNorm(8), nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8)),
            nn.Flatten(), nn.Linear(40, 3),
        ),
        sequential(
            [5, 8],
            {"kind": "residual", "layers": [{"kind": "layerNorm"}, {"kind": "attention", "heads": 2, "rotary": False, "bias": True}]},
            {
                "kind": "residual",
                "layers": [{"kind": "rmsNorm"}, {"kind": "dense", "units": 16}, {"kind": "activation", "function": "geluExact"}, {"kind": "dense", "units": 8}],
            },
            {"kind": "flatten"}, {"kind": "dense", "units": 3},
        ),
        torch.randn(3, 5, 8),
        False,
    ),
]
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"library": f"torch {torch.__version__.split('+')[0]}", "cases": cases}) + "\n")
