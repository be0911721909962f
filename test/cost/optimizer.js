// A toy optimizer, "descent": p -= learningRate (g + weightDecay p).
import { readFileSync } from "node:fs";
import { join } from "node:path";

const kernel = `// Gradient descent with coupled weight decay: p -= rate (scale g + decay p)
import { add, load, mul, store, sub } from "../lanes";

export function descent(p: usize, g: usize, RATE: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  store(p, sub(P, mul(RATE, add(mul(SCALE, load(g)), mul(DECAY, P)))));
}
`;

const rule = `import { addKernels } from "../../engine/parts.js";
import { descentKernels } from "../../generated/parts/descent.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

/** The options of \`descent\`. */
export interface DescentOptions extends CommonOptions<DescentOptions> {
  /** Added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const descentRule: Rule<DescentOptions> = {
  kind: "descent",
  learningRate: 1e-3,
  fields: { weightDecay: scheduled(0, { min: 0 }) },
  slots: () => [],
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, descentKernels);
    return (_t, rate, scale) => {
      for (const { p, g, n } of runs) kernels.descent(p, g, n, rate, o.weightDecay, scale);
    };
  },
};

/**
 * Descent: gradient descent.
 *
 * p -= learningRate (g + weightDecay p), with g the gradient.
 *
 * Agrees with torch.optim.SGD without momentum.
 *
 * Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées, 1847; here as of 2026.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * descent({ learningRate: 0.1 })
 */
export function descent(options: DescentOptions = {}): DescribedOptimizer<DescentOptions> {
  return make(descentRule, options);
}
`;

const row = `  descent: {
    digits: { learningRate: 0.1 },
    options: [{ learningRate: 0.1 }, { learningRate: 0.05, weightDecay: 0.1 }],
    scheduled: { learningRate, weightDecay },
    converges: { options: { learningRate: 0.1 }, steps: 1000, within: 1e-4 },
    hard: { quadratic: { learningRate: 1 }, rosenbrock: { learningRate: 1e-3 } },
  },
`;

const CASES = { plain: [0.01, 0], "weight decay": [0.02, 0.1], "larger rate": [0.1, 0.01] };

const spec = `
case = torch_kind("descent", torch.optim.SGD)
${Object.entries(CASES)
  .map(([name, [rate, decay]]) => `case("${name}", {"learningRate": ${rate}, "weightDecay": ${decay}})`)
  .join("\n")}
`;

/** The golden numbers, which the spec gives where Python has the libraries: here in float64. */
function golden(folder) {
  const { shapes, start, gradients } = JSON.parse(readFileSync(join(folder, "test/golden/optimizers/problem.json"), "utf8"));
  if (shapes === undefined) throw new Error("problem.json has another form");
  const cases = Object.entries(CASES).map(([name, [learningRate, weightDecay]]) => {
    let values = start;
    const trajectory = gradients.map((gradient) => {
      values = values.map((value, i) => value - learningRate * (gradient[i] + weightDecay * value));
      return values;
    });
    return { name, library: "float64", options: { learningRate, weightDecay }, trajectory };
  });
  return `${JSON.stringify({ kind: "descent", library: "float64", cases })}\n`;
}

export const optimizer = {
  what: "optimizer",
  cost: 5,
  files: (folder) => ({
    "assembly/elementwise/descent.ts": kernel,
    "src/optimizers/kinds/descent.ts": rule,
    "test/golden/optimizers/descent.json": golden(folder),
  }),
  edits: [
    { path: "test/optimizers/table.ts", before: "  acprop: {\n", text: row },
    { path: "test/golden/kinds_torch.py", before: '\ncase = torch_kind("sgd"', text: spec },
  ],
  commands: [
    ["npx", "tsc", "--noEmit"],
    ["npx", "vitest", "run", "test/kernels", "test/optimizers", "test/docs", "test/entries", "-t", "descent"],
    ["node", "scripts/optimizers.js"],
  ],
};
