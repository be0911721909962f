import { padded } from "../engine/memory.js";
import { OptionError } from "../options/errors.js";
import { boolean, type Field, integer, list, number, oneOf, optional, show } from "../options/options.js";
import {
  type Binding,
  type OptimizerDescription,
  type RuleDescription,
  type Scheduled,
  scheduled,
  type Tensor,
  type TensorRun,
} from "./rule.js";
import { optimizer, unwrap } from "./wrapper.js";

/** Three numbers for each iteration, of which the last stand for all further ones. */
const PRESETS = {
  original: [[3.4445, -4.775, 2.0315]],
  quintic: [
    [4.0848, -6.8946, 2.927],
    [3.9505, -6.3029, 2.6377],
    [3.7418, -5.5913, 2.3037],
    [2.8769, -3.1427, 1.2046],
    [2.8366, -3.0525, 1.2012],
  ],
  polarExpress: [
    [8.237312490495555, -23.157747414558198, 16.680568411445915],
    [4.082441999064835, -2.893047735332586, 0.5252849256975648],
    [3.9263479922546582, -2.8547468034765298, 0.5318022422894988],
    [3.2982187133085143, -2.424541981026706, 0.48632008358844075],
    [2.2970369434552573, -1.63662558125903, 0.4002628455953627],
    [1.8763805351440397, -1.2347896577722228, 0.35891887501668385],
    [1.8564423485617974, -1.2132449880935525, 0.3568003487825883],
    [1.8749994008682747, -1.2499988017229169, 0.3749994008546422],
  ],
  polarExpressSafer: [
    [8.156554524902461, -22.48329292557795, 15.878769915207462],
    [4.0429299351667245, -2.808917465908704, 0.5000178451051299],
    [3.8916678022926563, -2.7724841532176825, 0.5060648178503389],
    [3.285753657755658, -2.3681294933425394, 0.46449024233003117],
    [2.3005307116270983, -1.6111665557258408, 0.3833374427545273],
    [1.8631210546382593, -1.2042160621002727, 0.3421879560523383],
    [1.8382572152247512, -1.1779263289537742, 0.3396513038637379],
    [1.8749999923301852, -1.2499999836060613, 0.374999991275876],
  ],
} as const satisfies Record<NewtonSchulzPreset, readonly (readonly [number, number, number])[]>;

/** The iterations that are known by name: Keller Jordan's, and those that change from one to the next. */
export type NewtonSchulzPreset = "original" | "quintic" | "polarExpress" | "polarExpressSafer";

/** Coefficients of the Newton-Schulz iteration: by name, three for all iterations, or three for each. */
export type NewtonSchulzCoefficients = NewtonSchulzPreset | readonly number[] | readonly (readonly number[])[];

/** Options of the optimizers that step along the nearest orthogonal matrix. */
export interface OrthogonalOptions {
  /** Decay of the mean of gradients, in [0, 1). Default 0.95. */
  momentum?: Scheduled;
  /** "mean": m = momentum m + (1 - momentum) g; "sum": m = momentum m + g, which differs where the momentum changes. Default "mean". */
  momentumForm?: "mean" | "sum";
  /** Step from where the mean will lead. */
  nesterov?: boolean;
  /**
   * The coefficients of the Newton-Schulz iteration: three numbers, a list of three for each iteration (the last go on), or "original", "quintic",
   * "polarExpress" and "polarExpressSafer" (allowing for errors of 1 % and 2 %).
   */
  coefficients?: NewtonSchulzCoefficients;
  /** The number of iterations, a positive integer. Default 5. */
  newtonSchulzSteps?: number;
  /** A factor on the norm by which the mean is divided, at least 1: 1.01 where rounding may leave it larger than 1. Default 1. */
  safetyFactor?: number;
  /** The least norm by which the mean is divided, greater than 0. Default 1e-7. */
  epsilon?: Scheduled;
  /** The optimizer of what is not a matrix. Default: none, such tensors are an error. Common options but the rate are the optimizer's own. */
  fallback?: OptimizerDescription;
  /** Set false in a group to leave its matrices (embeddings, the last layer) to the fallback as well. Default true. */
  orthogonalize?: boolean;
}

/** An optimizer that has no common options but the rate, since those are of the optimizer whose fallback it is. */
const fallback: Field<OptimizerDescription> & { isOptimizer: true } = {
  ...optimizer,
  read(value, path) {
    const { core, layers } = unwrap(optimizer.read(value, path));
    const { clipNorm, clipValue, accumulate, maximize, guard, groups } = core;
    const isPlain = layers.length === 0 && clipNorm === undefined && clipValue === undefined && accumulate === 1 && !maximize && !guard;
    if (!isPlain || groups.length > 0) {
      throw new OptionError(
        path,
        value,
        `must be a plain optimizer: wrappers, clipping, accumulate, maximize, guard and groups belong to ${path.split(".")[0]} itself`,
      );
    }
    return core;
  },
};

const three = list(undefined, number(undefined));

const coefficients: Field<NewtonSchulzCoefficients> = {
  fallback: Object.freeze([...PRESETS.original[0]]),
  read(value, path) {
    if (typeof value === "string") return oneOf(undefined, Object.keys(PRESETS) as NewtonSchulzPreset[]).read(value, path);
    const read = (value: unknown, path: string) => {
      const given = three.read(value, path);
      if (given.length !== 3) throw new OptionError(path, value, `must be three numbers, got ${given.length}`);
      return given;
    };
    if (!Array.isArray(value)) throw new OptionError(path, value, `must be a name or three numbers, got ${show(value)}`);
    return Array.isArray(value[0]) ? list(undefined, { fallback: undefined, read }, 1).read(value, path) : read(value, path);
  },
};

/** The fields of those options. */
export const orthogonalFields = {
  momentum: scheduled(0.95, { min: 0, below: 1 }),
  momentumForm: oneOf("mean", ["mean", "sum"]),
  nesterov: boolean(true),
  coefficients,
  newtonSchulzSteps: integer(5, { min: 1 }),
  safetyFactor: number(1, { min: 1 }),
  epsilon: scheduled(1e-7, { above: 0 }),
  fallback: optional(fallback),
  orthogonalize: boolean(true),
};

/** The optimizer of a tensor that is not to be stepped along a matrix. */
export function leaveTo(
  kind: string,
  { name, shape }: Tensor,
  { fallback, orthogonalize }: Pick<OrthogonalOptions, "fallback" | "orthogonalize">,
): RuleDescription | undefined {
  if (orthogonalize && shape.length === 2) return undefined;
  if (fallback === undefined) {
    const reason = orthogonalize ? "is not a matrix" : "is not to be orthogonalized";
    throw new OptionError(`${kind}.fallback`, fallback, `is needed for ${name}, which ${reason}: fallback: adamw({ ... })`);
  }
  return fallback as RuleDescription;
}

/** 2^-50: parts of a step that are smaller than this beside the whole are left out. */
const FADED = 8.8817841970012523e-16;

interface Orthogonal {
  /** Where the matrix stands, and where another of its size may be left. */
  readonly u: number;
  readonly spare: number;
}

/**
 * What takes a tensor's gradient into its mean, the first slot, and returns the nearest orthogonal matrix to where that leads, roughly.
 */
export function orthogonalizer<Own extends OrthogonalOptions>({ kernels, options, tensors, scratch }: Binding<Own>) {
  const o = options as unknown as { momentum: number; epsilon: number } & Pick<Required<OrthogonalOptions>, "momentumForm" | "nesterov"> &
    Pick<Required<OrthogonalOptions>, "coefficients" | "newtonSchulzSteps" | "safetyFactor">;
  const largest = Math.max(...tensors.map(({ n }) => n));
  const side = Math.max(...tensors.map(({ shape }) => Math.min(...shape)));
  const [first, second, a, b] = [scratch(largest), scratch(largest), scratch(side * side), scratch(side * side)];
  const iterations = iterationsOf(o.coefficients);

  /** Of what stands in `first`: X = k0 X + k1 (X X') X + k2 (X X')^2 X. */
  function orthogonalize(rows: number, columns: number): Orthogonal {
    const n = rows * columns;
    const k = Math.min(rows, columns);
    let [x, y] = [first, second];
    kernels.scale(x, n, 1 / Math.max(o.safetyFactor * Math.sqrt(kernels.sumSquares(x, n)), o.epsilon));
    // so that no product in the products below is denormal, where a mean smaller than epsilon fades
    kernels.flush(x, n, FADED);
    for (let i = 0; i < o.newtonSchulzSteps; i++) {
      const [k0, k1, k2] = iterations[Math.min(i, iterations.length - 1)] as readonly [number, number, number];
      // the product of the shorter sides: X' X for tall matrices, X X' for wide ones
      if (rows > columns) kernels.denseWeightGradient(x, x, a, rows, k, k, k);
      else {
        kernels.transpose(x, y, rows, columns);
        kernels.dense(x, y, 0, a, k, columns, k, 0, k);
      }
      kernels.flush(a, k * k, FADED);
      kernels.dense(a, a, 0, b, k, k, k, 0, k);
      kernels.flush(b, k * k, FADED);
      kernels.axpby(a, b, k * k, k1, k2);
      if (rows > columns) kernels.dense(x, b, 0, y, rows, k, k, 0, k);
      else kernels.dense(b, x, 0, y, k, k, columns, 0, columns);
      kernels.flush(y, n, FADED);
      kernels.axpy(x, y, n, k0);
      [x, y] = [y, x];
    }
    return { u: x, spare: y };
  }

  return ({ g, s, n, shape }: TensorRun, scale: number): Orthogonal => {
    const m = s[0] as number;
    const fresh = o.momentumForm === "sum" ? 1 : 1 - o.momentum;
    kernels.copy(g, first, n);
    if (scale !== 1) kernels.scale(first, n, scale);
    kernels.axpby(first, m, n, fresh, o.momentum);
    if (o.nesterov) kernels.axpby(m, first, n, o.momentum, fresh);
    else kernels.copy(m, first, n);
    // tensors share the memory: what a larger one left there must not be taken for a smaller one's padding
    kernels.fill(second + n * 4, padded(n) - n, 0);
    return orthogonalize(shape[0] as number, shape[1] as number);
  };
}

function iterationsOf(given: NewtonSchulzCoefficients): readonly (readonly number[])[] {
  if (typeof given === "string") return PRESETS[given];
  return (Array.isArray(given[0]) ? given : [given]) as readonly (readonly number[])[];
}

/** The factor on the rate of a matrix from i inputs to o units. */
export type RateAdjustment = "original" | "matchRmsAdamw" | "spectralUnclamped" | "none";

export function adjustment(how: RateAdjustment, { shape, units }: Pick<TensorRun, "shape" | "units">): number {
  const [rows, columns] = shape as [number, number];
  const ratio = units === "rows" ? rows / columns : columns / rows;
  if (how === "none") return 1;
  if (how === "matchRmsAdamw") return 0.2 * Math.sqrt(Math.max(rows, columns));
  return Math.sqrt(how === "original" ? Math.max(1, ratio) : ratio);
}
