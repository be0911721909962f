"""Rates learnt from successive gradients: no library ships them, so these are the papers' algorithms in numpy.

Almeida, Langlois, Amaral and Plakhov 1998, equation 4.6 as HLearn has it (a rate for every parameter, normalised; the bound on the factor is Schraudolph's, 1999):
    v_t = rho v_(t-1) + (1 - rho) g_t^2
    rate_t = rate_(t-1) max(lowestFactor, 1 + hyperRate g_t g_(t-1) / (v_t + epsilon)), then theta_t = theta_(t-1) - rate_t g_t
Plagianakos, Magoulas and Vrahatis 2001, as in their AdLR (one rate, which changes for the next update; here one below 0 becomes 0):
    theta_t = theta_(t-1) - rate_t g_t, then rate_(t+1) = rate_t + hyperRate <g_t, g_(t-1)> + previousHyperRate <g_(t-1), g_(t-2)>
g_0 = 0. Weight decay is coupled.
"""

import numpy as np

from problem import GRADIENTS, START, flatten


def run(options, step):
    theta, before, state = np.array(flatten(START)), 0, {}
    trajectory, extra = [], []
    for gradient in GRADIENTS:
        g = np.array(flatten(gradient)) + options.get("weightDecay", 0) * theta
        rate = step(options, state, g, before * g)
        theta, before = theta - rate * g, g
        trajectory.append([float(x) for x in theta])
        extra.append({"learningRate": float(np.mean(rate))})
    return trajectory, extra


def almeida_step(options, state, g, product):
    rho = options.get("rho", 0.9)
    state["v"] = rho * state.get("v", 0) + (1 - rho) * g * g
    growth = 1 + options.get("hyperRate", 0.02) * product / (state["v"] + options.get("epsilon", 1e-16))
    state["rate"] = state.get("rate", options["learningRate"]) * np.maximum(options.get("lowestFactor", 0.5), growth)
    return state["rate"]


def plagianakos_step(options, state, g, product):
    rate = state.get("rate", options["learningRate"])
    change = options.get("hyperRate", 1e-3) * np.sum(product) + options.get("previousHyperRate", 0) * state.get("product", 0)
    state["rate"], state["product"] = max(rate + change, 0), np.sum(product)
    return rate


def almeida(options):
    return run(options, almeida_step)


def plagianakos(options):
    return run(options, plagianakos_step)
