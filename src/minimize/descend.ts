import { dot } from "../numerics/dot.js";
import { strongWolfe } from "../numerics/strongWolfe.js";
import type { Box } from "./bounds.js";
import { clip } from "./bounds.js";
import type { CountedObjective, Evaluation } from "./objective.js";
import type { Vector } from "./types.js";

export interface LineOptions {
  /** The first rate tried, and the largest. */
  readonly rate: number;
  readonly maxRate: number;
  readonly slopeTolerance: number;
  readonly curvatureTolerance: number;
}

/** How often the objective may be evaluated along a line. */
const MOST = 30;

/** Goes along a direction to a lower value, by the strong Wolfe conditions as far as `maxRate` allows; undefined when there is none. */
export function descend(objective: CountedObjective, from: Evaluation, d: Vector, box: Box, options: LineOptions): Evaluation | undefined {
  const slope = dot(from.gradient, d);
  if (!(slope < 0)) return undefined;
  const seen = new Map<number, Evaluation>();
  const phi = (rate: number) => {
    const evaluation = objective.evaluate(
      clip(
        from.x.map((value, i) => value + rate * (d[i] as number)),
        box,
      ),
    );
    seen.set(rate, evaluation);
    return { value: evaluation.value, slope: dot(evaluation.gradient, d) };
  };
  const { rate } = strongWolfe(phi, { value: from.value, slope }, { ...options, rateTolerance: 0, maxSteps: MOST });
  const reached = seen.get(rate);
  return reached !== undefined && reached.value < from.value ? reached : undefined;
}
