"""Golden runs of methods that evaluate the objective themselves: LBFGS, SAM, line searches, Barzilai-Borwein.

    python closures.py        writes their files into optimizers/

The two objectives, over one vector x of n numbers (0-based indices):
    rosenbrock   f = sum over i = 0 .. n-2 of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2
    quadratic    f = 1/2 sum over i of (i + 1) (x[i] - 1)^2 + 1/2 (sum over i of x[i])^2
Every start is exact in float32. losses[k] is the objective at trajectory[k].
"""

import jax
import numpy as np
import optax
import optax.contrib
import torch
from jax import numpy as jnp

from problem import OUTPUT, write
from registry import OPTAX, TORCH
from runners import translate

START = {"rosenbrock": [-1.25, 1.0, 0.5, -0.75], "quadratic": [2.0, -1.0, 0.5, 3.0, -2.5]}


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def quadratic(x, array=np.arange):
    return 0.5 * (array(1.0, len(x) + 1.0) * (x - 1) ** 2).sum() + 0.5 * x.sum() ** 2


# Each library needs its own array functions for the same formula.
OBJECTIVES = {
    "numpy": {"rosenbrock": rosenbrock, "quadratic": quadratic},
    "torch": {"rosenbrock": rosenbrock, "quadratic": lambda x: quadratic(x, torch.arange)},
    "jax": {"rosenbrock": rosenbrock, "quadratic": lambda x: quadratic(x, jnp.arange)},
}


def numbers(array):
    return [float(x) for x in array]


def lbfgs(objective, options, steps):
    names = {
        "learningRate": "lr", "maxIterations": "max_iter", "maxEvaluations": "max_eval",
        "toleranceGradient": "tolerance_grad", "toleranceChange": "tolerance_change", "historySize": "history_size",
        "lineSearch": lambda value: {"line_search_fn": {"none": None, "strongWolfe": "strong_wolfe"}[value]}}
    x = torch.nn.Parameter(torch.tensor(START[objective]))
    optimizer = torch.optim.LBFGS([x], **translate(torch.optim.LBFGS, names, options))

    def closure():
        optimizer.zero_grad()
        loss = OBJECTIVES["torch"][objective](x)
        loss.backward()
        return loss

    trajectory, evaluations = [], []
    for _ in range(steps):
        optimizer.step(closure)
        trajectory.append(numbers(x.detach()))
        evaluations.append(optimizer.state[x]["func_evals"])
    return trajectory, {"evaluations": evaluations}


OPTAX_INNER = {"sgd": optax.sgd, "adam": optax.adam}


def inner(options):
    own = {"learningRate": "learning_rate", "momentum": "momentum"}
    make = OPTAX_INNER[options["kind"]]
    return make(**translate(make, own, {key: value for key, value in options.items() if key != "kind"}))


def optax_lbfgs(objective, options, steps):
    """An update of Optax's is an iteration."""
    assert options["maxIterations"] == 1 and options["lineSearch"] == "zoom"
    search = optax.scale_by_zoom_linesearch(max_linesearch_steps=options["maxEvaluations"] - 2, initial_guess_strategy="one")
    transformation = optax.lbfgs(options.get("learningRate"), memory_size=options["historySize"], linesearch=search)
    f = OBJECTIVES["jax"][objective]
    x = jnp.asarray(START[objective])
    state, trajectory = transformation.init(x), []
    for _ in range(steps):
        value, gradient = jax.value_and_grad(f)(x)
        updates, state = transformation.update(gradient, state, x, value=value, grad=gradient, value_fn=f)
        x = optax.apply_updates(x, updates)
        trajectory.append(numbers(x))
    return trajectory, {}


def sam(objective, options, steps):
    transformation = optax.contrib.sam(
        inner(options["optimizer"]), optax.chain(optax.contrib.normalize(), optax.sgd(options["rho"])),
        sync_period=options.get("syncPeriod", 2), opaque_mode=True)
    gradient = jax.grad(OBJECTIVES["jax"][objective])
    x = jnp.asarray(START[objective])
    state, trajectory = transformation.init(x), []
    for _ in range(steps):
        updates, state = transformation.update(gradient(x), state, x, grad_fn=lambda at, _: gradient(at))
        x = optax.apply_updates(x, updates)
        trajectory.append(numbers(x))
    return trajectory, {}


def line_search(make, names):
    def run(objective, options, steps):
        search = make(**translate(make, names, options))
        transformation = optax.chain(inner(options["optimizer"]), search)
        f = OBJECTIVES["jax"][objective]
        x = jnp.asarray(START[objective])
        state, trajectory, rates = transformation.init(x), [], []
        for _ in range(steps):
            value, gradient = jax.value_and_grad(f)(x)
            updates, state = transformation.update(gradient, state, x, value=value, grad=gradient, value_fn=f)
            x = optax.apply_updates(x, updates)
            trajectory.append(numbers(x))
            rates.append(float(state[-1].learning_rate))
        return trajectory, {"rate": rates}
    return run


def barzilai_borwein(objective, options, steps):
    """Barzilai and Borwein 1988, by the paper: s = x - x before, y = g - g before.
    long: <s,s> / <s,y>; short: <s,y> / <y,y>; alternate: long in even updates, short in odd ones (counted from 1; the first
    takes learningRate). Where <s,y> <= 0 the rate stays what it was. The rate is held within minRate .. maxRate."""
    gradient = jax.grad(OBJECTIVES["jax"][objective])
    x, rate, trajectory, rates = np.array(START[objective]), options["learningRate"], [], []
    x_before = g_before = None
    for t in range(1, steps + 1):
        g = np.array(gradient(jnp.asarray(x)))
        if t > 1:
            s, y = x - x_before, g - g_before
            if s @ y > 0:
                variant = options.get("variant", "long")
                long = variant == "long" or (variant == "alternate" and t % 2 == 0)
                rate = (s @ s) / (s @ y) if long else (s @ y) / (y @ y)
                rate = min(max(rate, options.get("minRate", 1e-10)), options.get("maxRate", 1e10))
        x_before, g_before = x, g
        x = x - rate * g
        trajectory.append(numbers(x))
        rates.append(float(rate))
    return trajectory, {"rate": rates}


BACKTRACKING = line_search(optax.scale_by_backtracking_linesearch, {
    "maxSteps": "max_backtracking_steps", "slopeTolerance": "slope_rtol", "decreaseFactor": "decrease_factor",
    "increaseFactor": "increase_factor", "maxRate": "max_learning_rate"})
ZOOM = line_search(optax.scale_by_zoom_linesearch, {
    "maxSteps": "max_linesearch_steps", "slopeTolerance": "slope_rtol", "curvatureTolerance": "curv_rtol",
    "increaseFactor": "increase_factor", "maxRate": "max_learning_rate",
    "initialGuess": "initial_guess_strategy"})
GRADIENT = {"kind": "sgd", "learningRate": 1}

# kind: (library, run, [(name, objective, steps, options)])
KINDS = {
    "lbfgs": (TORCH, lbfgs, [
        ("no line search", "quadratic", 5, {"learningRate": 0.5, "maxIterations": 4}),
        ("no line search, short history", "quadratic", 5, {"learningRate": 1, "maxIterations": 3, "historySize": 2}),
        ("no line search, small rate", "rosenbrock", 6, {"learningRate": 0.05, "maxIterations": 5, "historySize": 5}),
        ("strong Wolfe", "quadratic", 3, {"maxIterations": 2, "lineSearch": "strongWolfe"}),
        ("strong Wolfe", "rosenbrock", 5, {"maxIterations": 4, "maxEvaluations": 10, "lineSearch": "strongWolfe"}),
        ("strong Wolfe, one iteration a step, short history", "rosenbrock", 12, {
            "learningRate": 0.5, "maxIterations": 1, "maxEvaluations": 10, "historySize": 3, "lineSearch": "strongWolfe"}),
        ("tolerances end it", "quadratic", 4, {
            "maxIterations": 20, "toleranceGradient": 1e-2, "toleranceChange": 1e-3, "lineSearch": "strongWolfe"}),
        ("zoom", "quadratic", 10, {
            "maxIterations": 1, "maxEvaluations": 22, "historySize": 10, "lineSearch": "zoom"}, OPTAX, optax_lbfgs),
        ("zoom, short history", "rosenbrock", 12, {
            "maxIterations": 1, "maxEvaluations": 22, "historySize": 3, "lineSearch": "zoom"}, OPTAX, optax_lbfgs),
    ]),
    "sam": (OPTAX, sam, [
        ("sgd", "quadratic", 25, {"optimizer": {"kind": "sgd", "learningRate": 0.05}, "rho": 0.1}),
        ("momentum", "quadratic", 25, {"optimizer": {"kind": "sgd", "learningRate": 0.02, "momentum": 0.9}, "rho": 0.05}),
        ("adam, two ascents", "rosenbrock", 25, {
            "optimizer": {"kind": "adam", "learningRate": 0.02}, "rho": 0.01, "syncPeriod": 3}),
    ]),
    "backtracking": (OPTAX, BACKTRACKING, [
        ("defaults", "quadratic", 15, {"optimizer": GRADIENT, "maxSteps": 30}),
        ("slope tolerance, factors, largest rate", "rosenbrock", 15, {
            "optimizer": GRADIENT, "maxSteps": 40, "slopeTolerance": 0.3, "decreaseFactor": 0.5, "increaseFactor": 3,
            "maxRate": 0.5}),
        ("too few steps", "rosenbrock", 6, {"optimizer": {"kind": "sgd", "learningRate": 0.02}, "maxSteps": 6}),
    ]),
    "zoom": (OPTAX, ZOOM, [
        ("defaults", "quadratic", 10, {"optimizer": GRADIENT, "maxSteps": 20}),
        ("start at one", "rosenbrock", 10, {"optimizer": GRADIENT, "maxSteps": 30, "initialGuess": "one"}),
        ("tolerances, increase, largest rate", "rosenbrock", 10, {
            "optimizer": {"kind": "sgd", "learningRate": 1e-4}, "maxSteps": 20, "slopeTolerance": 1e-3,
            "curvatureTolerance": 0.1, "increaseFactor": 3, "maxRate": 8}),
    ]),
    "barzilaiBorwein": ("Barzilai and Borwein 1988 (no library ships it: closures.py)", barzilai_borwein, [
        ("long", "quadratic", 8, {"learningRate": 0.05}),
        ("short", "quadratic", 8, {"learningRate": 0.02, "variant": "short"}),
        ("short", "rosenbrock", 8, {"learningRate": 1e-3, "variant": "short"}),
        ("alternate, limits", "quadratic", 20, {
            "learningRate": 0.1, "variant": "alternate", "minRate": 0.1, "maxRate": 0.2}),
    ]),
}

if __name__ == "__main__":
    for kind, (library, run, cases) in KINDS.items():
        rows = []
        for name, objective, steps, options, *other in cases:
            of, run_case = other or (library, run)
            trajectory, extra = run_case(objective, options, steps)
            losses = [float(OBJECTIVES["numpy"][objective](np.array(x))) for x in trajectory]
            row = {"name": name, "library": of, "objective": objective, "start": START[objective],
                   "options": options, "trajectory": trajectory, "losses": losses}
            rows.append({**row, "extra": extra} if extra else row)
            print(kind, name, objective, losses[0], losses[-1], len(losses))
        write(OUTPUT / f"{kind}.json", {"kind": kind, "library": library, "cases": rows})
