import { addKernels } from "../../engine/parts.js";
import { rowsKernels } from "../../generated/parts/rows.js";
import { ShapeError } from "../../options/errors.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";

export const lastStepLayer: LayerRule<object> = {
  kind: "lastStep",
  fields: {},
  shape(_, input, path) {
    if (input.length !== 2) throw new ShapeError(`${path} needs rows of [steps, width], got [${input.join(", ")}]`);
    return [input[1] as number];
  },
  bind({ kernels, input }) {
    addKernels(kernels, rowsKernels);
    const [steps, width] = input as [number, number];
    const last = (steps - 1) * width * 4;
    return {
      forward: (x, y, { rows }) => kernels.copyColumns(x + last, y, rows, width, steps * width, width),
      backward(_x, _y, dy, dx, { rows }) {
        if (dx === 0) return;
        kernels.fill(dx, rows * steps * width, 0);
        kernels.copyColumns(dy, dx + last, rows, width, width, steps * width);
      },
    };
  },
};

/**
 * The last step of sequences [steps × width]: what a model that tells the next step goes on with.
 *
 * @throws OptionError for an unknown option; ShapeError, when the network is made, for rows that are no sequences.
 * @example
 * lastStep()
 */
export function lastStep(options: Readonly<Record<string, never>> = {}): LayerDescription {
  return layer(lastStepLayer, options);
}
