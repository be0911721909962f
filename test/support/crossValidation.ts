import { encodeTable, fitEncoder, parseCSV } from "../../src/data/csv.js";
import type { Engine } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { Random } from "../../src/numerics/random.js";
import { optimizerFromJSON } from "../../src/optimizers/index.js";
import { DivergedError } from "../../src/options/errors.js";
import { Trainer } from "../../src/training/trainer.js";
import { csv, TARGETS } from "./data.js";

/** How a network is trained and judged. */
export interface Protocol {
  readonly data: "digits" | "iris";
  readonly folds: number;
  readonly hidden: readonly number[];
  /** Default: all rows that are not held out. */
  readonly batchSize?: number;
  readonly epochs: number;
}

/**
 * What methods without a rate are tried on. Every row is held out once, since few rows are luck: one flower in a fifth of iris is 3 %.
 *
 * Iris is a logistic regression on whole batches, since networks learn the flowers that lie on the wrong side by heart: scikit-learn 1.9 reaches
 * 97.2 % with LogisticRegression (C=1e9) and 96.0 % with MLPClassifier((16,)) in 5 times 10 folds. It takes 5,000 updates because some of the
 * methods move a weight by no more than some thousandth in an update.
 */
export const PROTOCOLS = {
  iris: { data: "iris", folds: 10, hidden: [], epochs: 5000 },
  digits: { data: "digits", folds: 5, hidden: [128], batchSize: 128, epochs: 60 },
} as const satisfies Record<string, Protocol>;

/** Stratified cross-validation: the share of rows that a network predicts which has not seen them, 0 where a run diverges. */
export async function accuracy(engine: Engine, optimizer: object, protocol: Protocol, seed: number): Promise<number> {
  const target = TARGETS[protocol.data];
  const table = parseCSV(csv(protocol.data));
  const folds = foldsOf(
    Array.from({ length: table.rows }, (_, row) => String(table.value(row, target))),
    protocol.folds,
    seed,
  );
  let right = 0;
  for (const fold of folds) {
    const rows = folds.filter((other) => other !== fold).flat();
    const encoder = fitEncoder(table, { target, rows });
    const training = encodeTable(encoder, table, { rows });
    const heldOut = encodeTable(encoder, table, { rows: fold });
    using trainer = new Trainer(
      engine,
      {
        model: mlp({ inputs: training.columns, hidden: protocol.hidden, outputs: training.outputs }),
        loss: "crossEntropy",
        optimizer: optimizerFromJSON(optimizer),
        batchSize: protocol.batchSize ?? training.rows,
        epochs: protocol.epochs,
        seed,
      },
      { training },
    );
    try {
      await trainer.train();
      right += Math.round((trainer.evaluate(heldOut).score as number) * heldOut.rows);
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      return 0;
    }
  }
  return right / table.rows;
}

/** Row numbers, from 0 and ascending, in parts of the same mixture of classes. */
function foldsOf(labels: readonly string[], count: number, seed: number): number[][] {
  const folds: number[][] = Array.from({ length: count }, () => []);
  let next = 0;
  for (const label of [...new Set(labels)].sort()) {
    const rows = labels.flatMap((other, row) => (other === label ? [row] : []));
    for (const row of new Random(seed, "folds", label).shuffle(rows)) folds[next++ % count]?.push(row);
  }
  return folds.map((fold) => fold.sort((a, b) => a - b));
}
