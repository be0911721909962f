"""A network's weights to PyTorch and back: python roundtrip.py FOLDER, called by roundtrip.js. Needs torch and safetensors.

Reads ours.safetensors (weights [inputs, outputs]) and inputs.json, puts the weights into nn.Linear layers ([outputs, inputs]), writes the logits of
the inputs before and after a step of Adam to logits.json, and the layers, as PyTorch has them, to theirs.safetensors.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

folder = Path(sys.argv[1])
ours = load_file(folder / "ours.safetensors")
given = json.loads((folder / "inputs.json").read_text())
sizes, inputs, classes = given["sizes"], torch.tensor(given["inputs"]), torch.tensor(given["classes"])
modules = []
for i, (before, after) in enumerate(zip(sizes, sizes[1:])):
    modules += [torch.nn.Linear(before, after), torch.nn.Tanh()]
network = torch.nn.Sequential(*modules[:-1])
with torch.no_grad():
    for i in range(len(sizes) - 1):
        network[2 * i].weight.copy_(ours[f"layers.{i}.weight"].T)
        network[2 * i].bias.copy_(ours[f"layers.{i}.bias"])
before = network(inputs)
save_file({name: tensor.clone().contiguous() for name, tensor in network.state_dict().items()}, folder / "same.safetensors")
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
torch.nn.functional.cross_entropy(before, classes).backward()
optimizer.step()
after = network(inputs)
save_file({name: tensor.clone().contiguous() for name, tensor in network.state_dict().items()}, folder / "theirs.safetensors")
(folder / "logits.json").write_text(json.dumps({"version": torch.__version__, "before": before.tolist(), "after": after.tolist()}))
