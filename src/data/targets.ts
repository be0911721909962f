import { type Shape, sizeOf } from "../engine/parameters.js";
import { type Loss, traitsOfLoss } from "../models/losses.js";
import { DataError, ShapeError } from "../options/errors.js";
import type { Classification, Regression } from "./dataset.js";

/** What is read of a data set here, or of some rows of a stream. */
export type Targets = Pick<Classification, "task" | "targets" | "outputs" | "classes"> | Pick<Regression, "task" | "targets" | "outputs">;

/**
 * The targets as a loss reads them, of a model that puts out rows of a shape, over whose last axis the loss goes; errors count rows from `before` + 1.
 * Throws ShapeError or DataError when they cannot be.
 */
export function targetsFor(data: Targets, loss: Loss | undefined, shape: Shape | undefined, before = 0): Uint32Array | Float32Array {
  if (loss === undefined || shape === undefined) return data.targets;
  const outputs = sizeOf(shape);
  const last = shape.at(-1) as number;
  const places = outputs / last;
  const { name, targets: wanted, width: each } = traitsOfLoss(loss, last);
  const width = each * places;
  const has = `the model has ${outputs} outputs`;
  const advice = places > 1 ? `: they are ${places} places of ${last}, so add flatten() or lastStep()` : "";
  if (places > 1 && data.task === "classification") throw new ShapeError(`${has}, the data has 1 class a row${advice}`);
  if (wanted === "classes") {
    if (data.task !== "classification") throw new ShapeError(`${name} needs classes as targets, the data has quantities: use meanSquared`);
    let highest = 0;
    for (let i = 0; i < data.targets.length; i++) highest = Math.max(highest, data.targets[i] as number);
    if (highest >= outputs) throw new ShapeError(`${has}, the data has a class number ${highest} (counted from 0)`);
    return data.targets;
  }
  if (data.task === "classification") {
    const fits = (wanted === "shares" || wanted === "signs") && data.classes.length <= 2 && outputs === 1;
    if (!fits) {
      throw new ShapeError(
        `${name} with ${outputs} outputs cannot learn ${data.classes.length} classes: use crossEntropy with one output a class`,
      );
    }
    return Float32Array.from(data.targets);
  }
  if (data.outputs !== width) {
    const needed = width === outputs ? has : `${name} needs ${width} targets a row`;
    throw new ShapeError(`${needed}, the data has ${data.outputs} quantities a row${advice}`);
  }
  if (wanted === "shares" && data.targets.some((target) => target < 0 || target > 1)) {
    throw new ShapeError(`${name} needs targets from 0 to 1`);
  }
  if (wanted === "signs" || wanted === "counts") {
    const at = data.targets.findIndex((target) => (wanted === "signs" ? target !== 0 && target !== 1 : target < 0));
    const what = wanted === "signs" ? "that are 0 or 1" : "that are at least 0";
    const row = before + Math.floor(at / width) + 1;
    if (at >= 0) throw new DataError(`row ${row}: ${name} needs targets ${what}, got ${data.targets[at]}`, row);
  }
  return data.targets;
}
