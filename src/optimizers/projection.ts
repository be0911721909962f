import { sizeOf } from "../engine/parameters.js";
import type { Binding, TensorRun } from "./rule.js";

interface Limits {
  /** How small the cosine of gradient and values must be, in square roots of their size. */
  readonly delta: number;
  readonly epsilon: number;
}

/**
 * What takes from a step the part along the values, unit by unit or over the whole tensor, where the gradient is at a right angle to them: where their
 * size has no effect. Returns whether it did.
 */
export function projection({ floats, tensors }: Pick<Binding<unknown>, "floats" | "tensors">) {
  const most = Math.max(1, ...tensors.map((tensor) => unitsOf(tensor).units));
  const sums = () => new Float64Array(most);
  // of a unit: the products of values and gradient, the squares of both, and the products of values and step
  const [pg, gg, pp, up] = [sums(), sums(), sums(), sums()];

  function attempt(
    { p: values, n }: TensorRun,
    gradient: number,
    u: number,
    { delta, epsilon }: Limits,
    units: number,
    unitOf: (i: number) => number,
  ): boolean {
    const [p, g, step] = [floats(values, n), floats(gradient, n), floats(u, n)];
    for (const sum of [pg, gg, pp, up]) sum.fill(0);
    for (let i = 0; i < p.length; i++) {
      const [x, y, unit] = [p[i] as number, g[i] as number, unitOf(i)];
      pg[unit] = (pg[unit] as number) + x * y;
      gg[unit] = (gg[unit] as number) + y * y;
      pp[unit] = (pp[unit] as number) + x * x;
      up[unit] = (up[unit] as number) + x * (step[i] as number);
    }
    const norm = (squares: number) => Math.max(Math.sqrt(squares), epsilon);
    let largest = 0;
    for (let k = 0; k < units; k++)
      largest = Math.max(largest, Math.abs(pg[k] as number) / (norm(gg[k] as number) * norm(pp[k] as number)));
    if (!(largest < delta / Math.sqrt(p.length / units))) return false;
    for (let k = 0; k < units; k++) {
      const size = Math.sqrt(pp[k] as number) + epsilon;
      up[k] = (up[k] as number) / (size * size);
    }
    for (let i = 0; i < p.length; i++) step[i] = (step[i] as number) - (p[i] as number) * (up[unitOf(i)] as number);
    return true;
  }

  return (tensor: TensorRun, gradient: number, u: number, limits: Limits): boolean => {
    if (tensor.shape.length < 2) return false;
    const { units, unitOf } = unitsOf(tensor);
    return attempt(tensor, gradient, u, limits, units, unitOf) || attempt(tensor, gradient, u, limits, 1, () => 0);
  };
}

/** The number of units of a tensor, and which of them an element belongs to. */
function unitsOf({ shape, units }: Pick<TensorRun, "shape" | "units">): { units: number; unitOf: (i: number) => number } {
  if (shape.length < 2) return { units: 1, unitOf: () => 0 };
  const count = (units === "rows" ? shape[0] : shape.at(-1)) as number;
  const each = sizeOf(shape) / count;
  return { units: count, unitOf: units === "rows" ? (i) => Math.floor(i / each) : (i) => i % count };
}
