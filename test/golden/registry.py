"""The table of kinds and cases, and how a library's classes become runs of it."""

from importlib.metadata import version

import optax

from runners import keras_run, optax_run, torch_run

TORCH = f"torch {version('torch')}"
OPTAX = f"optax {version('optax')}"
TIMM = f"timm {version('timm')}"
KERAS = f"keras {version('keras')}"

# Our names in each library's words, as far as most of its optimizers agree.
TORCH_NAMES = {
    "learningRate": "lr", "weightDecay": "weight_decay", "maximize": "maximize", "epsilon": "eps",
    "momentum": "momentum", "nesterov": "nesterov"}
OPTAX_NAMES = {
    "learningRate": "learning_rate", "weightDecay": "weight_decay", "epsilon": "eps", "epsilonRoot": "eps_root",
    "beta1": "b1", "beta2": "b2", "beta3": "b3", "momentum": "momentum", "nesterov": "nesterov"}
KERAS_NAMES = {
    "learningRate": "learning_rate", "weightDecay": "weight_decay", "epsilon": "epsilon", "beta1": "beta_1",
    "beta2": "beta_2", "rho": "rho", "momentum": "momentum", "nesterov": "nesterov", "centered": "centered",
    "initialAccumulator": "initial_accumulator_value"}
BETAS = {"beta1": ("betas", 0), "beta2": ("betas", 1)}

# A rate that changes from step to step shows what is multiplied by the rate now, and what by the rate of a step before.
RATES = [0.1 * 0.9 ** (step // 3) for step in range(25)]

KINDS = {}


def kind(name, library, run):
    """Registers a kind and returns the function that adds cases to it. A case may name another library and run; what else it
    is given goes to the run, and `note` and `fields` into the file."""
    KINDS[name] = {"library": library, "run": run, "cases": []}

    def case(label, options, library=None, run=None, note=None, fields=None, **more):
        KINDS[name]["cases"].append({
            "name": label, "options": options, "library": library or KINDS[name]["library"],
            "run": run or KINDS[name]["run"], "note": note, "fields": fields or {}, "more": more})
    return case


def by_torch(cls, names=None, **fixed):
    """A run of a PyTorch-style optimizer class, whoever ships it."""
    names = {**TORCH_NAMES, **(names or {})}
    return lambda options, **more: torch_run(cls, names, options, **fixed, **more)


def by_optax(make, names=None, **fixed):
    names = {**OPTAX_NAMES, **(names or {})}
    return lambda options, **more: optax_run(make, names, options, **fixed, **more)


def by_keras(cls, names=None, **fixed):
    names = {**KERAS_NAMES, **(names or {})}
    return lambda options, **more: keras_run(cls, names, options, **fixed, **more)


def torch_kind(name, cls, names=None, library=TORCH, **fixed):
    return kind(name, library, by_torch(cls, names, **fixed))


def optax_kind(name, make, names=None, **fixed):
    return kind(name, OPTAX, by_optax(make, names, **fixed))


def chained(scale_by):
    """What an Optax alias does with a scale_by_..., with decoupled weight decay where the alias has none."""
    def make(learning_rate, weight_decay=0.0, **arguments):
        return optax.chain(
            scale_by(**arguments), optax.add_decayed_weights(weight_decay), optax.scale_by_learning_rate(learning_rate))
    return make


def implied(value):
    """An option of ours that selects what this library does anyway: nothing to pass on."""
    def check(given):
        assert given == value
        return {}
    return check


def golden(name):
    """The contents of <name>.json."""
    cases = []
    for case in KINDS[name]["cases"]:
        trajectory, extra = case["run"](case["options"], **case["more"])
        row = {"name": case["name"], "library": case["library"], "options": case["options"]}
        if case["note"]:
            row["note"] = case["note"]
        if "rates" in case["more"]:
            row["rates"] = case["more"]["rates"]
        row |= case["fields"]
        row["trajectory"] = trajectory
        if extra:
            row["extra"] = {key: [step[key] for step in extra] for key in extra[0]}
        cases.append(row)
    return {"kind": name, "library": KINDS[name]["library"], "cases": cases}
