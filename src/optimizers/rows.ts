import type { Kernels } from "../engine/engine.js";
import type { Parameters } from "../engine/parameters.js";
import type { Run, TensorRun } from "./rule.js";

/** State fades towards the denormals, where an operation costs a hundred cycles: what is no larger than this becomes 0 in time. */
export const FADED = 1.0097419586828951e-28;

/** A part of a block, in floats. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** What the rows of tensors need of which an update steps some alone: the others need not be looked at. */
export class SteppedRows {
  /** The parts of the parameters' block that are not such tensors. */
  readonly others: readonly Piece[];
  readonly isEmpty: boolean;
  readonly #kernels: Kernels;
  readonly #memory: Parameters["engine"]["arena"]["memory"];
  readonly #tensors: readonly TensorRun[];

  constructor(
    parameters: Parameters,
    groups: readonly { readonly rule: { readonly traits?: readonly string[] }; readonly tensors: readonly TensorRun[] }[],
  ) {
    this.#kernels = parameters.engine.kernels;
    this.#memory = parameters.engine.arena.memory;
    this.#tensors = groups
      .filter(({ rule }) => rule.traits?.includes("stepsRows"))
      .flatMap(({ tensors }) => tensors.filter(({ gradientRows }) => gradientRows !== undefined));
    const others: Piece[] = [];
    let offset = 0;
    for (const { first, n } of [...this.#tensors].sort((a, b) => a.first - b.first)) {
      if (first > offset) others.push({ offset, length: first - offset });
      offset = first + Math.ceil(n / 4) * 4;
    }
    if (offset < parameters.size) others.push({ offset, length: parameters.size - offset });
    this.others = others;
    this.isEmpty = this.#tensors.length === 0;
  }

  /** Sets to 0 what has faded in the rows of the last update, values and state. */
  flush(): void {
    for (const { p, s, gradientRows, n, shape } of this.#tensors) {
      const width = n / (shape[0] ?? 1);
      this.#each(gradientRows, (row) => {
        const at = row * width * 4;
        this.#kernels.flush(p + at, width, FADED);
        for (const slot of s) this.#kernels.flush(slot + at, width, FADED);
      });
    }
  }

  /** Whether these rows' gradients, or their values and state, are finite. */
  areFinite(what: "gradient" | "values"): boolean {
    return this.#tensors.every(({ p, g, s, gradientRows, n, shape }) => {
      const width = n / (shape[0] ?? 1);
      const pointers = what === "gradient" ? [g] : [p, ...s];
      let finite = true;
      this.#each(gradientRows, (row) => {
        for (const pointer of pointers) if (!this.#kernels.finite(pointer + row * width * 4, width)) finite = false;
      });
      return finite;
    });
  }

  /** What an update steps as a whole of a group: its runs, or its tensors without these. */
  wholeOf({ runs, tensors }: { readonly runs: readonly Run[]; readonly tensors: readonly TensorRun[] }): readonly Run[] {
    return this.isEmpty ? runs : tensors.filter((tensor) => !this.#tensors.includes(tensor));
  }

  #each(rows: TensorRun["gradientRows"], visit: (row: number) => void): void {
    if (rows === undefined) return;
    const numbers = new Uint32Array(this.#memory.buffer, rows.pointer, rows.count);
    for (let i = 0; i < rows.count; i++) visit(numbers[i] as number);
  }
}
