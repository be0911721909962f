// The 35 problems of J. J. Moré, B. S. Garbow, K. E. Hillstrom, Testing unconstrained optimization software, 1981: residuals f and their
// Jacobian J, the start, and the least sum of squares that the paper gives (several where there are local minima). What is minimised is the sum of
// squares.

const { PI, exp, sin, cos, sqrt, atan, abs } = Math;
const range = (n, f) => Array.from({ length: n }, (_, i) => f(i));
const sum = (n, f) => range(n, f).reduce((a, b) => a + b, 0);

const BARD = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];
const GAUSS = [9e-4, 44e-4, 175e-4, 54e-3, 1295e-4, 242e-3, 3521e-4, 3989e-4, 3521e-4, 242e-3, 1295e-4, 54e-3, 175e-4, 44e-4, 9e-4];
const MEYER = [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872];
const KOWALIK_Y = [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
const KOWALIK_U = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];
const OSBORNE1 = [
  0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.58, 0.558, 0.538, 0.522,
  0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414, 0.411, 0.406,
];
const OSBORNE2 = [
  1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602, 0.626, 0.651,
  0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.5, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
  0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.71, 0.729, 0.72, 0.636,
  0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
];

/** A row of the Jacobian with a few elements that are not 0. */
const row = (n, elements) => {
  const result = new Array(n).fill(0);
  for (const [i, value] of elements) result[i] += value;
  return result;
};

function extendedRosenbrock(n) {
  return {
    x0: range(n, (i) => (i % 2 === 0 ? -1.2 : 1)),
    f: (x) => range(n, (i) => (i % 2 === 0 ? 10 * (x[i + 1] - x[i] ** 2) : 1 - x[i - 1])),
    J: (x) =>
      range(n, (i) =>
        row(
          n,
          i % 2 === 0
            ? [
                [i, -20 * x[i]],
                [i + 1, 10],
              ]
            : [[i - 1, -1]],
        ),
      ),
    minima: [0],
  };
}

function powellSingular(n) {
  const parts = (a, b, c, d) => [a + 10 * b, sqrt(5) * (c - d), (b - 2 * c) ** 2, sqrt(10) * (a - d) ** 2];
  return {
    x0: range(n, (i) => [3, -1, 0, 1][i % 4]),
    f: (x) => range(n / 4, (k) => parts(...x.slice(4 * k, 4 * k + 4))).flat(),
    J: (x) =>
      range(n / 4, (k) => {
        const at = 4 * k;
        const [a, b, c, d] = x.slice(at, at + 4);
        return [
          row(n, [[at, 1], [at + 1, 10]]), // biome-ignore format: a row a line
          row(n, [[at + 2, sqrt(5)], [at + 3, -sqrt(5)]]), // biome-ignore format: a row a line
          row(n, [[at + 1, 2 * (b - 2 * c)], [at + 2, -4 * (b - 2 * c)]]), // biome-ignore format: a row a line
          row(n, [[at, 2 * sqrt(10) * (a - d)], [at + 3, -2 * sqrt(10) * (a - d)]]), // biome-ignore format: a row a line
        ];
      }).flat(),
    minima: [0],
  };
}

/** Sums of exponentials, a_j e^(−b_j t) by pairs of indices into x with signs, less y(t). */
function exponentials(n, times, terms, y) {
  return {
    f: (x) => times.map((t, i) => terms.reduce((total, [a, b, sign]) => total + sign * (a < 0 ? 1 : x[a]) * exp(-t * x[b]), 0) - y(t, i)),
    J: (x) =>
      times.map((t) =>
        row(
          n,
          terms.flatMap(([a, b, sign]) => {
            const e = exp(-t * x[b]);
            return [...(a < 0 ? [] : [[a, sign * e]]), [b, -t * sign * (a < 0 ? 1 : x[a]) * e]];
          }),
        ),
      ),
  };
}

function watson(n) {
  const t = range(29, (i) => (i + 1) / 29);
  const inner = (x, ti) => sum(n, (j) => x[j] * ti ** j);
  return {
    x0: new Array(n).fill(0),
    f: (x) => [...t.map((ti) => sum(n - 1, (j) => (j + 1) * x[j + 1] * ti ** j) - inner(x, ti) ** 2 - 1), x[0], x[1] - x[0] ** 2 - 1],
    J: (x) => [
      ...t.map((ti) => range(n, (j) => (j > 0 ? j * ti ** (j - 1) : 0) - 2 * inner(x, ti) * ti ** j)),
      row(n, [[0, 1]]),
      row(n, [
        [0, -2 * x[0]],
        [1, 1],
      ]),
    ],
    minima: n === 6 ? [2.28767e-3] : [1.39976e-6],
  };
}

function penalty1(n) {
  const a = sqrt(1e-5);
  return {
    x0: range(n, (i) => i + 1),
    f: (x) => [...range(n, (i) => a * (x[i] - 1)), sum(n, (i) => x[i] ** 2) - 0.25],
    J: (x) => [...range(n, (i) => row(n, [[i, a]])), range(n, (i) => 2 * x[i])],
    minima: n === 4 ? [2.24997e-5] : [7.08765e-5],
  };
}

function penalty2(n) {
  const a = sqrt(1e-5);
  const y = range(n, (i) => exp((i + 1) / 10) + exp(i / 10));
  return {
    x0: new Array(n).fill(0.5),
    f: (x) => [
      x[0] - 0.2,
      ...range(n - 1, (k) => a * (exp(x[k + 1] / 10) + exp(x[k] / 10) - y[k + 1])),
      ...range(n - 1, (k) => a * (exp(x[k + 1] / 10) - exp(-1 / 10))),
      sum(n, (j) => (n - j) * x[j] ** 2) - 1,
    ],
    J: (x) => [
      row(n, [[0, 1]]),
      ...range(n - 1, (k) => row(n, [[k + 1, (a / 10) * exp(x[k + 1] / 10)], [k, (a / 10) * exp(x[k] / 10)]])), // biome-ignore format: a row a line
      ...range(n - 1, (k) => row(n, [[k + 1, (a / 10) * exp(x[k + 1] / 10)]])),
      range(n, (j) => 2 * (n - j) * x[j]),
    ],
    minima: n === 4 ? [9.37629e-6] : [2.9366e-4],
  };
}

function variablyDimensioned(n) {
  const inner = (x) => sum(n, (j) => (j + 1) * (x[j] - 1));
  return {
    x0: range(n, (i) => 1 - (i + 1) / n),
    f: (x) => [...range(n, (i) => x[i] - 1), inner(x), inner(x) ** 2],
    J: (x) => [...range(n, (i) => row(n, [[i, 1]])), range(n, (j) => j + 1), range(n, (j) => 2 * inner(x) * (j + 1))],
    minima: [0],
  };
}

function trigonometric(n) {
  return {
    x0: new Array(n).fill(1 / n),
    f: (x) => range(n, (i) => n - sum(n, (j) => cos(x[j])) + (i + 1) * (1 - cos(x[i])) - sin(x[i])),
    J: (x) => range(n, (i) => range(n, (j) => sin(x[j]) + (i === j ? (i + 1) * sin(x[i]) - cos(x[i]) : 0))),
    minima: [0, 2.79506e-5],
  };
}

function brownAlmostLinear(n) {
  const others = (x, j) => x.reduce((product, value, i) => (i === j ? product : product * value), 1);
  return {
    x0: new Array(n).fill(0.5),
    f: (x) => [...range(n - 1, (i) => x[i] + sum(n, (j) => x[j]) - (n + 1)), others(x, -1) - 1],
    J: (x) => [...range(n - 1, (i) => range(n, (j) => (i === j ? 2 : 1))), range(n, (j) => others(x, j))],
    minima: [0, 1],
  };
}

function boundaryValue(n) {
  const h = 1 / (n + 1);
  const t = range(n, (i) => (i + 1) * h);
  const at = (x, i) => (i < 0 || i >= n ? 0 : x[i]);
  return {
    x0: t.map((ti) => ti * (ti - 1)),
    f: (x) => range(n, (i) => 2 * x[i] - at(x, i - 1) - at(x, i + 1) + (h * h * (x[i] + t[i] + 1) ** 3) / 2),
    J: (x) =>
      range(n, (i) =>
        row(n, [[i, 2 + 1.5 * h * h * (x[i] + t[i] + 1) ** 2], ...[i - 1, i + 1].filter((j) => j >= 0 && j < n).map((j) => [j, -1])]),
      ),
    minima: [0],
  };
}

function integralEquation(n) {
  const h = 1 / (n + 1);
  const t = range(n, (i) => (i + 1) * h);
  const weight = (i, j) => (h / 2) * (j <= i ? (1 - t[i]) * t[j] : t[i] * (1 - t[j]));
  return {
    x0: t.map((ti) => ti * (ti - 1)),
    f: (x) => range(n, (i) => x[i] + sum(n, (j) => weight(i, j) * (x[j] + t[j] + 1) ** 3)),
    J: (x) => range(n, (i) => range(n, (j) => (i === j ? 1 : 0) + 3 * weight(i, j) * (x[j] + t[j] + 1) ** 2)),
    minima: [0],
  };
}

function broydenTridiagonal(n) {
  const at = (x, i) => (i < 0 || i >= n ? 0 : x[i]);
  return {
    x0: new Array(n).fill(-1),
    f: (x) => range(n, (i) => (3 - 2 * x[i]) * x[i] - at(x, i - 1) - 2 * at(x, i + 1) + 1),
    J: (x) => range(n, (i) => row(n, [[i, 3 - 4 * x[i]], ...(i > 0 ? [[i - 1, -1]] : []), ...(i < n - 1 ? [[i + 1, -2]] : [])])),
    minima: [0],
  };
}

function broydenBanded(n) {
  const near = (i) => range(n, (j) => j).filter((j) => j !== i && j >= i - 5 && j <= i + 1);
  return {
    x0: new Array(n).fill(-1),
    f: (x) => range(n, (i) => x[i] * (2 + 5 * x[i] ** 2) + 1 - near(i).reduce((total, j) => total + x[j] * (1 + x[j]), 0)),
    J: (x) => range(n, (i) => row(n, [[i, 2 + 15 * x[i] ** 2], ...near(i).map((j) => [j, -(1 + 2 * x[j])])])),
    minima: [0],
  };
}

function linear(n, m, coefficient, minimum) {
  const rows = range(m, (i) => range(n, (j) => coefficient(i, j)));
  return {
    x0: new Array(n).fill(1),
    f: (x) => rows.map((r) => r.reduce((total, c, j) => total + c * x[j], -1)),
    J: () => rows,
    minima: [minimum],
  };
}

/** Chebyshev polynomials on [0, 1]: values and slopes of T_1 to T_n at x. */
function chebyshev(n, x) {
  const z = 2 * x - 1;
  let [before, value, slopeBefore, slope] = [1, z, 0, 2];
  return range(n, () => {
    const result = [value, slope];
    [before, value, slopeBefore, slope] = [value, 2 * z * value - before, slope, 4 * value + 2 * z * slope - slopeBefore];
    return result;
  });
}

function chebyquad(n, m, minimum) {
  return {
    x0: range(n, (j) => (j + 1) / (n + 1)),
    f: (x) => {
      const values = range(n, (j) => chebyshev(m, x[j]));
      return range(m, (i) => sum(n, (j) => values[j][i][0]) / n + (i % 2 === 1 ? 1 / ((i + 1) ** 2 - 1) : 0));
    },
    J: (x) => {
      const values = range(n, (j) => chebyshev(m, x[j]));
      return range(m, (i) => range(n, (j) => values[j][i][1] / n));
    },
    minima: [minimum],
  };
}

const angle = (a, b) => (a > 0 ? atan(b / a) / (2 * PI) : a < 0 ? atan(b / a) / (2 * PI) + 0.5 : b >= 0 ? 0.25 : -0.25);

const gulfTimes = range(99, (i) => (i + 1) / 100);
const gulfY = gulfTimes.map((t) => 25 + (-50 * Math.log(t)) ** (2 / 3));
const gulfPower = (x, i) => abs(gulfY[i] - x[1]) ** x[2] / x[0];

export const problems = {
  rosenbrock: extendedRosenbrock(2),
  freudensteinRoth: {
    x0: [0.5, -2],
    f: ([a, b]) => [-13 + a + ((5 - b) * b - 2) * b, -29 + a + ((b + 1) * b - 14) * b],
    J: ([, b]) => [
      [1, 10 * b - 3 * b * b - 2],
      [1, 3 * b * b + 2 * b - 14],
    ],
    minima: [0, 48.9842],
  },
  powellBadlyScaled: {
    x0: [0, 1],
    f: ([a, b]) => [1e4 * a * b - 1, exp(-a) + exp(-b) - 1.0001],
    J: ([a, b]) => [
      [1e4 * b, 1e4 * a],
      [-exp(-a), -exp(-b)],
    ],
    minima: [0],
  },
  brownBadlyScaled: {
    x0: [1, 1],
    f: ([a, b]) => [a - 1e6, b - 2e-6, a * b - 2],
    J: ([a, b]) => [
      [1, 0],
      [0, 1],
      [b, a],
    ],
    minima: [0],
  },
  beale: {
    x0: [1, 1],
    f: ([a, b]) => [1.5 - a * (1 - b), 2.25 - a * (1 - b ** 2), 2.625 - a * (1 - b ** 3)],
    J: ([a, b]) => [1, 2, 3].map((i) => [b ** i - 1, i * a * b ** (i - 1)]),
    minima: [0],
  },
  jennrichSampson: {
    x0: [0.3, 0.4],
    f: ([a, b]) => range(10, (i) => 2 + 2 * (i + 1) - (exp((i + 1) * a) + exp((i + 1) * b))),
    J: ([a, b]) => range(10, (i) => [-(i + 1) * exp((i + 1) * a), -(i + 1) * exp((i + 1) * b)]),
    minima: [124.362],
  },
  helicalValley: {
    x0: [-1, 0, 0],
    f: ([a, b, c]) => [10 * (c - 10 * angle(a, b)), 10 * (sqrt(a * a + b * b) - 1), c],
    J: ([a, b]) => {
      const square = a * a + b * b;
      return [
        [(100 * b) / (2 * PI * square), (-100 * a) / (2 * PI * square), 10],
        [(10 * a) / sqrt(square), (10 * b) / sqrt(square), 0],
        [0, 0, 1],
      ];
    },
    minima: [0],
  },
  bard: {
    x0: [1, 1, 1],
    f: ([a, b, c]) =>
      BARD.map((y, i) => {
        const [u, v] = [i + 1, 15 - i];
        return y - (a + u / (v * b + Math.min(u, v) * c));
      }),
    J: ([, b, c]) =>
      BARD.map((_, i) => {
        const [u, v] = [i + 1, 15 - i];
        const w = Math.min(u, v);
        const square = (v * b + w * c) ** 2;
        return [-1, (u * v) / square, (u * w) / square];
      }),
    minima: [8.21487e-3, 17.4286],
  },
  gaussian: {
    x0: [0.4, 1, 0],
    f: ([a, b, c]) => GAUSS.map((y, i) => a * exp((-b * ((7 - i) / 2 - c) ** 2) / 2) - y),
    J: ([a, b, c]) =>
      GAUSS.map((_, i) => {
        const d = (7 - i) / 2 - c;
        const e = exp((-b * d * d) / 2);
        return [e, (-a * e * d * d) / 2, a * e * b * d];
      }),
    minima: [1.12793e-8],
  },
  meyer: {
    x0: [0.02, 4000, 250],
    f: ([a, b, c]) => MEYER.map((y, i) => a * exp(b / (45 + 5 * (i + 1) + c)) - y),
    J: ([a, b, c]) =>
      MEYER.map((_, i) => {
        const d = 45 + 5 * (i + 1) + c;
        const e = exp(b / d);
        return [e, (a * e) / d, (-a * b * e) / (d * d)];
      }),
    minima: [87.9458],
  },
  gulf: {
    x0: [5, 2.5, 0.15],
    f: (x) => gulfTimes.map((t, i) => exp(-gulfPower(x, i)) - t),
    J: (x) =>
      gulfTimes.map((_, i) => {
        const power = gulfPower(x, i);
        const outer = -exp(-power) * power;
        const distance = abs(gulfY[i] - x[1]);
        return [-outer / x[0], (outer * x[2] * (gulfY[i] > x[1] ? -1 : 1)) / distance, outer * Math.log(distance)];
      }),
    minima: [0, 0.038, 0.038001],
  },
  box: {
    x0: [0, 10, 20],
    f: ([a, b, c]) =>
      range(10, (i) => {
        const t = (i + 1) / 10;
        return exp(-t * a) - exp(-t * b) - c * (exp(-t) - exp(-10 * t));
      }),
    J: ([a, b]) =>
      range(10, (i) => {
        const t = (i + 1) / 10;
        return [-t * exp(-t * a), t * exp(-t * b), exp(-10 * t) - exp(-t)];
      }),
    minima: [0],
  },
  powellSingular: powellSingular(4),
  wood: {
    x0: [-3, -1, -3, -1],
    f: ([a, b, c, d]) => [10 * (b - a * a), 1 - a, sqrt(90) * (d - c * c), 1 - c, sqrt(10) * (b + d - 2), (b - d) / sqrt(10)],
    J: ([a, , c]) => [
      [-20 * a, 10, 0, 0],
      [-1, 0, 0, 0],
      [0, 0, -2 * sqrt(90) * c, sqrt(90)],
      [0, 0, -1, 0],
      [0, sqrt(10), 0, sqrt(10)],
      [0, 1 / sqrt(10), 0, -1 / sqrt(10)],
    ],
    minima: [0],
  },
  kowalikOsborne: {
    x0: [0.25, 0.39, 0.415, 0.39],
    f: ([a, b, c, d]) =>
      KOWALIK_Y.map((y, i) => y - (a * (KOWALIK_U[i] ** 2 + KOWALIK_U[i] * b)) / (KOWALIK_U[i] ** 2 + KOWALIK_U[i] * c + d)),
    J: ([a, b, c, d]) =>
      KOWALIK_U.map((u) => {
        const [top, bottom] = [u * u + u * b, u * u + u * c + d];
        return [-top / bottom, (-a * u) / bottom, (a * top * u) / bottom ** 2, (a * top) / bottom ** 2];
      }),
    minima: [3.07505e-4, 1.02734e-3],
  },
  brownDennis: {
    x0: [25, 5, -5, -1],
    f: ([a, b, c, d]) =>
      range(20, (i) => {
        const t = (i + 1) / 5;
        return (a + t * b - exp(t)) ** 2 + (c + d * sin(t) - cos(t)) ** 2;
      }),
    J: ([a, b, c, d]) =>
      range(20, (i) => {
        const t = (i + 1) / 5;
        const [p, q] = [2 * (a + t * b - exp(t)), 2 * (c + d * sin(t) - cos(t))];
        return [p, p * t, q, q * sin(t)];
      }),
    minima: [85822.2],
  },
  osborne1: {
    x0: [0.5, 1.5, -1, 0.01, 0.02],
    f: ([a, b, c, d, e]) => OSBORNE1.map((y, i) => y - (a + b * exp(-10 * i * d) + c * exp(-10 * i * e))),
    J: ([, b, c, d, e]) =>
      OSBORNE1.map((_, i) => {
        const t = 10 * i;
        return [-1, -exp(-t * d), -exp(-t * e), t * b * exp(-t * d), t * c * exp(-t * e)];
      }),
    minima: [5.46489e-5],
  },
  biggsExp6: {
    x0: [1, 2, 1, 1, 1, 1],
    ...exponentials(
      6,
      range(13, (i) => (i + 1) / 10),
      [
        [2, 0, 1],
        [3, 1, -1],
        [5, 4, 1],
      ],
      (t) => exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t),
    ),
    minima: [0, 5.65565e-3, 0.306367],
  },
  osborne2: {
    x0: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
    f: (x) =>
      OSBORNE2.map((y, i) => {
        const t = i / 10;
        return y - x[0] * exp(-t * x[4]) - sum(3, (k) => x[k + 1] * exp(-((t - x[k + 8]) ** 2) * x[k + 5]));
      }),
    J: (x) =>
      OSBORNE2.map((_, i) => {
        const t = i / 10;
        const e = exp(-t * x[4]);
        const bells = range(3, (k) => exp(-((t - x[k + 8]) ** 2) * x[k + 5]));
        return [
          -e,
          ...bells.map((bell) => -bell),
          t * x[0] * e,
          ...bells.map((bell, k) => x[k + 1] * bell * (t - x[k + 8]) ** 2),
          ...bells.map((bell, k) => -x[k + 1] * bell * 2 * (t - x[k + 8]) * x[k + 5]),
        ];
      }),
    minima: [4.01377e-2],
  },
  watson: watson(9),
  extendedRosenbrock: extendedRosenbrock(20),
  extendedPowell: powellSingular(20),
  penalty1: penalty1(10),
  penalty2: penalty2(10),
  variablyDimensioned: variablyDimensioned(10),
  trigonometric: trigonometric(10),
  brownAlmostLinear: brownAlmostLinear(10),
  boundaryValue: boundaryValue(10),
  integralEquation: integralEquation(10),
  broydenTridiagonal: broydenTridiagonal(10),
  broydenBanded: broydenBanded(10),
  linearFullRank: linear(10, 20, (i, j) => (i === j ? 1 : 0) - 2 / 20, 10),
  linearRank1: linear(10, 20, (i, j) => (i + 1) * (j + 1), (20 * 19) / (2 * 41)),
  linearRank1Zeros: linear(10, 20, (i, j) => (i === 0 || i === 19 || j === 0 || j === 9 ? 0 : i * (j + 1)), (400 + 60 - 6) / (2 * 37)),
  chebyquad: chebyquad(8, 8, 3.51687e-3),
};

/** The sum of squares and its gradient. */
export const objective = ({ f, J }) => ({
  value: (x) => f([...x]).reduce((total, r) => total + r * r, 0),
  gradient: (x) => {
    const [values, rows] = [f([...x]), J([...x])];
    return range(x.length, (j) => 2 * rows.reduce((total, r, i) => total + r[j] * values[i], 0));
  },
});

/** A box that cuts some variables off from the minimum: every second one stays within a tenth of its start. */
export const boxOf = ({ x0 }) => x0.map((value, i) => (i % 2 === 0 ? [value - 0.1, value + 0.1 + i / 7] : [null, value + 3]));
