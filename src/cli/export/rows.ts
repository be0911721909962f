import { type LedgerContents, runHash } from "../../search/ledger-lines.js";

/** What a cell of a table holds. */
export type Cell = string | number | null;

/** Columns of a table of trials, with their kinds. */
export const COLUMNS = {
  key: "text",
  rate: "number",
  seed: "integer",
  split: "integer",
  combination: "text",
  state: "text",
  epochs: "integer",
  training_loss: "number",
  validation_loss: "number",
  validation_score: "number",
  balanced_accuracy: "number",
  test_loss: "number",
  test_score: "number",
  start_loss: "number",
  diverged: "text",
  diverged_step: "integer",
  lost: "text",
  weights: "text",
} as const satisfies Record<string, "text" | "number" | "integer">;

export type Row = Readonly<Record<keyof typeof COLUMNS, Cell>>;

/** A row for each trial of a ledger, in an order that does not depend on which was done first. */
export function rowsOf({ head, asked: { study = [] }, trials }: LedgerContents): Row[] {
  const own = runHash(head.run);
  const combinations = new Map(study.map(({ values, run }) => [runHash(run), wordsOf(values)]));
  const rows = trials.map(({ key, rate, seed, split, of = own, result }): Row => {
    const { history, kept, balancedAccuracy, test, startLoss, divergence, lost, weights, paused } = result;
    const state = lost !== undefined ? "lost" : divergence !== null ? "diverged" : paused !== undefined ? "paused" : "done";
    return {
      ...{ key, rate, seed, split, combination: combinations.get(of) ?? null, state },
      epochs: history.length,
      training_loss: history.at(-1)?.loss ?? null,
      validation_loss: kept?.validation?.loss ?? null,
      validation_score: kept?.validation?.score ?? null,
      balanced_accuracy: balancedAccuracy,
      test_loss: test?.loss ?? null,
      test_score: test?.score ?? null,
      start_loss: startLoss,
      diverged: divergence?.what ?? null,
      diverged_step: divergence?.step ?? null,
      lost: lost ?? null,
      weights,
    };
  });
  const order = ({ rate, seed, epochs, key }: Row) => [rate, seed, epochs, key] as (string | number)[];
  return rows.sort((a, b) => {
    const [left, right] = [order(a), order(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? 0 : (left[at] as string) < (right[at] as string) ? -1 : 1;
  });
}

/** The fields of a combination with their values, as `--vary` takes them. */
function wordsOf(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([field, value]) => `${field}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

/** As a CSV file: numbers in full, texts in quotes where they need them. */
export function csvOf(rows: readonly Row[]): string {
  const names = Object.keys(COLUMNS) as (keyof Row)[];
  const cell = (value: Cell) => {
    const text = value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names.join(","), ...rows.map((row) => names.map((name) => cell(row[name])).join(",")), ""].join("\n");
}
