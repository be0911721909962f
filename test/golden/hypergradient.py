"""Hypergradient descent (Baydin et al. 2018, arXiv:1703.04782): no library ships it, so this is the paper's algorithm in numpy.

The learning rate is itself learnt: its gradient is -<g_t, u_(t-1)>, where u is the step that was taken at rate 1.
    rate_t = rate_(t-1) + hyperRate <g_t, u_(t-1)>                             (algorithms 4, 5, 6 of the paper), or
    rate_t = rate_(t-1) (1 + hyperRate <g_t, u_(t-1)> / (|g_t| |u_(t-1)|))     (its multiplicative rule), then
    theta_t = theta_(t-1) - rate_t u_t
The products run over all tensors together, u_0 = 0, and a rate below 0 becomes 0.
"""

import numpy as np

from problem import GRADIENTS, START, flatten


def run(options, direction):
    theta, rate, before, state = np.array(flatten(START)), options["learningRate"], None, {}
    trajectory, extra = [], []
    for t, gradient in enumerate(GRADIENTS, start=1):
        g = np.array(flatten(gradient)) + options.get("weightDecay", 0) * theta
        if before is not None:
            product = g @ before
            if options.get("multiplicative"):
                norms = np.linalg.norm(g) * np.linalg.norm(before)
                rate *= 1 + (options["hyperRate"] * product / norms if norms > 0 else 0)
            else:
                rate += options["hyperRate"] * product
            rate = max(rate, 0)
        before = direction(options, state, g, t)
        theta = theta - rate * before
        trajectory.append([float(x) for x in theta])
        extra.append({"learningRate": float(rate)})
    return trajectory, extra


def sgd_direction(options, state, g, t):
    momentum = options.get("momentum", 0)
    state["b"] = momentum * state.get("b", 0) + g
    return g + momentum * state["b"] if options.get("nesterov") else state["b"]


def adam_direction(options, state, g, t):
    beta1, beta2 = options.get("beta1", 0.9), options.get("beta2", 0.999)
    state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * g * g
    return state["m"] / (1 - beta1**t) / (np.sqrt(state["v"] / (1 - beta2**t)) + options.get("epsilon", 1e-8))


def sgd(options):
    return run(options, sgd_direction)


def adam(options):
    return run(options, adam_direction)
