// A toy layer, "negated": -x.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const NUMBERS = "test/golden/layers.json";

const source = `import { sizeOf } from "../../engine/parameters.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";

export const negatedLayer: LayerRule<object> = {
  kind: "negated",
  fields: {},
  shape: (_, input) => input,
  bind({ kernels, input }) {
    const size = sizeOf(input);
    const negate = (from: number, to: number, rows: number) => {
      kernels.copy(from, to, rows * size);
      kernels.scale(to, rows * size, -1);
    };
    return {
      forward: (x, y, { rows }) => negate(x, y, rows),
      backward: (_x, _y, dy, dx, { rows }) => dx !== 0 && negate(dy, dx, rows),
    };
  },
};

/**
 * All numbers with the other sign.
 *
 * @throws OptionError for an unknown option.
 * @example
 * negated()
 */
export function negated(options: Readonly<Record<string, never>> = {}): LayerDescription {
  return layer(negatedLayer, options);
}
`;

/**
 * The golden numbers, which layers.py gives with PyTorch: here those of networks with a flatten in its place, and the weights behind it, with their
 * gradients, of the other sign.
 */
function numbers(folder) {
  const golden = JSON.parse(readFileSync(join(folder, NUMBERS), "utf8"));
  const negative = (tensors) => ({ ...tensors, "layers.2.weight": tensors["layers.2.weight"].map((value) => -value) });
  const like = golden.cases.filter(({ name, inputs }) => name.startsWith("flatten") && inputs.length === 1);
  for (const one of like) {
    const layers = one.layers.map((layer) => (layer.kind === "flatten" ? { kind: "negated" } : layer));
    const name = one.name.replace("flatten", "negated");
    golden.cases.push({ ...one, name, layers, parameters: negative(one.parameters), gradients: negative(one.gradients) });
  }
  return `${JSON.stringify(golden)}\n`;
}

export const layer = {
  what: "layer",
  cost: 4,
  files: (folder) => ({ "src/models/layers/negated.ts": source, [NUMBERS]: numbers(folder) }),
  edits: [
    {
      path: "src/adapters/onnx/layers.ts",
      before: '  ["residual", {',
      text: '  ["negated", { write: (site, x) => site.add("Neg", [x]) }],\n',
    },
    {
      path: "test/golden/layers.py",
      before: "    def lastStep(self, o, x, name, training):\n",
      text: "    def negated(self, o, x, name, training):\n        return -x\n\n",
    },
  ],
  commands: [
    ["npx", "tsc", "--noEmit"],
    ["npx", "vitest", "run", "test/models", "-t", "negated"],
  ],
};
