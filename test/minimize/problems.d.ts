/** A sum of squares to minimise. */
export interface Problem {
  readonly x0: number[];
  f(x: ArrayLike<number>): number[];
  J(x: ArrayLike<number>): number[][];
  /** Known values of its minima. */
  readonly minima: readonly number[];
}
export const problems: Readonly<Record<string, Problem>>;
export function objective(problem: Problem): { value(x: ArrayLike<number>): number; gradient(x: ArrayLike<number>): number[] };
export function boxOf(problem: Problem): [number | null, number][];
