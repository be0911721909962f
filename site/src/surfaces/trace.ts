import { DivergedError, type Engine, logspace, Optimizer, type OptimizerDescription, Parameters } from "stepsize";
import { cos, log, Random } from "stepsize/numerics";
import { rules } from "stepsize/optimizers";
import { unwrap } from "../../../src/optimizers/wrapper.js";
import { SURFACES, type Surface, type SurfaceName } from "./surfaces.js";

/** Where and how long optimizers walk. */
export interface Walk {
  readonly surface: SurfaceName;
  readonly condition: number;
  readonly start: readonly [number, number];
  readonly steps: number;
  /** The standard deviation of what is added to both parts of every gradient. */
  readonly noise: number;
  readonly seed: number;
}

/** Where an optimizer was: before the first step and after each. */
export interface Trail {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The value of the surface, without noise. */
  readonly loss: Float64Array;
  /** The learning rate of each step, as the optimizer says. */
  readonly rate: Float64Array;
  /** The step at which a number stopped being finite. */
  readonly diverged: number | null;
}

/** Normal numbers by the method of Box and Muller, with the library's functions: the same on every engine. */
function normal(random: Random): number {
  const u = 1 - random.uniform();
  return Math.sqrt(-2 * log(u)) * cos(2 * Math.PI * random.uniform());
}

/** Follows an optimizer over a surface. What it evaluates is shown, where that is not what it trains (averages, schedule-free methods). */
export function trace(engine: Engine, description: OptimizerDescription, walk: Walk): Trail {
  const { condition, steps, noise, seed } = walk;
  const surface: Surface = SURFACES[walk.surface];
  // a method for matrices gets one of a single row
  const matrix = rules.get(unwrap(description).core.kind)?.fallback !== undefined;
  const parameters = new Parameters(engine, { point: matrix ? [1, 2] : [2] });
  const random = new Random(seed, "noise");
  const x = new Float64Array(steps + 1);
  const y = new Float64Array(steps + 1);
  const loss = new Float64Array(steps + 1);
  const rate = new Float64Array(steps);
  let done = 0;
  let diverged: number | null = null;
  const look = () => {
    const [px, py] = parameters.get("point").value as unknown as [number, number];
    x[done] = px;
    y[done] = py;
    loss[done] = surface.value(px, py, condition);
  };
  try {
    parameters.get("point").value.set(walk.start);
    const optimizer = new Optimizer(parameters, description, { stepsPerEpoch: steps, totalSteps: steps });
    const closure = () => {
      const point = parameters.get("point");
      const [px, py] = point.value as unknown as [number, number];
      const [gx, gy] = surface.gradient(px, py, condition);
      point.gradient[0] = noise > 0 ? gx + noise * normal(random) : gx;
      point.gradient[1] = noise > 0 ? gy + noise * normal(random) : gy;
      return surface.value(px, py, condition);
    };
    look();
    try {
      while (done < steps) {
        optimizer.step(closure);
        rate[done] = optimizer.learningRate;
        done++;
        optimizer.toEvaluation();
        look();
        optimizer.toTraining();
        if (!Number.isFinite(loss[done])) throw new DivergedError("the point", done);
        // for rates that watch the loss, as if every step were an epoch
        optimizer.observe(loss[done] as number);
      }
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      diverged = done;
    }
    optimizer.dispose();
  } finally {
    parameters.dispose();
  }
  const kept = diverged === null ? steps : Math.max(0, diverged - 1);
  return { x: x.slice(0, kept + 1), y: y.slice(0, kept + 1), loss: loss.slice(0, kept + 1), rate: rate.slice(0, kept), diverged };
}

/** What a rate came to: the mean height above the lowest point over the last tenth of the steps; null of one that diverged. */
export interface Tried {
  readonly rate: number;
  readonly height: number | null;
}

/** The rates of the search for the best one. */
export const RATES = logspace(1e-5, 10, 31);

/** Tries every rate, with noise for three seeds. */
export function tryRates(engine: Engine, withRate: (rate: number) => OptimizerDescription, walk: Walk): Tried[] {
  const seeds = walk.noise > 0 ? [0, 1, 2] : [0];
  const { least } = SURFACES[walk.surface] as Surface;
  return RATES.map((rate) => {
    let sum = 0;
    for (const seed of seeds) {
      const { loss, diverged } = trace(engine, withRate(rate), { ...walk, seed: walk.seed + seed });
      if (diverged !== null) return { rate, height: null };
      const last = loss.subarray(Math.floor(0.9 * loss.length));
      sum += last.reduce((total, value) => total + value - least, 0) / last.length;
    }
    return { rate, height: sum / seeds.length };
  });
}

/** The rate that ends lowest; undefined when all diverged. */
export function bestOf(tried: readonly Tried[]): number | undefined {
  let best: Tried | undefined;
  for (const one of tried) if (one.height !== null && (best === undefined || one.height < (best.height as number))) best = one;
  return best?.rate;
}
