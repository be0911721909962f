import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { cosine, perFraction } from "../../src/schedules/index.js";
import type { Executor } from "../../src/search/executors/executor.js";
import { threadExecutor } from "../../src/search/executors/thread.js";
import { logspace } from "../../src/search/rates.js";
import { searchWith } from "../../src/search/search.js";
import { sensitivityOf } from "../../src/search/sensitivity.js";
import { Shares } from "../../src/search/shares.js";
import { searchRuns, study } from "../../src/search/study.js";
import { standingText, studyHeadline, valuesText, valueText } from "../../src/search/study-words.js";
import { combinationsOf, runWith } from "../../src/search/vary.js";
import type { Run } from "../../src/training/run.js";
import { bundled } from "../support/data.js";

const engine = await load();
const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 10,
};
const rates = [1e-4, 1e-3, 1e-2, 1e-1];

test("values are written as a person would type them", () => {
  function mine() {}
  const written: [unknown, string][] = [
    ["adam", "adam"],
    [0.001, "0.001"],
    [mine, "mine"],
    [() => 1, "a function"],
    [null, "null"],
    [undefined, "undefined"],
    [[16, 8], "[16,8]"],
    [{ a: 1 }, '{"a":1}'],
    [{ kind: "adam" }, "adam"],
    [{ kind: "sgd", momentum: 0.9, groups: [] }, "sgd (momentum 0.9)"],
    [{ kind: "step", rate: 0.1, every: 3, factor: 0.5 }, "step (rate 0.1, every 3, factor 0.5)"],
    [{ kind: "mlp", inputs: 1, outputs: 2, dropout: 0, seed: 1 }, "mlp"],
  ];
  for (const [value, text] of written) expect(valueText(value)).toBe(text);
  expect(valuesText({ batchSize: 16, optimizer: "sgd" })).toBe("batchSize 16, optimizer sgd");
});

describe("combinations", () => {
  test("are all there are, the last field fastest, and each value once", () => {
    expect(combinationsOf({ batchSize: [16, 32], optimizer: ["adam", "sgd", "adam"] }, {}, 1)).toEqual([
      { batchSize: 16, optimizer: "adam" },
      { batchSize: 16, optimizer: "sgd" },
      { batchSize: 32, optimizer: "adam" },
      { batchSize: 32, optimizer: "sgd" },
    ]);
  });

  test("are spread evenly where there are more, differ from each other, and follow from the seed alone", () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom("quasirandom", "random"),
        (seed, combinations, sampling) => {
          const vary = { a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4], c: [true, false] };
          const made = combinationsOf(vary, { combinations, sampling: sampling as "random" }, seed);
          expect(made).toHaveLength(combinations);
          expect(new Set(made.map((values) => JSON.stringify(values))).size).toBe(combinations);
          expect(combinationsOf(vary, { combinations, sampling: sampling as "random" }, seed)).toEqual(made);
        },
      ),
    );
    // of 16 points in two ranges, each quarter of each has about four
    const even = combinationsOf({ a: { from: 1e-4, to: 1 }, b: { from: 1e-4, to: 1 } }, { combinations: 16 }, 7);
    for (const field of ["a", "b"]) {
      const quarters = [0, 0, 0, 0];
      for (const values of even) {
        const i = Math.floor(4 + Math.log10(values[field] as number));
        quarters[i] = (quarters[i] as number) + 1;
      }
      expect(Math.min(...quarters)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...quarters)).toBeLessThanOrEqual(6);
    }
  });

  test("are refused where they make no sense", () => {
    expect(() => combinationsOf({}, {}, 1)).toThrow("study.vary must name a field that varies");
    expect(() => combinationsOf({ batchSize: [] }, {}, 1)).toThrow("study.vary.batchSize must have at least one value");
    expect(() => combinationsOf({ seed: [1, 2] }, {}, 1)).toThrow("study.vary.seed cannot vary: repeats run other seeds");
    expect(() => combinationsOf({ "optimizer.learningRate": [0.1, 1] }, {}, 1)).toThrow("must be schedules: the rate itself is searched");
    expect(() => combinationsOf({ a: { from: 1, to: 2 } }, {}, 1)).toThrow("study.combinations is missing: a range has no end of values");
    expect(() => combinationsOf({ a: { from: 2, to: 1 } }, { combinations: 2 }, 1)).toThrow(
      "study.vary.a.to must be greater than from (2), got 1",
    );
    expect(() => combinationsOf({ a: [1] }, { sampling: "sobol" } as never, 1)).toThrow(
      "study.sampling must be one of quasirandom, random",
    );
  });
});

describe("a run with other values", () => {
  test("has them at their paths, an optimizer before what is inside it, and keeps the rest", () => {
    const other = runWith(run, { "optimizer.weightDecay": 0.1, optimizer: "adamw", batchSize: 8, "model.hidden": [4, 4] });
    expect(other).toMatchObject({
      batchSize: 8,
      epochs: 10,
      model: { hidden: [4, 4], inputs: 4 },
      optimizer: { kind: "adamw", weightDecay: 0.1 },
    });
    expect(runWith(run, {})).toEqual(runWith(run, { "run.batchSize": 16 }));
    const grouped = { ...run, optimizer: adam({ groups: [{ match: "*.bias", weightDecay: 0 }] }) };
    expect(runWith(grouped, { "optimizer.groups.0.weightDecay": 0.5 }).optimizer).toMatchObject({ groups: [{ weightDecay: 0.5 }] });
  });

  test("keeps its schedule with another optimizer, and leaves to adamw what an optimizer cannot step", () => {
    const learningRate = perFraction(cosine({ rate: 1, steps: 100 }));
    const scheduled = { ...run, optimizer: adam({ learningRate }) };
    expect(runWith(scheduled, { optimizer: "sgd" }).optimizer).toEqual(sgd({ learningRate }));
    expect(runWith(scheduled, { optimizer: "muon" }).optimizer).toMatchObject({ learningRate, fallback: { kind: "adamw", learningRate } });
  });

  test("is refused with the path of what is wrong", () => {
    expect(() => runWith(run, { "optimizer.momentum": 0.9 })).toThrow("run.optimizer.momentum is not an option");
    expect(() => runWith(run, { optimizer: "adamm" })).toThrow("did you mean adam?");
    expect(() => runWith(run, { "batchSize.rows": 1 })).toThrow("study.vary.batchSize.rows leads into 16, which has no fields");
    expect(() => runWith(run, { batch: 3 })).toThrow("run.batch is not an option; known options: model, loss");
  });
});

describe("a study", () => {
  test("searches the rates of every combination, and compares each at its own best", async () => {
    const result = await study(engine, run, iris, { vary: { optimizer: ["adam", "sgd", "muon"] }, rates, repeats: 1 });
    expect(result.fields).toEqual(["optimizer"]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    const search = searchWith(async () => engine);
    for (const { values, search: found, trials, sensitivity } of result.combinations) {
      const own = await search(runWith(run, values), iris, { rates, repeats: 1 });
      expect(found).toEqual(own);
      expect(trials).toEqual(own.best?.trials);
      expect(sensitivity).toEqual(sensitivityOf(own));
    }
    const best = result.combinations[result.best as number];
    expect(best).toMatchObject({ standing: "good", difference: null });
    // sgd without momentum learns little in so few epochs
    expect(result.combinations.find(({ values }) => values["optimizer"] === "sgd")?.standing).not.toBe("failing");
    expect(studyHeadline(result, iris.validation.rows)).toContain(`optimizer ${best?.values["optimizer"]}`);
    expect(await study(engine, run, iris, { vary: { optimizer: ["adam", "sgd", "muon"] }, rates, repeats: 1 })).toEqual(result);
  });

  test("runs the best of each as often as the others", async () => {
    const { combinations } = await study(engine, run, iris, { vary: { "model.hidden": [[16], []] }, rates: [1e-2, 1] });
    const counts = combinations.map(({ trials }) => trials.length);
    expect(new Set(counts).size).toBe(1);
    for (const { trials, search } of combinations) expect(trials.every(({ rate }) => rate === search.best?.rate)).toBe(true);
    expect(combinations[0]?.trials.map(({ seed }) => seed)).toEqual(combinations[1]?.trials.map(({ seed }) => seed));
  });

  test("prunes within a combination, and spends a budget on all of them and on what the comparison misses", async () => {
    const long: Run = { ...run, epochs: 27 };
    const options = { vary: { optimizer: ["adam", "sgd"] }, rates: logspace(1e-5, 1, 6), prune: true };
    for (const trials of [2, 9, 24, 40]) {
      const { combinations, notRun } = await study(engine, long, iris, { ...options, budget: { trials } });
      expect([combinations.length, notRun]).toEqual([2, []]);
      let made = 0;
      for (const [index, { search, trials: compared, sensitivity, width }] of combinations.entries()) {
        const own = search.rates.reduce((sum, rate) => sum + rate.trials.length, 0);
        if (index === 0) expect(own).toBeLessThanOrEqual(trials / 2);
        made += own + Math.max(0, compared.length - (search.best?.trials.length ?? 0));
        expect(compared.every(({ rate, paused }) => rate === search.best?.rate && paused === undefined)).toBe(true);
        // what the pruned ones would have come to is not known
        const known = search.rates.every(({ verdict }) => verdict !== "pruned") && search.notRun.length === 0;
        expect([sensitivity !== null, width !== null]).toEqual([known, known]);
      }
      expect(made).toBeLessThanOrEqual(trials);
    }
    await expect(study(engine, long, iris, { ...options, budget: { trials: 1 } })).rejects.toThrow(
      "search.budget.trials must be one for each of the 2 combinations at the least, got 1",
    );
  });

  test("says of which combinations no trial ended in its share of the time, and fails where none did", async () => {
    const thread = threadExecutor(engine);
    const slow = (...kinds: string[]): Executor => ({
      run: (jobs, { signal, ...work }) =>
        !kinds.includes(jobs[0]?.run.optimizer.kind as string)
          ? thread.run(jobs, work)
          : new Promise((_, reject) => {
              if (signal?.aborted) reject(signal.reason);
              signal?.addEventListener("abort", () => reject(signal.reason));
            }),
    });
    const options = { vary: { optimizer: ["adam", "sgd"] }, rates: [0.01], budget: { seconds: 0.5 } };
    const result = await study(engine, run, iris, { ...options, executor: slow("sgd") });
    expect([result.combinations.map(({ values }) => values), result.notRun]).toEqual([[{ optimizer: "adam" }], [{ optimizer: "sgd" }]]);
    expect(studyHeadline(result, 30)).toBe(
      "Use optimizer adam at the learning rate 0.01. Of 1 of 2 combinations no trial has ended: nothing is said of them.",
    );
    await expect(study(engine, run, iris, { ...options, executor: slow("sgd", "adam") })).rejects.toThrow(
      "search.budget.seconds was over before a trial was done: allow more time",
    );
  });

  test("parts a budget by what those before left of it", () => {
    const shares = new Shares({ trials: 10 }, 3);
    expect(shares.next()).toEqual({ budget: { trials: 3 } });
    shares.spend(1);
    expect(shares.next()).toEqual({ budget: { trials: 4 } });
    shares.spend(4);
    expect(shares.next(2)).toEqual({ budget: { trials: 7 } });
    shares.spend(5);
    shares.part(1);
    expect(shares.next()).toBeUndefined();
    expect(new Shares({ seconds: 60 }, 2).next()?.budget?.seconds).toBeCloseTo(30, 0);
    expect(new Shares({ seconds: 1e-9 }, 2).next()).toBeUndefined();
    expect(new Shares(undefined, 2).next()).toEqual({});
  });

  test("says when the rows cannot tell, and when a combination is worse or fails", async () => {
    const alike = await study(engine, run, iris, { vary: { "optimizer.epsilon": [1e-8, 1e-9] }, rates: [1e-2], repeats: 3 });
    expect(alike.certainty).toBe("cannot tell");
    expect(studyHeadline(alike, 30)).toMatch(
      /^These rows cannot tell the combinations apart on 30 validation rows\. optimizer\.epsilon \S+ at the learning rate 0.01 is one of them\.$/,
    );
    const far = await study(engine, run, iris, { vary: { optimizer: ["adam", "sgd"] }, rates: [3e-3], repeats: 3, resplit: true });
    expect(far.certainty).toBe("told apart");
    const [adamResult, sgdResult] = far.combinations;
    expect([adamResult?.standing, sgdResult?.standing]).toEqual(["good", "worse"]);
    expect(standingText(sgdResult as never, false)).toMatch(/^worse: −\d+\.\d ± \d+\.\d points beside the best \(3 runs\)$/);
    const lost = await searchRuns(
      engine,
      [
        { values: { optimizer: "sgd" }, run: { ...run, optimizer: sgd() } },
        { values: { optimizer: "adam" }, run },
      ],
      iris,
      { rates: [1e30], repeats: 1 },
    );
    expect(lost.combinations[0]).toMatchObject({ standing: "failing", sensitivity: null, width: null });
  });

  test("refuses wrong runs before it trains, and stops when asked to", async () => {
    const seen: unknown[] = [];
    const onEpoch = (progress: unknown) => seen.push(progress);
    await expect(study(engine, run, iris, { vary: { batchSize: [16, -1] }, onEpoch })).rejects.toThrow(
      "run.batchSize must be a positive integer",
    );
    await expect(searchRuns(engine, [], iris)).rejects.toThrow("study.runs must be an array of { values, run }");
    await expect(
      searchRuns(
        engine,
        [1, 2].map((seed) => ({ values: { seed }, run: { ...run, seed } })),
        iris,
        { onEpoch },
      ),
    ).rejects.toThrow("study.seed must be the same in all runs (1), got 2");
    expect(seen).toEqual([]);
    await expect(study(engine, run, iris, { vary: { batchSize: [16] }, signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
  });
});

test("the sensitivity is the mean loss above the lowest over three decades, at the most that of guessing", () => {
  const trial = (loss: number | null) => ({ history: [], kept: loss === null ? null : { validation: { loss } } });
  const at = (rate: number, loss: number | null) => ({
    rate,
    verdict: loss === null ? "diverged" : "good",
    finalLoss: loss,
    trials: [trial(loss)],
  });
  const result = (losses: (number | null)[]) => {
    const all = losses.map((loss, i) => at(Number(`1e${i - 5}`), loss));
    return { rates: all, notRun: [], best: all[2], guessing: { loss: 1, score: null } };
  };
  // rates 1e-5 to 1e-1, the best 1e-3; within a decade and a half lie 1e-4 to 1e-2
  expect(sensitivityOf(result([9, 0.5, 0.1, 0.3, 9]) as never)).toEqual({ value: (0.2 + 0.1) / 2, from: 1e-4, to: 1e-2 });
  expect(sensitivityOf(result([9, 7, 0.1, null, 9]) as never)?.value).toBeCloseTo(0.45, 12);
  // a rate that ran on an easy split alone counts as if it had run on all
  const { rates, ...rest } = result([9, 0.3, 0.3, 0.5, 9]);
  const uneven = rates.map((one, i) => ({ ...one, trials: i === 1 ? [trial(0.1)] : [trial(0.1), trial(i === 3 ? 0.9 : 0.5)] }));
  expect(sensitivityOf({ rates: uneven, ...rest } as never)?.value).toBeCloseTo(0.075, 12);
  // not known where a rate is missing
  expect(sensitivityOf({ ...result([9, 0.5, 0.1, 0.3, 9]), notRun: [{ rate: 1, epochs: 0 }] } as never)).toBeNull();
});
