import { addKernels } from "../../engine/parts.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { mechanicKernels } from "../../generated/parts/mechanic.js";
import { integer, number } from "../../options/options.js";
import { type AnyRule, type Binding, rebind, type Step } from "../rule.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, wrap } from "../wrapper.js";

export interface MechanicOptions extends Wrapping {
  /** Where the scale found starts, greater than 0; too small only costs steps. Default 1e-6. */
  initialScale?: number;
  /** A pull towards 0 in what the scale is found from, at least 0. Default 1e-2. */
  weightDecay?: number;
  /** Added to norms and sums that are divided by, greater than 0. Default 1e-8. */
  epsilon?: number;
  /** The number of memories, of 10, 100, 1000 ... updates, that the scale is found with; a positive integer. Default 6. */
  betas?: number;
}

/** The names in the scalar state of one memory's part of the scale and of what that is found from, and how long it lasts. */
interface Memory {
  readonly scale: string;
  readonly largest: string;
  readonly squares: string;
  readonly reward: string;
  readonly beta: number;
}

/** The memories with beta = 0.9, 0.99, 0.999 ... */
function memoriesOf(count: number): readonly Memory[] {
  let share = 1;
  return Array.from({ length: count }, (_, i) => {
    share /= 10;
    return { scale: `scale${i}`, largest: `largest${i}`, squares: `squares${i}`, reward: `reward${i}`, beta: 1 - share };
  });
}

/** The scalar state of the rule inside in one group, kept among the one that the groups share. */
function innerScalars(
  rule: AnyRule,
  { options, tensors }: Binding<Record<string, unknown>>,
  group: number,
  shared: Record<string, number>,
) {
  const names = tensors.map(({ name }) => name);
  const scalars: Record<string, number> = {};
  for (const [name, start] of Object.entries(rule.scalars?.(options, names) ?? {})) {
    const key = `${group}.${name}`;
    shared[key] = start;
    Object.defineProperty(scalars, name, {
      enumerable: true,
      get: () => shared[key],
      set: (value: number) => {
        shared[key] = value;
      },
    });
  }
  return scalars;
}

export const mechanicWrapper: Wrapper<Required<MechanicOptions>> = {
  kind: "mechanic",
  fields: {
    initialScale: number(1e-6, { above: 0 }),
    weightDecay: number(1e-2, { min: 0 }),
    epsilon: number(1e-8, { above: 0 }),
    betas: integer(6, { min: 1 }),
  },
  around(rule, { initialScale, weightDecay, epsilon, betas }) {
    const memories = memoriesOf(betas);

    return {
      ...rule,
      kind: "mechanic",
      shared: [],
      traits: [...(rule.traits ?? []), "setsValues", "readsValues"],
      slots: (options) => [...rule.slots(options), "steps", "start"],
      initial: (slot, options) => (slot === "steps" || slot === "start" ? 0 : (rule.initial?.(slot, options) ?? 0)),
      scalars: () =>
        Object.fromEntries(
          memories.flatMap(({ scale, largest, squares, reward }) => [
            [scale, initialScale],
            [largest, 0],
            [squares, 0],
            [reward, 0],
          ]),
        ),
      bind({ kernels, groups, scalars, scratch }) {
        addKernels(kernels, estimatesKernels, mechanicKernels);
        const members = groups.map((group, i) => {
          const inner = rebind(group, (run) => ({ ...run, s: run.s.slice(0, -2) }));
          Object.defineProperty(inner, "scalars", { value: innerScalars(rule, group, i, scalars) });
          const runs = group.runs.map(({ p, g, s, n }) => ({ p, g, n, old: scratch(n), d: s.at(-2) as number, start: s.at(-1) as number }));
          return { group, runs, step: rule.bind(inner) satisfies Step };
        });
        const total = () => memories.reduce((sum, { scale }) => sum + (scalars[scale] as number), 0);

        /** The inner product of the gradient, pulled towards 0, and the steps so far. */
        function product(size: number, scale: number): number {
          let [gradient, values] = [0, 0];
          if (weightDecay > 0) {
            for (const { runs } of members) {
              for (const { p, g, n } of runs) {
                gradient += kernels.sumSquaresDecayed(p, g, n, 0, scale);
                values += kernels.sumSquares(p, n);
              }
            }
          }
          const decay = (weightDecay * size * Math.sqrt(gradient)) / (Math.sqrt(values) + epsilon);
          let sum = 0;
          for (const { runs } of members) for (const { p, g, d, n } of runs) sum += kernels.dotDecayed(p, g, d, n, decay, scale);
          return sum;
        }

        /** Tells a memory the product h. */
        function learn({ scale, largest, squares, reward, beta }: Memory, h: number): void {
          const [size, bound] = [scalars[scale] as number, scalars[largest] as number];
          const next = Math.max(beta * bound, Math.abs(h) + epsilon);
          const sum = beta * beta * (scalars[squares] as number) + h * h;
          const won = beta * (scalars[reward] as number) + Math.max(-bound, Math.min(h, bound)) * size;
          scalars[scale] = ((initialScale / betas) * next + Math.max(won, 0)) / (Math.sqrt(sum) + epsilon);
          scalars[largest] = next;
          scalars[squares] = sum;
          scalars[reward] = won;
        }

        return (t, _, scale, ...rest) => {
          if (t === 1) for (const { runs } of members) for (const { p, start, n } of runs) kernels.copy(p, start, n);
          const before = total();
          const keep = before / (before + epsilon);
          const h = keep * product(before, scale);
          for (const memory of memories) learn(memory, h);
          const size = total();
          for (const { group, runs, step } of members) {
            for (const { p, old, n } of runs) kernels.copy(p, old, n);
            step(t, group.learningRate, scale, ...rest);
            for (const { p, old, d, start, n } of runs) kernels.mechanic(p, old, d, start, n, keep, size);
            group.learningRate *= size;
          }
        };
      },
    };
  },
};

/**
 * Mechanic: learns by which factor the summed steps of another optimizer should be scaled, and so its learning rate. Schedules stay useful: give the
 * optimizer inside a rate of 1, or a schedule that peaks at 1.
 *
 * With U the step that the optimizer inside makes, D the sum of its steps so far (as -D), s = s1 + ... + sn the scale, g the gradient plus
 * weightDecay s |g| / (|p| + epsilon) p: h = <g, D>; D = s / (s + epsilon) D - U; p = start - s D, with the new s. Each of the n = betas memories, with
 * beta = 0.9, 0.99, ...: c = h clamped to -m .. m; m = max(beta m, |h| + epsilon); v = beta^2 v + h^2; r = beta r + c s; s = (initialScale / n m +
 * max(r, 0)) / (sqrt(v) + epsilon).
 *
 * `optimizer.learningRate` is s times the rate of the optimizer inside. All groups share s. D is stored, since in float32 the values less their start
 * do not tell it while s is small: changes to the values from outside are lost in the next update. Its state takes two slots.
 *
 * Agrees with Optax's mechanize, which computes D from the values anew.
 *
 * Cutkosky, Defazio and Mehta, Mechanic: a learning rate tuner, 2023.
 *
 * @throws OptionError for an unknown option, a value out of range, or an optimizer that finds its rate by itself or does not move by steps.
 * @example
 * mechanic({ optimizer: adamw({ learningRate: 1 }) })
 */
export function mechanic(options: MechanicOptions): WrappedOptimizer<MechanicOptions> {
  return wrap(mechanicWrapper, options);
}
