"""What goes around another optimizer, named by options.optimizer: averages, clipping, Lookahead, Mechanic, caution."""

import fnmatch

import jax
import optax
import optax.contrib
import timm.optim
import torch
from jax import numpy as jnp
from timm.utils.agc import adaptive_clip_grad

from problem import SHAPES, STEPS, flatten
from registry import BETAS, OPTAX, OPTAX_NAMES, TIMM, TORCH, TORCH_NAMES, kind
from runners import jax_gradients, jax_parameters, optax_run, torch_run, translate

SGD = {"kind": "sgd", "learningRate": 0.01, "momentum": 0.9}
ADAM = {"kind": "adam", "learningRate": 0.05}
ADAMW = {"kind": "adamw", "learningRate": 0.05, "weightDecay": 0.1}
LION = {"kind": "lion", "learningRate": 0.02, "weightDecay": 0.1}

TORCH_INNER = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
OPTAX_INNER = {"sgd": optax.sgd, "adam": optax.adam, "adamw": optax.adamw, "lion": optax.lion}


def without_kind(options):
    return {key: value for key, value in options.items() if key != "kind"}


def torch_inner(options, **more):
    """A torch run of options.optimizer."""
    inner = options["optimizer"]
    return torch_run(TORCH_INNER[inner["kind"]], {**TORCH_NAMES, **BETAS}, without_kind(inner), **more)


def optax_inner(inner, rates=None):
    make = OPTAX_INNER[inner["kind"]]
    arguments = translate(make, OPTAX_NAMES, without_kind(inner))
    if rates:
        arguments["learning_rate"] = lambda count: jnp.asarray(rates)[count]
    return make(**arguments)


def optax_wrapped(wrap, names, extra=None):
    """An Optax run of wrap(inner transformation, **options)."""
    def run(options, rates=None):
        inner = optax_inner(options["optimizer"], rates)
        return optax_run(lambda **arguments: wrap(inner, **arguments), names, options, extra=extra)
    return run


# --- averages of the weights -------------------------------------------------------------------------------------------


def averaged(average_function):
    """torch.optim.swa_utils: extra.average is the averaged model after every step; `start` is the first step averaged."""
    def run(options):
        start, counter, model = options.get("start", 1), [0], {}

        def extra(optimizer, parameters):
            counter[0] += 1
            if not model:
                model["of"] = torch.nn.ParameterDict(parameters)
                model["average"] = torch.optim.swa_utils.AveragedModel(model["of"], avg_fn=average_function(options))
            if counter[0] >= start:
                model["average"].update_parameters(model["of"])
            now = model["average"].module if counter[0] >= start else model["of"]
            return {"average": flatten({name: now[name].detach().numpy() for name in SHAPES})}
        return torch_inner(options, extra=extra)
    return run


case = kind("ema", TORCH, averaged(lambda options: torch.optim.swa_utils.get_ema_avg_fn(options["decay"])))
case("decay 0.9", {"optimizer": SGD, "decay": 0.9})
case("decay 0.999", {"optimizer": ADAM, "decay": 0.999})
case("decay 0.5 from step 5", {"optimizer": SGD, "decay": 0.5, "start": 5},
     note="before its first step the average is the model itself")


def debiased(options):
    """optax.ema of the weights themselves: from zero, divided by 1 - decay^t."""
    ema = optax.ema(options["decay"], debias=True)
    state = [ema.init(jax_parameters())]

    def extra(optimizer, parameters):
        average, state[0] = ema.update({name: jnp.asarray(p.detach().numpy()) for name, p in parameters.items()}, state[0])
        return {"average": flatten(average)}
    return torch_inner(options, extra=extra)


case("debiased", {"optimizer": SGD, "decay": 0.9, "debias": True}, library=OPTAX, run=debiased)

case = kind("swa", TORCH, averaged(lambda options: torch.optim.swa_utils.get_swa_avg_fn()))
case("sgd", {"optimizer": SGD})
case("adam", {"optimizer": ADAM})
case("from step 12", {"optimizer": SGD, "start": 12}, note="before its first step the average is the model itself")


# --- what happens to the gradient first --------------------------------------------------------------------------------


def clipped_by_optax(options):
    def wrap(inner, **_):
        return optax.chain(optax.clip_by_global_norm(options["clipNorm"]), inner)
    return optax_wrapped(wrap, {})(options)


def clipped(options):
    inner = {**options["optimizer"], "clipNorm": options["clipNorm"]}
    return torch_inner({"optimizer": inner})


case = kind("clipNorm", TORCH, clipped)
case("torch: max / (norm + 1e-6)", {"optimizer": SGD, "clipNorm": 0.5})
case("torch: little is clipped", {"optimizer": ADAM, "clipNorm": 50})
case("torch: every step", {"optimizer": {"kind": "sgd", "learningRate": 1}, "clipNorm": 0.1})
case("optax: exact", {"optimizer": SGD, "clipNorm": 0.5}, OPTAX, clipped_by_optax)
case("optax: exact, adamw", {"optimizer": ADAMW, "clipNorm": 2}, OPTAX, clipped_by_optax)


def clipped_by_value(options):
    def before(optimizer, step):
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_value_(parameters, options["clipValue"])
    return torch_inner(options, before=before)


case = kind("clipValue", TORCH, clipped_by_value)
case("sgd", {"optimizer": SGD, "clipValue": 1})
case("adam", {"optimizer": ADAM, "clipValue": 0.1})
case("adamw", {"optimizer": ADAMW, "clipValue": 10})


def agc(options):
    def before(optimizer, step):
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        adaptive_clip_grad(parameters, clip_factor=options.get("clipping", 0.01), eps=options.get("epsilon", 1e-3))
    return torch_inner(options, before=before)


def agc_columns(options):
    def wrap(inner, clipping, eps=1e-3):
        return optax.chain(optax.adaptive_grad_clip(clipping, eps), inner)
    own = {key: value for key, value in options.items() if key != "units"}
    return optax_wrapped(wrap, {"clipping": "clipping", "epsilon": "eps"})(own)


case = kind("adaptiveGradientClipping", TIMM, agc)
case("defaults", {"optimizer": {"kind": "sgd", "learningRate": 0.5, "momentum": 0.9}})
case("clipping, epsilon", {"optimizer": ADAM, "clipping": 0.5, "epsilon": 1})
case("clipping, adamw", {"optimizer": ADAMW, "clipping": 0.1})
case("optax: a unit is a column", {"optimizer": SGD, "clipping": 0.3, "epsilon": 0.8, "units": "columns"},
     library=OPTAX, run=agc_columns)

case = kind("centralize", OPTAX, optax_wrapped(lambda inner: optax.chain(optax.centralize(), inner), {}))
case("sgd", {"optimizer": SGD})
case("adam", {"optimizer": ADAM})
case("adamw", {"optimizer": ADAMW})


# --- what happens to the step ------------------------------------------------------------------------------------------


def lookahead(options, rates=None):
    inner = optax_inner(options["optimizer"], rates)
    wrapped = optax.lookahead(
        inner, options["syncPeriod"], options["slowStepSize"], reset_state=options.get("resetState", False))
    parameters = optax.LookaheadParams.init_synced(jax_parameters())
    state = wrapped.init(parameters)
    trajectory, extra = [], []
    for step in range(STEPS):
        updates, state = jax.jit(wrapped.update)(jax_gradients(step), state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        trajectory.append(flatten(parameters.fast))
        extra.append({"slow": flatten(parameters.slow)})
    return trajectory, extra


case = kind("lookahead", OPTAX, lookahead)
case("sgd", {"optimizer": SGD, "syncPeriod": 5, "slowStepSize": 0.5})
case("adam, another period and step", {"optimizer": ADAM, "syncPeriod": 3, "slowStepSize": 0.8})
case("state forgotten at each synchronization", {
    "optimizer": SGD, "syncPeriod": 4, "slowStepSize": 0.3, "resetState": True})


def mechanic_scale(state, parameters):
    return {"scale": float(jnp.sum(state.s))}


case = kind("mechanic", OPTAX, optax_wrapped(
    optax.contrib.mechanize,
    {"weightDecay": "weight_decay", "epsilon": "eps", "initialScale": "s_init", "betas": "num_betas"}, mechanic_scale))
case("sgd, defaults", {"optimizer": {"kind": "sgd", "learningRate": 0.1}})
case("adam, initial scale", {"optimizer": {"kind": "adam", "learningRate": 0.1}, "initialScale": 0.01})
case("momentum, weight decay, epsilon, betas", {
    "optimizer": {**SGD, "learningRate": 1}, "initialScale": 1e-3, "weightDecay": 0.1, "epsilon": 1e-3, "betas": 3})
case("no weight decay", {"optimizer": LION, "initialScale": 0.1, "weightDecay": 0})

# --- an optimizer for each part of the tensors -------------------------------------------------------------------------


def partitioned(options):
    """optax.partition by the name of the tensor; learningRate is a factor on the updates of all parts."""
    factor = options.get("learningRate", 1)

    def make():
        parts = {part["match"]: optax_inner(part["optimizer"]) for part in options["parts"]}
        labels = {name: next(match for match in parts if fnmatch.fnmatch(name, match)) for name in SHAPES}
        clip = [optax.clip_by_global_norm(options["clipNorm"])] if "clipNorm" in options else []
        return optax.chain(*clip, optax.partition(parts, labels), optax.scale(factor))
    return optax_run(make, {}, {})


case = kind("partition", OPTAX, partitioned)
case("adamw and sgd", {"parts": [{"match": "matrix", "optimizer": ADAMW}, {"match": "*", "optimizer": SGD}]})
case("the first that matches", {"parts": [
    {"match": "v*", "optimizer": LION}, {"match": "*", "optimizer": ADAM}, {"match": "*x", "optimizer": SGD}]})
case("a factor on all rates, weight decay, clipped over all parts", {"learningRate": 0.5, "clipNorm": 2, "parts": [
    {"match": "matrix", "optimizer": {**LION, "weightDecay": 0.4}}, {"match": "vector", "optimizer": ADAMW}]})

TIMM_INNER = {
    "adamw": timm.optim.AdamWLegacy, "lion": timm.optim.Lion, "sgd": timm.optim.SGDW, "laprop": timm.optim.LaProp,
    "adopt": timm.optim.Adopt}


def cautious(options, rates=None):
    inner = options["optimizer"]
    names = {**TORCH_NAMES, **BETAS, "clipPower": "clip_exp"}
    return torch_run(
        TIMM_INNER[inner["kind"]], names, without_kind(inner), rates=rates, fixed={"caution": True})


case = kind("cautious", TIMM, cautious)
case("adamw", {"optimizer": ADAMW})
case("lion", {"optimizer": LION})
case("sgd", {"optimizer": SGD})
case("sgd, nesterov", {"optimizer": {
    "kind": "sgd", "learningRate": 0.01, "momentum": 0.8, "nesterov": True}})
case("laprop", {"optimizer": {"kind": "laprop", "learningRate": 0.02, "beta2": 0.95}})
case("laprop, weight decay", {"optimizer": {"kind": "laprop", "learningRate": 0.02, "beta2": 0.95, "weightDecay": 0.5}})
case("adopt", {"optimizer": {"kind": "adopt", "learningRate": 0.02, "beta2": 0.99, "clipPower": 0.25}})
