import { type Shape, sizeOf } from "../../engine/parameters.js";
import { DataError } from "../../options/errors.js";
import { integer } from "../../options/options.js";
import { initializationField, initialize, type WeightInitialization } from "../initialization.js";
import { type BoundLayer, type LayerDescription, type LayerRule, type LayerSite, layer } from "../layer.js";

export interface EmbeddingOptions {
  /** The number of things, at least 1: what comes in are whole numbers from 0 to one less. */
  count: number;
  /** The number of floats for each, at least 1. */
  width: number;
  /** How the rows begin. Default `auto`: normal with deviation 1. */
  initialization?: WeightInitialization | "auto";
}

type Read = Required<EmbeddingOptions>;

/** In every pass only the rows that were looked up are touched: those of the pass before are zeroed, not the whole gradient. */
function bind({ engine, kernels, options, input, rows, tensor, scratch, floats }: LayerSite<Read>): BoundLayer {
  const { count, width } = options;
  const most = rows * sizeOf(input);
  const weight = tensor("weight");
  const [index, touched] = [scratch(most), scratch(most)];
  const integers = (pointer: number, length: number) => new Uint32Array(engine.arena.memory.buffer, pointer, length);
  // the pass in which a row was last touched
  const seen = new Uint32Array(count);
  let turn = 0;
  const gradientRows = { pointer: touched, count: 0 };
  weight.gradientRows = gradientRows;
  return {
    forward(x, y, pass) {
      const length = pass.rows * sizeOf(input);
      const [things, indices] = [floats(x, length), integers(index, length)];
      for (let i = 0; i < length; i++) {
        const thing = things[i] as number;
        if (!(thing >= 0 && thing < count && thing % 1 === 0)) {
          const row = Math.floor((i * pass.rows) / length) + 1;
          throw new DataError(`row ${row} of a batch: an embedding of ${count} takes whole numbers from 0 to ${count - 1}, got ${thing}`);
        }
        indices[i] = thing;
      }
      kernels.gather(weight.pointer, index, y, length, width);
    },
    backward(_x, _y, dy, _dx, pass) {
      const length = pass.rows * sizeOf(input);
      const [indices, list] = [integers(index, length), integers(touched, most)];
      for (let i = 0; i < gradientRows.count; i++) kernels.fill(weight.gradientPointer + (list[i] as number) * width * 4, width, 0);
      turn = turn === 0xffffffff ? 1 : turn + 1;
      if (turn === 1) seen.fill(0);
      let found = 0;
      for (let i = 0; i < length; i++) {
        const row = indices[i] as number;
        if (seen[row] === turn) continue;
        seen[row] = turn;
        list[found++] = row;
      }
      gradientRows.count = found;
      kernels.addRows(dy, index, weight.gradientPointer, length, width);
    },
  };
}

export const embeddingLayer: LayerRule<Read> = {
  kind: "embedding",
  fields: { count: integer(undefined, { min: 1 }), width: integer(undefined, { min: 1 }), initialization: initializationField },
  shape: ({ width }, input) => (input.length === 1 && input[0] === 1 ? [width] : [...input, width]),
  parameters({ count, width, initialization }) {
    const shape: Shape = [count, width];
    const kind = initialization === "auto" ? ({ kind: "normal", deviation: 1 } as const) : initialization;
    return {
      weight: { shape, fill: (value, random) => initialize(value, { inputs: count, outputs: width, gain: 1 }, kind, random, shape) },
    };
  },
  bind,
};

/**
 * Rows of a table by number: each whole number from 0 to count - 1 that comes in becomes `width` floats, which are learnt. Rows of 20 numbers
 * become 20 × width; rows of one number become width.
 *
 * Its parameter is `weight` [count × width]. Gradients exist of the rows that a batch looks up alone: `sparseAdam` steps those and no others.
 *
 * Agrees with PyTorch's Embedding.
 *
 * @throws OptionError for an unknown option or a value out of range; DataError, in training and prediction, for what is no such number.
 * @example
 * embedding({ count: 50_000, width: 64 })
 */
export function embedding(options: EmbeddingOptions): LayerDescription {
  return layer(embeddingLayer, options);
}
