/** A function of two variables to descend, with its gradient and its minima. */
export interface Surface {
  readonly title: string;
  readonly formula: string;
  readonly about: string;
  /** What is drawn: x from, x to, y from, y to. */
  readonly frame: readonly [number, number, number, number];
  readonly start: readonly [number, number];
  readonly minima: readonly (readonly [number, number])[];
  /** The lowest value. */
  readonly least: number;
  /** `condition` matters to the ravine alone. */
  value(x: number, y: number, condition: number): number;
  gradient(x: number, y: number, condition: number): [number, number];
}

/** Half of a right angle's two thirds: the ravine lies askew, since no method should profit from the axes. */
const [COS, SIN] = [0.8660254037844386, 0.5];

export const SURFACES = {
  rosenbrock: {
    title: "Rosenbrock's valley",
    formula: "(1 − x)² + 100 (y − x²)²",
    about: "A bent valley: its floor is easy to find and hard to follow.",
    frame: [-2, 2, -1, 3],
    start: [-1.5, 2],
    minima: [[1, 1]],
    least: 0,
    value: (x, y) => (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x),
    gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
  },
  beale: {
    title: "Beale's function",
    formula: "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
    about: "A plain with steep walls: gradients differ a thousandfold.",
    frame: [-1, 4.5, -2, 2],
    start: [1, 1.5],
    minima: [[3, 0.5]],
    least: 0,
    value(x, y) {
      const [a, b, c] = [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y];
      return a * a + b * b + c * c;
    },
    gradient(x, y) {
      const [a, b, c] = [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y];
      return [2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y * y * y - 1), 2 * a * x + 4 * b * x * y + 6 * c * x * y * y];
    },
  },
  himmelblau: {
    title: "Himmelblau's function",
    formula: "(x² + y − 11)² + (x + y² − 7)²",
    about: "Four minima, all of them 0: which one is found depends on the steps.",
    frame: [-5, 5, -5, 5],
    start: [0.2, -0.6],
    minima: [
      [3, 2],
      [-2.805118, 3.131312],
      [-3.77931, -3.283186],
      [3.584428, -1.848126],
    ],
    least: 0,
    value: (x, y) => (x * x + y - 11) * (x * x + y - 11) + (x + y * y - 7) * (x + y * y - 7),
    gradient(x, y) {
      const [a, b] = [x * x + y - 11, x + y * y - 7];
      return [4 * x * a + 2 * b, 2 * a + 4 * y * b];
    },
  },
  saddle: {
    title: "A saddle",
    formula: "x² − y² + y⁴ / 4",
    about: "Down along x, and almost level on the ridge: who leaves the saddle, and when?",
    frame: [-2, 2, -2, 2],
    start: [-1.6, 0.001],
    minima: [
      [0, 1.4142135623730951],
      [0, -1.4142135623730951],
    ],
    least: -1,
    value: (x, y) => x * x - y * y + (y * y * y * y) / 4,
    gradient: (x, y) => [2 * x, y * y * y - 2 * y],
  },
  ravine: {
    title: "A ravine",
    formula: "(u² + κ v²) / 2, turned by 30°",
    about: "A quadratic whose condition κ you choose: the steeper direction limits the rate, the other one needs it.",
    frame: [-3, 3, -2.2, 2.2],
    start: [-2.4, 0.6],
    minima: [[0, 0]],
    least: 0,
    value(x, y, condition) {
      const [u, v] = [COS * x + SIN * y, COS * y - SIN * x];
      return (u * u + condition * v * v) / 2;
    },
    gradient(x, y, condition) {
      const [u, v] = [COS * x + SIN * y, COS * y - SIN * x];
      return [COS * u - SIN * condition * v, SIN * u + COS * condition * v];
    },
  },
} as const satisfies Record<string, Surface>;

export type SurfaceName = keyof typeof SURFACES;
export const SURFACE_NAMES = Object.keys(SURFACES) as SurfaceName[];
