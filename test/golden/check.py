"""The formulas of README.md restated in plain numpy, compared with the golden files.

    python check.py             prints the largest relative difference of each kind
    python check.py adam        and, for the kinds named, of each case
    python check.py --float32   the same with the formulas in float32: what rounding alone costs, to choose tolerances by

Nothing of the libraries is imported: what agrees here is known to be the formula, and can be implemented from.
A difference is |ours - golden| / max(|golden|, 1e-3 max|golden| of the case), so that a weight near 0 does not shout.
"""

import fnmatch
import json
import sys
from math import inf, sqrt

import numpy as np

from problem import GRADIENTS, LOSSES, OUTPUT, SHAPES, START, STEPS

NAMES = list(SHAPES)
FLOAT = np.float32 if "--float32" in sys.argv else np.float64
ASKED = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
LIMIT = inf if FLOAT is np.float32 else 1e-9
EACH, ALL = {}, {}  # rules that see one tensor at a time, and rules that see all of them


def each(**defaults):
    """rule(o, s, x, g, t, lr) -> x: options, state, weights, gradient, 1-based update number, rate of this update."""
    def register(rule):
        EACH[rule.__name__] = (rule, {"weightDecay": 0, **defaults})
        return rule
    return register


def together(**defaults):
    """rule(o, s, x, g, t, lr, loss) -> x, where x and g are lists of arrays."""
    def register(rule):
        ALL[rule.__name__] = (rule, {"weightDecay": 0, **defaults})
        return rule
    return register


def ema(s, key, value, beta):
    s[key] = beta * s.get(key, 0 * value) + (1 - beta) * value
    return s[key]


def norm(x):
    return np.sqrt(sum(np.sum(a * a) for a in x)) if isinstance(x, list) else np.sqrt(np.sum(x * x))


def dot(a, b):
    return sum(np.sum(x * y) for x, y in zip(a, b))


# --- torch.optim -------------------------------------------------------------------------------------------------------


@each(momentum=0, dampening=0, nesterov=False, rateInside=False)
def sgd(o, s, x, g, t, lr):
    g = g + o.weightDecay * x
    if not o.momentum:
        return x - lr * g
    inside = lr if o.rateInside else 1
    s["b"] = inside * g if t == 1 else o.momentum * s["b"] + (1 - o.dampening) * inside * g
    d = inside * g + o.momentum * s["b"] if o.nesterov else s["b"]
    return x - (1 if o.rateInside else lr) * d


@each(rateDecay=0, initialAccumulator=0, epsilon=1e-10, epsilonInside=False)
def adagrad(o, s, x, g, t, lr):
    g = g + o.weightDecay * x
    s["s"] = s.get("s", o.initialAccumulator) + g * g
    divisor = np.sqrt(s["s"] + o.epsilon) if o.epsilonInside else np.sqrt(s["s"]) + o.epsilon
    return x - lr / (1 + (t - 1) * o.rateDecay) * g / divisor


@each(rho=0.9, epsilon=1e-6)
def adadelta(o, s, x, g, t, lr):
    g = g + o.weightDecay * x
    v = ema(s, "v", g * g, o.rho)
    d = np.sqrt(s.get("u", 0) + o.epsilon) / np.sqrt(v + o.epsilon) * g
    ema(s, "u", d * d, o.rho)
    return x - lr * d


@each(rho=0.99, epsilon=1e-8, momentum=0, centered=False, nesterov=False, epsilonInside=False, rateInside=False,
      initialAccumulator=0, biasCorrection=False)
def rmsprop(o, s, x, g, t, lr):
    g = g + o.weightDecay * x
    s.setdefault("v", o.initialAccumulator + 0 * x)
    v = ema(s, "v", g * g, o.rho)
    mean = ema(s, "mean", g, o.rho)
    if o.biasCorrection:
        v, mean = v / (1 - o.rho**t), mean / (1 - o.rho**t)
    a = v - mean * mean if o.centered else v
    d = g / (np.sqrt(a + o.epsilon) if o.epsilonInside else np.sqrt(a) + o.epsilon)
    if not o.momentum:
        return x - lr * d
    inside = lr if o.rateInside else 1
    s["b"] = o.momentum * s.get("b", 0) + inside * d
    u = inside * d + o.momentum * s["b"] if o.nesterov else s["b"]
    return x - (1 if o.rateInside else lr) * u


ADAM = dict(beta1=0.9, beta2=0.999, epsilon=1e-8, epsilonRoot=0, epsilonHat=False, amsgrad=False, amsgradCorrected=False,
            nesterov=False, decoupled=False)


@each(**ADAM)
def adam(o, s, x, g, t, lr):
    if o.decoupled:
        x = x * (1 - lr * o.weightDecay)
    else:
        g = g + o.weightDecay * x
    return x - lr * adam_direction(o, s, g, t)


def adam_direction(o, s, g, t):
    m, v = ema(s, "m", g, o.beta1), ema(s, "v", g * g, o.beta2)
    c1, c2 = 1 - o.beta1**t, 1 - o.beta2**t
    if o.amsgrad:
        s["vmax"] = np.maximum(s.get("vmax", 0), v / c2 if o.amsgradCorrected else v)
        v = s["vmax"] * c2 if o.amsgradCorrected else s["vmax"]
    mh = o.beta1 * m / (1 - o.beta1**(t + 1)) + (1 - o.beta1) * g / c1 if o.nesterov else m / c1
    if o.epsilonHat:
        return mh * np.sqrt(c2) / (np.sqrt(v) + o.epsilon)
    return mh / (np.sqrt(v / c2 + o.epsilonRoot) + o.epsilon)


@each(**{**ADAM, "weightDecay": 0.01})
def adamw(o, s, x, g, t, lr):
    return x * (1 - lr * o.weightDecay) - lr * adam_direction(o, s, g, t)


@each(beta1=0.9, beta2=0.999, epsilon=1e-8, decoupled=False)
def adamax(o, s, x, g, t, lr):
    if not o.decoupled:
        g = g + o.weightDecay * x
    m = ema(s, "m", g, o.beta1)
    s["u"] = np.maximum(o.beta2 * s.get("u", 0), np.abs(g) + o.epsilon)
    if o.decoupled:
        x = x * (1 - lr * o.weightDecay)
    return x - lr / (1 - o.beta1**t) * m / s["u"]


@each(beta1=0.9, beta2=0.999, epsilon=1e-8, momentumDecay=4e-3, decoupled=False)
def nadam(o, s, x, g, t, lr):
    if o.decoupled:
        x = x * (1 - lr * o.weightDecay)
    else:
        g = g + o.weightDecay * x
    m, v = ema(s, "m", g, o.beta1), ema(s, "v", g * g, o.beta2)
    now = o.beta1 * (1 - 0.5 * 0.96 ** (t * o.momentumDecay))
    then = o.beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * o.momentumDecay))
    s["product"] = s.get("product", 1) * now
    divisor = np.sqrt(v / (1 - o.beta2**t)) + o.epsilon
    return x - lr * (1 - now) / (1 - s["product"]) * g / divisor - lr * then / (1 - s["product"] * then) * m / divisor


@each(beta1=0.9, beta2=0.999, epsilon=1e-8, decoupled=False)
def radam(o, s, x, g, t, lr):
    if o.decoupled:
        x = x * (1 - lr * o.weightDecay)
    else:
        g = g + o.weightDecay * x
    m, v = ema(s, "m", g, o.beta1), ema(s, "v", g * g, o.beta2)
    mh, c2 = m / (1 - o.beta1**t), 1 - o.beta2**t
    limit = 2 / (1 - o.beta2) - 1
    rho = limit - 2 * t * o.beta2**t / c2
    if rho <= 5:
        return x - lr * mh
    rectification = sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
    return x - lr * mh * rectification * sqrt(c2) / (np.sqrt(v) + o.epsilon)


@each(etaMinus=0.5, etaPlus=1.2, stepMin=1e-6, stepMax=50)
def rprop(o, s, x, g, t, lr):
    product = g * s.get("before", 0)
    factor = np.where(product > 0, o.etaPlus, np.where(product < 0, o.etaMinus, 1))
    s["step"] = np.clip(s.get("step", o.learningRate) * factor, o.stepMin, o.stepMax)
    s["before"] = np.where(product < 0, 0, g)
    return x - np.sign(s["before"]) * s["step"]


@each(alpha=0.75, t0=1e6, **{"lambda": 1e-4})
def asgd(o, s, x, g, t, lr):
    decay = o["lambda"]
    eta, mu = s.get("eta", o.learningRate), s.get("mu", 1)
    g = g + o.weightDecay * x
    x = x * (1 - decay * eta) - eta * g
    s["average"] = x if mu == 1 else s["average"] + mu * (x - s["average"])
    s["eta"], s["mu"] = lr / (1 + decay * lr * t) ** o.alpha, 1 / max(1, t - o.t0)
    return x


@each(beta1=0.9, beta2=0.999, epsilon=1e-8)
def sparseAdam(o, s, x, g, t, lr):
    rows = o.rows
    s.setdefault("m", 0 * x), s.setdefault("v", 0 * x)
    x = x.copy()
    s["m"][rows] += (1 - o.beta1) * (g[rows] - s["m"][rows])
    s["v"][rows] += (1 - o.beta2) * (g[rows] ** 2 - s["v"][rows])
    rate = lr * sqrt(1 - o.beta2**t) / (1 - o.beta1**t)
    x[rows] -= rate * s["m"][rows] / (np.sqrt(s["v"][rows]) + o.epsilon)
    return x


@each(beta2Decay=-0.8, epsilon1=2**-23, epsilon2=1e-3, clipThreshold=1)
def adafactor(o, s, x, g, t, lr):
    weight = t**o.beta2Decay  # 1 - beta2 of this update
    alpha = max(o.epsilon2, norm(x) / sqrt(x.size)) * min(lr, 1 / sqrt(t))  # from the weights before the decay
    x = x * (1 - lr * o.weightDecay)
    if x.ndim > 1:
        row, column = ema(s, "row", (g * g).mean(1), 1 - weight), ema(s, "column", (g * g).mean(0), 1 - weight)
        v = np.outer(row, column) / max(row.mean(), o.epsilon1)
    else:
        v = ema(s, "v", g * g, 1 - weight)
    u = g / np.sqrt(np.maximum(v, o.epsilon1**2))
    return x - alpha / max(1, norm(u) / sqrt(u.size) / o.clipThreshold) * u


@each(momentum=0.95, nesterov=True, coefficients=(3.4445, -4.775, 2.0315), newtonSchulzSteps=5, epsilon=1e-7,
      adjustRate="original", **{"weightDecay": 0.1})
def muon(o, s, x, g, t, lr):
    if x.ndim != 2:
        inner = Options({**ADAM, "weightDecay": 0.01, **o.fallback})
        return adamw(inner, s, x, g, t, inner.learningRate)
    b = ema(s, "b", g, o.momentum)
    u = (1 - o.momentum) * g + o.momentum * b if o.nesterov else b
    rows, columns = x.shape
    u = u.T if rows > columns else u
    u = u / max(norm(u), o.epsilon)
    k = o.coefficients
    for _ in range(o.newtonSchulzSteps):
        a = u @ u.T
        u = k[0] * u + (k[1] * a + k[2] * a @ a) @ u
    u = u.T if rows > columns else u
    adjusted = {"original": sqrt(max(1, rows / columns)), "matchRmsAdamw": 0.2 * sqrt(max(rows, columns)),
                "spectralUnclamped": sqrt(rows / columns)}[o.adjustRate]
    return x * (1 - lr * o.weightDecay) - lr * adjusted * u


# --- Optax, timm -------------------------------------------------------------------------------------------------------


@each(beta1=0.9, beta2=0.99, mode="hard", smoothBeta=1)
def lion(o, s, x, g, t, lr):
    c = o.beta1 * s.get("m", 0) + (1 - o.beta1) * g
    ema(s, "m", g, o.beta2)
    u = {"hard": np.sign(c), "smooth": np.tanh(o.smoothBeta * c), "refined": np.clip(c, -1, 1)}[o.mode]
    return x - lr * (u + o.weightDecay * x)


@each(beta1=0.98, beta2=0.92, beta3=0.99, epsilon=1e-8, epsilonRoot=0, differenceWeight=None, proximal=True)
def adan(o, s, x, g, t, lr):
    weight = o.beta2 if o.differenceWeight is None else o.differenceWeight
    difference = g - s.get("before", g)
    s["before"] = g
    m, v = ema(s, "m", g, o.beta1), ema(s, "v", difference, o.beta2)
    n = ema(s, "n", (g + weight * difference) ** 2, o.beta3)
    u = (m / (1 - o.beta1**t) + weight * v / (1 - o.beta2**t)) / (np.sqrt(n / (1 - o.beta3**t) + o.epsilonRoot) + o.epsilon)
    if o.proximal:
        return (x - lr * u) / (1 + lr * o.weightDecay)
    return x * (1 - lr * o.weightDecay) - lr * u


@each(beta1=0.9, beta2=0.999, epsilon=1e-16, epsilonRoot=1e-16, nesterov=False)
def adabelief(o, s, x, g, t, lr):
    m = ema(s, "m", g, o.beta1)
    s["s"] = o.beta2 * s.get("s", 0) + (1 - o.beta2) * (g - m) ** 2 + o.epsilonRoot
    c1 = 1 - o.beta1**t
    mh = o.beta1 * m / (1 - o.beta1**(t + 1)) + (1 - o.beta1) * g / c1 if o.nesterov else m / c1
    return x - lr * (mh / (np.sqrt(s["s"] / (1 - o.beta2**t)) + o.epsilon) + o.weightDecay * x)


@each(beta1=0.9, beta2=0.999, epsilon=1e-3, epsilonRoot=0, initialAccumulator=1e-6)
def yogi(o, s, x, g, t, lr):
    s.setdefault("m", o.initialAccumulator + 0 * x), s.setdefault("v", o.initialAccumulator + 0 * x)
    m = ema(s, "m", g, o.beta1)
    s["v"] = s["v"] - (1 - o.beta2) * np.sign(s["v"] - g * g) * g * g
    divisor = np.sqrt(s["v"] / (1 - o.beta2**t) + o.epsilonRoot) + o.epsilon
    return x - lr * (m / (1 - o.beta1**t) / divisor + o.weightDecay * x)


@each(beta1=0.9, beta2=0.999, epsilon=1e-6, epsilonRoot=0)
def lamb(o, s, x, g, t, lr):
    m, v = ema(s, "m", g, o.beta1), ema(s, "v", g * g, o.beta2)
    a = m / (1 - o.beta1**t) / (np.sqrt(v / (1 - o.beta2**t) + o.epsilonRoot) + o.epsilon) + o.weightDecay * x
    return x - lr * trust(x, a) * a


def trust(x, a, coefficient=1, epsilon=0, minimum=0):
    above, below = max(norm(x), minimum), max(norm(a), minimum)
    return 1 if above == 0 or below == 0 else coefficient * above / (below + epsilon)


@each(trustCoefficient=1e-3, epsilon=0, momentum=0.9, nesterov=False)
def lars(o, s, x, g, t, lr):
    a = g + o.weightDecay * x
    a = lr * trust(x, a, o.trustCoefficient, o.epsilon) * a
    s["b"] = o.momentum * s.get("b", 0) + a
    return x - (a + o.momentum * s["b"] if o.nesterov else s["b"])


@each(beta1=0.9, beta2=0.25, epsilon=1e-6, epsilonRoot=0)
def novograd(o, s, x, g, t, lr):
    square = norm(g) ** 2
    s["v"] = square if t == 1 else o.beta2 * s["v"] + (1 - o.beta2) * square
    s["m"] = o.beta1 * s.get("m", 0) + g / (np.sqrt(s["v"] + o.epsilonRoot) + o.epsilon) + o.weightDecay * x
    return x - lr * s["m"]


@each(momentum=0.9, beta2=1, epsilon=1e-8)
def sm3(o, s, x, g, t, lr):
    least = s.get("vector", 0) if x.ndim == 1 else np.minimum.outer(
        s.get("row", np.zeros(len(x))), s.get("column", np.zeros(x.shape[1])))
    a = (1 if o.beta2 == 1 else 1 - o.beta2) * g * g + o.beta2 * least
    if x.ndim == 1:
        s["vector"] = a
    else:
        s["row"], s["column"] = a.max(1), a.max(0)
    u = ema(s, "m", np.where(a > 0, g / np.sqrt(a + o.epsilon), 0), o.momentum)
    return x - lr * (u + o.weightDecay * x)


@each()
def signSgd(o, s, x, g, t, lr):
    return x - lr * (np.sign(g) + o.weightDecay * x)


@each(momentum=0.9)
def signum(o, s, x, g, t, lr):
    return x - lr * (np.sign(ema(s, "m", g, o.momentum)) + o.weightDecay * x)


@each(minimumNorm=1e-6)
def fromage(o, s, x, g, t, lr):
    return (x - lr * trust(x, g, minimum=o.minimumNorm) * g) / sqrt(1 + lr * lr)


@each(momentum=0.9, epsilon=1e-6, decoupled=False)
def madgrad(o, s, x, g, t, lr):
    start = s.setdefault("start", x)
    if o.decoupled:
        if o.momentum == 0:
            start = s["start"] = start - lr * o.weightDecay * x
        x = x * (1 - lr * o.weightDecay)
    else:
        g = g + o.weightDecay * x
    weight = (lr + o.epsilon) * sqrt(t)
    s["v"], s["s"] = s.get("v", 0) + weight * g * g, s.get("s", 0) + weight * g
    z = start - s["s"] / (np.cbrt(s["v"]) + o.epsilon)
    return (1 - o.momentum) * z + o.momentum * x


@each(beta1=0.9, beta2=0.9999, epsilon=1e-6, clip=True, clipPower=0.25, nesterov=False, decoupled=False)
def adopt(o, s, x, g, t, lr):
    if not o.decoupled:
        g = g + o.weightDecay * x
    if t == 1:
        s["v"], s["m"] = g * g, 0 * g
        return x
    if o.decoupled:
        x = x * (1 - lr * o.weightDecay)
    c = g / np.maximum(np.sqrt(s["v"]), o.epsilon)
    if o.clip:
        c = np.clip(c, -((t - 1) ** o.clipPower), (t - 1) ** o.clipPower)
    m = ema(s, "m", c, o.beta1)
    ema(s, "v", g * g, o.beta2)
    return x - lr * (o.beta1 * m + (1 - o.beta1) * c if o.nesterov else m)


@each(beta1=0.9, beta2=0.999, beta3=0.9999, alpha=5, epsilon=1e-8, epsilonRoot=0)
def ademamix(o, s, x, g, t, lr):
    m, slow, v = ema(s, "m", g, o.beta1), ema(s, "slow", g, o.beta3), ema(s, "v", g * g, o.beta2)
    divisor = np.sqrt(v / (1 - o.beta2**t) + o.epsilonRoot) + o.epsilon
    return x - lr * ((m / (1 - o.beta1**t) + o.alpha * slow) / divisor + o.weightDecay * x)


@each(beta1=0.99, beta2=0.95, alpha=0, epsilon=1e-8, epsilonRoot=0)
def simplifiedAdemamix(o, s, x, g, t, lr):
    s["m"] = o.beta1 * s.get("m", 0) + g
    v = ema(s, "v", g * g, o.beta2)
    divisor = np.sqrt(v / (1 - o.beta2**t) + o.epsilonRoot) + o.epsilon
    return x - lr * ((s["m"] + o.alpha * g) / divisor + o.weightDecay * x)


@each(beta1=0.965, beta2=0.99, epsilon=1e-8, gamma=0.01, clip=1, updateInterval=10, **{"weightDecay": 1e-4})
def sophia(o, s, x, g, t, lr):
    m, h = ema(s, "m", g, o.beta1), s.setdefault("h", 0 * x)
    u = np.clip(m / (1 - o.beta1**t) / np.maximum(o.gamma * h, o.epsilon), -o.clip, o.clip)
    if (t - 1) % o.updateInterval == 0:
        ema(s, "h", g * g, o.beta2)  # g * g stands for the estimate of the Hessian's diagonal; it is used from the next step on
    return x - lr * (u + o.weightDecay * x)


@each(beta1=0.9, beta2=0.999, epsilon=1e-16, epsilonRoot=1e-16)
def acprop(o, s, x, g, t, lr):
    old, m = s.get("s", 0), s.get("m", 0 * g)
    s["s"] = o.beta2 * old + (1 - o.beta2) * (g - m) ** 2 + o.epsilonRoot
    ema(s, "m", g, o.beta1)
    v = 1 if t == 1 else old / (1 - o.beta2 ** (t - 1))
    return x - lr * (g / (np.sqrt(v) + o.epsilon) + o.weightDecay * x)


@each(alpha=1, beta=1)
def optimisticGradientDescent(o, s, x, g, t, lr):
    before = s.get("before", g)
    s["before"] = g
    return x - lr * ((o.alpha + o.beta) * g - o.beta * before)


@each(beta1=0.9, beta2=0.999, epsilon=1e-15)
def laprop(o, s, x, g, t, lr):
    v = ema(s, "v", g * g, o.beta2)
    u = g / (np.sqrt(v / (1 - o.beta2**t)) + o.epsilon)
    m, weight = ema(s, "m", lr * u, o.beta1), ema(s, "weight", np.array(lr), o.beta1)
    return (x - lr / weight * caution(o, m, g)) * (1 - lr * o.weightDecay)


@each(beta1=0.9, beta2=0.999, epsilon=1e-8, nesterov=False, delta=0.1, decayRatio=0.1)
def adamp(o, s, x, g, t, lr):
    m, v = ema(s, "m", g, o.beta1), ema(s, "v", g * g, o.beta2)
    divisor = np.sqrt(v) / sqrt(1 - o.beta2**t) + o.epsilon
    u = (o.beta1 * m + (1 - o.beta1) * g) / divisor if o.nesterov else m / divisor
    ratio = 1
    for shape in [(len(x), -1), (1, -1)] if x.ndim > 1 else []:
        xs, gs, us = x.reshape(shape), g.reshape(shape), u.reshape(shape)
        lengths = np.sqrt((xs * xs).sum(1)), np.sqrt((gs * gs).sum(1))
        cosine = np.abs((xs * gs).sum(1)) / (np.maximum(lengths[0], o.epsilon) * np.maximum(lengths[1], o.epsilon))
        if cosine.max() < o.delta / sqrt(xs.shape[1]):
            unit = xs / (lengths[0] + o.epsilon)[:, None]
            u = (us - unit * (unit * us).sum(1)[:, None]).reshape(x.shape)
            ratio = o.decayRatio
            break
    return x * (1 - lr * o.weightDecay * ratio) - lr / (1 - o.beta1**t) * u


@together(scale=1, minimumLoss=0, epsilon=0, variant="sps")
def polyak(o, s, x, g, t, lr, loss):
    g = [o.scale * a for a in g]
    square, gap = norm(g) ** 2 + o.epsilon, loss - o.minimumLoss
    if o.variant == "spsPlus":
        gap = max(gap, 0)
    rate = 0 if square <= 2.220446049250313e-16 else min(gap / square, lr)
    return [a - rate * b for a, b in zip(x, g)]


# --- methods that find their rate --------------------------------------------------------------------------------------


def sliced(o, x):
    """Every sliceP-th element of each tensor."""
    return [a.reshape(-1)[::o.sliceP] for a in x]


@together(beta1=0.9, beta2=0.999, beta3=None, epsilon=1e-8, decoupled=True, biasCorrection=False, safeguardWarmup=False,
          d0=1e-6, dCoefficient=1, growthRate=inf, sliceP=1)
def prodigy(o, s, x, g, t, lr, loss):
    beta3 = sqrt(o.beta2) if o.beta3 is None else o.beta3
    start = s.setdefault("start", x)
    d = s.setdefault("d", o.d0)
    s.setdefault("highest", o.d0)
    if not o.decoupled:
        g = [b + o.weightDecay * a for a, b in zip(x, g)]
    dlr = d * lr * (sqrt(1 - o.beta2**t) / (1 - o.beta1**t) if o.biasCorrection else 1)
    numerator = beta3 * s.get("numerator", 0) + d / o.d0 * dlr * dot(sliced(o, g), sliced(o, [a - b for a, b in zip(start, x)]))
    weight = d / o.d0 * (d if o.safeguardWarmup else dlr)
    zero = [0 * a for a in x]
    total = [beta3 * a + weight * b for a, b in zip(s.get("total", sliced(o, zero)), sliced(o, g))]
    m = [o.beta1 * a + (1 - o.beta1) * d * b for a, b in zip(s.get("m", zero), g)]
    v = [o.beta2 * a + (1 - o.beta2) * (d * b) ** 2 for a, b in zip(s.get("v", zero), g)]
    s.update(total=total, m=m, v=v)
    length = sum(np.abs(a).sum() for a in total)
    if length == 0:
        return x
    guess = o.dCoefficient * numerator / length
    if d == o.d0:
        d = max(d, guess)
    s["highest"] = max(s["highest"], guess)
    s["d"], s["numerator"] = min(s["highest"], d * o.growthRate), numerator
    decay = o.weightDecay if o.decoupled else 0
    return [a - decay * dlr * a - dlr * b / (np.sqrt(c) + s["d"] * o.epsilon) for a, b, c in zip(x, m, v)]


@together(momentum=0, d0=1e-6, growthRate=inf)
def dadaptSgd(o, s, x, g, t, lr, loss):
    start = s.setdefault("start", x)
    d = s.setdefault("d", o.d0)
    first = s.setdefault("first", norm(g))  # of the gradient without weight decay
    g = [b + o.weightDecay * a for a, b in zip(x, g)]
    dlr = d * lr / first
    total = s.get("total", [0 * a for a in x])
    s["numerator"] = s.get("numerator", 0) + dlr * dot(g, total)
    total = s["total"] = [a + dlr * b for a, b in zip(total, g)]
    length = norm(total)
    s["d"] = max(d, min(2 * s["numerator"] / length, d * o.growthRate))
    return [o.momentum * a + (1 - o.momentum) * (b - c) for a, b, c in zip(x, start, total)]


@together(beta1=0.9, beta2=0.999, epsilon=1e-8, decoupled=False, biasCorrection=False, d0=1e-6, growthRate=inf)
def dadaptAdam(o, s, x, g, t, lr, loss):
    d, root = s.setdefault("d", o.d0), sqrt(o.beta2)
    if not o.decoupled:
        g = [b + o.weightDecay * a for a, b in zip(x, g)]
    dlr = d * lr * (sqrt(1 - o.beta2**t) / (1 - o.beta1**t) if o.biasCorrection else 1)
    zero = [0 * a for a in x]
    v, total = s.get("v", zero), s.get("total", zero)
    product = dlr * dot(g, [a / (np.sqrt(b) + o.epsilon) for a, b in zip(total, v)])  # both from before this update
    m = s["m"] = [o.beta1 * a + (1 - o.beta1) * dlr * b for a, b in zip(s.get("m", zero), g)]
    v = s["v"] = [o.beta2 * a + (1 - o.beta2) * b * b for a, b in zip(v, g)]
    total = s["total"] = [root * a + (1 - root) * dlr * b for a, b in zip(total, g)]
    s["numerator"] = root * s.get("numerator", 0) + (1 - root) * product
    length = sum(np.abs(a).sum() for a in total)
    s["d"] = max(d, min(s["numerator"] / ((1 - root) * length), d * o.growthRate))
    decay = o.weightDecay if o.decoupled else 0
    return [a * (1 - decay * dlr) - b / (np.sqrt(c) + o.epsilon) for a, b, c in zip(x, m, v)]


@together(relativeDistance=1e-6, epsilon=1e-8, initialRate=None, perTensor=False, averagingPower=8)
def dog(o, s, x, g, t, lr, loss):
    start = s.setdefault("start", x)
    g = [b + o.weightDecay * a for a, b in zip(x, g)]
    parts = [[i] for i in range(len(x))] if o.perTensor else [range(len(x))]
    rates = []
    new = list(x)
    for k, part in enumerate(parts):
        pick = lambda list_of: [list_of[i] for i in part]  # noqa: E731
        first = o.relativeDistance * (1 + norm(pick(start)))
        distance = norm([a - b for a, b in zip(pick(x), pick(start))])
        r = s[f"r{k}"] = max(s.get(f"r{k}", first if o.initialRate is None else 0), distance)
        s[f"G{k}"] = s.get(f"G{k}", o.epsilon) + norm(pick(g)) ** 2
        rate = lr * r / sqrt(s[f"G{k}"])
        if t == 1 and o.initialRate is not None:
            rate = o.initialRate
        rates.append(float(rate))
        for i in part:
            new[i] = x[i] - rate * g[i]
    weight = (o.averagingPower + 1) / (o.averagingPower + t)
    s["average"] = [(1 - weight) * a + weight * b for a, b in zip(s.get("average", new), new)]
    s["rate"] = rates if o.perTensor else rates[0]
    return new


@together(initialSquaredDistance=None, epsilon=1e-4)
def dowg(o, s, x, g, t, lr, loss):
    start = s.setdefault("start", x)
    g = [b + o.weightDecay * a for a, b in zip(x, g)]
    first = o.epsilon if o.initialSquaredDistance is None else o.initialSquaredDistance
    square = s["square"] = max(s.get("square", first), norm([a - b for a, b in zip(x, start)]) ** 2)
    s["v"] = s.get("v", 0) + square * norm(g) ** 2
    return [a - lr * square / (sqrt(s["v"]) + o.epsilon) * b for a, b in zip(x, g)]


def schedule_free_step(o, s, y, u, t, lr, beta):
    lr *= min(1, t / o.warmupSteps) if o.warmupSteps else 1
    s["highest"] = max(lr, s.get("highest", -1))
    weight = t**o.stepPower * s["highest"] ** o.ratePower
    s["sum"] = s.get("sum", 0) + weight
    c = weight / s["sum"] if s["sum"] else 0
    z = s.get("z", y)
    y = (1 - c) * y + c * z + lr * (beta * (1 - c) - 1) * u
    s["z"] = z - lr * u
    s["average"] = y + (s["z"] - y) * (1 - 1 / beta)
    return y


@each(momentum=0.9, warmupSteps=0, stepPower=0, ratePower=2)
def scheduleFreeSgd(o, s, x, g, t, lr):
    return schedule_free_step(o, s, x, g + o.weightDecay * x, t, lr, o.momentum)


@each(beta1=0.9, beta2=0.999, epsilon=1e-8, warmupSteps=0, stepPower=0, ratePower=2)
def scheduleFreeAdamw(o, s, x, g, t, lr):
    v = ema(s, "v", g * g, o.beta2)
    u = g / (np.sqrt(v / (1 - o.beta2**t)) + o.epsilon) + o.weightDecay * x
    return schedule_free_step(o, s, x, u, t, lr, o.beta1)


@each(alpha=100, epsilon=1e-8)
def cocob(o, s, x, g, t, lr):
    g = lr * (g + o.weightDecay * x)
    start = s.setdefault("start", x)
    s["largest"] = np.maximum(s.get("largest", o.epsilon), np.abs(g))
    s["absolute"] = s.get("absolute", 0) + np.abs(g)
    s["reward"] = np.maximum(s.get("reward", 0) - g * (x - start), 0)
    s["sum"] = s.get("sum", 0) - g
    largest = s["largest"]
    share = s["sum"] / (largest * np.maximum(s["absolute"] + largest, o.alpha * largest))
    return start + share * (largest + s["reward"])


@together(momentum=0.9, lowerBound=0, adaptLowerBound=False)
def momo(o, s, x, g, t, lr, loss):
    beta = 0 if t == 1 else o.momentum
    f = s["f"] = beta * s.get("f", 0) + (1 - beta) * loss
    m = s["m"] = [beta * a + (1 - beta) * b for a, b in zip(s.get("m", g), g)]
    gamma = s["gamma"] = beta * s.get("gamma", 0) + (1 - beta) * dot(g, x)
    square, product, shrink = norm(m) ** 2, dot(m, x), 1 + lr * o.weightDecay
    bound = s.get("lowerBound", o.lowerBound)
    used = bound
    if o.adaptLowerBound:
        cap = shrink * (f - gamma) + product
        if cap < shrink * bound:
            used = max(cap / (2 * shrink), o.lowerBound)
    gap = max(shrink * (f - used - gamma) + product, 0)
    tau = min(lr, gap / square if square > 2.220446049250313e-16 else 0)
    s["lowerBound"] = max(f + product - gamma - tau * square / 2, o.lowerBound) if o.adaptLowerBound else bound
    return [a / shrink - tau * b for a, b in zip(x, m)]


@together(beta1=0.9, beta2=0.999, epsilon=1e-8, lowerBound=0, adaptLowerBound=False)
def momoAdam(o, s, x, g, t, lr, loss):
    c1, c2 = 1 - o.beta1**t, 1 - o.beta2**t
    zero = [0 * a for a in x]
    f = s["f"] = o.beta1 * s.get("f", 0) + (1 - o.beta1) * loss
    m = s["m"] = [o.beta1 * a + (1 - o.beta1) * b for a, b in zip(s.get("m", zero), g)]
    v = s["v"] = [o.beta2 * a + (1 - o.beta2) * b * b for a, b in zip(s.get("v", zero), g)]
    gamma = s["gamma"] = o.beta1 * s.get("gamma", 0) + (1 - o.beta1) * dot(g, x)
    u = [a / (o.epsilon + np.sqrt(b / c2)) for a, b in zip(m, v)]
    square, product, shrink = dot(m, u), dot(m, x), 1 + lr * o.weightDecay
    bound = s.get("lowerBound", o.lowerBound)
    used = bound
    if o.adaptLowerBound:
        cap = shrink * (f - gamma) + product
        if cap < shrink * c1 * bound:
            used = max(cap / (2 * c1 * shrink), o.lowerBound)
    gap = max(shrink * (f - c1 * used - gamma) + product, 0)
    tau = min(lr / c1, gap / square if square > 2.220446049250313e-16 else 0)
    if o.adaptLowerBound:
        bound = max((f + product - gamma - tau * square / 2) / c1, o.lowerBound)
    s["lowerBound"] = bound
    return [a / shrink - tau * b for a, b in zip(x, u)]


def hypergradient_step(o, s, x, g, t, directions):
    if t > 1:
        product, lengths = dot(g, s["before"]), norm(g) * norm(s["before"])
        if o.multiplicative:
            s["learningRate"] *= 1 + (o.hyperRate * product / lengths if lengths > 0 else 0)
        else:
            s["learningRate"] += o.hyperRate * product
        s["learningRate"] = max(s["learningRate"], 0)
    s.setdefault("learningRate", o.learningRate)
    s["before"] = directions
    return [a - s["learningRate"] * u for a, u in zip(x, directions)]


@together(momentum=0, nesterov=False, multiplicative=False)
def sgdHypergradient(o, s, x, g, t, lr, loss):
    g = [b + o.weightDecay * a for a, b in zip(x, g)]
    b = s["b"] = [o.momentum * a + c for a, c in zip(s.get("b", [0, 0]), g)]
    return hypergradient_step(o, s, x, g, t, [a + o.momentum * c for a, c in zip(g, b)] if o.nesterov else b)


@together(**{**ADAM, "multiplicative": False})
def adamHypergradient(o, s, x, g, t, lr, loss):
    g = [b + o.weightDecay * a for a, b in zip(x, g)]
    inner = s.setdefault("inner", [{} for _ in x])
    return hypergradient_step(o, s, x, g, t, [adam_direction(o, state, a, t) for state, a in zip(inner, g)])


@together(hyperRate=0.02, rho=0.9, lowestFactor=0.5, epsilon=1e-16)
def almeida(o, s, x, g, t, lr, loss):
    g = [b + o.weightDecay * a for a, b in zip(x, g)]
    v = s["v"] = [o.rho * a + (1 - o.rho) * b * b for a, b in zip(s.get("v", [0, 0]), g)]
    growth = [1 + o.hyperRate * b * h / (a + o.epsilon) for a, b, h in zip(v, g, s.get("before", [0, 0]))]
    rates = s["rates"] = [r * np.maximum(a, o.lowestFactor) for r, a in zip(s.get("rates", [o.learningRate] * 2), growth)]
    s["before"], s["learningRate"] = g, np.mean(np.concatenate([r.reshape(-1) for r in rates]))
    return [a - r * b for a, r, b in zip(x, rates, g)]


@together(hyperRate=1e-3, previousHyperRate=0)
def plagianakos(o, s, x, g, t, lr, loss):
    g = [b + o.weightDecay * a for a, b in zip(x, g)]
    rate = s["learningRate"] = s.get("next", o.learningRate)
    product = dot(g, s["before"]) if t > 1 else 0
    s["next"] = max(rate + o.hyperRate * product + o.previousHyperRate * s.get("product", 0), 0)
    s["before"], s["product"] = g, product
    return [a - rate * b for a, b in zip(x, g)]


# --- around another optimizer ------------------------------------------------------------------------------------------


def caution(o, u, g):
    """The part of a step that agrees with the gradient, scaled up for what is left out: per tensor."""
    if not o.cautious:
        return u
    mask = (u * g > 0).astype(float)
    return u * mask / max(mask.mean(), 1e-3)


def inner_rule(options):
    return runner({**options["optimizer"]})


def around(change):
    """A wrapper that only changes the gradients: change(o, x, g) -> g."""
    def run(options):
        step = inner_rule(options)
        o = Options(options)
        return lambda x, g, t, lr, loss: step(x, change(o, x, g), t, lr, loss)
    return run


def clip_norm(o, x, g):
    length = norm(g) + (0 if o.library.startswith("optax") else 1e-6)
    factor = o.clipNorm / length if length > o.clipNorm else 1
    return [factor * a for a in g]


def unit_norm(x, o):
    if x.ndim == 1:
        return norm(x)
    return np.sqrt((x * x).sum(0 if o.units == "columns" else 1, keepdims=True))


def agc(o, x, g):
    clipping, epsilon = o.clipping or 0.01, o.epsilon or 1e-3
    result = []
    for a, b in zip(x, g):
        limit, length = clipping * np.maximum(unit_norm(a, o), epsilon), unit_norm(b, o)
        result.append(np.where(length < limit, b, b * limit / np.maximum(length, 1e-6)))
    return result


def averages(average):
    """A wrapper that only watches the weights: average(o, state, x, k) with k the 1-based count of averaged steps."""
    def run(options):
        step, o, state = inner_rule(options), Options(options), {}

        def watched(x, g, t, lr, loss):
            x, _ = step(x, g, t, lr, loss)
            k = t - (o.start or 1) + 1
            return x, {"average": average(o, state, x, k) if k > 0 else x}
        return watched
    return run


def ema_average(o, state, x, k):
    if o.debias:
        state["a"] = [o.decay * a + (1 - o.decay) * b for a, b in zip(state.get("a", [0, 0]), x)]
        return [a / (1 - o.decay**k) for a in state["a"]]
    state["a"] = x if k == 1 else [o.decay * a + (1 - o.decay) * b for a, b in zip(state["a"], x)]
    return state["a"]


def swa_average(o, state, x, k):
    state["a"] = x if k == 1 else [a + (b - a) / k for a, b in zip(state["a"], x)]
    return state["a"]


def lookahead(options):
    o, box = Options(options), {"step": inner_rule(options), "since": 0}

    def step(x, g, t, lr, loss):
        slow = box.setdefault("slow", x)
        box["since"] += 1
        x, _ = box["step"](x, g, box["since"] if o.resetState else t, lr, loss)
        if t % o.syncPeriod == 0:
            box["slow"] = x = [a + o.slowStepSize * (b - a) for a, b in zip(slow, x)]
            if o.resetState:
                box["step"], box["since"] = inner_rule(options), 0
        return x, {"slow": box["slow"]}
    return step


def mechanic(options):
    o = Options({"weightDecay": 0.01, "epsilon": 1e-8, "initialScale": 1e-6, "betas": 6, **options})
    inner, n = inner_rule(options), o.betas
    beta = np.array([1 - 0.1**i for i in range(1, n + 1)])
    s = {"s": np.full(n, o.initialScale), "r": np.zeros(n), "m": np.zeros(n), "v": np.zeros(n)}

    def step(x, g, t, lr, loss):
        start, total = s.setdefault("start", x), s["s"].sum()
        moved, _ = inner(x, g, t, lr, loss)
        decayed = [a + o.weightDecay * total * norm(g) / (norm(x) + o.epsilon) * b for a, b in zip(g, x)]
        before = [(a - b) / (total + o.epsilon) for a, b in zip(start, x)]
        delta = [a - (b - c) for a, b, c in zip(before, moved, x)]
        h = dot(decayed, before)
        clipped = np.clip(h, -s["m"], s["m"])
        s["m"] = np.maximum(beta * s["m"], abs(h) + o.epsilon)
        s["v"] = beta**2 * s["v"] + h**2
        s["r"] = beta * s["r"] + clipped * s["s"]
        s["s"] = (o.initialScale / n * s["m"] + np.maximum(s["r"], 0)) / (np.sqrt(s["v"]) + o.epsilon)
        return [a - s["s"].sum() * b for a, b in zip(start, delta)], {"scale": s["s"].sum()}
    return step


def cautious(options):
    """Only the learning step is masked: weight decay is done apart, before it (laprop: after it)."""
    inner = options["optimizer"]
    if inner["kind"] == "laprop":
        return runner({**inner, "cautious": True})
    decay = inner.get("weightDecay", 0)
    step = runner({**inner, "weightDecay": 0})
    mask = Options({"cautious": True})

    def run(x, g, t, lr, loss):
        moved, _ = step(x, g, t, lr, loss)
        return [a * (1 - lr * decay) - caution(mask, a - b, c) for a, b, c in zip(x, moved, g)], {}
    return run


WRAPPERS = {
    "clipNorm": around(clip_norm),
    "clipValue": around(lambda o, x, g: [np.clip(a, -o.clipValue, o.clipValue) for a in g]),
    "adaptiveGradientClipping": around(agc),
    "centralize": around(lambda o, x, g: [a - a.mean(1, keepdims=True) if a.ndim > 1 else a for a in g]),
    "ema": averages(ema_average), "swa": averages(swa_average),
    "lookahead": lookahead, "mechanic": mechanic, "cautious": cautious,
}


# --- running them ------------------------------------------------------------------------------------------------------


class Options(dict):
    def __getattr__(self, key):
        return self.get(key)


def runner(options):
    """A function (x, g, t, lr, loss) -> (x, extra) of an options document with its kind."""
    kind = options["kind"]
    if kind in WRAPPERS:
        run = WRAPPERS[kind](options)

        def step(x, g, t, lr, loss):
            return run(x, g, t, lr if lr is not None else options["optimizer"]["learningRate"], loss)
        return step
    rule, defaults = EACH.get(kind) or ALL[kind]
    if kind in ALL:
        o, state = Options({**defaults, **options}), {}

        def step(x, g, t, lr, loss):
            moved = rule(o, state, x, g, t, o.learningRate if lr is None else lr, loss)
            return [a.astype(FLOAT) for a in moved], state
        return step
    own = []
    for name in NAMES:
        o = Options({**defaults, **{key: value for key, value in options.items() if key != "groups"}})
        for group in options.get("groups", []):
            if fnmatch.fnmatch(name, group["match"]):
                o.update({key: value for key, value in group.items() if key != "match"})
        own.append(o)
    states = [{} for _ in NAMES]

    def step(x, g, t, lr, loss):
        new = []
        for i, name in enumerate(NAMES):
            if "rows" in options:
                own[i]["rows"] = options["rows"][t - 1][name]
            moved = rule(own[i], states[i], x[i], g[i], t, own[i].learningRate if lr is None else lr)
            new.append(moved.astype(FLOAT))
        return new, {"average": [s.get("average", 0) for s in states]}
    return step


def relative(ours, golden):
    ours, golden = np.asarray(ours, dtype=float), np.asarray(golden, dtype=float)
    scale = np.maximum(np.abs(golden), 1e-3 * np.abs(golden).max())
    difference = np.abs(ours - golden) / np.where(scale > 0, scale, 1)
    return inf if np.isnan(difference).any() else float(difference.max())


def flat(x):
    return np.concatenate([np.ravel(a) for a in x]) if isinstance(x, list) and isinstance(x[0], np.ndarray) else x


def check_case(kind, case):
    options = {**case["options"], "kind": kind, "library": case["library"]}
    if "rows" in case:
        options["rows"] = case["rows"]
    step = runner(options)
    x = [START[name].astype(FLOAT) for name in NAMES]
    trajectory, extras = [], {key: [] for key in case.get("extra", {})}
    for t in range(1, STEPS + 1):
        g = [GRADIENTS[t - 1][name].astype(FLOAT) for name in NAMES]
        if options.get("maximize"):
            g = [-a for a in g]
        if "clipNorm" in options and kind not in WRAPPERS:
            g = clip_norm(Options(options), x, g)
        x, extra = step(x, g, t, case["rates"][t - 1] if "rates" in case else None, LOSSES[t - 1])
        trajectory.append(flat(x))
        for key in extras:
            extras[key].append(flat(extra[key]))
    worst = relative(trajectory, case["trajectory"])
    for key, values in extras.items():
        worst = max(worst, relative(values, case["extra"][key]))
    return worst


if __name__ == "__main__":
    failed = []
    for path in sorted(OUTPUT.glob("*.json")):
        kind = path.stem
        # its state is in bfloat16, which numpy does not have
        if kind in ("problem", "adamBfloat16") or (ASKED and kind not in ASKED):
            continue
        document = json.loads(path.read_text())
        if "objective" in document["cases"][0]:
            import check_closures
            results = [check_closures.check_case(kind, case) for case in document["cases"]]
        else:
            results = [check_case(kind, case) for case in document["cases"]]
        print(f"{kind:28} {len(results):2} cases   {max(results):.1e}   {document['library']}")
        if ASKED or max(results) > LIMIT:
            for case, result in zip(document["cases"], results):
                print(f"    {result:.1e}   {case['name']}")
        failed += [kind] if max(results) > LIMIT else []
    print("all agree" if not failed else f"differ: {' '.join(failed)}")
    sys.exit(bool(failed))
