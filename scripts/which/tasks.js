// Twelve small tasks, each a number of steps with a loss at their end: objectives of one's own, and networks on the data of this package.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { activation, dense, embedding, flatten, mlp, Network, Parameters, sequential } from "../../dist/entries/index.js";
import { exp, log, Random } from "../../dist/entries/numerics.js";

/** A normal number, nearly: the sum of twelve uniform ones. */
const normal = (random) => Array.from({ length: 12 }, () => random.uniform()).reduce((sum, x) => sum + x, -6);
const normals = (random, n, size = 1) => Float64Array.from({ length: n }, () => size * normal(random));

/** A task with an objective of its own: `gradient(x, g, step)` of named tensors fills g and returns the loss, `loss(x)` is judged. */
function objective({ name, about, steps, shapes, start, make }) {
  return {
    name,
    about,
    steps,
    begin(engine, seed) {
      const parameters = new Parameters(engine, shapes);
      const random = new Random(seed, "start", name);
      for (const { value } of parameters) value.set(normals(random, value.length, start));
      const { gradient, loss = gradient } = make(seed);
      const views = () => [...parameters].map(({ value, gradient }) => [value, gradient]);
      return {
        parameters,
        closure: (step) => {
          const all = views();
          return gradient(
            all.map(([x]) => x),
            all.map(([, g]) => g),
            step,
          );
        },
        judge: () => {
          const all = views();
          return loss(
            all.map(([x]) => x),
            all.map(([x]) => new Float32Array(x.length)),
            -1,
          );
        },
        dispose: () => parameters.dispose(),
      };
    },
  };
}

/** A task with a network: `batch(random)` gives rows of features and targets, `all` those that are judged. */
function network({ name, about, steps, model, loss, rows, data, classes = true }) {
  const { features, targets, inputs, outputs } = data;
  const count = features.length / inputs;
  return {
    name,
    about,
    steps,
    begin(engine, seed) {
      const largest = Math.max(rows, Math.min(count, 256));
      const net = new Network(engine, model, loss, { rows: largest, seed });
      const [x, y] = [engine.vector(largest * inputs), engine.vector(largest * outputs)];
      const random = new Random(seed, "batches", name);
      const fill = (numbers, step) => {
        const wanted = classes ? new Uint32Array(y.view.buffer, y.pointer, numbers.length * outputs) : y.view;
        numbers.forEach((from, to) => {
          x.view.set(features.subarray(from * inputs, (from + 1) * inputs), to * inputs);
          wanted.set(targets.subarray(from * outputs, (from + 1) * outputs), to * outputs);
        });
        const n = numbers.length;
        return {
          rows: n,
          step,
          featuresPointer: x.pointer,
          targetsPointer: y.pointer,
          features: x.view.subarray(0, n * inputs),
          targets: wanted.subarray(0, n * outputs),
        };
      };
      const judged = Array.from({ length: Math.min(count, 256) }, (_, i) => Math.floor((i * count) / Math.min(count, 256)));
      return {
        parameters: net.parameters,
        closure: (step) =>
          net.train(
            fill(
              Array.from({ length: rows }, () => random.below(count)),
              step,
            ),
          ),
        judge: () => net.evaluate(fill(judged, 0)).loss,
        dispose: () => {
          net.dispose();
          x.dispose();
          y.dispose();
        },
      };
    },
  };
}

function lines(text) {
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
}

const digits = lines(gunzipSync(readFileSync("data/digits.csv.gz")).toString());
const digitsData = {
  features: Float32Array.from(digits.flatMap((row) => row.slice(0, 64).map((x) => Number(x) / 16))),
  targets: Uint32Array.from(digits, (row) => Number(row[64])),
  inputs: 64,
  outputs: 1,
};
const pictures = { ...digitsData, targets: digitsData.features, outputs: 64 };
const iris = lines(readFileSync("data/iris.csv", "utf8"));
const species = [...new Set(iris.map((row) => row[4]))];
const irisData = {
  features: Float32Array.from(
    iris.flatMap((row) => row.slice(0, 4).map((x, i) => (Number(x) - [5.8, 3, 3.8, 1.2][i]) / [0.8, 0.4, 1.8, 0.8][i])),
  ),
  targets: Uint32Array.from(iris, (row) => species.indexOf(row[4])),
  inputs: 4,
  outputs: 1,
};
const penguins = lines(readFileSync("data/penguins.csv", "utf8"));
const numeric = penguins.map((row) => row.map(Number)).map((row) => row.filter((x) => Number.isFinite(x)));
const width = Math.max(...numeric.map((row) => row.length));
const whole = numeric.filter((row) => row.length === width);
const scaled = Array.from({ length: width }, (_, i) => {
  const column = whole.map((row) => row[i]);
  const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
  const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length) || 1;
  return column.map((x) => (x - mean) / deviation);
});
/** The last measure of a penguin from the others. */
const penguinData = {
  features: Float32Array.from(whole.flatMap((_, row) => scaled.slice(0, 3).map((column) => column[row]))),
  targets: Float32Array.from(scaled[3], (x) => x),
  inputs: 3,
  outputs: 1,
};
const text = readFileSync("data/shakespeare.txt", "utf8").slice(0, 40000);
const letters = [...new Set(text)].sort();
const CONTEXT = 8;
const textData = (() => {
  const numbers = Array.from(text, (letter) => letters.indexOf(letter));
  const rows = numbers.length - CONTEXT;
  return {
    features: Float32Array.from({ length: rows * CONTEXT }, (_, i) => numbers[Math.floor(i / CONTEXT) + (i % CONTEXT)]),
    targets: Uint32Array.from({ length: rows }, (_, i) => numbers[i + CONTEXT]),
    inputs: CONTEXT,
    outputs: 1,
  };
})();
const spirals = (() => {
  const random = new Random(5, "spirals");
  const rows = 400;
  const features = new Float32Array(rows * 2);
  const targets = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const [arm, along] = [i % 2, i / rows];
    // a spiral by turning a vector a little each time
    const angle = 9 * along + Math.PI * arm;
    const size = 0.15 + along;
    features.set([size * cosine(angle) + 0.03 * normal(random), size * cosine(angle - Math.PI / 2) + 0.03 * normal(random)], i * 2);
    targets[i] = arm;
  }
  return { features, targets, inputs: 2, outputs: 1 };
})();

function cosine(x) {
  let [sum, term] = [0, 1];
  for (let k = 1; k < 40; k++) {
    sum += term;
    term *= (-x * x) / ((2 * k - 1) * (2 * k));
  }
  return sum;
}

/** Y = A X with a matrix whose singular values fall evenly in their logarithm from 1 to `last`, along axes of its own. */
function spread(random, n, last) {
  const axis = normals(random, n);
  const square = axis.reduce((sum, x) => sum + x * x, 0);
  return Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    let sum = 0;
    for (let m = 0; m < n; m++) {
      const turn = (a) => (a === m ? 1 : 0) - (2 * axis[a] * axis[m]) / square;
      sum += turn(i) * exp((log(last) * m) / (n - 1)) * turn(j);
    }
    return sum;
  });
}

function product(a, b, n, m, k) {
  const c = new Float64Array(n * k);
  for (let i = 0; i < n; i++) for (let l = 0; l < m; l++) for (let j = 0; j < k; j++) c[i * k + j] += a[i * m + l] * b[l * k + j];
  return c;
}

const SIDE = 12;

export const tasks = [
  network({
    name: "digits",
    about: "a network of 64, 32 and 10 units reads digits: 150 batches of 32",
    steps: 150,
    model: mlp({ inputs: 64, hidden: [32], outputs: 10, activation: "relu" }),
    loss: "crossEntropy",
    rows: 32,
    data: digitsData,
  }),
  network({
    name: "autoencoder",
    about: "digits through 16, 4 and 16 units and back: 150 batches of 32",
    steps: 150,
    model: mlp({ inputs: 64, hidden: [16, 4, 16], outputs: 64, activation: "tanh" }),
    loss: "meanSquared",
    rows: 32,
    data: pictures,
    classes: false,
  }),
  network({
    name: "iris",
    about: "logistic regression of irises: 200 whole batches",
    steps: 200,
    model: mlp({ inputs: 4, hidden: [], outputs: 3 }),
    loss: "crossEntropy",
    rows: 150,
    data: irisData,
  }),
  network({
    name: "regression",
    about: "a penguin's mass from three measures, by 16 units: 200 batches of 32",
    steps: 200,
    model: mlp({ inputs: 3, hidden: [16], outputs: 1, activation: "tanh" }),
    loss: "meanSquared",
    rows: 32,
    data: penguinData,
    classes: false,
  }),
  network({
    name: "spirals",
    about: "two spirals told apart by 2 times 16 units: 300 batches of 64",
    steps: 300,
    model: mlp({ inputs: 2, hidden: [16, 16], outputs: 2, activation: "tanh" }),
    loss: "crossEntropy",
    rows: 64,
    data: spirals,
  }),
  network({
    name: "letters",
    about: "the next letter of Shakespeare from eight before, embedded in 8 numbers, by 32 units: 100 batches of 32",
    steps: 100,
    model: sequential(
      [
        embedding({ count: letters.length, width: 8 }),
        flatten(),
        dense({ units: 32 }),
        activation("relu"),
        dense({ units: letters.length }),
      ],
      { inputs: CONTEXT },
    ),
    loss: "crossEntropy",
    rows: 32,
    data: textData,
  }),
  objective({
    name: "quadratic",
    about: "a quadratic of 20 numbers and condition 10,000, along axes of its own: 300 steps",
    steps: 300,
    shapes: { x: [20] },
    start: 1,
    make: () => {
      const a = spread(new Random(2, "quadratic"), 20, 1e-4);
      return {
        gradient: ([x], [g]) => {
          g.set(product(a, x, 20, 20, 1));
          return 0.5 * x.reduce((sum, value, i) => sum + value * g[i], 0);
        },
      };
    },
  }),
  objective({
    name: "noise",
    about: "the same of condition 100 with noise on the gradient: 300 steps",
    steps: 300,
    shapes: { x: [20] },
    start: 1,
    make: (seed) => {
      const a = spread(new Random(3, "noise"), 20, 1e-2);
      const exact = ([x], [g]) => {
        g.set(product(a, x, 20, 20, 1));
        return 0.5 * x.reduce((sum, value, i) => sum + value * g[i], 0);
      };
      return {
        gradient: (x, g, step) => {
          const loss = exact(x, g);
          const random = new Random(seed, "noise", step);
          for (let i = 0; i < 20; i++) g[0][i] += 0.1 * normal(random);
          return loss;
        },
        loss: exact,
      };
    },
  }),
  objective({
    name: "matrix",
    about: "|A X B - C|^2 of a 12 by 12 matrix X, A and B of condition 100 each: 300 steps",
    steps: 300,
    shapes: { x: [SIDE, SIDE] },
    start: 0.1,
    make: () => {
      const random = new Random(4, "matrix");
      const [a, b] = [spread(random, SIDE, 1e-2), spread(random, SIDE, 1e-2)];
      const wanted = product(product(a, normals(random, SIDE * SIDE), SIDE, SIDE, SIDE), b, SIDE, SIDE, SIDE);
      return {
        gradient: ([x], [g]) => {
          const rest = product(product(a, x, SIDE, SIDE, SIDE), b, SIDE, SIDE, SIDE).map((value, i) => value - wanted[i]);
          // A and B are symmetric
          g.set(product(product(a, rest, SIDE, SIDE, SIDE), b, SIDE, SIDE, SIDE));
          return 0.5 * rest.reduce((sum, value) => sum + value * value, 0);
        },
      };
    },
  }),
  objective({
    name: "factors",
    about: "a 12 by 12 matrix with singular values from 1 to 0.01 as a product of two: 300 steps",
    steps: 300,
    shapes: { u: [SIDE, SIDE], v: [SIDE, SIDE] },
    start: 0.1,
    make: () => {
      const wanted = spread(new Random(6, "factors"), SIDE, 1e-2);
      const turned = (x) => Float64Array.from({ length: SIDE * SIDE }, (_, k) => x[(k % SIDE) * SIDE + Math.floor(k / SIDE)]);
      return {
        gradient: ([u, v], [gu, gv]) => {
          const rest = product(u, v, SIDE, SIDE, SIDE).map((value, i) => value - wanted[i]);
          gu.set(product(rest, turned(v), SIDE, SIDE, SIDE));
          gv.set(product(turned(u), rest, SIDE, SIDE, SIDE));
          return 0.5 * rest.reduce((sum, value) => sum + value * value, 0);
        },
      };
    },
  }),
  objective({
    name: "rosenbrock",
    about: "Rosenbrock's function of 10 numbers: 500 steps",
    steps: 500,
    shapes: { x: [10] },
    start: 0.5,
    make: () => ({
      gradient: ([x], [g]) => {
        g.fill(0);
        let loss = 0;
        for (let i = 0; i < 9; i++) {
          const [over, away] = [x[i + 1] - x[i] ** 2, 1 - x[i]];
          loss += 100 * over ** 2 + away ** 2;
          g[i] += -400 * x[i] * over - 2 * away;
          g[i + 1] += 200 * over;
        }
        return loss;
      },
    }),
  }),
  objective({
    name: "sparse",
    about: "a linear model of 400 numbers, 5 of which are other than 0 in a row: 300 rows, one by one",
    steps: 300,
    shapes: { w: [400] },
    start: 0.001,
    make: (seed) => {
      const truth = normals(new Random(7, "sparse"), 400);
      const row = (random) => Array.from({ length: 5 }, () => (random.below(20) > 3 ? random.below(40) : random.below(400)));
      const fixed = Array.from({ length: 200 }, (_, i) => row(new Random(8, "sparse", i)));
      const error = (w, at) => at.reduce((sum, i) => sum + w[i] - truth[i], 0);
      return {
        gradient: ([w], [g], step) => {
          const at = row(new Random(seed, "rows", step));
          const rest = error(w, at);
          g.fill(0);
          for (const i of at) g[i] += rest;
          return 0.5 * rest * rest;
        },
        loss: ([w]) => fixed.reduce((sum, at) => sum + error(w, at) ** 2, 0) / 400,
      };
    },
  }),
];
