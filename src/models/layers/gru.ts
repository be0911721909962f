import type { Shape } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { gruKernels } from "../../generated/parts/gru.js";
import { rowsKernels } from "../../generated/parts/rows.js";
import { ShapeError } from "../../options/errors.js";
import { integer, oneOf } from "../../options/options.js";
import { initializationField, type WeightInitialization } from "../initialization.js";
import { type BoundLayer, type LayerDescription, type LayerRule, type LayerSite, layer } from "../layer.js";

export interface GruOptions {
  /** The number of units, at least 1. */
  units: number;
  /** What goes out: the state after the "last" step, or after "all" of them. Default last. */
  returns?: "last" | "all";
  /** How weights begin; biases begin at 0. Default `auto`: within 1 / sqrt(units), as in PyTorch. */
  initialization?: WeightInitialization | "auto";
}

type Read = Required<GruOptions>;

/** Steps lie one after the other, each of all rows, so that every step's products are of one piece. */
function bind({ kernels, options, input, rows, needsInputGradient, tensor, scratch }: LayerSite<Read>): BoundLayer {
  addKernels(kernels, gruKernels, rowsKernels);
  const { units, returns } = options;
  const [steps, width] = input as [number, number];
  const three = 3 * units;
  const [weight, recurrent, bias, recurrentBias] = ["weight", "recurrentWeight", "bias", "recurrentBias"].map(tensor) as [
    ReturnType<typeof tensor>,
    ReturnType<typeof tensor>,
    ReturnType<typeof tensor>,
    ReturnType<typeof tensor>,
  ];
  const all = rows * steps;
  const xs = scratch(all * width);
  const [inputs, carried, gates] = [scratch(all * three), scratch(all * three), scratch(all * three)];
  // the state before each step, and after the last
  const states = scratch(all * units + rows * units);
  const [dInputs, dCarried] = [scratch(all * three), scratch(all * three)];
  const [dState, dBefore, dThrough] = [scratch(rows * units), scratch(rows * units), scratch(rows * units)];
  const recurrentTransposed = scratch(units * three);
  const [transposed, dxs] = needsInputGradient ? [scratch(width * three), scratch(all * width)] : [0, 0];
  /** Copies step t of rows that lie side by side to where the step lies, or back. */
  const step = (x: number, t: number, columns: number) => x + t * columns * 4;
  return {
    forward(x, y, pass) {
      const n = pass.rows;
      for (let t = 0; t < steps; t++) kernels.copyColumns(step(x, t, width), step(xs, t * n, width), n, width, steps * width, width);
      kernels.dense(xs, weight.pointer, bias.pointer, inputs, n * steps, width, three, 0, three);
      kernels.fill(states, n * units, 0);
      for (let t = 0; t < steps; t++) {
        const [before, after] = [step(states, t * n, units), step(states, (t + 1) * n, units)];
        const c = step(carried, t * n, three);
        kernels.dense(before, recurrent.pointer, recurrentBias.pointer, c, n, units, three, 0, three);
        kernels.gruStep(step(inputs, t * n, three), c, before, after, step(gates, t * n, three), n, units);
        if (returns === "all") kernels.copyColumns(after, step(y, t, units), n, units, units, steps * units);
      }
      if (returns === "last") kernels.copy(step(states, steps * n, units), y, n * units);
    },
    backward(_x, _y, dy, dx, pass) {
      const n = pass.rows;
      kernels.transpose(recurrent.pointer, recurrentTransposed, units, three);
      if (returns === "last") kernels.copy(dy, dState, n * units);
      else kernels.fill(dState, n * units, 0);
      for (let t = steps - 1; t >= 0; t--) {
        if (returns === "all") {
          kernels.copyColumns(step(dy, t, units), dThrough, n, units, steps * units, units);
          kernels.axpy(dThrough, dState, n * units, 1);
        }
        const [c, da, dc] = [step(carried, t * n, three), step(dInputs, t * n, three), step(dCarried, t * n, three)];
        kernels.gruStepGradient(step(gates, t * n, three), c, step(states, t * n, units), dState, da, dc, dBefore, n, units);
        kernels.denseInputGradient(dc, recurrentTransposed, dState, n, units, three, 0, units);
        kernels.axpy(dBefore, dState, n * units, 1);
      }
      const count = n * steps;
      kernels.denseWeightGradient(xs, dInputs, weight.gradientPointer, count, width, three, width);
      kernels.denseBiasGradient(dInputs, bias.gradientPointer, count, three);
      kernels.denseWeightGradient(states, dCarried, recurrent.gradientPointer, count, units, three, units);
      kernels.denseBiasGradient(dCarried, recurrentBias.gradientPointer, count, three);
      if (dx === 0) return;
      kernels.transpose(weight.pointer, transposed, width, three);
      kernels.denseInputGradient(dInputs, transposed, dxs, count, width, three, 0, width);
      for (let t = 0; t < steps; t++) kernels.copyColumns(step(dxs, t * n, width), step(dx, t, width), n, width, width, steps * width);
    },
  };
}

export const gruLayer: LayerRule<Read> = {
  kind: "gru",
  fields: { units: integer(undefined, { min: 1 }), returns: oneOf("last", ["last", "all"]), initialization: initializationField },
  shape({ units, returns }, input, path) {
    if (input.length !== 2) throw new ShapeError(`${path} needs rows of [steps, width], got [${input.join(", ")}]`);
    return returns === "last" ? [units] : [input[0] as number, units];
  },
  parameters({ units, initialization }, input) {
    const kind = initialization === "auto" ? ({ kind: "uniform", reach: 1 / Math.sqrt(units) } as const) : initialization;
    const drawn = (inputs: number) => ({ shape: [inputs, 3 * units], drawn: { kind, inputs, outputs: units, gain: 1 } });
    const shape: Shape = [3 * units];
    return { weight: drawn(input[1] as number), recurrentWeight: drawn(units), bias: { shape }, recurrentBias: { shape } };
  },
  bind,
};

/**
 * A gated recurrent unit over sequences [steps × width]. With a = x W + b and c = h U + d, each in three parts: r = sigmoid(a + c),
 * z = sigmoid(a + c), n = tanh(a + r c), and the next state h = (1 - z) n + z h; it begins at 0.
 *
 * Its parameters are `weight` [width × 3 units], `recurrentWeight` [units × 3 units], `bias` and `recurrentBias`, for r, z and n in this order.
 *
 * Cho and others, Learning phrase representations using RNN encoder-decoder, 2014. Agrees with PyTorch's GRU (whose weights are
 * transposed), and with Keras's with reset_after, whose order is z, r, n.
 *
 * @throws OptionError for an unknown option or a value out of range; ShapeError, when the network is made, for rows that are no sequences.
 * @example
 * gru({ units: 32 })
 */
export function gru(options: GruOptions): LayerDescription {
  return layer(gruLayer, options);
}
