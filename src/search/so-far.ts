import { checkDatasets } from "../training/checks.js";
import { type Run, readRun } from "../training/run.js";
import type { SearchResult } from "./conclude.js";
import { conduct } from "./conduct.js";
import { checkLedger, dataFingerprint, type Ledger, trialKey } from "./ledger.js";
import { readPlan, type SearchOptions, subjectOf } from "./search.js";
import type { SearchData } from "./trial.js";

/** The options that decide which trials a search makes. */
export type SoFarOptions = Omit<SearchOptions, "engine" | "executor" | "ledger" | "signal" | "onEpoch">;

/**
 * The answer that the trials in a ledger give, without running any: after a search was stopped, or while one goes on. Run, data and options are those
 * of the search; of a repeat that not all rates have finished nothing is told, since it would compare nothing.
 *
 * @returns undefined when no trial has ended.
 * @throws OptionError for a wrong run or option.
 * @example
 * const kept = new Map();
 * const ledger = { get: (key) => kept.get(key), put: (key, result) => void kept.set(key, result) };
 * const stop = AbortSignal.timeout(2000);
 * await searchLearningRate(run, { training, validation }, { ledger, signal: stop }).catch(() => {});
 * const soFar = await searchSoFar(run, { training, validation }, ledger);
 */
export async function searchSoFar(
  run: Run,
  data: SearchData,
  ledger: Ledger,
  options: SoFarOptions = {},
): Promise<SearchResult | undefined> {
  checkLedger(ledger);
  checkDatasets(data);
  const hash = dataFingerprint(data);
  return conduct(subjectOf(readRun(run), data), readPlan(options), (jobs) =>
    Promise.all(jobs.map(async (job) => ledger.get(trialKey(job, hash)))),
  );
}
