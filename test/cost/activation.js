// A toy activation, "squared": x^2.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const NUMBERS = "test/golden/networks.json";

const kernel = `// The square of a number, and its gradient.
import { load, mul, splat, store } from "../lanes";

export function squared(x: usize, y: usize): void {
  const X = load(x);
  store(y, mul(X, X));
}

/** 2 g x */
export function squaredGradient(x: usize, g: usize): void {
  store(g, mul(splat(2), mul(load(g), load(x))));
}
`;

/** The golden numbers, which networks.py gives with PyTorch: here in float64, of the mean squared error. */
function numbers(folder) {
  const golden = JSON.parse(readFileSync(join(folder, NUMBERS), "utf8"));
  const { sizes, x, targets, parameters } = golden;
  const layers = sizes.slice(1).map((outputs, i) => ({ inputs: sizes[i], outputs, w: parameters[2 * i], b: parameters[2 * i + 1] }));
  // forward: the input of each layer, and the outputs of the last
  const inputs = [x];
  const sums = [];
  layers.forEach(({ inputs: n, outputs, w, b }, i) => {
    const sum = (row, j) => row.slice(0, n).reduce((sum, value, k) => sum + value * w[k * outputs + j], b[j]);
    sums.push(inputs.at(-1).map((row) => b.map((_, j) => sum(row, j))));
    inputs.push(i + 1 < layers.length ? sums[i].map((row) => row.map((value) => value * value)) : sums[i]);
  });
  const outputs = inputs.pop();
  const count = outputs.flat().length;
  const errors = outputs.map((row, r) => row.map((value, j) => value - targets.quantities[r][j]));
  // backward: the derivatives by the outputs of each layer, from the last to the first
  let slopes = errors.map((row) => row.map((error) => (2 * error) / count));
  const gradients = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const { inputs: n, outputs: m, w } = layers[i];
    const ofWeights = Array.from({ length: n * m }, (_, at) =>
      slopes.reduce((sum, row, r) => sum + inputs[i][r][Math.floor(at / m)] * row[at % m], 0),
    );
    const ofBiases = Array.from({ length: m }, (_, j) => slopes.reduce((sum, row) => sum + row[j], 0));
    gradients.unshift(ofWeights, ofBiases);
    const through = (row, k) => row.reduce((sum, slope, j) => sum + slope * w[k * m + j], 0);
    if (i > 0) slopes = slopes.map((row, r) => Array.from({ length: n }, (_, k) => 2 * sums[i - 1][r][k] * through(row, k)));
  }
  const value = errors.flat().reduce((sum, error) => sum + error * error, 0) / count;
  golden.cases.push({ activation: "squared", loss: "meanSquared", value, outputs: outputs.flat(), gradients });
  return `${JSON.stringify(golden, null, 1)}\n`;
}

export const activation = {
  what: "activation",
  cost: 5,
  files: (folder) => ({
    "assembly/elementwise/squared.ts": kernel,
    [NUMBERS]: numbers(folder),
  }),
  edits: [
    { path: "src/models/activations.ts", before: "  linear: {", text: '  squared: { from: "input" },\n' },
    { path: "src/adapters/onnx/activations.ts", before: "  linear: (", text: '  squared: (site, x) => site.add("Mul", [x, x]),\n' },
    { path: "test/golden/networks.py", before: '    "softplus": F.softplus,\n', text: '    "squared": lambda x: x * x,\n' },
  ],
  commands: [
    ["npx", "tsc", "--noEmit"],
    ["npx", "vitest", "run", "test/kernels", "test/models", "-t", "squared"],
  ],
};
