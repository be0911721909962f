"""The methods of closures.py restated in plain numpy: the second half of check.py."""

from math import inf, isnan

import numpy as np


def rosenbrock(x):
    f, gradient = 0, np.zeros(len(x), x.dtype)
    for i in range(len(x) - 1):
        across, along = x[i + 1] - x[i] ** 2, 1 - x[i]
        f += 100 * across**2 + along**2
        gradient[i] += -400 * x[i] * across - 2 * along
        gradient[i + 1] += 200 * across
    return f, gradient


def quadratic(x):
    weights, total = np.arange(1, len(x) + 1, dtype=x.dtype), x.sum()
    return 0.5 * (weights * (x - 1) ** 2).sum() + 0.5 * total**2, weights * (x - 1) + total


OBJECTIVES = {"rosenbrock": rosenbrock, "quadratic": quadratic}


# --- LBFGS (PyTorch) ---------------------------------------------------------------------------------------------------


def cubic_minimum(x1, f1, g1, x2, f2, g2, low=None, high=None):
    """Of the cubic through two points with their slopes, held within low .. high (without these: within the points)."""
    if low is None:
        low, high = min(x1, x2), max(x1, x2)
    if x1 > x2:
        x1, f1, g1, x2, f2, g2 = x2, f2, g2, x1, f1, g1
    d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = d1 * d1 - g1 * g2
    if square < 0:
        return (low + high) / 2
    d2 = np.sqrt(square)
    return min(max(x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2)), low), high)


def strong_wolfe(along, t, f, slope, size, tolerance_change, most, c1=1e-4, c2=0.9):
    """along(t) -> (f, slope, gradient) at x + t d; size = max |d|. Returns (t, f, gradient, evaluations)."""
    start = (0, f, slope, None)
    before, point = start, (t, *along(t))
    evaluations, tries, done, bracket = 1, 0, False, None
    while tries < most:  # walk outwards until a bracket is found
        t, f_new, slope_new, _ = point
        if f_new > f + c1 * t * slope or (tries > 1 and f_new >= before[1]) or slope_new >= 0 and \
                abs(slope_new) > -c2 * slope:
            bracket = [before, point]
            break
        if abs(slope_new) <= -c2 * slope:
            bracket, done = [point], True
            break
        t = cubic_minimum(*before[:3], *point[:3], t + 0.01 * (t - before[0]), t * 10)
        before, point = point, (t, *along(t))
        evaluations, tries = evaluations + 1, tries + 1
    if bracket is None:
        bracket = [start, point]
    low, high = (0, 1) if bracket[0][1] <= bracket[-1][1] else (1, 0)
    stuck = False
    while not done and tries < most:  # zoom into it
        left, right = min(b[0] for b in bracket), max(b[0] for b in bracket)
        if (right - left) * size < tolerance_change:
            break
        t = cubic_minimum(*bracket[0][:3], *bracket[1][:3])
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            if stuck or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        point = (t, *along(t))
        evaluations, tries = evaluations + 1, tries + 1
        _, f_new, slope_new, _ = point
        if f_new > f + c1 * t * slope or f_new >= bracket[low][1]:
            bracket[high] = point
            low, high = (0, 1) if bracket[0][1] <= bracket[1][1] else (1, 0)
        else:
            if abs(slope_new) <= -c2 * slope:
                done = True
            elif slope_new * (bracket[high][0] - bracket[low][0]) >= 0:
                bracket[high] = bracket[low]
            bracket[low] = point
    best = bracket[0 if len(bracket) == 1 else low]
    return best[0], best[1], best[3], evaluations


def lbfgs(objective, x, options, steps):
    o = {"learningRate": 1, "maxIterations": 20, "toleranceGradient": 1e-7, "toleranceChange": 1e-9, "historySize": 100,
         "lineSearch": "none", **options}
    most = o.get("maxEvaluations", o["maxIterations"] * 5 // 4)
    pairs, iterations, total, trajectory, totals = [], 0, 0, [], []
    scale, direction, t, before = 1, None, 0, None
    for _ in range(steps):
        f, g = objective(x)
        evaluations = 1
        total += 1
        optimal = np.abs(g).max() <= o["toleranceGradient"]
        for n in range(1, 1 + o["maxIterations"] * (not optimal)):
            iterations += 1
            if iterations == 1:
                direction = -g
            else:
                y, s = g - before, direction * t
                if y @ s > 1e-10:
                    pairs = (pairs + [(y, s, 1 / (y @ s))])[-o["historySize"]:]
                    scale = (y @ s) / (y @ y)
                q, alphas = -g, []
                for y, s, weight in reversed(pairs):
                    alphas.append(weight * (s @ q))
                    q = q - alphas[-1] * y
                direction = scale * q
                for (y, s, weight), alpha in zip(pairs, reversed(alphas)):
                    direction = direction + (alpha - weight * (y @ direction)) * s
            before, f_before = g, f
            t = o["learningRate"] * (min(1, 1 / np.abs(g).sum()) if iterations == 1 else 1)
            slope = g @ direction
            if slope > -o["toleranceChange"]:
                break
            used = 0
            if o["lineSearch"] == "strongWolfe":
                def along(step, x=x, d=direction):
                    value, gradient = objective(x + step * d)
                    return value, gradient @ d, gradient
                t, f, gradient, used = strong_wolfe(
                    along, t, f, slope, np.abs(direction).max(), o["toleranceChange"], most - evaluations)
                # A bracket that still holds its start (t = 0) hands back the gradient there.
                g = before if gradient is None else gradient
                x = x + t * direction
                optimal = np.abs(g).max() <= o["toleranceGradient"]
            else:
                x = x + t * direction
                if n != o["maxIterations"]:
                    f, g = objective(x)
                    optimal = np.abs(g).max() <= o["toleranceGradient"]
                    used = 1
            evaluations += used
            total += used
            if n == o["maxIterations"] or evaluations >= most or optimal or \
                    np.abs(direction * t).max() <= o["toleranceChange"] or abs(f - f_before) < o["toleranceChange"]:
                break
        trajectory.append(x)
        totals.append(total)
    return trajectory, {"evaluations": totals}


# --- Optax -------------------------------------------------------------------------------------------------------------


def inner_step(o):
    """The step (to be added) of the optimizer inside: sgd with momentum, or adam."""
    state = {"b": 0, "m": 0, "v": 0, "t": 0}

    def step(g):
        if o["kind"] == "sgd":
            state["b"] = o.get("momentum", 0) * state["b"] + g
            return -o["learningRate"] * state["b"]
        state["t"] += 1
        state["m"] = 0.9 * state["m"] + 0.1 * g
        state["v"] = 0.999 * state["v"] + 0.001 * g * g
        mh, vh = state["m"] / (1 - 0.9 ** state["t"]), state["v"] / (1 - 0.999 ** state["t"])
        return -o["learningRate"] * mh / (np.sqrt(vh) + 1e-8)
    return step


def sam(objective, x, o, steps):
    step, trajectory = inner_step(o["optimizer"]), []
    for _ in range(steps):
        away = x
        g = objective(x)[1]
        for _ in range(o.get("syncPeriod", 2) - 1):
            away = away + o["rho"] * g / np.sqrt(g @ g)
            g = objective(away)[1]
        x = x + step(g)
        trajectory.append(x)
    return trajectory, {}


def backtracking(objective, x, options, steps):
    o = {"slopeTolerance": 1e-4, "decreaseFactor": 0.8, "increaseFactor": 1.5, "maxRate": 1, **options}
    step, rate, trajectory, rates = inner_step(o["optimizer"]), 1, [], []
    for _ in range(steps):
        f, g = objective(x)
        d = step(g)
        rate = min(o["increaseFactor"] * rate, o["maxRate"])
        for k in range(o["maxSteps"] + 1):
            rate *= o["decreaseFactor"] if k else 1
            excess = objective(x + rate * d)[0] - f - rate * o["slopeTolerance"] * (d @ g)
            if excess <= 0:
                break
        if isnan(excess) or excess == inf:
            rate = 0
        x = x + rate * d
        trajectory.append(x)
        rates.append(rate)
    return trajectory, {"rate": rates}


def cubic_through(a, fa, slope, b, fb, c, fc):
    """The minimum of the cubic with this value and slope at a, through b and c; nan where it has none."""
    db, dc = b - a, c - a
    with np.errstate(all="ignore"):
        u, v = np.float64(fb - fa - slope * db), np.float64(fc - fa - slope * dc)
        below = (db * dc) ** 2 * (db - dc)
        cube, square = (dc**2 * u - db**2 * v) / below, (-(dc**3) * u + db**3 * v) / below
        return a + (-square + np.sqrt(square * square - 3 * cube * slope)) / (3 * cube)


def zoom_rate(along, f, slope, guess, o):
    """along(t) -> (f, slope). Points are (t, f, slope)."""
    def excess(p):
        exact = p[1] - f - o["slopeTolerance"] * p[0] * slope
        nearly = max(p[2] - (2 * o["slopeTolerance"] - 1) * slope, p[1] - f - 1e-6 * abs(f))  # Hager and Zhang's
        return max(min(exact, nearly), 0)

    def curvature(p):
        return max(abs(p[2]) - o["curvatureTolerance"] * abs(slope), 0)

    safe = (0, f)
    before = (0, f, slope)
    for count in range(o["maxSteps"]):  # walk outwards
        t = guess if count == 0 else o["increaseFactor"] * before[0]
        largest = o.get("maxRate") is not None and t >= o["maxRate"]
        t = o["maxRate"] if largest else t
        point = (t, *along(t))
        if excess(point) <= 0:
            safe = point
        too_high = excess(point) > 0 or (count > 0 and point[1] >= before[1])
        if max(excess(point), curvature(point)) <= 0:
            return t
        if too_high or point[2] >= 0:
            low, high = (before, point) if too_high else (point, before)
            break
        if largest:
            return t
        before = point
    else:
        return safe[0] if safe[0] > 0 else t
    reference = low
    while count + 1 < o["maxSteps"]:  # zoom
        count += 1
        left, right = min(low[0], high[0]), max(low[0], high[0])
        length = right - left
        t = cubic_through(*low, *high[:2], *reference[:2])
        if not left + 0.2 * length < t < right - 0.2 * length:
            width = high[0] - low[0]
            with np.errstate(all="ignore"):
                t = low[0] - low[2] / (2 * np.float64(high[1] - low[1] - low[2] * width) / width**2)
            if not left + 0.1 * length < t < right - 0.1 * length:
                t = (low[0] + high[0]) / 2
        point = (t, *along(t))
        if excess(point) <= 0 and point[1] < safe[1]:
            safe = point
        if max(excess(point), curvature(point)) <= 0:
            return t
        old_low, old_high = low, high
        if excess(point) > 0 or point[1] >= low[1]:
            high, reference = point, old_high
        else:
            turned = point[2] * (high[0] - low[0]) >= 0
            high, reference = (old_low, old_high) if turned else (high, old_low)
            low = point
        if length <= 1e-5 and safe[0] > 0:
            return safe[0]
    return safe[0] if safe[0] > 0 else t


def zoom(objective, x, options, steps):
    o = {"slopeTolerance": 1e-4, "curvatureTolerance": 0.9, "increaseFactor": 2, "initialGuess": "keep", **options}
    step, rate, trajectory, rates = inner_step(o["optimizer"]), 1, [], []
    for _ in range(steps):
        f, g = objective(x)
        d = step(g)

        def along(t, x=x, d=d):
            value, gradient = objective(x + t * d)
            return value, gradient @ d
        rate = float(zoom_rate(along, f, d @ g, 1 if o["initialGuess"] == "one" else rate, o))
        x = x + rate * d
        trajectory.append(x)
        rates.append(rate)
    return trajectory, {"rate": rates}


def barzilaiBorwein(objective, x, o, steps):
    rate, trajectory, rates = o["learningRate"], [], []
    x_before = g_before = None
    for t in range(1, steps + 1):
        g = objective(x)[1]
        if t > 1 and (x - x_before) @ (g - g_before) > 0:
            s, y = x - x_before, g - g_before
            kind = {"alternate": "short" if t % 2 else "long"}.get(o.get("variant"), o.get("variant", "long"))
            rate = {"long": (s @ s) / (s @ y), "short": (s @ y) / (y @ y)}[kind]
            rate = min(max(rate, o.get("minRate", 1e-10)), o.get("maxRate", 1e10))
        x_before, g_before, x = x, g, x - rate * g
        trajectory.append(x)
        rates.append(rate)
    return trajectory, {"rate": rates}


METHODS = {rule.__name__: rule for rule in (lbfgs, sam, backtracking, zoom, barzilaiBorwein)}


def check_case(kind, case):
    from check import FLOAT, relative

    objective = OBJECTIVES[case["objective"]]
    start = np.array(case["start"], dtype=FLOAT)
    trajectory, extra = METHODS[kind](objective, start, case["options"], len(case["trajectory"]))
    losses = [objective(np.array(x))[0] for x in case["trajectory"]]
    return max([relative(trajectory, case["trajectory"]), relative(losses, case["losses"])] +
               [relative(values, case["extra"][key]) for key, values in extra.items()])
