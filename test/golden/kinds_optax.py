"""The optimizers that PyTorch lacks: Optax, and timm where it is the closer to the paper."""

import optax
import optax.contrib
import timm.optim

from registry import BETAS, OPTAX, RATES, TIMM, by_optax, by_torch, chained, implied, optax_kind, torch_kind

case = optax_kind("adamBfloat16", optax.adam, {"stateDtype": "mu_dtype"})
case("defaults", {"learningRate": 0.01, "stateDtype": "bfloat16"})
case("betas, epsilon", {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "stateDtype": "bfloat16"})
case("nesterov", {"learningRate": 0.05, "beta1": 0.95, "beta2": 0.95, "nesterov": True, "stateDtype": "bfloat16"})

case = optax_kind("lion", chained(optax.scale_by_lion), {"mode": "mode", "smoothBeta": "smooth_beta"})
case("defaults", {"learningRate": 0.01, "weightDecay": 0.001})
case("betas, weight decay", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "weightDecay": 0.5})
case("changing rate", {"learningRate": RATES[0], "beta1": 0.95, "beta2": 0.98, "weightDecay": 0.1}, rates=RATES)
case("smooth", {"learningRate": 0.02, "weightDecay": 0.1, "mode": "smooth", "smoothBeta": 3})
case("refined", {"learningRate": 0.02, "mode": "refined"})
case("timm: maximize", {"learningRate": 0.02, "weightDecay": 0.1, "maximize": True}, TIMM, by_torch(timm.optim.Lion, BETAS))

# Optax 0.2.8 weighs the difference of gradients with 1 - beta2 = 0.08; the paper (whose beta2 is one minus this one) and the
# authors' code, from which timm's comes, with beta2 = 0.92.
case = torch_kind("adan", timm.optim.Adan, {
    "beta1": ("betas", 0), "beta2": ("betas", 1), "beta3": ("betas", 2),
    "proximal": lambda value: {"no_prox": not value}}, library=TIMM)
case("defaults", {"learningRate": 0.02})
case("betas, epsilon, weight decay", {
    "learningRate": 0.05, "beta1": 0.9, "beta2": 0.8, "beta3": 0.95, "epsilon": 1e-2, "weightDecay": 0.2})
case("weight decay, not proximal", {"learningRate": 0.05, "weightDecay": 0.5, "proximal": False})
case("optax: other weight of the difference, epsilon root", {
    "learningRate": 0.02, "differenceWeight": 1 - 0.92, "epsilonRoot": 1e-8, "weightDecay": 0.2, "proximal": False},
    OPTAX, by_optax(optax.adan, {"differenceWeight": implied(1 - 0.92), "proximal": implied(False)}),
    note="Optax decays inside the step: theta -= lr (u + weightDecay theta), the same as proximal false")

case = optax_kind("adabelief", chained(optax.scale_by_belief))
case("defaults", {"learningRate": 0.01})
case("betas, epsilons, weight decay", {
    "learningRate": 0.03, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "epsilonRoot": 1e-2, "weightDecay": 0.2})
case("nesterov", {"learningRate": 0.02, "beta2": 0.99, "epsilon": 1e-8, "epsilonRoot": 1e-8, "nesterov": True})

case = optax_kind("yogi", chained(optax.scale_by_yogi), {"initialAccumulator": "initial_accumulator_value"})
case("defaults", {"learningRate": 0.01})
case("betas, epsilons, weight decay", {
    "learningRate": 0.03, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-2, "epsilonRoot": 1e-2, "weightDecay": 0.2})
case("initial accumulator", {"learningRate": 0.05, "beta2": 0.95, "initialAccumulator": 0.1})

case = optax_kind("lamb", optax.lamb)
case("defaults", {"learningRate": 0.01})
case("betas, epsilons, weight decay", {
    "learningRate": 0.03, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "epsilonRoot": 1e-2, "weightDecay": 0.5})
case("changing rate", {"learningRate": RATES[0], "beta2": 0.9, "weightDecay": 0.1}, rates=RATES)
by_timm = by_torch(timm.optim.Lamb, {**BETAS, "trustClip": "trust_clip", "gradientAveraging": "grad_averaging"}, fixed={"max_grad_norm": None})
case("timm: trust clip, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "epsilon": 1e-6, "weightDecay": 0.05, "trustClip": True}, TIMM, by_timm)
case("timm: gradients not averaged, changing rate, weight decay", {
    "learningRate": RATES[0], "beta2": 0.95, "weightDecay": 0.2, "gradientAveraging": False}, TIMM, by_timm, rates=RATES)

case = optax_kind("lars", optax.lars, {"trustCoefficient": "trust_coefficient"})
case("defaults", {"learningRate": 1})
case("trust coefficient, momentum, epsilon, weight decay", {
    "learningRate": 0.5, "trustCoefficient": 0.1, "momentum": 0.5, "epsilon": 0.1, "weightDecay": 0.2})
case("nesterov, changing rate", {
    "learningRate": RATES[0], "trustCoefficient": 0.05, "nesterov": True, "weightDecay": 0.1}, rates=RATES)
case("timm: LARC", {
    "learningRate": 0.01, "trustCoefficient": 0.02, "momentum": 0.8, "epsilon": 1e-8, "trustClip": True}, TIMM,
     by_torch(timm.optim.Lars, {"trustCoefficient": "trust_coeff", "trustClip": "trust_clip"}, fixed={"always_adapt": True}))

case = optax_kind("novograd", optax.novograd)
case("defaults", {"learningRate": 0.01})
case("betas, epsilons, weight decay", {
    "learningRate": 0.02, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "epsilonRoot": 1e-2, "weightDecay": 0.2})
case("changing rate", {"learningRate": RATES[0], "beta1": 0.5, "beta2": 0.98}, rates=RATES)

case = optax_kind("sm3", chained(optax.scale_by_sm3), {"momentum": "b1"})
case("defaults", {"learningRate": 0.02})
case("momentum, epsilon, weight decay", {"learningRate": 0.1, "momentum": 0.5, "epsilon": 1e-2, "weightDecay": 0.2})
case("beta2", {"learningRate": 0.02, "momentum": 0.8, "beta2": 0.9})

case = optax_kind("signSgd", chained(optax.scale_by_sign))
case("plain", {"learningRate": 0.01})
case("weight decay", {"learningRate": 0.02, "weightDecay": 0.5})
case("changing rate", {"learningRate": RATES[0], "weightDecay": 0.1}, rates=RATES)


def signum(learning_rate, momentum=0.9, weight_decay=0.0):
    """optax.signum with weight decay put between."""
    return optax.chain(
        optax.ema(momentum, debias=False), optax.scale_by_sign(), optax.add_decayed_weights(weight_decay),
        optax.scale_by_learning_rate(learning_rate))


case = optax_kind("signum", signum)
case("defaults", {"learningRate": 0.01}, run=by_optax(optax.signum))
case("momentum, weight decay", {"learningRate": 0.02, "momentum": 0.6, "weightDecay": 0.5})
case("changing rate", {"learningRate": RATES[0], "momentum": 0.95}, rates=RATES)

case = optax_kind("fromage", optax.fromage, {"minimumNorm": "min_norm"})
case("defaults", {"learningRate": 0.01})
case("minimum norm", {"learningRate": 0.1, "minimumNorm": 2})
case("changing rate", {"learningRate": RATES[0]}, rates=RATES)

# Not Optax's: its step count goes through a float32 square root even when all else is float64.
case = torch_kind("madgrad", timm.optim.MADGRAD, {"decoupled": "decoupled_decay"}, library=TIMM)
case("defaults", {"learningRate": 0.01})
case("momentum, epsilon, weight decay", {"learningRate": 0.05, "momentum": 0.5, "epsilon": 1e-2, "weightDecay": 0.1})
case("no momentum, changing rate", {"learningRate": RATES[0], "momentum": 0}, rates=RATES)
case("decoupled weight decay, changing rate", {
    "learningRate": RATES[0], "weightDecay": 0.3, "decoupled": True}, rates=RATES)
case("decoupled weight decay without momentum", {
    "learningRate": 0.05, "momentum": 0, "weightDecay": 0.5, "decoupled": True})

case = optax_kind("adopt", optax.contrib.adopt, {
    "clip": "use_clipping", "clipPower": lambda power: {"clip_value_fn": lambda count: count**power}})
case("defaults", {"learningRate": 0.01})
case("nesterov, betas, epsilon", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.99, "epsilon": 0.1, "nesterov": True})
case("no clipping, changing rate", {"learningRate": RATES[-1], "beta2": 0.95, "epsilon": 0.5, "clip": False},
     rates=RATES[::-1])
case("timm: clip power, weight decay, maximize", {
    "learningRate": 0.02, "beta2": 0.99, "clipPower": 0.333, "weightDecay": 0.2, "maximize": True},
    TIMM, by_torch(timm.optim.Adopt, {**BETAS, "clipPower": "clip_exp"}))
case("timm: decoupled weight decay", {
    "learningRate": 0.05, "beta2": 0.9, "clipPower": 0.333, "weightDecay": 0.5, "decoupled": True},
    TIMM, by_torch(timm.optim.Adopt, {**BETAS, "clipPower": "clip_exp", "decoupled": "decoupled"}))

case = optax_kind("ademamix", optax.contrib.ademamix, {"alpha": "alpha"})
case("defaults", {"learningRate": 0.01})
case("betas, alpha, epsilons, weight decay", {
    "learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "beta3": 0.99, "alpha": 2, "epsilon": 1e-3, "epsilonRoot": 1e-2,
    "weightDecay": 0.3})
case("changing rate", {"learningRate": RATES[0], "beta3": 0.95, "alpha": 8}, rates=RATES)

case = optax_kind("simplifiedAdemamix", optax.contrib.simplified_ademamix, {"alpha": "alpha"})
case("defaults", {"learningRate": 0.001})
case("betas, alpha, epsilons, weight decay", {
    "learningRate": 0.002, "beta1": 0.9, "beta2": 0.99, "alpha": 5, "epsilon": 1e-3, "epsilonRoot": 1e-2,
    "weightDecay": 0.3})
case("changing rate", {"learningRate": RATES[0], "beta1": 0.8, "alpha": 1}, rates=RATES)


def squared_gradient():
    """The estimate of the Hessian's diagonal that Sophia is given here: the square of the step's gradient."""
    return optax.GradientTransformation(
        lambda parameters: optax.EmptyState(),
        lambda updates, state, params=None: ({name: g * g for name, g in updates.items()}, state))


def sophia(learning_rate, **arguments):
    return optax.contrib.sophia(learning_rate, hessian_diagonal_fn=squared_gradient(), **arguments)


case = optax_kind("sophia", sophia, {
    "gamma": "gamma", "clip": "clip_threshold", "updateInterval": "update_interval"})
note = "hessian: the estimate of the Hessian's diagonal is the square of the step's gradient"
case("defaults", {"learningRate": 0.01, "weightDecay": 1e-4}, note=note)
case("betas, gamma, clip, interval, weight decay", {
    "learningRate": 0.02, "beta1": 0.9, "beta2": 0.8, "gamma": 2, "clip": 0.5, "updateInterval": 3, "weightDecay": 0.5},
    note=note)
case("every step, epsilon, changing rate", {
    "learningRate": RATES[0], "beta2": 0.9, "gamma": 0.5, "epsilon": 0.5, "updateInterval": 1, "weightDecay": 0},
    note=note, rates=RATES)

case = optax_kind("acprop", optax.contrib.acprop)
case("defaults", {"learningRate": 0.001})
case("betas, epsilons, weight decay", {
    "learningRate": 0.01, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.1, "epsilonRoot": 1e-2, "weightDecay": 0.3})
case("changing rate", {"learningRate": RATES[0], "beta2": 0.9, "epsilon": 1, "epsilonRoot": 1e-3}, rates=RATES)

case = optax_kind("optimisticGradientDescent", optax.optimistic_gradient_descent, {"alpha": "alpha", "beta": "beta"})
case("defaults", {"learningRate": 0.01})
case("alpha, beta", {"learningRate": 0.01, "alpha": 0.5, "beta": 2})
case("changing rate", {"learningRate": RATES[0], "beta": 0.3}, rates=RATES)


def optimistic_adam(learning_rate, weight_decay=0.0, alpha=1.0, beta=1.0, **arguments):
    """optimistic_adam_v2 with decoupled weight decay."""
    return optax.chain(
        optax.scale_by_adam(**{"nesterov": True, **arguments}), optax.scale_by_optimistic_gradient(alpha=alpha, beta=beta),
        optax.add_decayed_weights(weight_decay), optax.scale_by_learning_rate(learning_rate))


case = optax_kind("optimisticAdam", optax.optimistic_adam_v2, {"alpha": "alpha", "beta": "beta"})
case("defaults", {"learningRate": 0.02})
case("alpha, beta, betas, epsilons", {
    "learningRate": 0.02, "alpha": 0.5, "beta": 2, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "epsilonRoot": 1e-2})
case("no Nesterov, changing rate, weight decay", {
    "learningRate": RATES[0], "beta": 0.3, "nesterov": False, "weightDecay": 0.3}, OPTAX,
     by_optax(optimistic_adam, {"alpha": "alpha", "beta": "beta"}), rates=RATES)

case = torch_kind("laprop", timm.optim.LaProp, BETAS, library=TIMM)
case("defaults", {"learningRate": 0.01})
case("betas, epsilon, weight decay", {
    "learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.3})
case("changing rate", {"learningRate": RATES[0], "beta2": 0.9}, rates=RATES)

case = torch_kind("adamp", timm.optim.AdamP, {**BETAS, "delta": "delta", "decayRatio": "wd_ratio"}, library=TIMM)
case("defaults", {"learningRate": 0.01})
case("betas, epsilon, weight decay, delta, decay ratio", {
    "learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.5, "delta": 1, "decayRatio": 0.3})
case("nesterov", {"learningRate": 0.05, "weightDecay": 0.1, "nesterov": True, "delta": 0.5})

case = optax_kind("polyak", optax.polyak_sgd, {
    "learningRate": "max_learning_rate", "scale": "scaling", "minimumLoss": "f_min",
    "variant": lambda value: {"variant": {"sps": "sps", "spsPlus": "sps+"}[value]}}, loss=True)
case("defaults", {"learningRate": 1})
case("cap, scale, minimum loss, epsilon", {
    "learningRate": 0.01, "scale": 0.5, "minimumLoss": 0.1, "epsilon": 0.5})
case("minimum above some losses", {"learningRate": 0.5, "minimumLoss": 1})
case("sps plus, minimum above some losses", {"learningRate": 0.5, "minimumLoss": 1, "variant": "spsPlus"})
