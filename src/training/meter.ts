import type { StepRecord, TrainProgress } from "./records.js";

/** Milliseconds between two reports at the least. */
const BETWEEN = 1000 / 60;

/** What a meter is told of a run. */
interface Measured extends Pick<TrainProgress, "epochs" | "steps"> {
  /** The rows that are to come. */
  rowsLeft: number;
  /** Asked for only when there is something to tell. */
  gradientNorm(): number;
}

/** Tells how far training has come, at most 60 times a second. */
export class Meter {
  readonly #tell: (progress: TrainProgress) => void;
  readonly #run: Measured;
  readonly #began = performance.now();
  #last = Number.NEGATIVE_INFINITY;
  #rows = 0;

  constructor(tell: (progress: TrainProgress) => void, run: Measured) {
    this.#tell = tell;
    this.#run = run;
  }

  /** After every batch, with the update that it completed. */
  add(rows: number, step: StepRecord | undefined): void {
    this.#rows += rows;
    const now = performance.now();
    if (step === undefined || now - this.#last < BETWEEN) return;
    this.#last = now;
    const { epochs, steps, rowsLeft } = this.#run;
    const rowsPerSecond = (this.#rows * 1000) / Math.max(now - this.#began, 1e-3);
    const secondsLeft = Math.max(0, rowsLeft - this.#rows) / rowsPerSecond;
    this.#tell({ ...step, epochs, steps, gradientNorm: this.#run.gradientNorm(), rowsPerSecond, secondsLeft });
  }
}
