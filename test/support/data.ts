import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type CSVOptions, datasetsFromCSV } from "../../src/data/csv.js";
import type { Trainer } from "../../src/training/trainer.js";

/** The data sets of the project's own, and the column that each is there to predict. */
export const TARGETS = { digits: "digit", iris: "species", penguins: "species" } as const;

/** A data set of the project's own, as CSV. */
export function csv(name: keyof typeof TARGETS): string {
  const compressed = name === "digits";
  const bytes = readFileSync(new URL(`../../data/${name}.csv${compressed ? ".gz" : ""}`, import.meta.url));
  return (compressed ? gunzipSync(bytes) : bytes).toString();
}

/** A data set of the project's own, split and encoded. */
export function bundled(name: keyof typeof TARGETS, options: Partial<CSVOptions> = {}) {
  return datasetsFromCSV(csv(name), { target: TARGETS[name], missing: "mean", ...options });
}

/** SHA-256 of weights and optimizer state, in hexadecimal. */
export function fingerprint(trainer: Trainer): string {
  const hash = createHash("sha256").update(trainer.model.parameters.values.view);
  for (const slot of Object.values(trainer.optimizer.state().slots)) for (const floats of Object.values(slot)) hash.update(floats);
  return hash.digest("hex");
}
