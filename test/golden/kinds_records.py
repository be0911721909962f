"""What few packages have: PSGD Kron, AdaHessian, and averages of iterates. Where no package has it, the paper's own lines in float64 numpy, and said so."""

import collections
import math
from importlib.metadata import version
from unittest import mock

import numpy as np
import optax
import schedulefree
import timm.optim.kron as timm_kron
import torch
from jax import numpy as jnp
from timm.optim.adahessian import Adahessian

from problem import GRADIENTS, LOSSES, SHAPES, STEPS, flatten
from registry import BETAS, OPTAX, OPTAX_NAMES, RATES, TIMM, TORCH_NAMES, kind
from runners import jax_gradients, jax_parameters, torch_parameters, torch_run, translate
from signs import Random

SCHEDULEFREE = f"schedulefree {version('schedulefree')}"
PAPER = f"numpy {version('numpy')}"
INNER = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop}
INNER_NAMES = {**TORCH_NAMES, **BETAS, "rho": "alpha"}


def inner_optimizer(options, parameters):
    own = {key: value for key, value in options.items() if key not in ("kind", "learningRate")}
    rate = options["learningRate"]
    cls = INNER[options["kind"]]
    return cls(list(parameters.values()), lr=rate if isinstance(rate, (int, float)) else RATES[0], **translate(cls, INNER_NAMES, own))


def set_gradients(parameters, step):
    for name, parameter in parameters.items():
        parameter.grad = torch.tensor(GRADIENTS[step][name])


def values_of(parameters):
    return flatten({name: p.detach().numpy() for name, p in parameters.items()})


# --- schedule-free around another optimizer --------------------------------------------------------------------------------


class Apart(schedulefree.ScheduleFreeWrapper):
    """With its z beside the state of the optimizer inside: PyTorch's take a state that is not empty for one of their own."""

    def __init__(self, *given, **more):
        self.own = collections.defaultdict(dict)
        super().__init__(*given, **more)

    @property
    def state(self):
        return self.own


def schedule_free(options):
    parameters = torch_parameters()
    names = {"momentum": "momentum", "weightDecay": "weight_decay_at_y", "stepPower": "r", "ratePower": "weight_lr_power"}
    arguments = {names[key]: value for key, value in options.items() if key != "optimizer"}
    optimizer = Apart(inner_optimizer(options["optimizer"], parameters), **arguments)
    optimizer.train()
    rates = RATES if isinstance(options["optimizer"]["learningRate"], dict) else None
    trajectory, extra = [], []
    for step in range(STEPS):
        set_gradients(parameters, step)
        if rates:
            for group in optimizer.param_groups:
                group["lr"] = rates[step]
        optimizer.step()
        trajectory.append(values_of(parameters))
        optimizer.eval()
        extra.append({"average": values_of(parameters)})
        optimizer.train()
    return trajectory, extra


FALLING = {"kind": "exponential", "rate": RATES[0], "factor": 0.9, "steps": 3, "staircase": True}

case = kind("scheduleFree", SCHEDULEFREE, schedule_free)
case("rmsprop, weight decay", {"optimizer": {"kind": "rmsprop", "learningRate": 0.01}, "weightDecay": 0.1})
case("adamw, its own decay, momentum, both powers", {
    "optimizer": {"kind": "adamw", "learningRate": 0.02, "weightDecay": 0.3}, "momentum": 0.8, "stepPower": 1, "ratePower": 1})
case("sgd with momentum, weight decay, a rate that falls", {
    "optimizer": {"kind": "sgd", "learningRate": FALLING, "momentum": 0.5}, "momentum": 0.95, "weightDecay": 0.2})


# --- generalized primal averaging: the paper's algorithm, around torch's optimizers --------------------------------------------


def primal_averaging(options):
    mu_y, mu_x = options.get("momentum", 0.7), options.get("decay", 0.9967)
    z = torch_parameters()
    optimizer = inner_optimizer(options["optimizer"], z)
    x = {name: p.detach().numpy().copy() for name, p in z.items()}
    trajectory, extra = [], []
    for step in range(STEPS):
        set_gradients(z, step)
        optimizer.step()
        now = {name: p.detach().numpy() for name, p in z.items()}
        x = {name: mu_x * x[name] + (1 - mu_x) * now[name] for name in x}
        trajectory.append(flatten({name: mu_y * x[name] + (1 - mu_y) * now[name] for name in x}))
        extra.append({"average": flatten(x)})
    return trajectory, extra


case = kind("primalAveraging", PAPER, primal_averaging)
case("adamw", {"optimizer": {"kind": "adamw", "learningRate": 0.05, "weightDecay": 0.1}}, note="algorithm 1 of arXiv:2512.17131, in numpy")
case("adamw, both coefficients, weight decay", {
    "optimizer": {"kind": "adamw", "learningRate": 0.02, "beta2": 0.95, "weightDecay": 0.5}, "momentum": 0.9, "decay": 0.8})
case("sgd, momentum, weight decay", {
    "optimizer": {"kind": "sgd", "learningRate": 0.01, "momentum": 0.9, "weightDecay": 0.3}, "momentum": 0.5, "decay": 0.9})


# --- EMA-Nesterov: the paper's two lines, around torch's optimizers -----------------------------------------------------------


def ema_nesterov(options):
    gamma, ahead = options.get("decay", 0.99), options.get("ahead", 0.5)
    parameters = torch_parameters()
    rates = RATES if isinstance(options["optimizer"]["learningRate"], dict) else [options["optimizer"]["learningRate"]] * STEPS
    optimizer = inner_optimizer(options["optimizer"], parameters)
    theta = {name: p.detach().numpy().copy() for name, p in parameters.items()}
    mean = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    trajectory, extra = [], []
    for step in range(STEPS):
        set_gradients(parameters, step)
        optimizer.param_groups[0]["lr"] = rates[step]
        optimizer.step()
        now = {name: p.detach().numpy().copy() for name, p in parameters.items()}
        mean = {name: gamma * mean[name] + (1 - gamma) * (now[name] - theta[name]) for name in mean}
        theta = now
        # the authors' condition for the coming step, and the share of the rate just used
        coming = step + 1
        share = rates[step] / max(rates) if options.get("followRate", True) else 1
        beta = ahead * share if coming + 1 > options.get("warmupSteps", 0) and coming < options.get("restStep", math.inf) - 1 else 0
        for name, parameter in parameters.items():
            parameter.data = torch.tensor(theta[name] + beta * mean[name])
        trajectory.append(values_of(parameters))
        extra.append({"average": flatten(theta)})
    return trajectory, extra


case = kind("emaNesterov", PAPER, ema_nesterov)
case("adamw", {"optimizer": {"kind": "adamw", "learningRate": 0.05, "weightDecay": 0.1}}, note="equation 4 of arXiv:2605.25395, in numpy")
case("sgd, from update 5 to 20, weight decay", {
    "optimizer": {"kind": "sgd", "learningRate": 0.01, "momentum": 0.9, "weightDecay": 0.3}, "ahead": 1, "decay": 0.9, "warmupSteps": 5,
    "restStep": 20, "followRate": False})
case("adamw, a rate that falls", {
    "optimizer": {"kind": "adamw", "learningRate": FALLING, "weightDecay": 0.2}, "ahead": 2, "decay": 0.7})


# --- PSGD Kron --------------------------------------------------------------------------------------------------------------

DIAGONALS = {"none": None, "longest": "one_diag", "all": "all_diag"}
KRON = {
    **TORCH_NAMES, "updateProbability": "preconditioner_update_probability", "preconditionerRate": "precond_lr",
    "initialScale": "precond_init_scale", "maxPreconditionSize": "max_size_triangular", "fitMean": "momentum_into_precond_update",
    "precondition1d": lambda value: {"min_ndim_triangular": 1 if value else 2},
    "diagonals": lambda value: {"memory_save_mode": DIAGONALS[value]}, "seed": lambda value: {}}


def kron(options, rates=None, balance=None):
    """timm's Kron, whose probes are random signs here; its balancing, which comes at random, comes at the fits that `balance` names."""
    seed, fits, order = options.get("seed", 1), [0], list(SHAPES)
    calls = [0]

    def probe(shape, **_):
        # the tensors of one fit follow each other
        name = order[calls[0] % len(order)]
        calls[0] += 1
        fits[0] = (calls[0] + len(order) - 1) // len(order)
        return torch.tensor(Random(seed, "kron", name, fits[0]).signs(math.prod(shape))).reshape(shape)

    with mock.patch.object(timm_kron.torch, "randn", probe), \
            mock.patch.object(timm_kron.torch, "compile", lambda function, **_: function):
        def never(optimizer, step):
            optimizer.rng.random = lambda: 1.0
        return torch_run(timm_kron.Kron, KRON, options, rates=rates, before=never, fixed={"decoupled_decay": True})


case = kind("kron", TIMM, kron)
NOTE = "with random signs in place of normal numbers for the probe"
case("defaults", {"learningRate": 0.05}, note=NOTE)
case("momentum, weight decay, every third update, both rates, the gradient fitted", {
    "learningRate": 0.02, "momentum": 0.8, "weightDecay": 0.3, "updateProbability": 0.4, "preconditionerRate": 0.3, "initialScale": 0.5,
    "fitMean": False, "seed": 2}, note=NOTE)
case("a diagonal for the longest axis, changing rate", {
    "learningRate": RATES[0], "weightDecay": 0.1, "diagonals": "longest"}, rates=RATES, note=NOTE)
case("diagonals", {"learningRate": 0.05, "diagonals": "all", "preconditionerRate": 0.2, "weightDecay": 0.2}, note=NOTE)
case("vectors have a triangular matrix, too", {"learningRate": 0.05, "precondition1d": True, "preconditionerRate": 0.2, "weightDecay": 0.2}, note=NOTE)
case("a limit for axes", {"learningRate": 0.05, "maxPreconditionSize": 3, "weightDecay": 0.1, "seed": 7}, note=NOTE)


# --- AdaHessian -------------------------------------------------------------------------------------------------------------


class SquaredHessian(Adahessian):
    """With the squared gradient in place of what Hutchinson's method gives."""

    def set_hessian(self):
        for p in self.get_params():
            if self.state[p]["hessian step"] % self.update_each == 0:
                p.hess = p.grad**2
            self.state[p]["hessian step"] += 1


case = kind("adahessian", TIMM, lambda options, **more: torch_run(
    SquaredHessian, {**TORCH_NAMES, **BETAS, "updateInterval": "update_each"}, options, **more))
NOTE = "the estimate of the Hessian's diagonal is the squared gradient"
case("defaults", {"learningRate": 0.05}, note=NOTE)
case("betas, epsilon, weight decay", {
    "learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2, "weightDecay": 0.3}, note=NOTE)
case("every third update, changing rate", {
    "learningRate": RATES[0], "beta2": 0.9, "weightDecay": 0.1, "updateInterval": 3}, rates=RATES, note=NOTE)


# --- ScheduleFree+ ----------------------------------------------------------------------------------------------------------


def schedule_free_plus(options, rates=None):
    """algorithm 1 of arXiv:2605.19095, as the authors' adamc_schedulefree_plus_paper.py has it, in numpy."""
    get = options.get
    beta1, beta2, epsilon = get("beta1", 0.9), get("beta2", 0.95), get("epsilon", 1e-8)
    x = np.array(flatten({name: p.detach().numpy() for name, p in torch_parameters().items()}))
    y, z, m, v = x.copy(), x.copy(), np.zeros_like(x), np.zeros_like(x)
    size, weights, highest = 0.0, 0.0, epsilon
    trajectory, extra = [], []
    for k, (gradient, loss) in enumerate(zip(GRADIENTS, LOSSES)):
        g = np.array(flatten(gradient))
        progress = min(k / get("annealSteps", 0), 1) if get("annealSteps", 0) else 0
        mu = 1 - math.exp(math.log(1 - get("momentum", 0.9)) * (1 - progress) + math.log(1 - get("lastMomentum", 0.965)) * progress)
        size = get("sizeDecay", 0) * size + (1 - get("sizeDecay", 0)) * np.abs(g).sum() * math.sqrt(math.pi / 2)
        corrected = size / (1 - get("sizeDecay", 0) ** (k + 1))
        # where all gradients are 0, which divides the authors' by 0
        polyak = max(0, loss + mu * g @ (z - x)) / corrected if np.any(g) else 0
        rate = max(rates[k] if rates else options["learningRate"], epsilon) * polyak
        highest = max(rate, highest)
        c = 1.0
        if k >= get("averageAfter", 0):
            weight = (k + 1) ** get("stepPower", 0) * highest ** get("ratePower", 2)
            weights += weight
            c = weight / weights
        z = z - rate**2 * get("weightDecay", 0) * y
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        z = z - rate * (m / (1 - beta1 ** (k + 1))) / (np.sqrt(v / (1 - beta2 ** (k + 1))) + epsilon)
        x = (1 - c) * x + c * z
        y = mu * x + (1 - mu) * z
        trajectory.append([float(value) for value in y])
        extra.append({"average": [float(value) for value in x], "learningRate": float(rate)})
    return trajectory, extra


case = kind("scheduleFreePlus", PAPER, schedule_free_plus)
case("defaults", {"learningRate": 1}, note="algorithm 1 of arXiv:2605.19095, in numpy")
case("momentum that rises, sizes averaged, weight decay", {
    "learningRate": 0.5, "momentum": 0.8, "lastMomentum": 0.95, "annealSteps": 10, "sizeDecay": 0.9, "weightDecay": 20, "averageAfter": 4})
case("betas, epsilon, both powers, changing rate, weight decay", {
    "learningRate": RATES[0], "beta1": 0.7, "beta2": 0.9, "epsilon": 1e-3, "stepPower": 2, "ratePower": 1, "weightDecay": 50}, rates=RATES)


# --- noise on gradients -------------------------------------------------------------------------------------------------------


def noisy(options):
    """Optax's add_noise, whose normal numbers are made of ours, by Box and Muller."""
    seed, inner = options.get("seed", 1), options["optimizer"]
    noise = optax.add_noise(options.get("variance", 0.01), options.get("decay", 0.55), key=0)
    inside = {"sgd": optax.sgd, "adamw": optax.adamw}[inner["kind"]]
    arguments = translate(inside, OPTAX_NAMES, {key: value for key, value in inner.items() if key != "kind"})
    transformation = optax.chain(noise, inside(**arguments))
    parameters, state, trajectory = jax_parameters(), None, []
    state = transformation.init(parameters)
    for step in range(STEPS):
        def normals(key, target_tree, **_):
            return {name: jnp.asarray(Random(seed, "noise", name, step + 1).normals(math.prod(SHAPES[name]))).reshape(SHAPES[name])
                    for name in target_tree}
        with mock.patch.object(optax.tree, "random_like", normals):
            updates, state = transformation.update(jax_gradients(step), state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        trajectory.append(flatten(parameters))
    return trajectory, []


case = kind("gradientNoise", OPTAX, noisy)
case("sgd", {"optimizer": {"kind": "sgd", "learningRate": 0.05}})
case("sgd, momentum, variance and decay", {
    "optimizer": {"kind": "sgd", "learningRate": 0.02, "momentum": 0.8}, "variance": 4, "decay": 1, "seed": 2})
case("adamw, weight decay", {"optimizer": {"kind": "adamw", "learningRate": 0.05, "weightDecay": 0.3}, "variance": 1, "seed": 3})
