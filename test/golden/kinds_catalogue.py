"""What pytorch_optimizer, heavyball and timm have beyond torch.optim and Optax: Muon's relatives, decay, projections, eigenbases."""

from importlib.metadata import version
from unittest import mock

import heavyball
import pytorch_optimizer
import pytorch_optimizer.optimizer.muon.normuon as normuon_module
import timm.optim
import timm.optim.muon as timm_muon
import torch

from problem import GRADIENTS, SHAPES, STEPS, flatten
from registry import BETAS, RATES, TIMM, TORCH_NAMES, by_torch, kind, torch_kind
from runners import torch_parameters, translate

heavyball.utils.compile_mode = None
HEAVYBALL = f"heavyball {version('heavyball')}"
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
