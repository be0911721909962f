import type { Kernels } from "../../src/engine/load.js";

/** The sizes of a call by name: `n`, or `rows`, `columns`, `inputs`, `outputs`. */
export type Dimensions = Readonly<Record<string, number>>;

/** An array that a kernel is given a pointer to. */
export interface ArrayArgument {
  readonly access: "in" | "out" | "inout";
  size(d: Dimensions): number;
  /** Holds integers below this bound instead of floats: class labels, row indices. */
  below?(d: Dimensions): number;
  /** A sum of squares or the like: never below zero in a real run. */
  readonly positive?: boolean;
  /** Holds numbers of 16 bits: `size` counts them in pairs. */
  readonly pairs?: boolean;
  /** May be the null pointer, where the scalar of the array's name is 0. */
  readonly optional?: boolean;
}

/** A dimension by its name, a number that follows from the dimensions, or a scalar by its name and the values it takes, one a set. */
export type Argument =
  | ({ readonly name: string } & ArrayArgument)
  | { readonly name: string; readonly dimension: true }
  | { readonly name: string; of(d: Dimensions): number }
  | { readonly name: string; readonly values: readonly number[]; readonly integer?: boolean };

export interface Row<A extends readonly Argument[] = readonly Argument[]> {
  /** In the order of the call. */
  readonly arguments: A;
  /**
   * `"zero"`: works on whole vectors and maps the zeros of the padding to zeros. `"untouched"`: neither reads nor writes behind the
   * last element, whatever stands there.
   */
  readonly padding: "zero" | "untouched";
  /** Whether the first array argument may also be the output. */
  readonly inPlace?: boolean;
  readonly returnsNumber?: boolean;
}

type ArgumentsFor<P extends readonly unknown[]> = { readonly [I in keyof P]: Argument };

/** As many arguments as the kernel has. */
export type RowOf<K extends keyof Kernels> = Row<ArgumentsFor<Parameters<Kernels[K]>>> &
  (ReturnType<Kernels[K]> extends number ? { readonly returnsNumber: true } : { readonly returnsNumber?: never });

const size = (d: Dimensions): number => d["n"] as number;

export const input = (name: string, more: Partial<ArrayArgument> = {}): Argument => ({ name, access: "in", size, ...more });
export const output = (name: string, more: Partial<ArrayArgument> = {}): Argument => ({ name, access: "out", size, ...more });
export const inout = (name: string, more: Partial<ArrayArgument> = {}): Argument => ({ name, access: "inout", size, ...more });
export const dimension = (name: string): Argument => ({ name, dimension: true });
export const derived = (name: string, of: (d: Dimensions) => number): Argument => ({ name, of });
export const scalar = (name: string, ...values: number[]): Argument => ({ name, values });
export const integer = (name: string, ...values: number[]): Argument => ({ name, values, integer: true });
