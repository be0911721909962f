import { type Shape, sizeOf } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { rowsKernels } from "../../generated/parts/rows.js";
import { DataError, ShapeError } from "../../options/errors.js";
import { integer, list } from "../../options/options.js";
import { initializationField, type WeightInitialization } from "../initialization.js";
import { type BoundLayer, type LayerDescription, type LayerRule, type LayerSite, layer } from "../layer.js";

export interface EmbeddingOptions {
  /** The number of things, at least 1: what comes in are whole numbers from 0 to one less. */
  count: number;
  /** The number of floats for each, at least 1. */
  width: number;
  /** How the rows begin. Default `auto`: normal with deviation 1. */
  initialization?: WeightInitialization | "auto";
  /**
   * The places in a row, from 0, of what is looked up; the other numbers stand behind what was found. Default none, which means all of them.
   */
  columns?: readonly number[];
}

type Read = Required<EmbeddingOptions>;

/** Which columns are looked up and which are carried past. */
function columnsOf({ columns }: Read, input: Shape): { readonly looked: readonly number[]; readonly carried: readonly number[] } {
  const all = Array.from({ length: sizeOf(input) }, (_, i) => i);
  return columns.length === 0 ? { looked: all, carried: [] } : { looked: columns, carried: all.filter((i) => !columns.includes(i)) };
}

/** In every pass only the rows that were looked up are touched: those of the pass before are zeroed, not the whole gradient. */
function bind({ engine, kernels, options, input, output, rows, tensor, scratch, floats }: LayerSite<Read>): BoundLayer {
  addKernels(kernels, rowsKernels);
  const { count, width } = options;
  const { looked, carried } = columnsOf(options, input);
  const [size, out, made] = [sizeOf(input), sizeOf(output), looked.length * width];
  const most = rows * looked.length;
  const weight = tensor("weight");
  const [index, touched, found] = [scratch(most), scratch(most), scratch(most * width)];
  const integers = (pointer: number, length: number) => new Uint32Array(engine.arena.memory.buffer, pointer, length);
  // the pass in which a row was last touched
  const seen = new Uint32Array(count);
  let turn = 0;
  const gradientRows = { pointer: touched, count: 0 };
  weight.gradientRows = gradientRows;

  const readIndex = (x: number, n: number) => {
    const [things, indices] = [floats(x, n * size), integers(index, n * looked.length)];
    for (let row = 0; row < n; row++) {
      for (let j = 0; j < looked.length; j++) {
        const thing = things[row * size + (looked[j] as number)] as number;
        if (!(thing >= 0 && thing < count && thing % 1 === 0))
          throw new DataError(
            `row ${row + 1} of a batch: an embedding of ${count} takes whole numbers from 0 to ${count - 1}, got ${thing}`,
          );
        indices[row * looked.length + j] = thing;
      }
    }
  };
  /** Copies what is carried past, from x to y or back. */
  const carry = (from: Float32Array, to: Float32Array, n: number, isBack: boolean) => {
    for (let row = 0; row < n; row++) {
      for (let j = 0; j < carried.length; j++) {
        const [a, b] = [row * size + (carried[j] as number), row * out + made + j];
        to[isBack ? a : b] = from[isBack ? b : a] as number;
      }
    }
  };
  return {
    forward(x, y, { rows: n }) {
      readIndex(x, n);
      kernels.gather(weight.pointer, index, found, n * looked.length, width);
      kernels.copyColumns(found, y, n, made, made, out);
      if (carried.length > 0) carry(floats(x, n * size), floats(y, n * out), n, false);
    },
    backward(_x, _y, dy, dx, { rows: n }) {
      const length = n * looked.length;
      const [indices, list] = [integers(index, length), integers(touched, most)];
      for (let i = 0; i < gradientRows.count; i++) kernels.fill(weight.gradientPointer + (list[i] as number) * width * 4, width, 0);
      turn = turn === 0xffffffff ? 1 : turn + 1;
      if (turn === 1) seen.fill(0);
      let different = 0;
      for (let i = 0; i < length; i++) {
        const row = indices[i] as number;
        if (seen[row] === turn) continue;
        seen[row] = turn;
        list[different++] = row;
      }
      gradientRows.count = different;
      kernels.copyColumns(dy, found, n, made, out, made);
      kernels.addRows(found, index, weight.gradientPointer, length, width);
      if (dx === 0) return;
      kernels.fill(dx, n * size, 0);
      carry(floats(dy, n * out), floats(dx, n * size), n, true);
    },
  };
}

export const embeddingLayer: LayerRule<Read> = {
  kind: "embedding",
  fields: {
    count: integer(undefined, { min: 1 }),
    width: integer(undefined, { min: 1 }),
    initialization: initializationField,
    columns: list([], integer(undefined, { min: 0 })),
  },
  shape({ width, columns }, input, path) {
    if (columns.length === 0) return input.length === 1 && input[0] === 1 ? [width] : [...input, width];
    const [size, axes] = [sizeOf(input), input.length];
    if (axes !== 1 || new Set(columns).size < columns.length || columns.some((column) => column >= size))
      throw new ShapeError(
        `${path}: columns must be different places in rows of one axis, got [${columns.join(", ")}] of [${input.join(", ")}]`,
      );
    return [columns.length * width + size - columns.length];
  },
  parameters({ count, width, initialization }) {
    const shape: Shape = [count, width];
    const kind = initialization === "auto" ? ({ kind: "normal", deviation: 1 } as const) : initialization;
    return { weight: { shape, drawn: { kind, inputs: count, outputs: width, gain: 1 } } };
  },
  bind,
};

/**
 * Rows of a table by number: each whole number from 0 to count - 1 that comes in becomes `width` floats, which are learnt. Rows of 20 numbers
 * become 20 × width; rows of one number become width. With `columns`, some numbers of a row are looked up, and the others are carried past: of a
 * table with several columns of names, one embedding after the other takes its own.
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
