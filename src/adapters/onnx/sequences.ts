// Layers of sequences [batch, steps, width].
import type { Shape } from "../../engine/parameters.js";
import type { AttentionOptions } from "../../models/layers/attention.js";
import type { GruOptions } from "../../models/layers/gru.js";
import { angles } from "../../models/rotary.js";
import type { Site } from "./site.js";

/** So low that softmax makes 0 of it; an infinity, which would do, is none in shaders. */
const LOWEST = -3.4028234663852886e38;

export function writeLastStep(site: Site, x: string): string {
  const [steps] = site.input as [number, number];
  return site.add("Gather", [x, site.constant("last", [], BigInt64Array.of(BigInt(steps - 1)))], { axis: { int: 1 } });
}

/** The gates r, z and n of this library are z, r and h in ONNX, and steps stand before the batch. */
export function writeGru(site: Site, x: string): string {
  const { units, returns } = site.layer as unknown as Required<GruOptions>;
  const weights = (key: string) => {
    const { shape, values } = site.turned(key, [1, 0]);
    return site.constant(key, [1, ...shape], reordered(values));
  };
  const biases = ["bias", "recurrentBias"].map((key) => reordered(site.turned(key, [0]).values));
  const bias = Float32Array.from(biases.flatMap((values) => [...values]));
  const inputs = [
    site.add("Transpose", [x], { perm: { ints: [1, 0, 2] } }),
    weights("weight"),
    weights("recurrentWeight"),
    site.constant("bias", [1, bias.length], bias),
  ];
  const [all, last] = site.addSeveral("GRU", inputs, { hidden_size: { int: units }, linear_before_reset: { int: 1 } }, 2) as [
    string,
    string,
  ];
  if (returns === "last") return site.add("Squeeze", [last, site.integers("direction", [0])]);
  const states = site.add("Squeeze", [all, site.integers("direction", [1])]);
  return site.add("Transpose", [states], { perm: { ints: [1, 0, 2] } });
}

/** The second of three parts first. */
function reordered(values: Float32Array): Float32Array {
  const third = values.length / 3;
  const result = values.slice();
  result.set(values.subarray(third, 2 * third));
  result.set(values.subarray(0, third), third);
  return result;
}

export function writeAttention(site: Site, x: string): string {
  const { heads, rotary, base, bias, causal } = site.layer as unknown as Required<AttentionOptions>;
  const [steps, width] = site.input as [number, number];
  const head = width / heads;
  const joint = site.product(x, "weight", bias ? "bias" : undefined);
  const parts = site.addSeveral("Split", [joint, site.integers("widths", [width, width, width])], { axis: { int: 2 } }, 3);
  const byHead = site.integers("heads", [0, steps, heads, head]);
  const [queries, keys, values] = parts.map((part) => site.add("Reshape", [part, byHead])) as [string, string, string];
  const turn = rotary ? rotation(site, steps, head, base) : (rows: string) => rows;
  const transposed = (rows: string, ...perm: number[]) => site.add("Transpose", [rows], { perm: { ints: perm } });
  const products = site.add("MatMul", [transposed(turn(queries), 0, 2, 1, 3), transposed(turn(keys), 0, 2, 3, 1)]);
  const scaled = site.add("Mul", [products, site.number("scale", 1 / Math.sqrt(head))]);
  const seen = causal ? site.add("Add", [scaled, mask(site, steps)]) : scaled;
  const mixed = site.add("MatMul", [site.add("Softmax", [seen], { axis: { int: -1 } }), transposed(values, 0, 2, 1, 3)]);
  const joined = site.add("Reshape", [transposed(mixed, 0, 2, 1, 3), site.integers("joined", [0, steps, width])]);
  return site.product(joined, "outWeight", bias ? "outBias" : undefined);
}

/** What is added so that a step sees those up to itself alone. */
function mask(site: Site, steps: number): string {
  const values = Float32Array.from({ length: steps * steps }, (_, i) => (i % steps > Math.floor(i / steps) ? LOWEST : 0));
  return site.constant("mask", [steps, steps], values);
}

/** Turns number i of each head with number i + half by an angle that grows with the step: (a, b) to (a cos - b sin, b cos + a sin). */
function rotation(site: Site, steps: number, head: number, base: number): (rows: string) => string {
  const half = head / 2;
  const [cosines, sines] = [new Float32Array(steps * half), new Float32Array(steps * half)];
  angles(cosines, sines, steps, half, base);
  const shape: Shape = [steps, 1, half];
  const [cos, sin] = [site.constant("cosines", shape, cosines), site.constant("sines", shape, sines)];
  const halves = site.integers("halves", [half, half]);
  return (rows) => {
    const [a, b] = site.addSeveral("Split", [rows, halves], { axis: { int: 3 } }, 2) as [string, string];
    const times = (x: string, factor: string) => site.add("Mul", [x, factor]);
    const turned = [site.add("Sub", [times(a, cos), times(b, sin)]), site.add("Add", [times(b, cos), times(a, sin)])];
    return site.add("Concat", turned, { axis: { int: 3 } });
  };
}
