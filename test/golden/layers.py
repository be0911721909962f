"""Outputs, losses and gradients of small networks from PyTorch in float64: every layer and activation, in three shapes or more.

Writes layers.json beside itself. Inputs, targets and parameters are rounded to float32, so that both sides start from the same bits. In front of
a layer stands a dense one, whose gradients show what the layer sends back. Parameters are in this library's layouts: weights [inputs, outputs],
those of convolutions [kernel..., channels, filters], rows of [..., channels].
"""

import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
random = numpy.random.default_rng(11)

ACTIVATIONS = {
    "relu": F.relu,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.2),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "geluExact": F.gelu,
    "softplus": F.softplus,
    "elu": lambda x: F.elu(x, 0.7),
    "selu": F.selu,
    "silu": F.silu,
    "mish": F.mish,
    "hardSigmoid": F.hardsigmoid,
    "hardSwish": F.hardswish,
    "hardTanh": F.hardtanh,
}
MORE = {"leakyRelu": {"slope": 0.2}, "elu": {"alpha": 0.7}}


def floats(*shape, scale=1.0):
    return torch.tensor((random.normal(size=shape) * scale).astype(numpy.float32).astype(numpy.float64))


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


class Network:
    """The parameters by name, made as the layers ask for them, and what PyTorch computes of them."""

    def __init__(self):
        self.parameters = {}
        self.buffers = {}

    def parameter(self, name, *shape, scale=0.7, around=0.0):
        if name not in self.parameters:
            value = floats(*shape, scale=scale) + around
            self.parameters[name] = value.to(torch.float32).to(torch.float64).requires_grad_()
        return self.parameters[name]

    def forward(self, layers, x, training, prefix=""):
        for i, layer in enumerate(layers):
            x = getattr(self, layer["kind"])(layer, x, f"{prefix}layers.{i}", training)
        return x

    def dense(self, o, x, name, training):
        y = x @ self.parameter(f"{name}.weight", x.shape[-1], o["units"])
        return y + self.parameter(f"{name}.bias", o["units"]) if o.get("bias", True) else y

    def activation(self, o, x, name, training):
        return ACTIVATIONS[o["function"]](x)

    def flatten(self, o, x, name, training):
        return x.reshape(x.shape[0], -1)

    def lastStep(self, o, x, name, training):
        return x[:, -1]

    def residual(self, o, x, name, training):
        return x + self.forward(o["layers"], x, training, f"{name}.")

    def layerNorm(self, o, x, name, training):
        n = x.shape[-1]
        weight, bias = self.parameter(f"{name}.weight", n, around=1), self.parameter(f"{name}.bias", n)
        return F.layer_norm(x, (n,), weight, bias, 1e-5)

    def rmsNorm(self, o, x, name, training):
        n = x.shape[-1]
        return F.rms_norm(x, (n,), self.parameter(f"{name}.weight", n, around=1), o.get("epsilon", 2.0**-23))

    def batchNorm(self, o, x, name, training):
        n = x.shape[-1]
        weight, bias = self.parameter(f"{name}.weight", n, around=1), self.parameter(f"{name}.bias", n)
        mean = self.buffers.setdefault(f"{name}.runningMean", torch.zeros(n))
        variance = self.buffers.setdefault(f"{name}.runningVariance", torch.ones(n))
        y = F.batch_norm(x.reshape(-1, n), mean, variance, weight, bias, training, o.get("momentum", 0.1), 1e-5)
        return y.reshape(x.shape)

    def conv2d(self, o, x, name, training):
        pair = lambda value: [value, value] if isinstance(value, int) else value
        kernel, groups, filters = pair(o["kernel"]), o.get("groups", 1), o["filters"]
        weight = self.parameter(f"{name}.weight", *kernel, x.shape[-1] // groups, filters, scale=0.4)
        bias = self.parameter(f"{name}.bias", filters) if o.get("bias", True) else None
        padding = o.get("padding", 0)
        y = F.conv2d(
            x.permute(0, 3, 1, 2),
            weight.permute(3, 2, 0, 1),
            bias,
            pair(o.get("stride", 1)),
            padding if padding == "same" else pair(padding),
            pair(o.get("dilation", 1)),
            groups,
        )
        return y.permute(0, 2, 3, 1)

    def conv1d(self, o, x, name, training):
        groups, filters = o.get("groups", 1), o["filters"]
        weight = self.parameter(f"{name}.weight", o["kernel"], x.shape[-1] // groups, filters, scale=0.4)
        bias = self.parameter(f"{name}.bias", filters)
        stride, padding, dilation = o.get("stride", 1), o.get("padding", 0), o.get("dilation", 1)
        y = F.conv1d(x.permute(0, 2, 1), weight.permute(2, 1, 0), bias, stride, padding, dilation, groups)
        return y.permute(0, 2, 1)

    def maxPool2d(self, o, x, name, training):
        y = F.max_pool2d(x.permute(0, 3, 1, 2), o.get("kernel", 2), o.get("stride"), o.get("padding", 0))
        return y.permute(0, 2, 3, 1)

    def averagePool2d(self, o, x, name, training):
        kernel, stride, padding = o.get("kernel", 2), o.get("stride"), o.get("padding", 0)
        y = F.avg_pool2d(x.permute(0, 3, 1, 2), kernel, stride, padding, count_include_pad=o.get("countPadding", True))
        return y.permute(0, 2, 3, 1)

    def embedding(self, o, x, name, training):
        weight = self.parameter(f"{name}.weight", o["count"], o["width"])
        if "columns" in o:
            found = F.embedding(x[:, o["columns"]].long(), weight).reshape(x.shape[0], -1)
            return torch.cat([found, x[:, [j for j in range(x.shape[1]) if j not in o["columns"]]]], 1)
        y = F.embedding(x.long(), weight)
        return y[:, 0] if x.shape[1:] == (1,) else y

    def attention(self, o, x, name, training):
        rows, steps, width = x.shape
        heads = o["heads"]
        head = width // heads
        joint = x @ self.parameter(f"{name}.weight", width, 3 * width, scale=0.25)
        if o.get("bias", False):
            joint = joint + self.parameter(f"{name}.bias", 3 * width)
        q, k, v = (part.reshape(rows, steps, heads, head).transpose(1, 2) for part in joint.split(width, -1))
        if o.get("rotary", True):
            half = head // 2
            angles = torch.arange(steps)[:, None] * o.get("base", 10000) ** (-torch.arange(half) / half)
            cos, sin = torch.cos(angles), torch.sin(angles)
            turn = lambda t: torch.cat([t[..., :half] * cos - t[..., half:] * sin, t[..., half:] * cos + t[..., :half] * sin], -1)
            q, k = turn(q), turn(k)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=o.get("causal", True))
        y = mixed.transpose(1, 2).reshape(rows, steps, width) @ self.parameter(f"{name}.outWeight", width, width)
        return y + self.parameter(f"{name}.outBias", width) if o.get("bias", False) else y

    def gru(self, o, x, name, training):
        units, width = o["units"], x.shape[-1]
        weight, recurrent = self.parameter(f"{name}.weight", width, 3 * units), self.parameter(f"{name}.recurrentWeight", units, 3 * units)
        bias, other = self.parameter(f"{name}.bias", 3 * units), self.parameter(f"{name}.recurrentBias", 3 * units)
        zeros = torch.zeros(1, x.shape[0], units)
        y, _ = torch._VF.gru(x, zeros, [weight.T, recurrent.T, bias, other], True, 1, 0.0, False, False, True)
        return y if o.get("returns", "last") == "all" else y[:, -1]


cases = []


def case(name, inputs, layers, rows=5, things=None):
    """Appends what comes of a batch in training, and of the same batch in evaluation after it."""
    network = Network()
    x = floats(rows, *inputs, scale=1.5)
    if things is not None:
        x = torch.tensor(random.integers(0, things, (rows, *inputs)).astype(numpy.float64))
    y = network.forward(layers, x, True)
    target = floats(*y.shape)
    loss = F.mse_loss(y, target)
    loss.backward()
    cases.append(
        {
            "name": name,
            "inputs": list(inputs),
            "layers": layers,
            "rows": rows,
            "x": flat(x),
            "target": flat(target),
            "parameters": {key: flat(p) for key, p in network.parameters.items()},
            "loss": loss.item(),
            "outputs": flat(y),
            "gradients": {key: flat(p.grad) for key, p in network.parameters.items()},
            "buffers": {key: flat(b) for key, b in network.buffers.items()},
            "evaluated": flat(network.forward(layers, x, False)),
        }
    )


def dense(units, **more):
    return {"kind": "dense", "units": units, **more}


def behind(name, kind, inputs, width=None, rows=5, after=(), **options):
    case(name, inputs, [dense(width or inputs[-1]), {"kind": kind, **options}, *after], rows)


SHAPES = [(7,), (3, 4), (2, 3, 5)]
for shape in SHAPES:
    size = "x".join(map(str, shape))
    for function in ACTIVATIONS:
        behind(f"activation {function} {size}", "activation", shape, function=function, **MORE.get(function, {}))
    behind(f"layerNorm {size}", "layerNorm", shape)
    behind(f"rmsNorm {size}", "rmsNorm", shape)
    behind(f"batchNorm {size}", "batchNorm", shape, momentum=0.3)
    case(f"dense {size}", shape, [dense(6), dense(3, bias=False)])
    inner = [{"kind": "layerNorm"}, dense(9), {"kind": "activation", "function": "relu"}, dense(shape[-1])]
    behind(f"residual {size}", "residual", shape, layers=inner, after=[{"kind": "activation", "function": "tanh"}])
    behind(f"flatten {size}", "flatten", shape, after=[dense(4)])

for inputs, options in [
    ((6, 5, 3), {"filters": 4, "kernel": 3}),
    ((5, 7, 4), {"filters": 6, "kernel": [3, 2], "stride": [1, 2], "padding": [1, 0], "groups": 2}),
    ((7, 7, 2), {"filters": 5, "kernel": 3, "dilation": 2, "padding": "same", "bias": False}),
    ((4, 4, 5), {"filters": 3, "kernel": 1}),
    ((5, 5, 4), {"filters": 4, "kernel": 3, "padding": 1, "groups": 4}),
]:
    behind(f"conv2d {inputs} {json.dumps(options)}", "conv2d", inputs, rows=3, **options)
    relus = [{"kind": "activation", "function": "relu"}, {"kind": "conv2d", "filters": 2, "kernel": 2}]
    behind(f"conv2d, relu, conv2d {inputs} {json.dumps(options)}", "conv2d", inputs, rows=3, after=relus, **options)
for inputs, options in [
    ((9, 3), {"filters": 4, "kernel": 3}),
    ((8, 4), {"filters": 6, "kernel": 2, "stride": 2, "padding": 1, "groups": 2}),
    ((11, 2), {"filters": 5, "kernel": 3, "dilation": 3, "padding": "same"}),
]:
    behind(f"conv1d {inputs} {json.dumps(options)}", "conv1d", inputs, rows=3, **options)
for kind in ("maxPool2d", "averagePool2d"):
    for inputs, options in [
        ((6, 4, 3), {}),
        ((7, 5, 4), {"kernel": 3, "stride": 2, "padding": 1}),
        ((5, 8, 6), {"kernel": [2, 3], "stride": [1, 2]}),
    ]:
        behind(f"{kind} {inputs} {json.dumps(options)}", kind, inputs, rows=3, **options)
behind("averagePool2d that leaves out padding", "averagePool2d", (5, 5, 2), rows=3, kernel=3, padding=1, stride=2, countPadding=False)
for inputs, count, width in [((1,), 6, 5), ((7,), 4, 3), ((12,), 40, 8)]:
    case(f"embedding {inputs} {count} x {width}", inputs, [{"kind": "embedding", "count": count, "width": width}, dense(2)], things=count)
case(
    "embedding of some columns, twice",
    (5,),
    [
        {"kind": "embedding", "count": 6, "width": 3, "columns": [3, 1]},
        {"kind": "embedding", "count": 6, "width": 2, "columns": [7]},
        dense(2),
    ],
    things=6,
)
for inputs, options in [
    ((5, 8), {"heads": 2}),
    ((7, 12), {"heads": 3, "rotary": False, "bias": True}),
    ((4, 6), {"heads": 1, "causal": False, "bias": True}),
    ((9, 12), {"heads": 2, "base": 100}),
]:
    behind(f"attention {inputs} {json.dumps(options)}", "attention", inputs, rows=3, **options)
    behind(f"attention, lastStep {inputs} {json.dumps(options)}", "attention", inputs, rows=3, after=[{"kind": "lastStep"}], **options)
for inputs, options in [
    ((4, 3), {"units": 5}),
    ((6, 4), {"units": 3, "returns": "all"}),
    ((9, 2), {"units": 8, "returns": "all"}),
]:
    behind(f"gru {inputs} {json.dumps(options)}", "gru", inputs, **options)

document = {"library": f"torch {torch.__version__.split('+')[0]}", "cases": cases}
path = pathlib.Path(__file__).with_name("layers.json")
path.write_text(json.dumps(document) + "\n")
