import { checkEngine, type Engine } from "../../engine/engine.js";
import { rowsOf } from "../resplit.js";
import { runTrial, type TrialResult } from "../trial.js";
import type { Executor } from "./executor.js";

/** Runs trials one after the other, in this thread. */
export function threadExecutor(engine: Engine): Executor {
  checkEngine(engine);
  return {
    async run(jobs, { data, signal, onEpoch, onTrial }) {
      const results: TrialResult[] = [];
      for (const job of jobs) {
        const { run, rate, seed, split, until, from } = job;
        const result = await runTrial({
          ...{ engine, run, data: rowsOf(data, split), rate, seed },
          ...(until !== undefined && { until }),
          ...(from && { from: from.checkpoint }),
          ...(signal && { signal }),
          ...(onEpoch && { onEpoch: (epoch) => onEpoch(job, epoch) }),
        });
        onTrial?.(job, result);
        results.push(result);
      }
      return results;
    },
  };
}
