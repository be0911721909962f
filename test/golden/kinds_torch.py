"""The optimizers of torch.optim, and what Keras and Optax do otherwise under the same name."""

from importlib.metadata import version
from unittest import mock

import optax
import pytorch_optimizer
import torch

from problem import GRADIENTS, SHAPES, STEPS, ZERO_STEP, flatten
from registry import (
    BETAS, KERAS, OPTAX, RATES, TORCH, TORCH_NAMES, by_keras, by_optax, by_torch, implied, kind, torch_kind)
from runners import keras, torch_parameters, translate

case = torch_kind("sgd", torch.optim.SGD, {"dampening": "dampening"})
case("plain", {"learningRate": 0.01})
case("momentum, dampening, weight decay", {"learningRate": 0.01, "momentum": 0.9, "dampening": 0.3, "weightDecay": 0.1})
case("nesterov, weight decay, maximize", {
    "learningRate": 0.005, "momentum": 0.8, "nesterov": True, "weightDecay": 0.05, "maximize": True})
case("momentum, changing rate", {"learningRate": RATES[0], "momentum": 0.9}, rates=RATES)
case("groups", {"learningRate": 0.01, "momentum": 0.9, "weightDecay": 0.1, "groups": [
    {"match": "vector", "learningRate": 0.03, "weightDecay": 0}]})
case("clipped by norm", {"learningRate": 0.1, "momentum": 0.9, "clipNorm": 1})
case("keras: rate inside the momentum buffer", {"learningRate": RATES[0], "momentum": 0.9, "rateInside": True},
     KERAS, by_keras(keras.optimizers.SGD, {"rateInside": implied(True)}), rates=RATES)
case("keras: rate inside, nesterov", {"learningRate": RATES[0], "momentum": 0.7, "nesterov": True, "rateInside": True},
     KERAS, by_keras(keras.optimizers.SGD, {"rateInside": implied(True)}), rates=RATES)

case = torch_kind("adagrad", torch.optim.Adagrad, {
    "rateDecay": "lr_decay", "initialAccumulator": "initial_accumulator_value"})
case("defaults", {"learningRate": 0.1})
case("rate decay, weight decay", {"learningRate": 0.3, "rateDecay": 0.1, "weightDecay": 0.1, "epsilon": 1e-3})
case("initial accumulator, maximize", {"learningRate": 0.1, "initialAccumulator": 0.5, "maximize": True})
case("groups", {"learningRate": 0.1, "weightDecay": 0.2, "groups": [
    {"match": "vector", "learningRate": 0.02, "weightDecay": 0}]})
case("clipped by norm", {"learningRate": 0.1, "clipNorm": 1})
case("optax: epsilon inside", {"learningRate": 0.1, "initialAccumulator": 0.1, "epsilon": 1e-2, "epsilonInside": True},
     OPTAX, by_optax(optax.adagrad, {
         "initialAccumulator": "initial_accumulator_value", "epsilonInside": implied(True)}))
case("keras: epsilon inside", {"learningRate": 0.2, "initialAccumulator": 0.1, "epsilon": 1e-1, "epsilonInside": True},
     KERAS, by_keras(keras.optimizers.Adagrad, {"epsilonInside": implied(True)}))

case = torch_kind("adadelta", torch.optim.Adadelta, {"rho": "rho"})
case("defaults", {"learningRate": 1})
case("rho, epsilon, weight decay", {"learningRate": 0.5, "rho": 0.7, "epsilon": 1e-3, "weightDecay": 0.1})
case("maximize", {"learningRate": 2, "rho": 0.95, "maximize": True})
case("groups", {"learningRate": 1, "epsilon": 1e-4, "weightDecay": 0.2, "groups": [
    {"match": "vector", "learningRate": 0.3, "weightDecay": 0}]})
case("clipped by norm", {"learningRate": 1, "epsilon": 1e-3, "clipNorm": 1})

case = torch_kind("rmsprop", torch.optim.RMSprop, {"rho": "alpha", "centered": "centered"})
case("defaults", {"learningRate": 0.01})
case("momentum, weight decay", {
    "learningRate": 0.005, "rho": 0.9, "momentum": 0.8, "weightDecay": 0.1, "epsilon": 1e-3})
case("centered", {"learningRate": 0.01, "rho": 0.9, "centered": True, "epsilon": 1e-3})
case("centered, momentum, maximize", {
    "learningRate": 0.003, "rho": 0.95, "momentum": 0.9, "centered": True, "epsilon": 1e-2, "maximize": True})
case("momentum, changing rate", {"learningRate": RATES[0], "rho": 0.9, "momentum": 0.9, "epsilon": 1e-2}, rates=RATES)
case("groups", {"learningRate": 0.01, "weightDecay": 0.2, "groups": [
    {"match": "vector", "learningRate": 0.002, "weightDecay": 0}]})
case("clipped by norm", {"learningRate": 0.01, "clipNorm": 1})
OPTAX_RMSPROP = by_optax(optax.rmsprop, {
    "rho": "decay", "centered": "centered", "epsilonInside": "eps_in_sqrt", "initialAccumulator": "initial_scale",
    "biasCorrection": "bias_correction", "rateInside": implied(True)})
case("optax: epsilon inside", {"learningRate": 0.01, "rho": 0.9, "epsilon": 1e-2, "epsilonInside": True}, OPTAX, OPTAX_RMSPROP)
case("optax: epsilon inside, centered, nesterov, rate inside", {
    "learningRate": RATES[0], "rho": 0.9, "epsilon": 1e-1, "epsilonInside": True, "centered": True, "momentum": 0.6,
    "nesterov": True, "rateInside": True}, OPTAX, OPTAX_RMSPROP, rates=RATES)
case("optax: initial accumulator", {
    "learningRate": 0.02, "rho": 0.9, "epsilon": 1e-3, "epsilonInside": False, "initialAccumulator": 0.5}, OPTAX, OPTAX_RMSPROP)
case("optax: bias correction", {
    "learningRate": 0.02, "rho": 0.9, "epsilon": 1e-3, "epsilonInside": False, "biasCorrection": True}, OPTAX, OPTAX_RMSPROP)
case("keras: epsilon inside, momentum, rate inside", {
    "learningRate": RATES[0], "rho": 0.9, "momentum": 0.5, "epsilon": 1e-2, "epsilonInside": True, "rateInside": True},
    KERAS, by_keras(keras.optimizers.RMSprop, {"epsilonInside": implied(True), "rateInside": implied(True)}), rates=RATES)

case = torch_kind("adam", torch.optim.Adam, {**BETAS, "amsgrad": "amsgrad", "decoupled": "decoupled_weight_decay"})
case("defaults", {"learningRate": 0.01})
case("betas, epsilon, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0.1})
case("amsgrad", {"learningRate": 0.05, "beta2": 0.9, "amsgrad": True})
case("amsgrad, weight decay, maximize", {
    "learningRate": 0.05, "beta2": 0.9, "amsgrad": True, "weightDecay": 0.1, "maximize": True})
case("decoupled weight decay", {"learningRate": 0.05, "weightDecay": 0.3, "decoupled": True})
case("groups", {"learningRate": 0.05, "weightDecay": 0.2, "groups": [
    {"match": "vector", "learningRate": 0.01, "weightDecay": 0}]})
case("clipped by norm", {"learningRate": 0.05, "clipNorm": 1})
case("optax: epsilon root", {"learningRate": 0.05, "beta2": 0.95, "epsilonRoot": 1e-2}, OPTAX, by_optax(optax.adam))
case("optax: nesterov (its nadam)", {"learningRate": 0.05, "beta2": 0.95, "nesterov": True}, OPTAX, by_optax(optax.adam))
case("optax: amsgrad over the corrected average", {
    "learningRate": 0.05, "beta2": 0.9, "amsgrad": True, "amsgradCorrected": True},
    OPTAX, by_optax(optax.amsgrad, {"amsgrad": implied(True), "amsgradCorrected": implied(True)}))
case("keras: epsilon hat", {"learningRate": 0.05, "epsilon": 1e-2, "epsilonHat": True},
     KERAS, by_keras(keras.optimizers.Adam, {"epsilonHat": implied(True)}))
case("keras: epsilon hat, amsgrad", {"learningRate": 0.05, "beta2": 0.9, "epsilon": 1e-2, "epsilonHat": True, "amsgrad": True},
     KERAS, by_keras(keras.optimizers.Adam, {"epsilonHat": implied(True), "amsgrad": "amsgrad"}))

case = torch_kind("adamw", torch.optim.AdamW, {**BETAS, "amsgrad": "amsgrad"})
case("defaults", {"learningRate": 0.01})
case("betas, epsilon, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0.3})
case("amsgrad, maximize", {"learningRate": 0.05, "beta2": 0.9, "amsgrad": True, "weightDecay": 0.1, "maximize": True})
case("changing rate", {"learningRate": RATES[0], "weightDecay": 0.5}, rates=RATES)
case("groups", {"learningRate": 0.05, "weightDecay": 0.3, "groups": [
    {"match": "vector", "learningRate": 0.01, "weightDecay": 0}]})
case("clipped by norm", {"learningRate": 0.05, "clipNorm": 1})
case("optax: nesterov, epsilon root", {
    "learningRate": 0.05, "beta2": 0.95, "nesterov": True, "epsilonRoot": 1e-3, "weightDecay": 0.2}, OPTAX, by_optax(optax.adamw))
case("keras: epsilon hat", {"learningRate": 0.05, "epsilon": 1e-2, "epsilonHat": True, "weightDecay": 0.2},
     KERAS, by_keras(keras.optimizers.AdamW, {"epsilonHat": implied(True)}))

case = torch_kind("adamax", torch.optim.Adamax, BETAS)
case("defaults", {"learningRate": 0.02})
case("betas, epsilon, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1, "weightDecay": 0.1})
case("maximize", {"learningRate": 0.05, "beta2": 0.9, "maximize": True})
case("optax: adamaxw, decoupled weight decay", {
    "learningRate": 0.05, "beta2": 0.9, "weightDecay": 0.2, "decoupled": True},
    OPTAX, by_optax(optax.adamaxw, {"decoupled": implied(True)}))

case = torch_kind("nadam", torch.optim.NAdam, {
    **BETAS, "momentumDecay": "momentum_decay", "decoupled": "decoupled_weight_decay"})
case("defaults", {"learningRate": 0.02})
case("betas, epsilon, momentum decay, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "momentumDecay": 0.1, "weightDecay": 0.1})
case("decoupled weight decay, maximize", {
    "learningRate": 0.05, "weightDecay": 0.3, "decoupled": True, "maximize": True})
case("keras: momentum decay 1", {"learningRate": 0.05, "momentumDecay": 1, "epsilon": 1e-3},
     KERAS, by_keras(keras.optimizers.Nadam, {"momentumDecay": implied(1)}))

case = torch_kind("radam", torch.optim.RAdam, {**BETAS, "decoupled": "decoupled_weight_decay"})
case("defaults", {"learningRate": 0.02})
case("betas, epsilon, weight decay", {
    "learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.1})
case("decoupled weight decay, maximize", {
    "learningRate": 0.01, "beta2": 0.99, "weightDecay": 0.3, "decoupled": True, "maximize": True})
by_optax_radam = by_optax(optax.radam, {"epsilonHat": implied(False), "threshold": "threshold"})
case("optax: epsilons", {
    "learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "epsilonRoot": 0.1, "epsilonHat": False}, OPTAX, by_optax_radam)
case("optax: threshold, changing rate", {
    "learningRate": RATES[0], "epsilonHat": False, "threshold": 8.5}, OPTAX, by_optax_radam, rates=RATES)

case = torch_kind("rprop", torch.optim.Rprop, {
    "etaMinus": ("etas", 0), "etaPlus": ("etas", 1), "stepMin": ("step_sizes", 0), "stepMax": ("step_sizes", 1)})
case("defaults", {"learningRate": 0.01})
case("etas, step limits", {
    "learningRate": 0.05, "etaMinus": 0.3, "etaPlus": 1.5, "stepMin": 0.02, "stepMax": 0.1})
case("maximize", {"learningRate": 0.02, "etaPlus": 1.3, "maximize": True})

# The rates are float64 here; ASGD keeps its own rate `eta` in the state, so a change of learningRate is only seen a step later.
case = torch_kind(
    "asgd", torch.optim.ASGD, {"lambda": "lambd", "alpha": "alpha", "t0": "t0"},
    extra=lambda optimizer, parameters: {
        "average": flatten({name: optimizer.state[p]["ax"].numpy() for name, p in parameters.items()})})
case("defaults", {"learningRate": 0.01})
case("averaging from step 5, weight decay", {
    "learningRate": 0.02, "lambda": 0.1, "alpha": 0.9, "t0": 5, "weightDecay": 0.1})
case("maximize, changing rate", {"learningRate": RATES[0], "lambda": 1, "t0": 10, "maximize": True}, rates=RATES)


def touched_rows():
    """The rows (of the vector: the elements) that have a gradient in each step. None have one in the step of zero gradients."""
    return [{name: [row for row in range(shape[0]) if (step + row) % 3 != 0 and step + 1 != ZERO_STEP]
             for name, shape in SHAPES.items()} for step in range(STEPS)]


def sparse_adam(options):
    parameters, rows, trajectory = torch_parameters(), touched_rows(), []
    names = {**TORCH_NAMES, **BETAS}
    optimizer = torch.optim.SparseAdam(
        list(parameters.values()), **translate(torch.optim.SparseAdam, names, options))
    for step in range(STEPS):
        for name, parameter in parameters.items():
            touched = rows[step][name]
            values = torch.tensor(GRADIENTS[step][name][touched]).reshape(len(touched), *parameter.shape[1:])
            parameter.grad = torch.sparse_coo_tensor([touched], values, parameter.shape)
        optimizer.step()
        trajectory.append(flatten({name: p.detach().numpy() for name, p in parameters.items()}))
    return trajectory, []


case = kind("sparseAdam", TORCH, sparse_adam)
case("defaults", {"learningRate": 0.02}, fields={"rows": touched_rows()})
case("betas, epsilon", {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2}, fields={"rows": touched_rows()})
case("maximize", {"learningRate": 0.05, "beta2": 0.9, "maximize": True}, fields={"rows": touched_rows()})

# PyTorch's default epsilon1 is the dtype's machine epsilon. These runs are float64, so they name the one of float32.
FLOAT32_EPSILON = 2**-23
case = torch_kind("adafactor", torch.optim.Adafactor, {
    "beta2Decay": "beta2_decay", "epsilon1": ("eps", 0), "epsilon2": ("eps", 1), "clipThreshold": "d"})
case("defaults", {"learningRate": 0.1, "epsilon1": FLOAT32_EPSILON})
case("beta2 decay, epsilons, weight decay", {
    "learningRate": 0.5, "beta2Decay": -0.5, "epsilon1": 0.1, "epsilon2": 0.5, "weightDecay": 0.1})
case("clip threshold, maximize", {
    "learningRate": 0.3, "epsilon1": FLOAT32_EPSILON, "clipThreshold": 1.5, "maximize": True})


def adafactor(options, rates=None):
    """pytorch_optimizer's, which is Hugging Face's."""
    beta1 = options.get("beta1") or None
    names = {"relativeStep": "relative_step", "scaleParameter": "scale_parameter", "epsilon1": implied(1e-15), "beta1": implied(beta1),
             "beta2Decay": "decay_rate", "epsilon2": "eps2", "clipThreshold": "clip_threshold"}
    fixed = {"betas": (beta1, 0.999), "momentum_dtype": torch.float64, "foreach": False}
    return by_torch(pytorch_optimizer.AdaFactor, names, fixed=fixed)(options, rates=rates)


PYTORCH_OPTIMIZER = f"pytorch_optimizer {version('pytorch_optimizer')}"
case("pytorch_optimizer: a relative step", {"learningRate": 0.01, "epsilon1": 1e-15, "relativeStep": True}, PYTORCH_OPTIMIZER, adafactor)
case("pytorch_optimizer: a rate that stands alone, changing, a mean of steps, weight decay", {
    "learningRate": RATES[0], "epsilon1": 1e-15, "relativeStep": False, "scaleParameter": False, "beta1": 0.8, "weightDecay": 0.2},
     PYTORCH_OPTIMIZER, adafactor, rates=RATES)
case("pytorch_optimizer: in proportion to the tensor, a mean of steps", {
    "learningRate": 0.5, "epsilon1": 1e-15, "epsilon2": 0.3, "beta2Decay": -0.6, "relativeStep": False, "beta1": 0.5},
     PYTORCH_OPTIMIZER, adafactor)


def muon(options):
    """The matrix by torch.optim.Muon, the vector, which that refuses, by `fallback`. Muon orthogonalizes in bfloat16, three
    digits: here that one cast is widened to float64, the rest is PyTorch's own code."""
    fallback = {key: value for key, value in options["fallback"].items() if key != "kind"}
    own = {key: value for key, value in options.items() if key != "fallback"}
    names = {
        **TORCH_NAMES, "coefficients": "ns_coefficients", "newtonSchulzSteps": "ns_steps",
        "adjustRate": lambda value: {"adjust_lr_fn": {
            "original": "original", "matchRmsAdamw": "match_rms_adamw", "spectralUnclamped": "spectral_unclamped"}[value]}}
    parameters, trajectory = torch_parameters(), []
    optimizers = [
        torch.optim.Muon([parameters["matrix"]], **translate(torch.optim.Muon, names, own)),
        torch.optim.AdamW([parameters["vector"]], **translate(torch.optim.AdamW, {**TORCH_NAMES, **BETAS}, fallback))]
    with mock.patch.object(torch, "bfloat16", torch.float64):
        for step in range(STEPS):
            for name, parameter in parameters.items():
                parameter.grad = torch.tensor(GRADIENTS[step][name])
            for optimizer in optimizers:
                optimizer.step()
            trajectory.append(flatten({name: p.detach().numpy() for name, p in parameters.items()}))
    return trajectory, []


ADAMW = {"kind": "adamw", "learningRate": 0.01, "beta2": 0.95}
case = kind("muon", TORCH, muon)
case("defaults", {"learningRate": 0.02, "fallback": ADAMW})
case("no nesterov, match the RMS of AdamW, momentum, weight decay", {
    "learningRate": 0.05, "momentum": 0.8, "nesterov": False, "weightDecay": 0.3, "adjustRate": "matchRmsAdamw",
    "fallback": {**ADAMW, "weightDecay": 0.2}})
case("spectral, coefficients, steps, epsilon", {
    "learningRate": 0.02, "weightDecay": 0, "adjustRate": "spectralUnclamped", "coefficients": [2, -1.5, 0.5],
    "newtonSchulzSteps": 8, "epsilon": 0.5, "fallback": ADAMW})
MUON = case
