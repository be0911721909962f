import type { Binding, TensorRun } from "./rule.js";

interface Limits {
  /** How small the cosine of gradient and values must be, in square roots of their size. */
  readonly delta: number;
  readonly epsilon: number;
}

/** The numbers of a tensor: values, gradient and step, and how they lie: `units` of `each`, one behind the other or interleaved. */
interface Parts {
  readonly p: Float32Array;
  readonly g: Float32Array;
  readonly u: Float32Array;
  readonly units: number;
  readonly each: number;
  readonly isInterleaved: boolean;
}

/** Units whose numbers are interleaved are looked at by so many together. */
const TOGETHER = 8;
/** What float32 sums may be off. */
const SURELY = 1.01;

/**
 * What takes from a step the part along the values, unit by unit or over the whole tensor, where the gradient is at a right angle to them: where their
 * size has no effect. Returns whether it did. Where it is not, the first unit mostly tells.
 */
export function projection({ kernels, floats }: Pick<Binding<unknown>, "kernels" | "floats">) {
  /** Of all tensors but those whose size has no effect, float32 sums are enough. */
  function isFarOff(p: number, g: number, n: number, limit: number): boolean {
    const product = Math.abs(kernels.dot(p, g, n));
    return product > SURELY * limit * Math.sqrt(kernels.sumSquares(p, n)) * Math.sqrt(kernels.sumSquares(g, n));
  }

  return ({ p, n, shape, units }: TensorRun, gradient: number, step: number, { delta, epsilon }: Limits): boolean => {
    if (shape.length < 2) return false;
    const parts = { p: floats(p, n), g: floats(gradient, n), u: floats(step, n) };
    const count = (units === "rows" ? shape[0] : shape.at(-1)) as number;
    const byUnits = { ...parts, units: count, each: n / count, isInterleaved: units !== "rows" };
    if (attempt(byUnits, delta / Math.sqrt(n / count), epsilon)) return true;
    const limit = delta / Math.sqrt(n);
    return !isFarOff(p, gradient, n, limit) && attempt({ ...parts, units: 1, each: n, isInterleaved: false }, limit, epsilon);
  };
}

/** Where the cosines of all units are under the limit, takes from each unit's step its part along the values. */
function attempt(parts: Parts, limit: number, epsilon: number): boolean {
  const { p, u, units, each, isInterleaved } = parts;
  const pp = isInterleaved ? squaresOfColumns(parts, limit, epsilon) : squaresOfRows(parts, limit, epsilon);
  if (pp === undefined) return false;
  const [across, along] = isInterleaved ? [1, units] : [each, 1];
  for (let k = 0; k < units; k++) {
    let product = 0;
    for (let i = 0, at = k * across; i < each; i++, at += along) product += (p[at] as number) * (u[at] as number);
    const size = Math.sqrt(pp[k] as number) + epsilon;
    const share = product / (size * size);
    for (let i = 0, at = k * across; i < each; i++, at += along) u[at] = (u[at] as number) - (p[at] as number) * share;
  }
  return true;
}

/** The squared norms of the values of units that lie one behind the other; undefined as soon as a cosine is no less than the limit. */
function squaresOfRows({ p, g, units, each }: Parts, limit: number, epsilon: number): Float64Array | undefined {
  const squares = new Float64Array(units);
  for (let k = 0; k < units; k++) {
    let [pg, gg, pp] = [0, 0, 0];
    for (let i = k * each; i < (k + 1) * each; i++) {
      const [x, y] = [p[i] as number, g[i] as number];
      pg += x * y;
      gg += y * y;
      pp += x * x;
    }
    if (!isUnder(pg, gg, pp, limit, epsilon)) return undefined;
    squares[k] = pp;
  }
  return squares;
}

/** The same of units that are interleaved. */
function squaresOfColumns({ p, g, units, each }: Parts, limit: number, epsilon: number): Float64Array | undefined {
  const squares = new Float64Array(units);
  const [pg, gg] = [new Float64Array(units), new Float64Array(units)];
  for (let from = 0; from < units; from += TOGETHER) {
    const to = Math.min(units, from + TOGETHER);
    for (let i = 0; i < each; i++) {
      for (let k = from; k < to; k++) {
        const [x, y] = [p[i * units + k] as number, g[i * units + k] as number];
        pg[k] = (pg[k] as number) + x * y;
        gg[k] = (gg[k] as number) + y * y;
        squares[k] = (squares[k] as number) + x * x;
      }
    }
    for (let k = from; k < to; k++) if (!isUnder(pg[k] as number, gg[k] as number, squares[k] as number, limit, epsilon)) return undefined;
  }
  return squares;
}

function isUnder(pg: number, gg: number, pp: number, limit: number, epsilon: number): boolean {
  const norm = (squares: number) => Math.max(Math.sqrt(squares), epsilon);
  return Math.abs(pg) / (norm(gg) * norm(pp)) < limit;
}
