import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type CSVOptions, datasetsFromCSV } from "../../src/data/csv.js";
import type { Trainer } from "../../src/training/trainer.js";

/** A data set of the project's own, split and encoded. */
export function bundled(name: "digits" | "iris" | "penguins", options: Partial<CSVOptions> = {}) {
  const compressed = name === "digits";
  const bytes = readFileSync(new URL(`../../data/${name}.csv${compressed ? ".gz" : ""}`, import.meta.url));
  const text = (compressed ? gunzipSync(bytes) : bytes).toString();
  return datasetsFromCSV(text, { target: compressed ? "digit" : "species", missing: "mean", ...options });
}

/** SHA-256 of weights and optimizer state, in hexadecimal. */
export function fingerprint(trainer: Trainer): string {
  const hash = createHash("sha256").update(trainer.model.parameters.values.view);
  for (const slot of Object.values(trainer.optimizer.state().slots)) for (const floats of Object.values(slot)) hash.update(floats);
  return hash.digest("hex");
}
