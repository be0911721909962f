import type { Dataset } from "../data/dataset.js";

export type ScoreName = "accuracy" | "r2";

/** The name of the score for this data: accuracy for classes, R² for quantities. */
export function scoreName({ task }: Pick<Dataset, "task">): ScoreName {
  return task === "classification" ? "accuracy" : "r2";
}

/**
 * Accuracy: the share of rows whose largest output (the first of equals; with a single output: whether it is above 0) is the class.
 * R²: 1 - (sum of squared errors) / (sum of squared deviations from the mean), averaged over the outputs whose
 * targets differ.
 */
export class Score {
  readonly #data: Dataset;
  #row = 0;
  #correct = 0;
  readonly #errors: Float64Array;

  constructor(data: Dataset) {
    this.#data = data;
    this.#errors = new Float64Array(data.outputs);
  }

  /** Takes the outputs of the next rows. */
  add(outputs: Float32Array, rows: number): void {
    const { task, targets } = this.#data;
    const width = outputs.length / rows;
    for (let r = 0; r < rows; r++, this.#row++) {
      const at = r * width;
      if (task === "classification") {
        if (largest(outputs, at, width) === targets[this.#row]) this.#correct++;
      } else {
        for (let j = 0; j < width; j++) {
          const error = (outputs[at + j] as number) - (targets[this.#row * width + j] as number);
          this.#errors[j] = (this.#errors[j] as number) + error * error;
        }
      }
    }
  }

  /** undefined where nothing can be said: R² of targets that are all equal. */
  get value(): number | undefined {
    const { task, targets, rows, outputs } = this.#data;
    if (task === "classification") return this.#correct / rows;
    let sum = 0;
    let varying = 0;
    for (let j = 0; j < outputs; j++) {
      const first = targets[j];
      let equal = true;
      for (let r = 1; r < rows && equal; r++) equal = targets[r * outputs + j] === first;
      if (equal) continue;
      varying++;
      let mean = 0;
      for (let r = 0; r < rows; r++) mean += (targets[r * outputs + j] as number) / rows;
      let total = 0;
      for (let r = 0; r < rows; r++) {
        const deviation = (targets[r * outputs + j] as number) - mean;
        total += deviation * deviation;
      }
      sum += 1 - (this.#errors[j] as number) / total;
    }
    return varying > 0 ? sum / varying : undefined;
  }
}

function largest(outputs: Float32Array, from: number, width: number): number {
  if (width === 1) return (outputs[from] as number) > 0 ? 1 : 0;
  let best = 0;
  for (let j = 1; j < width; j++) if ((outputs[from + j] as number) > (outputs[from + best] as number)) best = j;
  return best;
}
