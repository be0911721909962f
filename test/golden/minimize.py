"""What SciPy's minimizers reach on the problems of test/minimize/problems.js, and on the NIST StRD sets: values, evaluations, whether they succeed.

    python minimize.py     writes minimize.json; needs numpy, scipy and node

The functions are evaluated by node, so that both libraries minimise the same ones to the bit.
"""

import json
import pathlib
import subprocess

import numpy
import scipy
from scipy.optimize import curve_fit, least_squares, minimize

here = pathlib.Path(__file__).parent
server = subprocess.Popen(
    ["node", str(here.parent / "minimize" / "serve.js")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
)


def ask(**question):
    server.stdin.write(json.dumps(question) + "\n")
    server.stdin.flush()
    return json.loads(server.stdout.readline(), parse_constant=float)


def number(value):
    return float("nan") if value is None else value


def finite(value):
    """None for NaN, which JSON has no word for."""
    return float(value) if numpy.isfinite(value) else None


def run(name, x0, method, bounds):
    def value(x):
        return number(ask(name=name, what="value", x=x.tolist()))

    def gradient(x):
        return numpy.array([number(v) for v in ask(name=name, what="gradient", x=x.tolist())])

    jac = None if method == "Nelder-Mead" else gradient
    result = minimize(value, x0, method=method, jac=jac, bounds=bounds)
    return {"fun": finite(result.fun), "nit": int(result.nit), "nfev": int(result.nfev), "success": bool(result.success)}


def fit(name, x0, bounds):
    def residuals(x):
        return numpy.array([number(v) for v in ask(name=name, what="residuals", x=x.tolist())])

    def jacobian(x):
        return numpy.array([[number(v) for v in row] for row in ask(name=name, what="jacobian", x=x.tolist())])

    limits = ([-numpy.inf if l is None else l for l, _ in bounds], [numpy.inf if u is None else u for _, u in bounds]) if bounds else (-numpy.inf, numpy.inf)
    result = least_squares(residuals, x0, jac=jacobian, bounds=limits)
    return {"fun": float(2 * result.cost), "nfev": int(result.nfev), "success": bool(result.success)}


numpy.seterr(all="ignore")
problems = {}
for name, problem in ask(what="problems").items():
    x0, bounds = problem["x0"], problem["bounds"]
    problems[name] = {
        "L-BFGS-B": run(name, x0, "L-BFGS-B", None),
        "L-BFGS-B, bounded": run(name, x0, "L-BFGS-B", bounds),
        "CG": run(name, x0, "CG", None),
        "BFGS": run(name, x0, "BFGS", None),
        "Nelder-Mead": run(name, x0, "Nelder-Mead", None),
        "Nelder-Mead, bounded": run(name, x0, "Nelder-Mead", bounds),
        "leastSquares": fit(name, x0, None),
        "leastSquares, bounded": fit(name, x0, bounds),
    }
    print(name, problems[name])
server.stdin.close()



def broyden(scaled):
    """Updates of the inverse Hessian by formulas 13 to 23 of Urban, Stefanou, Pons 2025 (no library ships them), along steps of a quadratic."""
    random, n = numpy.random.default_rng(20261129), 5
    a = random.normal(size=(n, n))
    hessian, inverse, x, rows = a @ a.T + 0.1 * numpy.eye(n), numpy.eye(n), random.normal(size=n), []
    for k in range(8):
        gradient = hessian @ x
        rate, d = [0.05, 0.3, 1, 0.7, 1.2, 0.2, 1, 0.9][k], -inverse @ gradient
        s = rate * d
        y = hessian @ s
        hy, rho = inverse @ y, 1 / (s @ y)
        theta, tau, yhy = 0.0, 1.0, y @ hy
        b, h = -rate * rho * (s @ gradient), yhy * rho
        alpha = b * h - 1
        if scaled:
            c = numpy.sqrt(abs(alpha / (1 + alpha)))
            low = min(1, h * (1 - c))
            theta = max((low - 1) / alpha, min(1 / low, (1 - b) / b))
            sigma = 1 + theta * alpha
            spread, scale = abs(sigma) ** (1 / (1 - n)), min(1, 1 / b)
            tau = h / sigma if k == 0 else (min(scale * spread, sigma) if theta <= 0 else scale * min(spread, 1 / theta))
        phi = (1 - theta) / (1 + alpha * theta)
        v = s * rho - hy / yhy
        inverse = (inverse - numpy.outer(hy, hy) / yhy + phi * yhy * numpy.outer(v, v)) / tau + rho * numpy.outer(s, s)
        rows.append({"s": s.tolist(), "y": y.tolist(), "before": gradient.tolist(), "rate": rate, "inverse": inverse.ravel().tolist()})
        x = x + s
    return rows


# a decay with an outlier, by each loss; and what curve_fit says of the parameters
t = numpy.linspace(0, 4, 20)
y = 2.5 * numpy.exp(-1.3 * t) + 0.5 + 0.05 * numpy.sin(37 * numpy.arange(20))
y[5] += 2
sigma = 0.05 + 0.01 * t


def decay(t, a, b, c):
    return a * numpy.exp(-b * t) + c


tight = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15}
curve = {"t": t.tolist(), "y": y.tolist(), "deviations": sigma.tolist(), "losses": {}}
for loss in ("linear", "soft_l1", "huber", "cauchy", "arctan"):
    result = least_squares(lambda p: decay(t, *p) - y, [1, 1, 1], loss=loss, f_scale=0.1, **tight)
    curve["losses"][loss] = {"x": result.x.tolist(), "cost": float(result.cost)}
for name, options in {
    "plain": {},
    "sigma": {"sigma": sigma},
    "absolute": {"sigma": sigma, "absolute_sigma": True},
    "bounded": {"bounds": ([0, 0, 0.6], [numpy.inf, 10, 1])},
}.items():
    popt, pcov = curve_fit(decay, t, y, [1, 1, 1], **tight, **options)
    curve[name] = {"popt": popt.tolist(), "pcov": pcov.tolist()}
(here / "minimize.json").write_text(json.dumps({"scipy": scipy.__version__, "curve": curve, "problems": problems, "broyden": {"BFGS": broyden(False), "SSBroyden": broyden(True)}}, indent=1) + "\n")
