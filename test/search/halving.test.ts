import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { searchLearningRate } from "../../src/entries/index.js";
import { adam, ema, lookahead, scheduleFreeAdamw, sgd } from "../../src/entries/optimizers.js";
import { mlp } from "../../src/models/mlp.js";
import { CheckpointError } from "../../src/options/errors.js";
import { cosine, perFraction } from "../../src/schedules/index.js";
import type { Executor } from "../../src/search/executors/executor.js";
import { threadExecutor } from "../../src/search/executors/thread.js";
import { rungsOf } from "../../src/search/halving.js";
import type { Ledger } from "../../src/search/ledger.js";
import { searchSoFar } from "../../src/search/so-far.js";
import { runTrial, type TrialResult } from "../../src/search/trial.js";
import type { Run } from "../../src/training/run.js";
import { bundled } from "../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const digits = bundled("digits");
const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3, dropout: 0.1 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 9,
};

describe("a trial that pauses", () => {
  const learningRate = perFraction(cosine({ rate: 1, steps: 100 }));
  test.each([
    ["adam on a cosine", adam({ learningRate })],
    ["sgd with momentum", sgd({ momentum: 0.9 })],
    ["lookahead", lookahead({ optimizer: adam() })],
    ["a mean of the weights", ema({ optimizer: adam() })],
    ["schedule-free", scheduleFreeAdamw()],
  ])("has the bits of one that does not: %s", async (_, optimizer) => {
    const engine = await load();
    for (const earlyStopping of [undefined, { patience: 2 }]) {
      const spec = {
        engine,
        run: { ...run, optimizer, ...(earlyStopping && { earlyStopping }) },
        data: iris,
        rate: 0.03,
        seed: 5,
      };
      const whole = await runTrial(spec);
      let part: TrialResult = await runTrial({ ...spec, until: 1 });
      for (const until of [3, 4, 100]) {
        if (part.checkpoint === undefined) break;
        expect(part).toMatchObject({ paused: part.history.length, rows: null, test: null, weights: null, divergence: null });
        expect(part.history).toEqual(whole.history.slice(0, part.paused));
        part = await runTrial({ ...spec, until, from: part.checkpoint });
      }
      expect(part).toEqual(whole);
    }
  });

  test("refuses checkpoints of others and epochs that are none", async () => {
    const spec = { engine: await load(), run, data: iris, rate: 0.03 };
    const { checkpoint } = await runTrial({ ...spec, until: 2 });
    await expect(runTrial({ ...spec, rate: 0.01, from: checkpoint as Uint8Array })).rejects.toThrow(CheckpointError);
    await expect(runTrial({ ...spec, until: 0 })).rejects.toThrow("runTrial.until must be a positive integer, got 0");
    await expect(runTrial({ ...spec, from: [1] as never })).rejects.toThrow("runTrial.from must be the checkpoint of a paused trial");
  });
});

describe("a search that prunes", () => {
  const own: Run = { ...run, model: mlp({ inputs: 64, hidden: [32], outputs: 10 }), epochs: 18, batchSize: 32 };
  const epochsOf = ({ rates }: { rates: readonly { trials: readonly TrialResult[] }[] }) =>
    rates.reduce((sum, { trials }) => sum + (trials[0]?.history.length ?? 0), 0);

  test("looks after a ninth and a third of the epochs", () => {
    expect([30, 9, 5, 2, 1].map(rungsOf)).toEqual([[3, 10], [1, 3], [1, 2], [1], []]);
  });

  test("finds a rate within half a decade of the whole grid's in two fifths of its epochs", async () => {
    const options = { repeats: 1 };
    const whole = await searchLearningRate(own, digits, options);
    const pruned = await searchLearningRate(own, digits, { ...options, prune: true });
    expect(epochsOf(pruned)).toBeLessThan(0.4 * 13 * 18);
    const distance = Math.abs(Math.log10((pruned.best?.rate as number) / (whole.best?.rate as number)));
    expect(distance).toBeLessThan(0.51);
    expect(pruned.best?.trials).toEqual(whole.rates.find(({ rate }) => rate === pruned.best?.rate)?.trials);
    expect(pruned.certainty).toBe("told apart");
    const verdicts = pruned.rates.map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === "pruned").length).toBeGreaterThan(7);
    for (const { rate, verdict, reasons, trials, validation } of pruned.rates) {
      if (verdict !== "pruned") continue;
      const [reason] = reasons;
      expect(reason).toMatchObject({
        kind: "pruned",
        side: rate < (pruned.best?.rate as number) ? "low" : "high",
        epoch: trials[0]?.paused,
      });
      expect([validation, trials[0]?.weights]).toEqual([null, null]);
    }
    expect(JSON.parse(JSON.stringify(pruned))).toEqual(pruned);
  });

  test("says that it repeats nothing where it would without pruning, unless repeats were asked for", async () => {
    const kinds = async (options: object) =>
      (await searchLearningRate(run, iris, { prune: true, ...options })).notes.map(({ kind }) => kind);
    expect(await kinds({})).toContain("notRepeated");
    expect(await kinds({ repeats: 1 })).not.toContain("notRepeated");
    expect(await kinds({ budget: { trials: 30 } })).not.toContain("notRepeated");
    expect(await kinds({ rates: [0.01] })).not.toContain("notRepeated");
  });

  test("goes on from a ledger, which shares whole trials with a search that does not prune", async () => {
    const results = new Map<string, TrialResult>();
    let puts = 0;
    const ledger: Ledger = {
      get: (key) => results.get(key),
      put: (key, result) => {
        puts++;
        results.set(key, JSON.parse(JSON.stringify(result)));
      },
    };
    const bare = await searchLearningRate(own, digits, { prune: true });
    expect(await searchLearningRate(own, digits, { prune: true, ledger })).toEqual(bare);
    const all = puts;
    expect(await searchLearningRate(own, digits, { prune: true, ledger })).toEqual(bare);
    expect(puts).toBe(all);
    // what was lost is run again, from the start where its checkpoint is gone
    for (const key of [...results.keys()].slice(10)) results.delete(key);
    expect(await searchLearningRate(own, digits, { prune: true, ledger })).toEqual(bare);
    const whole = bare.rates.filter(({ trials }) => trials[0]?.paused === undefined && trials[0]?.divergence === null).length;
    const before = puts;
    await searchLearningRate(own, digits, { repeats: 1, ledger });
    expect(puts - before).toBeLessThanOrEqual(13 - whole);
  });

  test("runs as many rates to the end, or until they are pruned, as its budget has trials", async () => {
    for (const trials of [1, 3, 5, 12]) {
      const { best, rates, notRun } = await searchLearningRate(own, digits, { prune: true, budget: { trials } });
      expect([best === null, rates.length, notRun.length]).toEqual([false, trials, 13 - trials]);
    }
  });

  test("has no answer while all that was not pruned is paused, and says how far that came", async () => {
    const thread = threadExecutor(await load());
    const epochs = own.epochs as number;
    for (const [index, rung] of rungsOf(epochs).entries()) {
      const kept = new Map<string, TrialResult>();
      const ledger: Ledger = { get: (key) => kept.get(key), put: (key, result) => void kept.set(key, result) };
      // what comes after this rung takes longer than there is time
      const executor: Executor = {
        run: (jobs, { signal, ...work }) =>
          (jobs[0]?.until ?? epochs) <= rung
            ? thread.run(jobs, work)
            : new Promise((_, reject) => {
                if (signal?.aborted) reject(signal.reason);
                signal?.addEventListener("abort", () => reject(signal.reason));
              }),
      };
      const stopped = (more: object) => searchLearningRate(own, digits, { prune: true, executor, budget: { seconds: 0.01 }, ...more });
      const far = `search.budget.seconds was over when trials had come to epoch ${rung} of ${epochs}, and none to its end`;
      await expect(stopped({})).rejects.toThrow(`${far}: allow more time`);
      await expect(stopped({ ledger })).rejects.toThrow(`${far}: the same search goes on from its ledger`);
      expect(kept.size).toBeGreaterThan(13 * index);
      expect(await searchSoFar(own, digits, ledger, { prune: true })).toBeUndefined();
    }
  });

  test("gives the others their chance when what was left has failed", async () => {
    const result = await searchLearningRate({ ...own, optimizer: sgd() }, digits, {
      rates: [1e-3, 1e-2, 1e25, 1e30],
      prune: true,
    });
    expect(result.best?.rate).toBe(1e-2);
  });
});
