import { join } from "node:path";
import type { LedgerContents } from "../../search/ledger-lines.js";
import { hasher } from "../hash.js";
import { writeFolder } from "../write.js";

/** Of an experiment in a folder of MLflow's; it takes numbers only. */
const EXPERIMENT = "1";
/** Numbers of MLflow's. */
const STATUS = { FINISHED: 3, FAILED: 4 } as const;
const LOCAL = 4;

/**
 * Writes the trials of a ledger as runs of an experiment, in folders as MLflow's file store has them: a run for each trial, with its parameters, what it came to, and
 * losses by epoch.
 */
export async function writeRuns(folder: string, name: string, { head, trials }: LedgerContents, time: Date): Promise<void> {
  const now = time.getTime();
  const files = new Map<string, string>();
  const meta = (fields: object) =>
    Object.entries(fields)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join("");
  const times = { creation_time: now, last_update_time: now };
  files.set("meta.yaml", meta({ artifact_location: "", experiment_id: EXPERIMENT, lifecycle_stage: "active", name, ...times }));
  for (const { key, rate, seed, split, result } of trials) {
    if (result.paused !== undefined) continue;
    const id = hasher("md5").update(key).digest("hex");
    for (const empty of ["metrics", "artifacts"]) files.set(`${id}/${empty}/`, "");
    const failed = result.divergence !== null || result.lost !== undefined;
    const [end, artifacts] = [now, ""];
    files.set(
      `${id}/meta.yaml`,
      meta({
        ...{ artifact_uri: artifacts, end_time: end, entry_point_name: "", experiment_id: EXPERIMENT, lifecycle_stage: "active" },
        ...{ run_id: id, run_name: `rate ${rate}, seed ${seed}`, run_uuid: id, source_name: "stepsize", source_type: LOCAL },
        ...{ source_version: "", start_time: now, status: failed ? STATUS.FAILED : STATUS.FINISHED, tags: [], user_id: "stepsize" },
      }),
    );
    const { optimizer, batchSize, epochs } = head.run as { optimizer: { kind: string }; batchSize: number; epochs: number };
    const parameters = { rate, seed, split, optimizer: optimizer.kind, batchSize, epochs };
    for (const [parameter, value] of Object.entries(parameters)) files.set(`${id}/params/${parameter}`, String(value));
    const series = {
      training_loss: result.history.map(({ loss }) => loss),
      validation_loss: result.history.map(({ validation }) => validation?.loss),
      validation_score: result.history.map(({ validation }) => validation?.score),
      test_loss: [result.test?.loss],
      test_score: [result.test?.score],
    };
    for (const [metric, values] of Object.entries(series)) {
      const lines = values.flatMap((value, i) => (value === undefined ? [] : [`${now} ${value} ${i + 1}\n`]));
      if (lines.length > 0) files.set(`${id}/metrics/${metric}`, lines.join(""));
    }
    const tags = { weights: result.weights, diverged: result.divergence?.what, lost: result.lost, key };
    for (const [tag, value] of Object.entries(tags)) if (value !== null && value !== undefined) files.set(`${id}/tags/${tag}`, value);
  }
  await writeFolder(join(folder, EXPERIMENT), files);
}
