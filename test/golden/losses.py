"""Losses and their gradients with respect to the outputs, from PyTorch and scikit-learn in float64: three shapes each, without weights of rows and
with them.

Writes losses.json beside itself. Inputs are rounded to float32, so that both sides start from the same bits.
"""

import json
import pathlib

import numpy
import sklearn.metrics
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
random = numpy.random.default_rng(16)


def rounded(array):
    return numpy.asarray(array).astype(numpy.float32).astype(numpy.float64)


def classes(rows, outputs):
    return torch.tensor(random.integers(0, outputs, rows))


def signs(rows, outputs):
    return torch.tensor(random.integers(0, 2, (rows, outputs)).astype(float))


def shares(rows, outputs):
    return torch.tensor(rounded(random.random((rows, outputs))))


def counts(rows, outputs):
    return torch.tensor(random.poisson(2.0, (rows, outputs)).astype(float))


def quantities(rows, outputs):
    return torch.tensor(rounded(random.normal(size=(rows, outputs)) * 2))


def focal(z, t, gamma):
    ce = F.cross_entropy(z, t, reduction="none")
    return (1 - torch.exp(-ce)) ** gamma * ce


def binary_focal(z, t, gamma):
    # torchvision.ops.sigmoid_focal_loss with alpha = -1
    p = torch.sigmoid(z)
    ce = F.binary_cross_entropy_with_logits(z, t, reduction="none")
    return (ce * (1 - (p * t + (1 - p) * (1 - t))) ** gamma).mean(1)


def pinball(z, t, quantiles):
    q = torch.tensor(quantiles)
    return torch.maximum(q * (t - z), (q - 1) * (t - z)).mean(1)


def hinge(z, t, power):
    return (torch.clamp(1 - (2 * t - 1) * z, min=0) ** power).mean(1)


# name, options of ours, targets, loss of each row, shapes
LOSSES = [
    ("crossEntropy", {}, classes, lambda z, t: F.cross_entropy(z, t, reduction="none"), [(4, 3), (7, 10), (1, 2)]),
    ("crossEntropy", {"labelSmoothing": 0.1}, classes, lambda z, t: F.cross_entropy(z, t, reduction="none", label_smoothing=0.1), [(4, 3), (7, 10), (1, 2)]),
    ("focal", {"gamma": 2}, classes, lambda z, t: focal(z, t, 2), [(4, 3), (7, 10), (1, 2)]),
    ("focal", {"gamma": 0.5}, classes, lambda z, t: focal(z, t, 0.5), [(4, 3), (7, 10), (1, 2)]),
    ("focal", {"gamma": 2}, signs, lambda z, t: binary_focal(z, t, 2), [(4, 1), (9, 1), (1, 1)]),
    ("focal", {"gamma": 0}, signs, lambda z, t: binary_focal(z, t, 0), [(4, 1), (9, 1), (1, 1)]),
    ("binaryCrossEntropy", {}, shares, lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction="none").mean(1), [(4, 1), (7, 3), (1, 5)]),
    ("binaryCrossEntropy", {"labelSmoothing": 0.2}, shares, lambda z, t: F.binary_cross_entropy_with_logits(z, t * 0.8 + 0.1, reduction="none").mean(1), [(4, 1), (7, 3), (1, 5)]),
    ("meanSquared", {}, quantities, lambda z, t: F.mse_loss(z, t, reduction="none").mean(1), [(4, 1), (7, 3), (1, 5)]),
    ("meanAbsolute", {}, quantities, lambda z, t: F.l1_loss(z, t, reduction="none").mean(1), [(4, 1), (7, 3), (1, 5)]),
    ("huber", {"delta": 0.7}, quantities, lambda z, t: F.huber_loss(z, t, reduction="none", delta=0.7).mean(1), [(4, 1), (7, 3), (1, 5)]),
    ("logCosh", {}, quantities, lambda z, t: torch.log(torch.cosh(z - t)).mean(1), [(4, 1), (7, 3), (1, 5)]),
    ("quantile", {"quantiles": [0.9]}, quantities, lambda z, t: pinball(z, t, [0.9]), [(4, 1), (7, 3), (1, 5)]),
    ("quantile", {"quantiles": [0.1, 0.5, 0.9]}, quantities, lambda z, t: pinball(z, t, [0.1, 0.5, 0.9]), [(4, 3), (7, 3), (1, 3)]),
    ("poisson", {}, counts, lambda z, t: F.poisson_nll_loss(z, t, reduction="none").mean(1), [(4, 1), (7, 3), (1, 5)]),
    ("hinge", {"squared": False}, signs, lambda z, t: hinge(z, t, 1), [(4, 1), (7, 3), (1, 5)]),
    ("hinge", {"squared": True}, signs, lambda z, t: hinge(z, t, 2), [(4, 1), (7, 3), (1, 5)]),
    ("cosineDistance", {}, quantities, lambda z, t: F.cosine_embedding_loss(z, t, torch.ones(len(z)), reduction="none"), [(4, 3), (7, 5), (1, 2)]),
]

cases = []
for kind, options, targets, loss, shapes in LOSSES:
    for rows, outputs in shapes:
        z0 = rounded(random.normal(size=(rows, outputs)) * 2)
        t = targets(rows, outputs)
        for weights in (None, rounded(random.random(rows) * 3)):
            w = torch.ones(rows) if weights is None else torch.tensor(weights)
            z = torch.tensor(z0, requires_grad=True)
            value = (w * loss(z, t)).sum() / w.sum()
            value.backward()
            if kind == "hinge" and not options["squared"] and outputs == 1:
                theirs = sklearn.metrics.hinge_loss(2 * t.flatten() - 1, z0.flatten(), sample_weight=weights)
                assert rows == 1 or abs(theirs - value.item()) < 1e-12
            if kind == "quantile" and len(options["quantiles"]) == 1:
                theirs = sklearn.metrics.mean_pinball_loss(t, z0, sample_weight=weights, alpha=options["quantiles"][0])
                assert abs(theirs - value.item()) < 1e-12
            cases.append({
                "loss": {"kind": kind, **options}, "rows": rows, "outputs": outputs, "classes": targets is classes,
                "z": z0.flatten().tolist(), "t": t.flatten().tolist(), "weights": None if weights is None else weights.tolist(),
                "value": value.item(), "gradient": z.grad.flatten().tolist(),
            })

document = {"library": f"torch {torch.__version__.split('+')[0]}, scikit-learn {sklearn.__version__}", "cases": cases}
pathlib.Path(__file__).with_name("losses.json").write_text(json.dumps(document) + "\n")
print(document["library"], len(cases), "cases")
