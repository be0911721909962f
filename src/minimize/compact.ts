import { dot } from "../numerics/dot.js";
import { factorize } from "./solve.js";
import type { Vector } from "./types.js";

/**
 * The approximate Hessian of L-BFGS from its last steps S and changes of gradient Y, in compact form: B = θ I − W M Wᵀ with W = [Y, θ S] and
 * M⁻¹ = [−D, Lᵀ; L, θ SᵀS], where D and L are the diagonal and the part below it of SᵀY.
 *
 * R. H. Byrd, J. Nocedal, R. B. Schnabel, Representations of quasi-Newton matrices and their use in limited memory methods, 1994.
 */
export class CompactHessian {
  theta = 1;
  readonly #memory: number;
  #s: Vector[] = [];
  #y: Vector[] = [];
  /** M⁻¹ by rows. */
  #inverse: Float64Array[] = [];
  /** Solves M⁻¹ x = v; undefined where rounding made it singular. */
  #solve = factorize([]);

  constructor(memory: number) {
    this.#memory = memory;
  }

  /** Columns of W. */
  get columns(): number {
    return 2 * this.#s.length;
  }

  /** Takes a step and the change of gradient over it, unless the curvature along it is not positive. */
  update(s: Vector, y: Vector, slope: number): void {
    const curvature = dot(s, y);
    if (!(curvature > Number.EPSILON * Math.abs(slope))) return;
    const theta = dot(y, y) / curvature;
    if (!Number.isFinite(theta)) return;
    this.theta = theta;
    this.#s = [...this.#s, s].slice(-this.#memory);
    this.#y = [...this.#y, y].slice(-this.#memory);
    const k = this.#s.length;
    const [S, Y] = [this.#s, this.#y];
    this.#inverse = Array.from({ length: 2 * k }, () => new Float64Array(2 * k));
    const set = (i: number, j: number, value: number) => {
      (this.#inverse[i] as Float64Array)[j] = value;
      (this.#inverse[j] as Float64Array)[i] = value;
    };
    for (let i = 0; i < k; i++) {
      set(i, i, -dot(S[i] as Vector, Y[i] as Vector));
      for (let j = 0; j < i; j++) set(k + i, j, dot(S[i] as Vector, Y[j] as Vector));
      for (let j = 0; j <= i; j++) set(k + i, k + j, theta * dot(S[i] as Vector, S[j] as Vector));
    }
    this.#solve = factorize(this.#inverse.map((row) => row.slice()));
  }

  forget(): void {
    this.theta = 1;
    this.#s = [];
    this.#y = [];
    this.#inverse = [];
    this.#solve = factorize([]);
  }

  /** Row i of W. */
  row(i: number): Float64Array {
    const k = this.#s.length;
    const row = new Float64Array(2 * k);
    for (let j = 0; j < k; j++) {
      row[j] = (this.#y[j] as Vector)[i] as number;
      row[k + j] = this.theta * ((this.#s[j] as Vector)[i] as number);
    }
    return row;
  }

  /** Wᵀ v. */
  transposed(v: Vector): Float64Array {
    const k = this.#s.length;
    const result = new Float64Array(2 * k);
    for (let j = 0; j < k; j++) {
      result[j] = dot(this.#y[j] as Vector, v);
      result[k + j] = this.theta * dot(this.#s[j] as Vector, v);
    }
    return result;
  }

  /** M v; undefined where rounding made M⁻¹ singular. */
  middle(v: Float64Array): Float64Array | undefined {
    return this.#solve?.(v.slice());
  }

  /**
   * −B⁻¹ r within the free variables: −r/θ − W (θ² M⁻¹ − θ WᵀW)⁻¹ Wᵀ r over the rows that are free.
   */
  newton(r: Vector, free: readonly number[]): Float64Array | undefined {
    const { theta } = this;
    const k = this.columns;
    const system = this.#inverse.map((row) => row.map((value) => theta * theta * value));
    const right = new Float64Array(k);
    const rows = free.map((i) => this.row(i));
    rows.forEach((row, f) => {
      for (let i = 0; i < k; i++) {
        const value = row[i] as number;
        right[i] = (right[i] as number) + value * (r[f] as number);
        const of = system[i] as Float64Array;
        for (let j = 0; j < k; j++) of[j] = (of[j] as number) - theta * value * (row[j] as number);
      }
    });
    const v = factorize(system)?.(right);
    return v && Float64Array.from(rows, (row, f) => -(r[f] as number) / theta - dot(row, v));
  }
}
