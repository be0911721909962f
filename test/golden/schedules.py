"""Golden rates of the real libraries, for every row of schedules/recipes.json, and golden values of exp, log, pow and cos.

    python schedules.py        writes schedules/<library>.json and schedules/math.json

A row holds the library's own call (`theirs`), ours, and sets of arguments for both. `theirs` is evaluated here, `ours` by
test/schedules-golden.test.ts; SCHEDULES.md has versions and how to install them. Everything runs in float64.
"""

import json
import math
import os
import random
import types
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import mpmath
import optax
import timm
import timm.scheduler
import torch
import transformers
import transformers.optimization
from optax import contrib
from torch.optim import lr_scheduler, swa_utils

STEPS = 200
OUTPUT = Path(__file__).parent / "schedules"
RECIPES = json.loads((OUTPUT / "recipes.json").read_text())

warnings.filterwarnings("ignore")
keras.config.set_floatx("float64")


def names(module):
    return {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}


def optimizer_for(arguments):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=arguments["lr"], momentum=0.9)


def build(theirs, arguments, namespace):
    return eval(theirs, {**namespace, **arguments})


def torch_rates(theirs, arguments, reads):
    """Closed forms where a scheduler has one: the chained form multiplies its own rounding errors."""
    optimizer = optimizer_for(arguments)
    schedule = build(theirs, arguments, {**names(lr_scheduler), "SWALR": swa_utils.SWALR, "optimizer": optimizer})
    group = optimizer.param_groups[0]
    rates = []
    for k in range(STEPS):
        if hasattr(schedule, "_get_closed_form_lr"):
            schedule.last_epoch = k
            rates.append(schedule._get_closed_form_lr()[0])
        else:
            rates.append(group[reads])
            optimizer.step()
            schedule.step()
    return rates


def optax_rates(theirs, arguments, reads):
    """Step by step: compiled for all steps at once, XLA divides by multiplying with an inverse, and 1 - n / n is not 0."""
    schedule = build(theirs, arguments, {**names(optax), "dict": dict})
    return [float(schedule(k)) for k in range(STEPS)]


def keras_rates(theirs, arguments, reads):
    schedule = build(theirs, arguments, names(keras.optimizers.schedules))
    rates = [schedule(k) for k in range(STEPS)]
    assert all(rate.dtype == torch.float64 for rate in rates)
    return [float(rate) for rate in rates]


def transformers_rates(theirs, arguments, reads):
    optimizer = optimizer_for(arguments)
    schedule = build(theirs, arguments, {**names(transformers.optimization), "optimizer": optimizer})
    return [arguments["lr"] * schedule.lr_lambdas[0](k) for k in range(STEPS)]


def timm_rates(theirs, arguments, reads):
    optimizer = optimizer_for(arguments)
    schedule = build(theirs, arguments, {**names(timm.scheduler), "optimizer": optimizer})
    rates = []
    for k in range(STEPS):
        schedule.step(k)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def formula_rates(theirs, arguments, reads):
    return [eval(theirs, {**arguments, "k": k, "math": math}) for k in range(STEPS)]


def metrics():
    """Two series with falls, plateaus, rises and noise."""
    result = []
    for seed in (1, 2):
        source = random.Random(seed)
        value, series = 3.0, []
        for k in range(STEPS):
            slope = (0.97, 1.0, 0.999, 1.005)[(k // (17 * seed)) % 4]
            value *= slope
            series.append(value * (1 + 0.02 * source.uniform(-1, 1)))
        result.append(series)
    return result


def torch_plateau(theirs, arguments, series):
    optimizer = optimizer_for(arguments)
    schedule = build(theirs, arguments, {**names(lr_scheduler), **names(transformers.optimization), "optimizer": optimizer})
    rates = []
    for metric in series:
        schedule.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def keras_plateau(theirs, arguments, series):
    callback = build(theirs, arguments, names(keras.callbacks))
    optimizer = types.SimpleNamespace(learning_rate=arguments["lr"])
    callback.monitor = "val_loss"
    callback._model = types.SimpleNamespace(optimizer=optimizer)
    callback.on_train_begin()
    rates = []
    for epoch, metric in enumerate(series):
        callback.on_epoch_end(epoch, {"val_loss": metric})
        rates.append(float(optimizer.learning_rate))
    return rates


def optax_plateau(theirs, arguments, series):
    transform = build(theirs, arguments, {"contrib": contrib})
    parameter = jax.numpy.zeros((), "float64")
    update = jax.jit(lambda state, metric: transform.update(parameter, state, value=metric)[1])
    state = transform.init(parameter)
    rates = []
    for metric in series:
        state = update(state, metric)
        rates.append(float(state.scale))
    return rates


LIBRARIES = {
    "PyTorch": (torch, torch_rates, torch_plateau),
    "Keras": (keras, keras_rates, keras_plateau),
    "Optax": (optax, optax_rates, optax_plateau),
    "transformers": (transformers, transformers_rates, torch_plateau),
    "timm": (timm, timm_rates, None),
    "formula": (None, formula_rates, None),
}


def write(name, value):
    lines = json.dumps(value, allow_nan=False).replace('{"theirs"', '\n{"theirs"').replace('["exp"', '\n["exp"')
    (OUTPUT / f"{name}.json").write_text(lines + "\n")


def write_library(library, module, rates, plateau):
    series = metrics()
    golden = {"version": "python's math" if module is None else f"{library} {module.__version__}"}
    golden["schedules"] = [
        {"theirs": row["theirs"], "rates": [rates(row["theirs"], arguments, row.get("reads", "lr")) for arguments in row["sets"]]}
        for row in RECIPES["schedules"]
        if row["library"] == library
    ]
    rows = [row for row in RECIPES["plateaus"] if row["library"] == library]
    if rows:
        golden["metrics"] = series
        golden["plateaus"] = [
            {"theirs": row["theirs"], "rates": [[plateau(row["theirs"], arguments, each) for each in series] for arguments in row["sets"]]}
            for row in rows
        ]
    write(library.lower(), golden)


def write_math():
    """Rows of a name, its arguments, the true value rounded to float64, and what is left of it, in units in that one's last place."""
    mpmath.mp.prec = 300
    source = random.Random(20261121)
    uniform = source.uniform
    rows = []

    def add(name, *arguments):
        x = mpmath.mpf(arguments[0])
        if name == "pow":
            value = mpmath.power(abs(x), mpmath.mpf(arguments[1]))
            value = -value if arguments[0] < 0 and arguments[1] % 2 == 1 else value
        else:
            value = getattr(mpmath, name)(x)
        high = float(value)
        if math.isfinite(high):
            rows.append([name, *arguments, high, float((value - mpmath.mpf(high)) / mpmath.mpf(math.ulp(high)))])

    for i in range(120):
        add("exp", uniform(-745, 709.7))
        add("exp", uniform(-2, 2))
        add("exp", i / 12 - 5)
        add("exp", uniform(-1, 1) * 2.0 ** -source.randrange(60))
        add("log", uniform(0, 4))
        add("log", 1 + uniform(-1, 1) * 2.0 ** -source.randrange(2, 50))
        add("log", 2.0 ** uniform(-1074, 1023))
        add("log", (i + 1) / 50)
        add("cos", uniform(-7, 7))
        add("cos", math.pi * i / 120)
        add("cos", source.randrange(10**6) * math.pi / 2)
        add("cos", 2.0 ** uniform(-30, 45))
        add("pow", uniform(0, 1), float(source.randrange(1000)))
        add("pow", 1 - uniform(0, 0.1), uniform(0, 1e4))
        add("pow", 2.0 ** uniform(-1000, 1000), uniform(-5, 5))
        add("pow", 1 + uniform(-0.5, 0.5) * 2.0 ** -source.randrange(40), 2.0 ** uniform(-10, 40))
        add("pow", -uniform(0.5, 2), float(source.randrange(-200, 200)))
    write("math", rows)


if __name__ == "__main__":
    for library, entry in LIBRARIES.items():
        write_library(library, *entry)
        print(library)
    write_math()
