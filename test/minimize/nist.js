// The models of NIST's Statistical Reference Datasets for nonlinear regression; test/golden/nist.json has points, starts and certified values.
const { exp, cos, sin, atan, PI } = Math;

const cubicRatio = (x, b) => (b[0] + b[1] * x + b[2] * x ** 2 + b[3] * x ** 3) / (1 + b[4] * x + b[5] * x ** 2 + b[6] * x ** 3);
const chwirut = (x, b) => exp(-b[0] * x) / (b[1] + b[2] * x);
const gauss = (x, b) => b[0] * exp(-b[1] * x) + b[2] * exp(-((x - b[3]) ** 2) / b[4] ** 2) + b[5] * exp(-((x - b[6]) ** 2) / b[7] ** 2);
const lanczos = (x, b) => b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x);
const saturation = (x, b) => b[0] * (1 - exp(-b[1] * x));
const wave = (x, period, c, s) => c * cos((2 * PI * x) / period) + s * sin((2 * PI * x) / period);

export const models = {
  Bennett5: (x, b) => b[0] * (b[1] + x) ** (-1 / b[2]),
  BoxBOD: saturation,
  Chwirut1: chwirut,
  Chwirut2: chwirut,
  DanWood: (x, b) => b[0] * x ** b[1],
  ENSO: (x, b) => b[0] + wave(x, 12, b[1], b[2]) + wave(x, b[3], b[4], b[5]) + wave(x, b[6], b[7], b[8]),
  Eckerle4: (x, b) => (b[0] / b[1]) * exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
  Gauss1: gauss,
  Gauss2: gauss,
  Gauss3: gauss,
  Hahn1: cubicRatio,
  Kirby2: (x, b) => (b[0] + b[1] * x + b[2] * x ** 2) / (1 + b[3] * x + b[4] * x ** 2),
  Lanczos1: lanczos,
  Lanczos2: lanczos,
  Lanczos3: lanczos,
  MGH09: (x, b) => (b[0] * (x ** 2 + x * b[1])) / (x ** 2 + x * b[2] + b[3]),
  MGH10: (x, b) => b[0] * exp(b[1] / (x + b[2])),
  MGH17: (x, b) => b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4]),
  Misra1a: saturation,
  Misra1b: (x, b) => b[0] * (1 - (1 + (b[1] * x) / 2) ** -2),
  Misra1c: (x, b) => b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
  Misra1d: (x, b) => (b[0] * b[1] * x) / (1 + b[1] * x),
  Nelson: ([u, v], b) => b[0] - b[1] * u * exp(-b[2] * v),
  Rat42: (x, b) => b[0] / (1 + exp(b[1] - b[2] * x)),
  Rat43: (x, b) => b[0] / (1 + exp(b[1] - b[2] * x)) ** (1 / b[3]),
  Roszman1: (x, b) => b[0] - b[1] * x - atan(b[2] / (x - b[3])) / PI,
  Thurber: cubicRatio,
};
