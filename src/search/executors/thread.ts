import type { Engine } from "../../engine/engine.js";
import { runTrial, type TrialResult } from "../trial.js";
import type { Executor } from "./executor.js";

/** Runs trials one after the other, in this thread. */
export function threadExecutor(engine: Engine): Executor {
  return {
    async run(jobs, { run, dataOf, signal, onEpoch, onTrial }) {
      const results: TrialResult[] = [];
      for (const job of jobs) {
        const { rate, repeat, seed } = job;
        const listen = onEpoch && { onEpoch: (epoch: Parameters<typeof onEpoch>[1]) => onEpoch(job, epoch) };
        const result = await runTrial({ engine, run, data: dataOf(repeat), rate, seed, ...(signal && { signal }), ...listen });
        onTrial?.(job, result);
        results.push(result);
      }
      return results;
    },
  };
}
