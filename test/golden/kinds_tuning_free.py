"""Methods that find their own learning rate: Prodigy, D-Adaptation, DoG, schedule-free, coin betting, Momo, hypergradients,
successive gradients."""

from importlib.metadata import version

import dadaptation
import dog
import optax.contrib
import prodigyopt
import schedulefree
import torch

import hypergradient
import successive
from problem import SHAPES, flatten
from registry import BETAS, OPTAX, RATES, by_optax, by_torch, implied, kind, optax_kind, torch_kind

PRODIGY = f"prodigyopt {version('prodigyopt')}"
DADAPTATION = f"dadaptation {version('dadaptation')}"
DOG = f"dog-optimizer {version('dog-optimizer')}"
SCHEDULE_FREE = f"schedulefree {version('schedulefree')}"

# Most of these start from an estimate of 1e-6 and stay near it for the 25 steps, so some cases start from a larger one.


def estimate(optimizer, parameters):
    return {"d": float(optimizer.param_groups[0]["d"])}


case = torch_kind("prodigy", prodigyopt.Prodigy, {
    **BETAS, "beta3": "beta3", "decoupled": "decouple", "biasCorrection": "use_bias_correction",
    "safeguardWarmup": "safeguard_warmup", "d0": "d0", "dCoefficient": "d_coef", "growthRate": "growth_rate",
    "sliceP": "slice_p"},
    library=PRODIGY, extra=estimate)
case("defaults", {"learningRate": 1})
case("bias correction, betas, epsilon, weight decay", {
    "learningRate": 0.5, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.1, "biasCorrection": True, "d0": 1e-3})
case("safeguard, beta3, coefficient, growth rate", {
    "learningRate": 1, "beta3": 0.9, "safeguardWarmup": True, "dCoefficient": 2, "growthRate": 1.5, "d0": 1e-4})
case("coupled weight decay, no beta1, changing rate", {
    "learningRate": RATES[0], "beta1": 0, "weightDecay": 0.1, "decoupled": False, "d0": 1e-2}, rates=RATES)
case("d grows: bias correction, coupled weight decay", {
    "learningRate": 1, "biasCorrection": True, "weightDecay": 0.1, "decoupled": False, "dCoefficient": 10, "d0": 1e-3})
case("every third element", {"learningRate": 1, "sliceP": 3, "d0": 1e-2, "growthRate": 1.1, "weightDecay": 0.1})
case("optax: bias correction", {
    "learningRate": 1, "biasCorrection": True, "d0": 1e-2, "dCoefficient": 5, "weightDecay": 0.1},
    OPTAX, by_optax(optax.contrib.prodigy, {
        "biasCorrection": implied(True), "d0": "estim_lr0", "dCoefficient": "estim_lr_coef"},
        extra=lambda state, parameters: {"d": float(state.estim_lr)}))
case("optax: defaults", {"learningRate": 1, "biasCorrection": True}, OPTAX, by_optax(optax.contrib.prodigy, {
    "biasCorrection": implied(True)}, extra=lambda state, parameters: {"d": float(state.estim_lr)}))

case = torch_kind("dadaptSgd", dadaptation.DAdaptSGD, {"d0": "d0", "growthRate": "growth_rate"},
                  library=DADAPTATION, extra=estimate)
case("defaults", {"learningRate": 1})
case("momentum, d0, growth rate, weight decay", {
    "learningRate": 0.5, "momentum": 0.9, "d0": 1e-3, "growthRate": 1.5, "weightDecay": 0.1})
case("momentum, changing rate", {"learningRate": RATES[0], "momentum": 0.5, "d0": 1e-2}, rates=RATES)

case = torch_kind("dadaptAdam", dadaptation.DAdaptAdam, {
    **BETAS, "decoupled": "decouple", "biasCorrection": "use_bias_correction", "d0": "d0", "growthRate": "growth_rate"},
    library=DADAPTATION, extra=estimate)
case("defaults", {"learningRate": 1})
case("betas, epsilon, decoupled weight decay, d0", {
    "learningRate": 0.5, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.1, "decoupled": True, "d0": 1e-2})
case("bias correction, coupled weight decay, changing rate", {
    "learningRate": RATES[0], "beta2": 0.9, "weightDecay": 0.1, "biasCorrection": True, "d0": 1e-1},
    rates=RATES)
case("d grows: bias correction, growth rate, decoupled weight decay", {
    "learningRate": 1, "weightDecay": 0.1, "decoupled": True, "biasCorrection": True, "growthRate": 1.5, "d0": 1e-6})


def dog_kind_run(options, rates=None):
    """DoG, or per tensor LDoG, and the average of the iterates that its authors want evaluated."""
    own = {key: value for key, value in options.items() if key not in ("perTensor", "averagingPower")}
    average = {}

    def extra(optimizer, parameters):
        if not average:
            # The averager starts as a copy of the model, and forgets it in its first step, whose weight is 1.
            model = torch.nn.ParameterDict(parameters)
            average["of"] = dog.PolynomialDecayAverager(model, gamma=options.get("averagingPower", 8))
        with torch.no_grad():
            average["of"].step()
        averaged = average["of"].averaged_model
        eta = optimizer.param_groups[0]["eta"]
        return {
            "average": flatten({name: averaged[name].detach().numpy() for name in SHAPES}),
            "rate": [float(rate) for rate in eta] if options.get("perTensor") else float(eta[0])}

    return by_torch(dog.LDoG if options.get("perTensor") else dog.DoG, {
        "relativeDistance": "reps_rel", "initialRate": "init_eta"}, extra=extra)(own, rates=rates)


case = kind("dog", DOG, dog_kind_run)
case("defaults", {"learningRate": 1})
case("relative distance, epsilon, weight decay, averaging power", {
    "learningRate": 0.5, "relativeDistance": 0.1, "epsilon": 1e-2, "weightDecay": 0.1, "averagingPower": 3})
case("initial rate", {"learningRate": 1, "initialRate": 0.5})
case("per tensor", {"learningRate": 1, "relativeDistance": 0.05, "perTensor": True, "weightDecay": 0.05})

case = optax_kind("dowg", optax.contrib.dowg, {"initialSquaredDistance": "init_estim_sq_dist"})
case("defaults", {"learningRate": 1})
case("initial distance, epsilon, weight decay", {
    "learningRate": 0.5, "initialSquaredDistance": 0.04, "epsilon": 1e-2, "weightDecay": 0.1})
case("changing rate", {"learningRate": RATES[0], "initialSquaredDistance": 1}, rates=RATES)


def schedule_free(cls, names):
    """The trajectory is y, where gradients are taken; extra.average is x, what eval() evaluates."""
    def averaged(optimizer, parameters):
        optimizer.eval()
        average = flatten({name: p.detach().numpy() for name, p in parameters.items()})
        optimizer.train()
        return {"average": average}

    def wrap(optimizer):
        optimizer.train()
        return optimizer

    # eval() and train() move y to x and back, which costs a rounding: the trajectory itself is run without.
    def run(options, **more):
        trajectory, _ = by_torch(cls, names, wrap=wrap)(options, **more)
        _, extra = by_torch(cls, names, wrap=wrap, extra=averaged)(options, **more)
        return trajectory, extra
    return run


SCHEDULE_FREE_NAMES = {"warmupSteps": "warmup_steps", "stepPower": "r", "ratePower": "weight_lr_power"}
case = kind("scheduleFreeSgd", SCHEDULE_FREE, schedule_free(schedulefree.SGDScheduleFree, SCHEDULE_FREE_NAMES))
case("defaults", {"learningRate": 0.01})
case("momentum, warm-up, step power, weight decay", {
    "learningRate": 0.02, "momentum": 0.7, "warmupSteps": 5, "stepPower": 1, "weightDecay": 0.1})
case("rate power, changing rate", {"learningRate": RATES[0], "momentum": 0.95, "ratePower": 1}, rates=RATES)

case = kind("scheduleFreeAdamw", SCHEDULE_FREE, schedule_free(
    schedulefree.AdamWScheduleFree, {**SCHEDULE_FREE_NAMES, **BETAS}))
case("defaults", {"learningRate": 0.01})
case("betas, epsilon, warm-up, step power, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "warmupSteps": 5, "stepPower": 1, "weightDecay": 0.1})
case("rate power, changing rate", {"learningRate": RATES[0], "beta1": 0.95, "ratePower": 1}, rates=RATES)

case = optax_kind("cocob", optax.contrib.cocob, {"alpha": "alpha"})
case("defaults", {"learningRate": 1})
case("alpha, epsilon, weight decay", {"learningRate": 1, "alpha": 5, "epsilon": 0.1, "weightDecay": 0.1})
case("changing rate", {"learningRate": RATES[0], "alpha": 10, "weightDecay": 0.05}, rates=RATES)

MOMO_NAMES = {"lowerBound": "lower_bound", "adaptLowerBound": "adapt_lower_bound"}


def lower_bound(state, parameters):
    return {"lowerBound": float(state.lb)}


case = optax_kind("momo", optax.contrib.momo, {**MOMO_NAMES, "momentum": "beta"}, loss=True, extra=lower_bound)
case("defaults", {"learningRate": 1})
case("momentum, lower bound, weight decay", {"learningRate": 0.05, "momentum": 0.7, "lowerBound": 0.2, "weightDecay": 0.5})
case("adapted lower bound, changing rate", {
    "learningRate": RATES[0], "momentum": 0.8, "adaptLowerBound": True, "lowerBound": -1, "weightDecay": 0.1}, rates=RATES)

case = optax_kind("momoAdam", optax.contrib.momo_adam, MOMO_NAMES, loss=True, extra=lower_bound)
case("defaults", {"learningRate": 0.01})
case("betas, epsilon, lower bound, weight decay", {
    "learningRate": 0.5, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "lowerBound": 0.2, "weightDecay": 0.2})
case("adapted lower bound, changing rate", {
    "learningRate": RATES[0], "beta2": 0.99, "adaptLowerBound": True, "lowerBound": -1, "weightDecay": 0.1}, rates=RATES)

PAPER = "Baydin et al. 2018 (no library ships it: hypergradient.py)"
case = kind("sgdHypergradient", PAPER, hypergradient.sgd)
case("plain", {"learningRate": 0.001, "hyperRate": 1e-6})
case("nesterov, weight decay", {
    "learningRate": 0.002, "hyperRate": 1e-7, "momentum": 0.8, "nesterov": True, "weightDecay": 0.1})
case("multiplicative", {"learningRate": 0.005, "hyperRate": 0.1, "multiplicative": True})
case("rate held at zero", {"learningRate": 0.001, "hyperRate": 1e-5, "momentum": 0.9})

case = kind("adamHypergradient", PAPER, hypergradient.adam)
case("defaults", {"learningRate": 0.01, "hyperRate": 1e-6})
case("betas, epsilon, weight decay", {
    "learningRate": 0.02, "hyperRate": 1e-4, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.1})
case("multiplicative", {"learningRate": 0.05, "hyperRate": 0.1, "multiplicative": True})

case = kind("almeida", "Almeida et al. 1998 (no library ships it: successive.py)", successive.almeida)
case("defaults", {"learningRate": 0.001})
case("meta-stepsize, rho, epsilon, weight decay", {
    "learningRate": 0.002, "hyperRate": 0.1, "rho": 0.5, "epsilon": 1e-4, "weightDecay": 0.1})
case("many rates at the lowest factor", {"learningRate": 0.005, "hyperRate": 1, "lowestFactor": 0.7})

case = kind("plagianakos", "Plagianakos et al. 2001 (no library ships it: successive.py)", successive.plagianakos)
case("plain", {"learningRate": 0.001, "hyperRate": 1e-6})
case("weight decay", {"learningRate": 0.002, "hyperRate": 1e-7, "weightDecay": 0.1})
case("rate held at zero", {"learningRate": 0.001, "hyperRate": 1e-5})
case("three gradients", {"learningRate": 0.001, "hyperRate": 1e-6, "previousHyperRate": 1e-7, "weightDecay": 0.1})
