"""What pytorch_optimizer, heavyball and timm have beyond torch.optim and Optax: Muon's relatives, decay, projections, eigenbases."""

from importlib.metadata import version
from unittest import mock

import adam_mini
import heavyball
import optimi
import pytorch_optimizer
import pytorch_optimizer.optimizer.muon.normuon as normuon_module
import schedulefree
import timm.optim
import timm.optim.muon as timm_muon
import torch

from problem import GRADIENTS, SHAPES, STEPS, flatten
from registry import BETAS, KERAS, RATES, TIMM, TORCH_NAMES, by_keras, by_torch, implied, kind, torch_kind
from runners import keras, torch_parameters, translate

heavyball.utils.compile_mode = None
HEAVYBALL = f"heavyball {version('heavyball')}"
ADAM_MINI = f"adam-mini {version('adam-mini')}"
OPTIMI = f"torch-optimi {version('torch-optimi')}"
PYTORCH_OPTIMIZER = f"pytorch_optimizer {version('pytorch_optimizer')}"
ADAMW = {"kind": "adamw", "learningRate": 0.01, "beta2": 0.95}
FALLING = {"kind": "exponential", "rate": RATES[0], "factor": 0.9, "steps": 3, "staircase": True}


def without(options, *keys):
    return {key: value for key, value in options.items() if key not in keys}


# --- what goes on matrices, and a fallback beside it ---------------------------------------------------------------------


def with_fallback(make):
    """make(matrix, options) steps the matrix; the vector goes to torch's AdamW of options.fallback."""
    def run(options):
        parameters, trajectory = torch_parameters(), []
        fallback = without(options["fallback"], "kind")
        optimizers = [
            make(parameters["matrix"], without(options, "fallback")),
            torch.optim.AdamW([parameters["vector"]], **translate(torch.optim.AdamW, {**TORCH_NAMES, **BETAS}, fallback))]
        for step in range(STEPS):
            for name, parameter in parameters.items():
                parameter.grad = torch.tensor(GRADIENTS[step][name])
            for optimizer in optimizers:
                optimizer.step()
            trajectory.append(flatten({name: p.detach().numpy() for name, p in parameters.items()}))
        return trajectory, []
    return run


PRESETS = {"original": "original", "quintic": "quintic", "polarExpress": "polar_express", "polarExpressSafer": "polar_express_safer"}
MUON_NAMES = {
    **TORCH_NAMES, "newtonSchulzSteps": "ns_steps", "beta2": ("betas", 1), "safetyFactor": "safety_factor",
    "coefficients": lambda value: {"ns_coefficients": PRESETS[value] if isinstance(value, str) else [tuple(row) for row in value]},
    "adjustRate": lambda value: {"adjust_lr_fn": {
        "original": "original", "matchRmsAdamw": "match_rms_adamw", "spectralUnclamped": "rms_to_rms", "none": None}[value]}}


def timm_orthogonal(algorithm):
    """timm's Muon, whose one cast to bfloat16 is left out."""
    orthogonalize = timm_muon.zeropower_via_newtonschulz

    def wide(*arguments, **more):
        return orthogonalize(*arguments, **{**more, "dtype": torch.float64})

    def make(matrix, options):
        optimizer = timm.optim.Muon([matrix], algo=algorithm, **translate(timm.optim.Muon, MUON_NAMES, options))
        step = optimizer.step

        def widened():
            with mock.patch.object(timm_muon, "zeropower_via_newtonschulz", wide), \
                    mock.patch.object(timm_muon, "_is_suitable_for_muon", lambda *_, **__: True):
                step()
        optimizer.step = widened
        return optimizer
    return with_fallback(make)


def more_muon(case):
    """Cases for the file of muon, which kinds_torch.py begins."""
    run = timm_orthogonal("muon")
    case("timm: Polar Express, safety factor", {
        "learningRate": 0.02, "nesterov": False, "weightDecay": 0.2, "coefficients": "polarExpress", "safetyFactor": 1.01,
        "adjustRate": "matchRmsAdamw", "fallback": ADAMW}, TIMM, run)
    case("timm: quintic", {
        "learningRate": 0.02, "nesterov": True, "weightDecay": 0.1, "coefficients": "quintic", "newtonSchulzSteps": 3, "adjustRate": "none",
        "fallback": ADAMW}, TIMM, run)
    case("timm: three for each of more iterations than there are", {
        "learningRate": 0.02, "nesterov": True, "weightDecay": 0, "coefficients": [[4, -6.8, 2.9], [3.4, -4.7, 2]],
        "newtonSchulzSteps": 4, "adjustRate": "spectralUnclamped", "fallback": ADAMW}, TIMM, run)
    case("timm: a safer Polar Express, to the end", {
        "learningRate": 0.02, "nesterov": True, "weightDecay": 0, "coefficients": "polarExpressSafer", "newtonSchulzSteps": 9,
        "adjustRate": "original", "fallback": ADAMW}, TIMM, run)


case = kind("adamuon", TIMM, timm_orthogonal("adamuon"))
case("quintic, as timm's defaults", {
    "learningRate": 0.02, "nesterov": False, "coefficients": "quintic", "adjustRate": "matchRmsAdamw", "fallback": ADAMW})
case("nesterov, momentum, beta2, weight decay", {
    "learningRate": 0.05, "nesterov": True, "momentum": 0.8, "beta2": 0.9, "weightDecay": 0.2, "coefficients": "original",
    "adjustRate": "matchRmsAdamw", "fallback": ADAMW})
case("spectral, epsilon", {
    "learningRate": 0.01, "nesterov": True, "beta2": 0.99, "weightDecay": 0.1, "coefficients": "polarExpress", "epsilon": 1e-3,
    "adjustRate": "spectralUnclamped", "fallback": ADAMW})

NORMUON_NAMES = {
    **TORCH_NAMES, "beta2": "beta2", "unitEpsilon": "eps", "newtonSchulzSteps": "ns_steps",
    "coefficients": lambda value: {"ns_coeffs": PRESETS[value]},
    "updateScale": lambda value: {"update_scale": {"preserveNorm": "preserve_norm", "matchRms": "match_rms"}[value]},
    "adjustRate": lambda value: {"use_adjusted_lr": {"original": False, "matchRmsAdamw": True}[value]}}


def make_normuon(matrix, options):
    """pytorch_optimizer's NorMuon, whose one cast to bfloat16 is left out."""
    orthogonalize = normuon_module.zero_power_via_newton_schulz_5

    def wide(*arguments, **more):
        return orthogonalize(*arguments, **{**more, "dtype": torch.float64})
    optimizer = pytorch_optimizer.NorMuon(
        [{"params": [matrix], "use_muon": True}], foreach=False,
        **translate(pytorch_optimizer.NorMuon, NORMUON_NAMES, options))
    step = optimizer.step

    def widened():
        with mock.patch.object(normuon_module, "zero_power_via_newton_schulz_5", wide):
            step()
    optimizer.step = widened
    return optimizer


case = kind("normuon", PYTORCH_OPTIMIZER, with_fallback(make_normuon))
case("defaults", {"fallback": ADAMW})
case("momentum, beta2, weight decay, Moonlight's rates", {
    "learningRate": 0.05, "momentum": 0.8, "beta2": 0.9, "nesterov": False, "weightDecay": 0.2, "adjustRate": "matchRmsAdamw",
    "fallback": ADAMW})
case("match the root mean square, Polar Express", {
    "learningRate": 0.1, "weightDecay": 0.1, "updateScale": "matchRms", "coefficients": "polarExpress", "newtonSchulzSteps": 6,
    "fallback": ADAMW})

# --- what happens to a step, and to decay ----------------------------------------------------------------------------------

INNER = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW, "adam": torch.optim.Adam, "lion": timm.optim.Lion}


def of_steps(change):
    """change(name, p, u, rate, decay, state) makes the new tensor of the update u of the optimizer inside (torch's or timm's), which
    is made apart, from zeros and without weight decay."""
    def run(options):
        inner = options["optimizer"]
        cls, rate, decay = INNER[inner["kind"]], inner["learningRate"], inner.get("weightDecay", 0)
        apart = {name: torch.nn.Parameter(torch.zeros(SHAPES[name])) for name in SHAPES}
        arguments = translate(cls, {**TORCH_NAMES, **BETAS}, without(inner, "kind", "weightDecay", "learningRate"))
        optimizer = cls(list(apart.values()), lr=rate, weight_decay=0, **arguments)
        values = {name: p.detach().clone() for name, p in torch_parameters().items()}
        state, trajectory = {name: {} for name in SHAPES}, []
        for step in range(STEPS):
            for name, parameter in apart.items():
                parameter.data.zero_()
                parameter.grad = torch.tensor(GRADIENTS[step][name])
            optimizer.step()
            for name, parameter in apart.items():
                values[name] = change(name, values[name], -parameter.detach() / rate, rate, decay, state[name])
            trajectory.append(flatten({name: p.numpy() for name, p in values.items()}))
        return trajectory, []
    return run


def cautious_decay(name, p, u, rate, decay, state):
    p = p.clone()
    heavyball.utils.update_param_([p], [u], rate, decay, cautious_decay=True)
    return p


case = kind("cautiousDecay", HEAVYBALL, of_steps(cautious_decay))
case("adamw", {"optimizer": {"kind": "adamw", "learningRate": 0.05, "weightDecay": 0.3}})
case("lion", {"optimizer": {"kind": "lion", "learningRate": 0.02, "weightDecay": 0.5}})
case("sgd, nesterov", {"optimizer": {
    "kind": "sgd", "learningRate": 0.01, "momentum": 0.8, "nesterov": True, "weightDecay": 0.2}})


def hyperball(name, p, u, rate, decay, state):
    if p.ndim < 2:
        return p * (1 - rate * decay) - rate * u
    p, radius = p.clone(), state.setdefault("radius", p.norm())
    heavyball.utils.hyperball_step_([p], [u], [radius], rate, 0, False, None)
    return p


case = kind("hyperball", HEAVYBALL, of_steps(hyperball))
case("adam", {"optimizer": {"kind": "adam", "learningRate": 0.05}})
case("sgd, momentum", {"optimizer": {"kind": "sgd", "learningRate": 0.02, "momentum": 0.9}})
case("adamw, decay of what is no matrix", {"optimizer": {"kind": "adamw", "learningRate": 0.1, "beta2": 0.95, "weightDecay": 0.3}})


def corrected(options):
    inner = options["optimizer"]
    cls = {"adamw": timm.optim.AdamWLegacy, "lion": timm.optim.Lion, "laprop": timm.optim.LaProp}[inner["kind"]]
    names = {**TORCH_NAMES, **BETAS}
    own = {**without(inner, "kind", "learningRate"), "learningRate": options.get("peak", RATES[0])}
    fixed = {"corrected_weight_decay": True}
    return by_torch(cls, names)(own, rates=RATES, fixed=fixed)


case = kind("correctedDecay", TIMM, corrected)
case("adamw: AdamC", {"optimizer": {"kind": "adamw", "learningRate": FALLING, "weightDecay": 0.5}})
case("lion, peak", {"peak": 0.2, "optimizer": {"kind": "lion", "learningRate": FALLING, "weightDecay": 0.8}})
case("laprop, beta2", {"optimizer": {"kind": "laprop", "learningRate": FALLING, "beta2": 0.95, "weightDecay": 0.4}})

# --- relatives of Adam -----------------------------------------------------------------------------------------------------

case = torch_kind("grams", pytorch_optimizer.Grams, BETAS, PYTORCH_OPTIMIZER, fixed={"foreach": False})
case("defaults", {"learningRate": 0.05})
case("betas, epsilon, weight decay", {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.3})
case("changing rate, weight decay", {"learningRate": RATES[0], "beta2": 0.9, "weightDecay": 0.1}, rates=RATES)

STABLE = {"beta1": ("betas", 0), "beta2": ("betas", 1)}
case = torch_kind("stableAdamw", optimi.StableAdamW, STABLE, OPTIMI, fixed={"foreach": False})
case("defaults", {"learningRate": 0.05})
case("betas, epsilon, weight decay", {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1, "weightDecay": 0.3})
case("changing rate, weight decay", {"learningRate": RATES[0], "beta2": 0.95, "weightDecay": 0.2}, rates=RATES)
case("pytorch_optimizer", {"learningRate": 0.05, "beta2": 0.9, "epsilon": 1e-3, "weightDecay": 0.2}, PYTORCH_OPTIMIZER,
     by_torch(pytorch_optimizer.StableAdamW, STABLE, fixed={"foreach": False}))

MARS = {**BETAS, "gamma": "gamma", "base": "mars_type", "correctVectors": "optimize_1d"}
case = torch_kind("mars", timm.optim.Mars, MARS, TIMM)
case("defaults", {"learningRate": 0.05})
case("gamma, betas, epsilon, weight decay, vectors", {
    "learningRate": 0.05, "gamma": 0.3, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.3, "correctVectors": True})
case("lion, changing rate, weight decay", {
    "learningRate": RATES[0], "base": "lion", "gamma": 0.1, "weightDecay": 0.2}, rates=RATES)

PROJECTED = {"delta": "delta", "decayRatio": "wd_ratio"}
case = torch_kind("adamp", timm.optim.AdamP, {**BETAS, **PROJECTED}, TIMM)
case("defaults", {"learningRate": 0.05})
case("nesterov, betas, decay, mostly projected", {
    "learningRate": 0.03, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "nesterov": True, "weightDecay": 0.3, "delta": 1.5, "decayRatio": 0.2})
case("sometimes projected, changing rate", {"learningRate": RATES[0], "weightDecay": 0.2, "delta": 0.5, "decayRatio": 0}, rates=RATES)

case = torch_kind("sgdp", timm.optim.SGDP, {**PROJECTED, "dampening": "dampening"}, TIMM)
case("momentum", {"learningRate": 0.01, "momentum": 0.9})
case("nesterov, decay, mostly projected", {
    "learningRate": 0.01, "momentum": 0.8, "nesterov": True, "weightDecay": 0.1, "delta": 1.5, "decayRatio": 0.2})
case("sometimes projected, dampening, changing rate", {
    "learningRate": RATES[0], "momentum": 0.5, "dampening": 0.3, "weightDecay": 0.05, "delta": 0.5, "epsilon": 1e-4}, rates=RATES)


def adam_mini_run(options):
    """The authors' Adam-mini, whose blocks go by the names of layers: a row of "mlp", or the whole of what has no name it knows."""
    parameters = torch_parameters()
    named = {"matrix": "mlp.weight" if options.get("blocks", "units") == "units" else "whole.weight", "vector": "whole.gain"}
    own = {key: value for key, value in options.items() if key != "blocks"}
    arguments = translate(adam_mini.Adam_mini, {**TORCH_NAMES, **BETAS}, own)
    optimizer = adam_mini.Adam_mini(
        [(named[name], parameter) for name, parameter in parameters.items()], dim=4, n_heads=1, verbose=False, **arguments)
    trajectory = []
    for step in range(STEPS):
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(GRADIENTS[step][name])
        optimizer.step()
        trajectory.append(flatten({name: p.detach().numpy() for name, p in parameters.items()}))
    return trajectory, []


case = kind("adamMini", ADAM_MINI, adam_mini_run)
case("defaults", {"learningRate": 0.05})
case("betas, epsilon, weight decay", {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.1, "weightDecay": 0.3})
case("blocks of whole tensors", {"learningRate": 0.05, "beta2": 0.9, "weightDecay": 0.1, "blocks": "tensor"})

FTRL = {"initialAccumulator": "initial_accumulator_value", "l1": "l1_regularization_strength", "l2": "l2_regularization_strength",
        "shrinkage": "l2_shrinkage_regularization_strength", "beta": "beta"}
case = kind("ftrl", KERAS, by_keras(keras.optimizers.Ftrl, FTRL))
case("defaults", {"learningRate": 0.5})
case("l1, l2, shrinkage, beta", {
    "learningRate": 0.3, "initialAccumulator": 0.5, "l1": 0.02, "l2": 0.2, "shrinkage": 0.1, "beta": 1})
case("more l1, changing rate", {"learningRate": RATES[0], "l1": 0.3, "l2": 0.1}, rates=RATES)
case("pytorch_optimizer", {"learningRate": 0.3, "initialAccumulator": 0, "l1": 0.3, "l2": 0.25, "beta": 0.5}, PYTORCH_OPTIMIZER,
     by_torch(pytorch_optimizer.FTRL, {
         "initialAccumulator": implied(0), "l1": "lambda_1", "l2": lambda value: {"lambda_2": 2 * value}, "beta": "beta"},
         fixed={"foreach": False}))


def schedule_free_radam(options, rates=None):
    def extra(optimizer, parameters):
        optimizer.eval()
        average = flatten({name: p.detach().numpy() for name, p in parameters.items()})
        optimizer.train()
        return {"average": average}

    def wrap(optimizer):
        optimizer.train()
        return optimizer
    names = {**BETAS, "silentPhase": "silent_sgd_phase", "stepPower": "r", "ratePower": "weight_lr_power"}
    return by_torch(schedulefree.RAdamScheduleFree, names)(options, rates=rates, wrap=wrap, extra=extra, fixed={"foreach": False})


case = kind("scheduleFreeRadam", f"schedulefree {version('schedulefree')}", schedule_free_radam)
case("defaults", {"learningRate": 0.05})
case("without the silent phase, betas, epsilon, weight decay", {
    "learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.1, "silentPhase": False})
case("powers, changing rate", {"learningRate": RATES[0], "beta2": 0.9, "stepPower": 1, "ratePower": 1}, rates=RATES)

# --- eigenbases and roots of second moments --------------------------------------------------------------------------------

SOAP = {**BETAS, "shampooBeta": "shampoo_beta", "updateInterval": "precondition_frequency", "maxPreconditionSize": "max_precondition_dim",
        "precondition1d": "precondition_1d", "biasCorrection": "correct_bias", "normalize": "normalize_gradient"}


def reflected(factors, of=pytorch_optimizer.SOAP.get_orthogonal_matrix):
    """The first bases. A vector's first factor has one eigenvector, the gradient; the others, which rounding would choose, are those of the reflection."""
    bases = of(factors)
    if len(factors) == 1 and len(factors[0]) > 0:
        u = factors[0][:, factors[0].diagonal().argmax()].clone()
        u[0] += u.norm() * (1 if u[0] > 0 else -1)
        bases[0] = torch.eye(len(u)) - 2 * torch.outer(u, u) / u.dot(u)
    return bases


def soap(options, rates=None):
    """pytorch_optimizer's SOAP, whose one cast to float32 is left out."""
    with mock.patch.object(torch, "float32", torch.float64), \
            mock.patch.object(pytorch_optimizer.SOAP, "get_orthogonal_matrix", staticmethod(reflected)):
        return by_torch(pytorch_optimizer.SOAP, SOAP)(options, rates=rates)


case = kind("soap", PYTORCH_OPTIMIZER, soap)
case("defaults", {"learningRate": 0.05})
case("a basis every other step, betas, epsilon, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "beta2": 0.9, "shampooBeta": 0.7, "epsilon": 1e-3, "weightDecay": 0.3, "updateInterval": 2})
case("rows alone have a basis, no correction, changing rate", {
    "learningRate": RATES[0], "beta2": 0.99, "maxPreconditionSize": 3, "biasCorrection": False, "updateInterval": 3}, rates=RATES)
case("normalized", {"learningRate": 0.05, "normalize": True, "updateInterval": 4, "weightDecay": 0.1})
case("vectors have a basis, too", {"learningRate": 0.05, "beta2": 0.9, "precondition1d": True, "updateInterval": 8, "weightDecay": 0.2},
     note="of a vector the first basis is the reflection of the first unit vector to the gradient")


def shampoo(options, rates=None):
    names = {"momentum": "momentum", "decoupled": "weight_decouple", "epsilon": "matrix_eps"}
    return by_torch(pytorch_optimizer.Shampoo, names)(options, rates=rates)


case = kind("shampoo", PYTORCH_OPTIMIZER, shampoo)
case("epsilon", {"learningRate": 0.05, "epsilon": 0.2})
case("momentum, weight decay", {"learningRate": 0.05, "momentum": 0.8, "weightDecay": 0.1, "epsilon": 0.1})
case("decoupled decay, changing rate", {
    "learningRate": RATES[0], "momentum": 0.5, "weightDecay": 0.3, "decoupled": True, "epsilon": 1}, rates=RATES)


# --- options of peers that are wrappers here -------------------------------------------------------------------------------


def decoupled(options):
    inner = options["optimizer"]
    run = {"sgd": by_torch(timm.optim.SGDW),
           "rmsprop": by_keras(keras.optimizers.RMSprop, {"epsilonInside": implied(True)}),
           "adagrad": by_keras(keras.optimizers.Adagrad, {"epsilonInside": implied(True)})}[inner["kind"]]
    return run(without(inner, "kind"))


case = kind("decoupledDecay", TIMM, decoupled)
case("timm: sgd with momentum", {"optimizer": {"kind": "sgd", "learningRate": 0.01, "momentum": 0.9, "weightDecay": 0.5}})
case("timm: sgd, nesterov", {"optimizer": {
    "kind": "sgd", "learningRate": 0.01, "momentum": 0.8, "nesterov": True, "weightDecay": 0.3}})
case("keras: rmsprop", {"optimizer": {
    "kind": "rmsprop", "learningRate": 0.02, "rho": 0.9, "epsilon": 1e-2, "epsilonInside": True, "weightDecay": 0.4}}, KERAS)
case("keras: adagrad", {"optimizer": {
    "kind": "adagrad", "learningRate": 0.1, "initialAccumulator": 0.1, "epsilon": 1e-2, "epsilonInside": True,
    "weightDecay": 0.2}}, KERAS)


def tensor_clipped(options):
    inner, fixed = options["optimizer"], {"clipnorm": options["norm"]}
    run = {"sgd": by_keras(keras.optimizers.SGD, {"rateInside": implied(True)}, fixed=fixed),
           "adam": by_keras(keras.optimizers.Adam, {"epsilonHat": implied(True)}, fixed=fixed)}[inner["kind"]]
    return run(without(inner, "kind"))


case = kind("tensorClipping", KERAS, tensor_clipped)
case("sgd", {"norm": 0.5, "optimizer": {"kind": "sgd", "learningRate": 0.1}})
case("sgd, momentum", {"norm": 5, "optimizer": {"kind": "sgd", "learningRate": 0.02, "momentum": 0.9, "rateInside": True}})
case("adam", {"norm": 1, "optimizer": {"kind": "adam", "learningRate": 0.05, "epsilon": 1e-2, "epsilonHat": True}})
