"""Metrics of scikit-learn in float64: three shapes each, without weights of rows and with them. Writes metrics.json beside itself."""

import json
import pathlib

import numpy
import sklearn.metrics as m

random = numpy.random.default_rng(61)


def rounded(array):
    return numpy.asarray(array).astype(numpy.float32).astype(numpy.float64)


def softmax(z):
    e = numpy.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


cases = []
for rows, width, classes in [(12, 1, 2), (15, 2, 2), (40, 3, 3), (60, 5, 5)]:
    while True:
        t = random.integers(0, classes, rows)
        if len(set(t)) == classes:
            break
    # rounded to quarters, so that there are ties
    z = numpy.round(random.normal(size=(rows, width)) * 4) / 4
    if width > 1:
        z[numpy.arange(rows), t] += 0.75
    taken = (z[:, 0] > 0).astype(int) if width == 1 else z.argmax(1)
    p = numpy.hstack([1 - 1 / (1 + numpy.exp(-z)), 1 / (1 + numpy.exp(-z))]) if width == 1 else softmax(z)
    for w in (None, rounded(random.random(rows) * 3)):
        auc = m.roc_auc_score(t, z[:, 0] if width == 1 else z[:, 1] - z[:, 0], sample_weight=w) if classes == 2 else m.roc_auc_score(t, p, multi_class="ovr", sample_weight=w)
        cases.append({
            "task": "classification", "classes": classes, "width": width, "outputs": z.flatten().tolist(), "targets": t.tolist(), "weights": None if w is None else w.tolist(),
            "metrics": {
                "accuracy": m.accuracy_score(t, taken, sample_weight=w),
                "balancedAccuracy": m.balanced_accuracy_score(t, taken, sample_weight=w),
                "f1": m.f1_score(t, taken, average="binary" if classes == 2 else "macro", sample_weight=w),
                "f1 macro": m.f1_score(t, taken, average="macro", sample_weight=w),
                "f1 weighted": m.f1_score(t, taken, average="weighted", sample_weight=w),
                "rocAuc": auc,
                "logLoss": m.log_loss(t, p, sample_weight=w),
            },
            "confusion": m.confusion_matrix(t, taken, sample_weight=w).tolist(),
        })
for rows, width in [(9, 1), (14, 2), (25, 4)]:
    t = rounded(random.normal(size=(rows, width)) * 3)
    z = rounded(t + random.normal(size=(rows, width)))
    for w in (None, rounded(random.random(rows) * 3)):
        cases.append({
            "task": "regression", "width": width, "outputs": z.flatten().tolist(), "targets": t.tolist(), "weights": None if w is None else w.tolist(),
            "metrics": {
                "mae": m.mean_absolute_error(t, z, sample_weight=w),
                "rmse": m.root_mean_squared_error(t, z, sample_weight=w),
                "r2": m.r2_score(t, z, sample_weight=w),
            },
        })
import sklearn

document = {"library": f"scikit-learn {sklearn.__version__}", "cases": cases}
pathlib.Path(__file__).with_name("metrics.json").write_text(json.dumps(document) + "\n")
print(document["library"], len(cases), "cases")
