import { padded } from "../../engine/memory.js";
import { OptionError } from "../../options/errors.js";
import { boolean, type Field, integer, list, number, oneOf, optional } from "../../options/options.js";
import {
  type CommonOptions,
  type DescribedOptimizer,
  make,
  type OptimizerDescription,
  type Rule,
  type RuleDescription,
  type Scheduled,
  scheduled,
} from "../rule.js";
import { optimizer, unwrap } from "../wrapper.js";

export interface MuonOptions extends CommonOptions<MuonOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.95. */
  momentum?: Scheduled;
  /** Step from where the mean will lead. Default true. */
  nesterov?: boolean;
  /** Decoupled decay, at least 0. Default 0.1. */
  weightDecay?: Scheduled;
  /** The three coefficients of the Newton-Schulz iteration. Default [3.4445, -4.775, 2.0315]. */
  coefficients?: readonly number[];
  /** The number of iterations, a positive integer. Default 5. */
  newtonSchulzSteps?: number;
  /** The least norm by which the mean is divided, greater than 0. Default 1e-7. */
  epsilon?: Scheduled;
  /**
   * The factor on the rate of a matrix from i inputs to o units: "original" sqrt(max(1, o / i)), "matchRmsAdamw" 0.2 sqrt(max(o,
   * i)), with which rates found for AdamW can be used, "spectralUnclamped" sqrt(o / i). Default "original". The option `units` of the
   * parameters says which axis counts units.
   */
  adjustRate?: "original" | "matchRmsAdamw" | "spectralUnclamped";
  /** The optimizer of what is not a matrix. Default: none, such tensors are an error. Common options but the rate are muon's own. */
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
        "must be a plain optimizer: wrappers, clipping, accumulate, maximize, guard and groups belong to muon itself",
      );
    }
    return core;
  },
};

/** 2^-50: parts of a step that are smaller than this beside the whole are left out. */
const FADED = 8.8817841970012523e-16;

export const muonRule: Rule<MuonOptions> = {
  kind: "muon",
  learningRate: 1e-3,
  fields: {
    momentum: scheduled(0.95, { min: 0, below: 1 }),
    nesterov: boolean(true),
    weightDecay: scheduled(0.1, { min: 0 }),
    coefficients: coefficients([3.4445, -4.775, 2.0315]),
    newtonSchulzSteps: integer(5, { min: 1 }),
    epsilon: scheduled(1e-7, { above: 0 }),
    adjustRate: oneOf("original", ["original", "matchRmsAdamw", "spectralUnclamped"]),
    fallback: optional(fallback),
    orthogonalize: boolean(true),
  },
  fallback({ name, shape }, { fallback, orthogonalize }) {
    if (orthogonalize && shape.length === 2) return undefined;
    if (fallback === undefined) {
      const reason = orthogonalize ? "is not a matrix" : "is not to be orthogonalized";
      throw new OptionError("muon.fallback", fallback, `is needed for ${name}, which ${reason}: fallback: adamw({ ... })`);
    }
    return fallback as RuleDescription;
  },
  slots: () => ["mean"],
  bind({ kernels, options: o, tensors, scratch }) {
    const largest = Math.max(...tensors.map(({ n }) => n));
    const side = Math.max(...tensors.map(({ shape }) => Math.min(...shape)));
    const [first, second, a, b] = [scratch(largest), scratch(largest), scratch(side * side), scratch(side * side)];
    const [k0, k1, k2] = o.coefficients as [number, number, number];

    /** The nearest orthogonal matrix to what stands in `first`, roughly: where it is left. X = k0 X + k1 (X X') X + k2 (X X')^2 X. */
    function orthogonalize(rows: number, columns: number): number {
      const n = rows * columns;
      const k = Math.min(rows, columns);
      let [x, y] = [first, second];
      kernels.scale(x, n, 1 / Math.max(Math.sqrt(kernels.sumSquares(x, n)), o.epsilon));
      // so that no product in the products below is denormal, where a mean smaller than epsilon fades
      kernels.flush(x, n, FADED);
      for (let i = 0; i < o.newtonSchulzSteps; i++) {
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
      return x;
    }

    return (_, rate, scale) => {
      for (const { p, g, s, n, shape, units } of tensors) {
        const m = s[0] as number;
        const [rows, columns] = shape as [number, number];
        kernels.copy(g, first, n);
        if (scale !== 1) kernels.scale(first, n, scale);
        kernels.axpby(first, m, n, 1 - o.momentum, o.momentum);
        if (o.nesterov) kernels.axpby(m, first, n, o.momentum, 1 - o.momentum);
        else kernels.copy(m, first, n);
        // tensors share the memory: what a larger one left there must not be taken for a smaller one's padding
        kernels.fill(second + n * 4, padded(n) - n, 0);
        const u = orthogonalize(rows, columns);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        const ratio = units === "rows" ? rows / columns : columns / rows;
        kernels.axpy(u, p, n, -rate * adjust(o.adjustRate, ratio, Math.max(rows, columns)));
      }
    };
  },
};

/** The factor on the rate, by the units for each input and by the longer side. */
function adjust(how: MuonOptions["adjustRate"], ratio: number, longer: number): number {
  if (how === "matchRmsAdamw") return 0.2 * Math.sqrt(longer);
  return Math.sqrt(how === "original" ? Math.max(1, ratio) : ratio);
}

function coefficients(fallback: readonly number[]): Field<readonly number[]> {
  const numbers = list(fallback, number(undefined));
  return {
    fallback: numbers.fallback,
    read(value, path) {
      const given = numbers.read(value, path);
      if (given.length !== 3) throw new OptionError(path, value, `must be three numbers, got ${given.length}`);
      return given;
    },
  };
}

/**
 * Muon: momentum whose step for a matrix is the orthogonal matrix nearest to it, so that every direction of the matrix is stepped alike.
 * Tensors that are not matrices go to another optimizer.
 *
 * m = momentum m + (1 - momentum) g; u = nesterov ? (1 - momentum) g + momentum m : m; X = u / max(|u|, epsilon); newtonSchulzSteps times X
 * = k0 X + (k1 A + k2 A A) X with A = X X'; p -= learningRate (weightDecay p + adjust X), adjust after the shape of p.
 *
 * Agrees with PyTorch's Muon of a matrix [units × inputs], and of one [inputs × units] as in `mlp` with its transpose, defaults included, in float32 throughout, where PyTorch's iteration is in bfloat16 (three digits). Optax and
 * Keras add epsilon to the norm. The state is a mean; with the sum of momentum's usual form, u has the same direction and the step is the
 * same. The default rate is 1e-3.
 *
 * Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024; Liu et al., Muon is scalable for LLM training, 2025
 * (matchRmsAdamw).
 *
 * @throws OptionError for an unknown option or a value out of range, and from `new Optimizer` for a tensor that is not a matrix when
 *   there is no fallback.
 * @example
 * muon({ learningRate: 0.02, fallback: adamw({ learningRate: 1e-3 }), groups: [{ match: "head.*", orthogonalize: false }] })
 */
export function muon(options: MuonOptions = {}): DescribedOptimizer<MuonOptions> {
  return make(muonRule, options);
}
