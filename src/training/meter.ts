import type { Optimizer } from "../optimizers/optimizer.js";
import type { StepRecord, TrainProgress } from "./records.js";

/** Milliseconds between two reports at the least. */
const BETWEEN = 1000 / 60;

/** What a meter is told of a run. */
interface Measured extends Pick<TrainProgress, "epochs" | "steps"> {
  /** The rows that are to come, NaN where that is not known. */
  rowsLeft: number;
}

/** Tells how far training has come, at most 60 times a second. */
export class Meter {
  readonly #tell: (progress: TrainProgress) => void;
  readonly #run: Measured;
  /** Its norm is asked for only when there is something to tell. */
  readonly #optimizer: Optimizer;
  readonly #began = performance.now();
  #last = Number.NEGATIVE_INFINITY;
  #rows = 0;

  constructor(tell: (progress: TrainProgress) => void, run: Measured, optimizer: Optimizer) {
    this.#tell = tell;
    this.#run = run;
    this.#optimizer = optimizer;
  }

  /** After every batch, with the update that it completed. */
  add(rows: number, step: StepRecord | undefined): void {
    this.#rows += rows;
    const now = performance.now();
    if (step === undefined || now - this.#last < BETWEEN) return;
    this.#last = now;
    const { epochs, steps, rowsLeft } = this.#run;
    const rowsPerSecond = (this.#rows * 1000) / Math.max(now - this.#began, 1e-3);
    const secondsLeft = Number.isNaN(rowsLeft) ? null : Math.max(0, rowsLeft - this.#rows) / rowsPerSecond;
    this.#tell({ ...step, epochs, steps, gradientNorm: this.#optimizer.gradientNorm, rowsPerSecond, secondsLeft });
  }
}
