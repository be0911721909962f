import { padded } from "../engine/memory.js";
import { type Shape, sizeOf } from "../engine/parameters.js";
import type { Binding, TensorRun } from "./rule.js";

/** An axis of a tensor, and where its square matrices are in a slot of the tensor's. */
export interface Axis {
  readonly size: number;
  /** The number of elements along all other axes. */
  readonly rest: number;
  /** In floats; undefined for an axis that has no matrix. */
  readonly offset: number | undefined;
}

/** The axes of a tensor; those up to `largest` have a matrix each, vectors only where they are to have one. */
export function axesOf(shape: Shape, largest: number, vectors: boolean): readonly Axis[] {
  if (shape.length === 0) return [];
  let from = 0;
  return shape.map((size) => {
    const has = size <= largest && (shape.length > 1 || vectors);
    const axis = { size, rest: sizeOf(shape) / size, offset: has ? from : undefined };
    if (has) from += padded(size * size);
    return axis;
  });
}

/** The number of floats that matrices take. */
export function lengthOf(axes: readonly Axis[]): number {
  return axes.reduce((sum, { size, offset }) => sum + (offset === undefined ? 0 : padded(size * size)), 0);
}

type Product = (axis: Axis, tensor: number) => number | undefined;

/** Products along the axes of tensors. */
export interface Kronecker {
  /**
   * The tensor at `from` times a matrix along each axis, one after the other: the matrix whose rows belong to the axis, where `matrix` gives its
   * place. The result is in scratch memory that the next call overwrites.
   */
  times(tensor: TensorRun, axes: readonly Axis[], from: number, matrix: Product): number;
  /** Adds to the matrix of each axis the products of the tensor's slices along it: y = keep y + gain X X', where `matrix` gives its place. */
  gather(tensor: TensorRun, axes: readonly Axis[], from: number, keep: number, gain: number, matrix: Product): void;
}

/** For the tensors of a binding. */
export function kronecker({ kernels, tensors, scratch }: Binding<unknown>, axes: readonly (readonly Axis[])[]): Kronecker {
  const largest = Math.max(4, ...tensors.map(({ n }) => n));
  const side = Math.max(...axes.flatMap((own) => own.map(({ size, offset }) => (offset === undefined ? 0 : size))), 1);
  const [first, second, square] = [scratch(largest), scratch(largest), scratch(side * side)];

  /** What a larger tensor left behind a smaller one must not be taken for its padding. */
  const clean = (n: number) => {
    for (const x of [first, second]) kernels.fill(x + n * 4, padded(n) - n, 0);
  };

  return {
    times({ n }, axes, from, matrix) {
      clean(n);
      let [x, y] = [from, first];
      axes.forEach((axis, i) => {
        const by = matrix(axis, i);
        // X' M: the axis that was the first comes out as the last, so that after all of them the order is what it was
        if (by === undefined) kernels.transpose(x, y, axis.size, axis.rest);
        else kernels.denseWeightGradient(x, by, y, axis.size, axis.rest, axis.size, axis.rest);
        [x, y] = [y, y === first ? second : first];
      });
      return x;
    },
    gather({ n }, axes, from, keep, gain, matrix) {
      clean(n);
      let [x, y] = [from, first];
      axes.forEach((axis, i) => {
        const { size, rest } = axis;
        kernels.transpose(x, y, size, rest);
        const sum = matrix(axis, i);
        if (sum !== undefined) {
          kernels.dense(x, y, 0, square, size, rest, size, 0, size);
          kernels.fill(square + size * size * 4, padded(size * size) - size * size, 0);
          kernels.axpby(square, sum, size * size, gain, keep);
        }
        [x, y] = [y, y === first ? second : first];
      });
    },
  };
}
