import type { RowStream } from "../source.js";

/** Rows that were checked, side by side. */
export interface Chunk {
  readonly rows: number;
  /** rows × columns. */
  readonly features: Float32Array;
  /** rows × outputs, or a class a row, as the loss reads them. */
  readonly targets: Float32Array | Uint32Array;
  /** How much each row counts by itself, and with its class; undefined where all count alike. */
  readonly ownWeights: Float32Array | undefined;
  readonly weights: Float32Array | undefined;
}

/** What is known of rows before one has come. */
export type RowShape = Pick<RowStream, "task" | "columns" | "outputs" | "classes">;

/** Numbers a row has as targets. */
export function widthOf({ task, outputs }: RowShape): number {
  return task === "classification" ? 1 : outputs;
}
