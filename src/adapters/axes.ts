import { type Shape, sizeOf } from "../engine/parameters.js";

/** Where an axis runs in another order elsewhere: their place of each of our places. */
export interface AxisOrder {
  readonly axis: number;
  readonly places: readonly number[];
}

/** Visits every number of a tensor, with its place here and there, where each axis is the one of ours that `axes` says. */
export function eachPlace(
  shape: Shape,
  axes: readonly number[],
  order: AxisOrder | undefined,
  visit: (here: number, there: number) => void,
): void {
  const places = shape.map(() => 0);
  for (let here = 0; here < sizeOf(shape); here++) {
    let rest = here;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      places[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    if (order) places[order.axis] = order.places[places[order.axis] as number] as number;
    visit(
      here,
      axes.reduce((there, axis) => there * (shape[axis] as number) + (places[axis] as number), 0),
    );
  }
}
