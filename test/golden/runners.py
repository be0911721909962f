"""How the real libraries are driven over the fixed problem: one function a library, all in float64.

Each takes options in *our* names and the map from our names to the library's, so that a value is written once. An option that
a case leaves out has the library's own default.
"""

import fnmatch
import inspect
import os

os.environ.setdefault("KERAS_BACKEND", "jax")  # keras reads it at import

import jax
import keras
import numpy as np
import optax
import torch
from jax import numpy as jnp

from problem import GRADIENTS, LOSSES, SHAPES, START, STEPS, flatten

torch.set_default_dtype(torch.float64)
jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")


def translate(function, names, options):
    """Our options as keyword arguments of a library's function. `names` maps ours to theirs; ("betas", 1) is an element of a
    tuple, whose other elements keep their defaults; a callable turns the value into keyword arguments itself."""
    arguments = {}
    for key, value in options.items():
        if key in ("groups", "clipNorm", "optimizer"):
            continue
        their = names[key]
        if callable(their):
            arguments.update(their(value))
        elif isinstance(their, tuple):
            name, index = their
            if name not in arguments:
                arguments[name] = tuple(inspect.signature(function).parameters[name].default)
            arguments[name] = (*arguments[name][:index], value, *arguments[name][index + 1:])
        else:
            arguments[their] = value
    return arguments


def torch_parameters():
    return {name: torch.nn.Parameter(torch.tensor(START[name])) for name in SHAPES}


def torch_groups(cls, names, options, parameters):
    """Param groups: the tensors that an entry of options.groups matches get its options, the rest is the first group."""
    rest, groups = dict(parameters), []
    for group in options.get("groups", []):
        own = {key: value for key, value in group.items() if key != "match"}
        matched = [rest.pop(name) for name in fnmatch.filter(list(rest), group["match"])]
        groups.append({"params": matched, **translate(cls, names, own)})
    return [{"params": list(rest.values())}, *groups] if groups else list(rest.values())


def torch_run(cls, names, options, rates=None, extra=None, fixed=None, wrap=None, loss=None, before=None):
    """rates: the learning rate of every step. extra(optimizer, parameters) is evaluated after every step. fixed: arguments that
    are not options. wrap(optimizer) makes the optimizer that steps. loss: pass the loss to step(loss=...)."""
    parameters = torch_parameters()
    optimizer = cls(torch_groups(cls, names, options, parameters), **translate(cls, names, options), **(fixed or {}))
    if wrap:
        optimizer = wrap(optimizer)
    trajectory, extras = [], []
    for step in range(STEPS):
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(GRADIENTS[step][name])
        if rates:
            for group in optimizer.param_groups:
                group["lr"] = rates[step]
        if "clipNorm" in options:
            torch.nn.utils.clip_grad_norm_(parameters.values(), options["clipNorm"])
        if before:
            before(optimizer, step)
        optimizer.step(**({"loss": torch.tensor(LOSSES[step])} if loss else {}))
        trajectory.append(flatten({name: p.detach().numpy() for name, p in parameters.items()}))
        if extra:
            extras.append(extra(optimizer, parameters))
    return trajectory, extras


def jax_parameters():
    return {name: jnp.asarray(START[name]) for name in SHAPES}


def jax_gradients(step):
    return {name: jnp.asarray(GRADIENTS[step][name]) for name in SHAPES}


def optax_run(make, names, options, rates=None, extra=None, loss=None, gradient=None):
    """make(**arguments) gives the transformation. rates: a schedule over these. loss: pass the loss as `value`.
    extra(state, parameters) is evaluated after every step."""
    arguments = translate(make, names, options)
    if rates:
        table = jnp.asarray(rates)
        arguments[names["learningRate"]] = lambda count: table[count]
    transformation = make(**arguments)
    parameters = jax_parameters()
    state = transformation.init(parameters)
    update = jax.jit(transformation.update)
    trajectory, extras = [], []
    for step in range(STEPS):
        value = {"value": LOSSES[step]} if loss else {}
        updates, state = update(jax_gradients(step), state, parameters, **value)
        parameters = optax.apply_updates(parameters, updates)
        trajectory.append(flatten(parameters))
        if extra:
            extras.append(extra(state, parameters))
    return trajectory, extras


def keras_run(cls, names, options, rates=None, fixed=None):
    variables = [keras.Variable(START[name], dtype="float64", name=name) for name in SHAPES]
    optimizer = cls(**translate(cls, names, options), **(fixed or {}))
    optimizer.build(variables)
    trajectory = []
    for step in range(STEPS):
        if rates:
            optimizer.learning_rate = rates[step]
        optimizer.apply(list(jax_gradients(step).values()), variables)
        trajectory.append(flatten({name: np.asarray(v.value) for name, v in zip(SHAPES, variables)}))
    return trajectory, []
