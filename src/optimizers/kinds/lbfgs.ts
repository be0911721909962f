import { strongWolfe } from "../../numerics/strongWolfe.js";
import { zoom } from "../../numerics/zoom.js";
import { DivergedError } from "../../options/errors.js";
import { integer, number, oneOf, optional } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Step } from "../rule.js";

export interface LbfgsOptions extends Omit<CommonOptions<LbfgsOptions>, "clipNorm" | "clipValue" | "accumulate"> {
  /** The most iterations of a `step()`, a positive integer. Default 20. */
  maxIterations?: number;
  /** The most evaluations of the closure in a `step()`, a positive integer. Default: maxIterations 5 / 4, rounded down. */
  maxEvaluations?: number;
  /** A step ends when no element of the gradient is larger than this, at least 0. Default 1e-7. */
  toleranceGradient?: number;
  /** A step ends when neither values nor loss change by more than this, at least 0. Default 1e-9. */
  toleranceChange?: number;
  /** The number of past changes that curvature is estimated from, a positive integer: each costs two blocks of memory. Default 100. */
  historySize?: number;
  /** "none": go by the learning rate; "strongWolfe" and "zoom": search along each direction, starting from it. Default "none". */
  lineSearch?: "none" | "strongWolfe" | "zoom";
}

/** The least curvature along a change for the change to be kept. */
const LEAST_CURVATURE = 1e-10;

export const lbfgsRule: Rule<LbfgsOptions> = {
  kind: "lbfgs",
  learningRate: 1,
  fields: {
    maxIterations: integer(20, { min: 1 }),
    maxEvaluations: optional(integer(undefined, { min: 1 })),
    toleranceGradient: number(1e-7, { min: 0 }),
    toleranceChange: number(1e-9, { min: 0 }),
    historySize: integer(100, { min: 1 }),
    lineSearch: oneOf("none", ["none", "strongWolfe", "zoom"]),
  },
  needs: "closure",
  traits: ["movesAllTogether", "readsValues", "setsValues"],
  slots({ historySize }) {
    const pairs = Array.from({ length: historySize }, (_, i) => [`gradientChange${i}`, `valueChange${i}`]);
    return ["direction", "gradient", ...pairs.flat()];
  },
  scalars: () => ({ iterations: 0, evaluations: 0, pairs: 0, next: 0, curvature: 1, rate: 0 }),
  bind({ kernels, options: o, runs, scalars, scratch }) {
    const state = scalars as { iterations: number; evaluations: number; pairs: number; next: number; curvature: number; rate: number };
    const maxEvaluations = o.maxEvaluations ?? Math.floor((o.maxIterations * 5) / 4);
    // Vectors over all tensors: a pointer for each run.
    const slot = (i: number) => runs.map(({ s }) => s[i] as number);
    const values = runs.map(({ p }) => p);
    const gradient = runs.map(({ g }) => g);
    const direction = slot(0);
    const before = slot(1);
    const gradientChanges = Array.from({ length: o.historySize }, (_, i) => slot(2 + 2 * i));
    const valueChanges = Array.from({ length: o.historySize }, (_, i) => slot(3 + 2 * i));
    const vector = () => runs.map(({ n }) => scratch(n));
    const [origin, work] = [vector(), vector()];
    /** State that a step overwrites first, kept for a closure that throws. */
    const kept = [values, direction, before].map((from) => ({ from, to: vector() }));
    const shares = new Float64Array(o.historySize);

    const over = (action: (i: number, n: number) => number) => runs.reduce((sum, { n }, i) => sum + action(i, n), 0);
    const dot = (x: number[], y: number[]) => over((i, n) => kernels.dot(x[i] as number, y[i] as number, n));
    const sumAbs = (x: number[]) => over((i, n) => kernels.sumAbs(x[i] as number, n));
    const maxAbs = (x: number[]) => runs.reduce((max, { n }, i) => Math.max(max, kernels.maxAbs(x[i] as number, n)), 0);
    const each = (action: (i: number, n: number) => void) => {
      runs.forEach(({ n }, i) => {
        action(i, n);
      });
    };
    const copy = (x: number[], y: number[]) => each((i, n) => kernels.copy(x[i] as number, y[i] as number, n));
    /** y = y + a x */
    const add = (x: number[], y: number[], a: number) => each((i, n) => kernels.axpy(x[i] as number, y[i] as number, n, a));
    /** y = a x */
    const set = (x: number[], y: number[], a: number) => each((i, n) => kernels.axpby(x[i] as number, y[i] as number, n, a, 0));

    /** Pairs stored in the step that is being made. */
    let stored = 0;

    /** Keeps the last change of the gradient and of the values, if there is curvature along it. */
    function remember(): void {
      const [y, s] = [work, origin];
      copy(gradient, y);
      add(before, y, -1);
      set(direction, s, state.rate);
      const curvature = dot(y, s);
      if (!(curvature > LEAST_CURVATURE)) return;
      copy(y, gradientChanges[state.next] as number[]);
      copy(s, valueChanges[state.next] as number[]);
      stored++;
      state.next = (state.next + 1) % o.historySize;
      state.pairs = Math.min(state.pairs + 1, o.historySize);
      state.curvature = curvature / dot(y, y);
    }

    /** The gradient times the inverse Hessian as the pairs tell it: two loops, from the newest pair to the oldest and back. */
    function newton(): void {
      const pair = (age: number) => (state.next - age + o.historySize) % o.historySize;
      set(gradient, work, -1);
      for (let age = 1; age <= state.pairs; age++) {
        const [y, s] = [gradientChanges[pair(age)] as number[], valueChanges[pair(age)] as number[]];
        const share = dot(s, work) / dot(y, s);
        shares[age - 1] = share;
        add(y, work, -share);
      }
      set(work, direction, state.curvature);
      for (let age = state.pairs; age > 0; age--) {
        const [y, s] = [gradientChanges[pair(age)] as number[], valueChanges[pair(age)] as number[]];
        add(s, direction, (shares[age - 1] as number) - dot(y, direction) / dot(y, s));
      }
    }

    const step: Step = (t, rate, sign, loss, closure) => {
      let evaluations = 0;
      let value = loss;

      function signed(): void {
        if (sign < 0) set(gradient, gradient, sign);
      }
      function evaluate(): number {
        evaluations++;
        const found = sign * closure();
        signed();
        return found;
      }
      /** Goes along the direction as far as the conditions ask, and returns the rate. */
      function search(first: number, slope: number): number {
        let last = Number.NaN;
        const goTo = (step: number) => {
          copy(origin, values);
          add(direction, values, step);
          last = step;
        };
        copy(values, origin);
        const used = evaluations;
        const phi = (step: number) => {
          goTo(step);
          const value = evaluate();
          return { value, slope: dot(gradient, direction) };
        };
        const start = { value, slope };
        const maxSteps = Math.max(1, maxEvaluations - 1 - used);
        const found =
          o.lineSearch === "zoom"
            ? zoom(phi, start, { rate: first, maxSteps })
            : strongWolfe(phi, start, { rate: first, rateTolerance: o.toleranceChange / maxAbs(direction), maxSteps });
        if (found.rate !== last) {
          goTo(found.rate);
          // the gradient at the start is known, elsewhere it is computed again: no part of what is counted
          if (found.rate === 0) copy(before, gradient);
          else {
            closure();
            signed();
          }
        }
        value = found.value;
        return found.rate;
      }

      signed();
      let isOptimal = maxAbs(gradient) <= o.toleranceGradient;
      for (let i = 1; i <= o.maxIterations && !isOptimal; i++) {
        state.iterations++;
        if (state.iterations === 1) set(gradient, direction, -1);
        else {
          remember();
          newton();
        }
        copy(gradient, before);
        const valueBefore = value;
        const norm = () => (o.lineSearch === "zoom" ? Math.sqrt(dot(gradient, gradient)) : sumAbs(gradient));
        state.rate = rate * (state.iterations === 1 ? Math.min(1, 1 / norm()) : 1);
        const slope = dot(gradient, direction);
        if (Number.isNaN(slope)) throw new DivergedError("the gradient", t);
        if (slope > -o.toleranceChange || state.rate === 0) break;
        if (o.lineSearch !== "none") state.rate = search(state.rate, slope);
        else {
          add(direction, values, state.rate);
          if (i < o.maxIterations) value = evaluate();
        }
        isOptimal = maxAbs(gradient) <= o.toleranceGradient;
        const isStill = maxAbs(direction) * state.rate <= o.toleranceChange || Math.abs(value - valueBefore) < o.toleranceChange;
        if (evaluations + 1 >= maxEvaluations || isStill) break;
      }
      state.evaluations += evaluations + 1;
    };

    return (...given) => {
      const past = { ...state };
      stored = 0;
      for (const { from, to } of kept) copy(from, to);
      try {
        step(...given);
      } catch (error) {
        for (const { from, to } of kept) copy(to, from);
        // stored pairs have taken the places of the oldest, which can only be forgotten
        Object.assign(state, past, { pairs: Math.min(past.pairs, Math.max(0, o.historySize - stored)) });
        throw error;
      }
    };
  },
};

/**
 * L-BFGS: steps of Newton's method, with the inverse Hessian estimated from the last changes of values and gradient. For objectives without
 * noise: full batches, fits, small networks. A `step` makes up to maxIterations iterations and needs a closure.
 *
 * d = -H g, where H comes by the two-loop recursion from the last historySize pairs s (change of the values), y (of the gradient) with <s,
 * y> > 1e-10, starting from <s, y> / <y, y> of the last; p += r d, with r = learningRate (in the very first iteration times min(1, 1 / sum
 * |g|), before zoom min(1, 1 / |g|)) or what the line search finds from there. A step ends at maxIterations, maxEvaluations, a gradient of at most toleranceGradient,
 * changes of at most toleranceChange, or a direction whose slope is over -toleranceChange.
 *
 * Agrees with PyTorch's LBFGS, defaults included; where its line search does not end at the place looked at last, the closure is called
 * there once more. With lineSearch "zoom", historySize 10 and maxIterations 1 it agrees with Optax's, an update of which is an iteration. All tensors are moved together: no groups (but frozen ones), no clipping,
 * no accumulation. State: 2 + 2 historySize slots. The default rate is 1.
 *
 * Liu and Nocedal, On the limited memory BFGS method for large scale optimization, 1989.
 *
 * @throws OptionError for an unknown option, a value out of range, and from `step` without a closure; DivergedError from `step` when the
 *   gradient becomes NaN. After an error, one of the closure included, the values are those before the step; of a history that is full, as
 *   many of the oldest pairs are forgotten as the step had added.
 * @example
 * const optimizer = new Optimizer(parameters, lbfgs({ lineSearch: "strongWolfe", historySize: 10 }));
 * optimizer.step(() => {
 *   const { value, gradient } = parameters.get("x");
 *   value.forEach((x, i) => (gradient[i] = 2 * x));
 *   return value.reduce((sum, x) => sum + x * x, 0);
 * });
 */
export function lbfgs(options: LbfgsOptions = {}): DescribedOptimizer<LbfgsOptions> {
  return make(lbfgsRule, options);
}
