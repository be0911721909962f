import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { tellAnswer } from "../../src/cli/answer.js";
import { FailedError } from "../../src/cli/errors.js";
import { tellStudy } from "../../src/cli/study.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import type { RateResult, SearchResult } from "../../src/search/conclude.js";
import type { RangeReason } from "../../src/search/range-curve.js";
import type { RangeTestResult } from "../../src/search/range-test.js";
import { rangeHeadline, rangeMarks, rangeReasonText } from "../../src/search/range-words.js";
import type { Context } from "../../src/search/report/context.js";
import { searchDocument, type TrainDocument } from "../../src/search/report/document.js";
import { rangeTestDocument, rangeTestReport } from "../../src/search/report/range-test.js";
import { searchReport } from "../../src/search/report/search.js";
import { studyDocument, studyReport } from "../../src/search/report/study.js";
import { trainReport } from "../../src/search/report/train.js";
import { sensitivityOf } from "../../src/search/sensitivity.js";
import type { Sharpness } from "../../src/search/sharpness.js";
import { type Stability, stabilityText } from "../../src/search/stability.js";
import type { StudyResult } from "../../src/search/study.js";
import { standingText, studyHeadline } from "../../src/search/study-words.js";
import { headline } from "../../src/search/words.js";
import { readRun } from "../../src/training/run.js";
import { hear } from "../support/streams.js";

/** What no person should read. */
const NONSENSE = /NaN|undefined|null|\[object|Infinity/;

const run = JSON.parse(
  JSON.stringify(
    readRun({
      model: mlp({ inputs: 2, hidden: [3], outputs: 2 }),
      loss: "crossEntropy",
      optimizer: adam(),
      batchSize: 4,
      epochs: 2,
      seed: 1,
    }),
  ),
);

function contextOf(data: Partial<Context["data"]> = {}): Context {
  const features = ["width", "height"];
  const rows = { training: 40, validation: 20, test: 10 };
  return {
    stepsize: "1.0.0",
    file: "data.csv",
    data: { rows, features, target: "kind", task: "classification", classes: ["a", "b"], notes: [], columns: [], ...data },
    run,
  };
}

const quantity: Partial<Context["data"]> = { task: "regression", classes: undefined as never, scale: 2, target: "price" };

/** The visible words of a page: without its styles, programs and data. */
function wordsOf(page: string): string {
  return page
    .replace(/<(style|script|pre|code)\b[\s\S]*?<\/\1>/g, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

type Known = Partial<Omit<RateResult, "trials">> & { readonly losses?: readonly number[]; readonly runs?: number };

function rateOf(rate: number, { losses = [1, 0.5], runs = 1, ...known }: Known = {}): RateResult {
  const kept = { epoch: 2, step: 20, loss: 0.5, learningRate: rate, validation: known.validation ?? undefined };
  const history = losses.map((loss, i) => ({ epoch: i + 1, step: 10 * (i + 1), loss, learningRate: rate, validation: undefined }));
  return {
    rate,
    verdict: "good",
    reasons: [{ kind: "chosen" }],
    finalLoss: losses.at(-1) ?? null,
    bestLoss: losses.at(-1) ?? null,
    validation: { loss: 0.6, score: 0.9 },
    bestEpoch: null,
    balancedAccuracy: null,
    spread: null,
    difference: null,
    trials: Array.from({ length: runs }, () => ({ seed: 1, split: 0, history, kept, divergence: null })) as never,
    ...known,
  };
}

const diverged: Known = {
  verdict: "diverged",
  losses: [],
  validation: null,
  reasons: [{ kind: "lost", why: "its worker ended", runs: 1, of: 2 }],
};

function resultOf(rates: readonly RateResult[], best: number | null, more: Partial<SearchResult> = {}): SearchResult {
  const chosen = best === null ? null : (rates[best] as RateResult);
  const range = chosen && { from: chosen.rate, to: chosen.rate };
  return {
    scoreName: "accuracy",
    rates,
    notRun: [],
    certainty: "told apart",
    best: chosen,
    good: range,
    undecided: range,
    resolution: null,
    guessing: { loss: 0.7, score: 0.5 },
    uneven: false,
    test: null,
    notes: [],
    ...more,
  };
}

const lossOnly: Known = { validation: { loss: 0.6 } };
const open = { verdict: "as good for all we know", difference: { mean: -0.01, low: -0.03, high: 0.01 } } as const;
const low = { verdict: "too low", validation: { loss: 0.9, score: 0.5 }, difference: { mean: -0.4, low: null, high: null } } as const;
const stopped = { verdict: "pruned", validation: null } as const;
const left = (rate: number, epochs = 0) => ({ rate, epochs });

/** A search of every kind, with what is said of it first. */
const searches: [string, SearchResult, Partial<Context["data"]>, string][] = [
  [
    "all fail",
    resultOf([rateOf(0.1, diverged), rateOf(1, diverged)], null, { certainty: "all fail" }),
    {},
    "Every rate failed: there is none to use.",
  ],
  ["one rate", resultOf([rateOf(0.1)], 0), {}, "0.1 is the only rate tried, and better than guessing on 20 validation rows."],
  [
    "one row",
    resultOf([rateOf(0.1)], 0),
    { rows: { training: 40, validation: 1, test: 0 } },
    "0.1 is the only rate tried, and better than guessing on 1 validation row.",
  ],
  [
    "no validation rows",
    resultOf([rateOf(0.01, { ...low, validation: null }), rateOf(0.1, { validation: null })], 1, {
      scoreName: "r2",
      guessing: { loss: null, score: null },
    }),
    { ...quantity, rows: { training: 40, validation: 0, test: 0 } },
    "Use 0.1. No other rate of the grid is as good.",
  ],
  [
    "several repeats of uneven classes",
    resultOf(
      [
        rateOf(0.01, { ...low, balancedAccuracy: null, runs: 3, spread: 0.1 }),
        rateOf(0.1, { balancedAccuracy: 0.8, runs: 3, spread: 0.02 }),
        rateOf(1, { ...open, balancedAccuracy: 0.7, runs: 2, spread: 0.04 }),
        rateOf(10, diverged),
      ],
      1,
      { uneven: true, undecided: { from: 0.1, to: 1 }, resolution: 0.05, test: { loss: 0.5, score: 0.85 } },
    ),
    {},
    "Use 0.1. 0.1 to 1 cannot be told apart on 3 times 20 validation rows (± 5.0 points). From 10 diverging.",
  ],
  [
    "of a quantity, with outliers",
    resultOf([rateOf(0.01, { validation: { loss: 90, score: -4500 }, verdict: "too low" }), rateOf(0.1, { runs: 2, spread: 0.3 })], 1, {
      scoreName: "r2",
      guessing: { loss: 1, score: 0 },
      test: { loss: 0.25, score: 0.7 },
    }),
    { ...quantity, features: Array.from({ length: 50 }, (_, i) => `f${i}`) },
    "Use 0.1. No other rate of the grid is as good on 2 times 20 validation rows.",
  ],
  [
    "without a score",
    resultOf([rateOf(0.01, { ...lossOnly, ...open }), rateOf(0.1, lossOnly), rateOf(1, { ...lossOnly, verdict: "pruned" })], 1, {
      scoreName: "r2",
      certainty: "cannot tell",
      undecided: { from: 0.01, to: 0.1 },
      resolution: 0.2,
      guessing: { loss: 0.8, score: null },
      test: { loss: 0.5 },
    }),
    quantity,
    "These rows cannot tell the rates apart: 0.01 to 0.1 are as good for all they show on 20 validation rows (± 20 %). 0.1 is one of them.",
  ],
  [
    "no better than guessing, by accuracy",
    resultOf([rateOf(0.1), rateOf(1, { verdict: "erratic" })], 0, {
      certainty: "no better than guessing",
      guessing: { loss: null, score: 0.9 },
    }),
    {},
    "These rows cannot decide: no rate is seen to be better than guessing on 20 validation rows (accuracy 90.0 %, always the most frequent class 90.0 %). 0.1 did best. From 1 erratic.",
  ],
  [
    "no better than guessing, by loss",
    resultOf([rateOf(0.1, lossOnly), rateOf(1, diverged)], 0, {
      certainty: "no better than guessing",
      scoreName: "r2",
      guessing: { loss: 0.5, score: null },
    }),
    quantity,
    "These rows cannot decide: no rate is seen to be better than guessing on 20 validation rows (loss 0.6, guessing 0.5). 0.1 did best. From 1 diverging.",
  ],
  ...(
    [
      ["as good as any", [rateOf(0.01, open), rateOf(0.1)], 0.01, 0.1, "0.1 is as good a try as others."],
      ["alone", [rateOf(0.1)], 0.1, 0.1, "0.1 is the only rate tried."],
      [
        "as good as some",
        [rateOf(0.001, low), rateOf(0.01, open), rateOf(0.1), rateOf(1, { verdict: "too high" }), rateOf(10, diverged)],
        0.01,
        0.1,
        "0.1 is as good a try as others from 0.01 to 0.1. Above 0.1 worse, from 10 diverging.",
      ],
      ["as good as some elsewhere", [rateOf(0.001, open), rateOf(0.01, low), rateOf(0.1)], 0.1, 0.1, "0.1 did best."],
    ] as const
  ).map(([name, rates, from, to, words]): (typeof searches)[number] => [
    `no better than guessing, the chosen rate ${name}`,
    resultOf(
      rates,
      rates.findIndex(({ rate }) => rate === 0.1),
      {
        certainty: "no better than guessing",
        undecided: { from, to },
        guessing: { loss: 0.5, score: null },
      },
    ),
    {},
    `These rows cannot decide: no rate is seen to be better than guessing on 20 validation rows (loss 0.6, guessing 0.5). ${words}`,
  ]),
  [
    "no better than guessing, which is not known",
    resultOf([rateOf(0.1, lossOnly), rateOf(1, diverged)], 0, {
      certainty: "no better than guessing",
      scoreName: "r2",
      guessing: { loss: null, score: null },
    }),
    quantity,
    "These rows cannot decide: no rate is seen to be better than guessing on 20 validation rows. 0.1 did best. From 1 diverging.",
  ],
  [
    "no better than guessing, though more is right by chance",
    resultOf([rateOf(0.1), rateOf(1, open)], 0, {
      certainty: "no better than guessing",
      guessing: { loss: 0.6, score: 0.85 },
      undecided: { from: 0.1, to: 1 },
      resolution: 0.08,
    }),
    {},
    "These rows cannot decide: no rate is seen to be better than guessing on 20 validation rows (accuracy 90.0 %, always the most frequent class 85.0 %; loss 0.6, guessing 0.6). 0.1 is as good a try as others.",
  ],
  [
    "whose best rate is open beside others",
    resultOf([rateOf(0.01, open), rateOf(0.1), rateOf(0.2, low), rateOf(1, open), rateOf(3, { verdict: "too high" })], 1, {
      resolution: 0.01,
    }),
    {},
    "Use 0.1. 0.1 cannot be told apart from all others on 20 validation rows (± 1.0 point). Nor can 0.01, 1.",
  ],
  [
    "no better than guessing by loss, though more is right",
    resultOf([rateOf(0.1), rateOf(1, diverged)], 0, { certainty: "no better than guessing", guessing: { loss: 0.6, score: 0.5 } }),
    {},
    "These rows cannot decide: no rate is seen by its loss to be better than guessing on 20 validation rows (accuracy 90.0 %, always the most frequent class 50.0 %; loss 0.6, guessing 0.6). 0.1 did best. From 1 diverging.",
  ],
  [
    "of which some rates were pruned",
    resultOf([rateOf(0.01, stopped), rateOf(0.1), rateOf(0.2, stopped), rateOf(1, diverged)], 1),
    {},
    "Use 0.1. No other rate that was run to the end is as good on 20 validation rows. Above 0.1 stopped early, from 1 diverging.",
  ],
  [
    "of which some rates are worse and some were pruned",
    resultOf([rateOf(0.1), rateOf(0.2, { verdict: "too high" }), rateOf(1, stopped)], 0),
    {},
    "Use 0.1. No other rate that was run to the end is as good on 20 validation rows. Above 0.1 worse or stopped early.",
  ],
  [
    "that ended before the rates beside the choice were run",
    resultOf([rateOf(0.01, low), rateOf(1), rateOf(100, { verdict: "too high" })], 1, {
      certainty: "unfinished",
      notRun: [left(0.1), left(10)],
    }),
    {},
    "2 of 5 rates of the grid were not run, some of them beside 1: which rate to use cannot be told yet. Of those that were run, 1 is the choice. No other rate that was run is as good on 20 validation rows. Of those that were run, above 1 worse.",
  ],
  [
    "that ended before one rate was run to the end",
    resultOf([rateOf(0.01, open), rateOf(0.1), rateOf(10, diverged)], 1, {
      certainty: "unfinished",
      notRun: [left(1, 2)],
      undecided: { from: 0.01, to: 0.1 },
      resolution: 0.03,
    }),
    {},
    "1 of 4 rates of the grid was not run to the end, which lies beside 0.01 to 0.1: which rate to use cannot be told yet. Of those that were run, 0.1 is the choice. 0.01 to 0.1 cannot be told apart on 20 validation rows (± 3.0 points). Of those that were run, from 10 diverging.",
  ],
  [
    "that ended after one rate",
    resultOf([rateOf(0.1)], 0, { certainty: "unfinished", notRun: [left(1)] }),
    {},
    "1 of 2 rates of the grid was not run: which one to use cannot be told yet. 0.1 is the only rate tried, and better than guessing on 20 validation rows.",
  ],
  [
    "that ended before rates far from the choice were run",
    resultOf([rateOf(0.001, low), rateOf(0.01, low), rateOf(0.1), rateOf(0.2, { verdict: "too high" })], 2, { notRun: [left(1e-4)] }),
    {},
    "Use 0.1. No other rate that was run is as good on 20 validation rows. Above 0.1 worse. 1 of 5 rates of the grid was not run.",
  ],
  [
    "that cannot tell the rates apart that were run",
    resultOf([rateOf(0.1), rateOf(0.2, open), rateOf(1, diverged)], 0, {
      certainty: "cannot tell",
      undecided: { from: 0.1, to: 0.2 },
      notRun: [left(3), left(10)],
    }),
    {},
    "These rows cannot tell the rates that were run apart: 0.1 to 0.2 are as good for all they show on 20 validation rows. 0.1 is one of them. 2 of 5 rates of the grid were not run.",
  ],
  [
    "of whose rates that were run none is better than guessing",
    resultOf([rateOf(0.1)], 0, { certainty: "no better than guessing", guessing: { loss: null, score: 0.9 }, notRun: [left(1)] }),
    {},
    "These runs cannot decide: no rate that was run is seen to be better than guessing on 20 validation rows (accuracy 90.0 %, always the most frequent class 90.0 %), and 1 of 2 rates of the grid was not run.",
  ],
  [
    "of whose rates that were run every one fails",
    resultOf([rateOf(1, diverged)], null, { certainty: "all fail", notRun: [left(0.1)] }),
    {},
    "Every rate that was run failed, and 1 of 2 rates of the grid was not run: there is none to use yet.",
  ],
];

const curved: Sharpness = { sharpness: 20, preconditioned: null, limit: null } as Sharpness;
const theories: [Partial<Stability>, string][] = [
  [{ start: curved, end: null }, "no limit is known for this optimizer; the loss has the curvature 20 with the first weights"],
  [
    { start: curved, end: { ...curved, sharpness: 5 } },
    "no limit is known for this optimizer; the loss has the curvature 20 with the first weights and 5 with the last ones",
  ],
  [{ start: { ...curved, limit: 0.1 }, end: null }, "full-batch steps are stable up to 0.1 with the first weights (curvature 20)"],
  [
    { start: { ...curved, limit: 0.1, preconditioned: 4 }, end: { ...curved, limit: 0.2 } },
    "full-batch steps are stable up to 0.1 with the first weights, and up to 0.2 with the last weights of rate 0.3 (curvature 20)",
  ],
];
const theoryOf = (known: Partial<Stability>) => ({ rate: 0.3, divergence: null, ...known }) as Stability;

let heard = hear();
beforeEach(() => {
  heard = hear();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe.each(searches)("a search: %s", (_, result, data, words) => {
  const context = contextOf(data);

  test("is answered in words", () => {
    expect(headline(result, context.data.rows.validation)).toBe(words);
  });

  test.each([null, ...theories.map(([theory]) => theoryOf(theory))])("has a page without gaps in its words, with theory %#", (theory) => {
    const page = wordsOf(searchReport(searchDocument(context, result, "stepsize train", theory ?? undefined)));
    expect(page).toContain(words.split(". ")[0]);
    expect(page).not.toMatch(NONSENSE);
    expect(wordsOf(searchReport(searchDocument(context, result, null)))).not.toContain("Train with it");
    for (const { rate } of result.rates) expect(page).toContain(` ${rate} `);
    expect(page.includes("R²")).toBe(context.data.classes === undefined);
  });

  test.each(["40", "100", "120"])("is told in a terminal of %s columns", async (columns) => {
    vi.stubEnv("COLUMNS", columns);
    const telling = tellAnswer(result, context, null, "", { report: false });
    if (result.best === null) await expect(telling).rejects.toThrow(FailedError);
    else await telling;
    expect(heard.out.replace(/\s+/g, " ")).toContain(words);
    expect(heard.out).not.toMatch(NONSENSE);
    expect(heard.out.includes("held-out")).toBe(result.test !== null);
    if (result.uneven && columns !== "40") expect(heard.out).toContain("balanced");
  });

  test("is one number when it shall be quiet", async () => {
    const telling = tellAnswer(result, context, null, "", { report: false, quiet: true });
    await (result.best === null ? expect(telling).rejects.toThrow(/every rate (that was run )?diverged/) : telling);
    expect(heard.out).toBe(result.best === null ? "" : `${result.best.rate}\n`);
    if (result.notRun.length === 0) expect(heard.err).toBe("");
    else expect(heard.err).toMatch(/^note: \d of \d rates of the grid (was|were) not run( to the end)?\n$/);
  });

  test("depends on the rate by a number, or that is not known", () => {
    const sensitivity = sensitivityOf(result);
    const whole = result.notRun.length === 0 && result.rates.every(({ verdict }) => verdict !== "pruned");
    if (result.best === null || !whole) expect(sensitivity).toBeNull();
    else expect(sensitivity?.value).toBeGreaterThanOrEqual(0);
  });
});

test.each(theories)("%j in words", (theory, words) => {
  expect(stabilityText(theoryOf(theory))).toBe(words);
});

describe("a study", () => {
  type Combination = StudyResult["combinations"][number];
  const combination = (values: Record<string, unknown>, search: SearchResult, more: Partial<Combination> = {}): Combination => ({
    values,
    run,
    search,
    sensitivity: null,
    width: null,
    standing: "unknown",
    difference: null,
    trials: [],
    ...more,
  });
  const found = resultOf([rateOf(0.1)], 0);
  const unscored = resultOf([rateOf(0.1, lossOnly)], 0, { scoreName: "r2" });
  const failing = resultOf([rateOf(0.1, diverged)], null, { certainty: "all fail" });
  const worse = { standing: "worse", difference: { mean: -0.1, error: 0.02, repeats: 3, relative: false } } as const;
  const result = (combinations: Combination[], best: number | null, certainty: SearchResult["certainty"] = "told apart"): StudyResult => ({
    fields: Object.keys(combinations[0]?.values ?? {}),
    combinations,
    notRun: [],
    best,
    certainty,
  });
  const batches = (...sizes: number[]) => sizes.map((batchSize) => combination({ batchSize }, found));

  const partial = resultOf([rateOf(0.1)], 0, { notRun: [left(1)] });

  const studies: [string, StudyResult, number, string][] = [
    [
      "all fail",
      result([combination({ batchSize: 8 }, failing, { standing: "failing" })], null, "all fail"),
      20,
      "Every rate of every combination failed: there is none to use.",
    ],
    ["one alone", result(batches(8), 0), 20, "Use batchSize 8 at the learning rate 0.1."],
    [
      "no better than guessing",
      result(batches(8, 16), 0, "no better than guessing"),
      20,
      "These rows cannot decide: not even batchSize 8 at the learning rate 0.1 is seen to be better than guessing on 20 validation rows.",
    ],
    [
      "not told apart, without validation rows",
      result(batches(8, 16), 1, "cannot tell"),
      0,
      "These rows cannot tell the combinations apart. batchSize 16 at the learning rate 0.1 is one of them.",
    ],
    [
      "two worse",
      result(
        [...batches(8), combination({ batchSize: 16 }, found, worse), combination({ batchSize: 32 }, failing, { standing: "failing" })],
        0,
      ),
      20,
      "Use batchSize 8 at the learning rate 0.1. 2 combinations are worse.",
    ],
    [
      "one worse and many open",
      result(
        [
          ...batches(8, 9, 10, 11, 12, 13),
          combination({ batchSize: 16 }, found, { ...worse, width: 1.5, sensitivity: { value: 0.2, from: 0.1, to: 1 } }),
        ],
        0,
      ),
      20,
      "Use batchSize 8 at the learning rate 0.1. One combination is worse. 5 of the others cannot be told from it on 20 validation rows: batchSize 9; batchSize 10; batchSize 11; batchSize 12; ....",
    ],
    [
      "two fields with a gap, without scores",
      result(
        [
          combination({ batchSize: 8, optimizer: "adam" }, unscored),
          combination({ batchSize: 16, optimizer: "adam" }, failing, { standing: "failing" }),
          combination({ batchSize: 8, optimizer: "sgd" }, unscored, { ...worse }),
        ],
        0,
      ),
      20,
      "Use batchSize 8, optimizer adam at the learning rate 0.1. 2 combinations are worse.",
    ],
    [
      "some rates of one not run",
      result([...batches(8), combination({ batchSize: 16 }, partial, worse)], 0),
      20,
      "Use batchSize 8 at the learning rate 0.1. One combination is worse. Of 1 of 2 combinations some rates were not run.",
    ],
    [
      "all fail that were run",
      result([combination({ batchSize: 8 }, { ...failing, notRun: [left(0.01)] }, { standing: "failing" })], null, "all fail"),
      20,
      "Every rate that was run failed: there is none to use yet. Of 1 of 1 combinations some rates were not run.",
    ],
    [
      "two fields with scores",
      result([combination({ batchSize: 8, seed: 1 }, found), combination({ batchSize: 16, seed: 2 }, found, worse)], 0),
      20,
      "Use batchSize 8, seed 1 at the learning rate 0.1. One combination is worse.",
    ],
  ];

  describe.each(studies)("%s", (_, study, validation, words) => {
    const isScored = study.combinations.some(({ search }) => search.best?.validation?.score !== undefined);
    const context = contextOf({ ...(isScored ? {} : quantity), rows: { training: 40, validation, test: 0 } });

    test("is answered in words", () => {
      expect(studyHeadline(study, validation)).toBe(words);
      expect(study.combinations.map((one, i) => standingText(one, i === study.best)).join()).not.toMatch(NONSENSE);
    });

    test("has a page without gaps in its words", () => {
      for (const train of [null, "stepsize train"]) {
        const page = wordsOf(studyReport(studyDocument(context, study, train)));
        expect(page).toContain(words.split(". ")[0]);
        expect(page).not.toMatch(NONSENSE);
        expect(page.includes("╲")).toBe(study.fields.length === 2);
      }
    });

    test.each(["40", "120"])("is told in a terminal of %s columns", async (columns) => {
      vi.stubEnv("COLUMNS", columns);
      const telling = tellStudy(study, context, study.best === null ? null : "stepsize train", "", { report: false });
      if (study.best === null) await expect(telling).rejects.toThrow(FailedError);
      else await telling;
      expect(heard.out.replace(/\s+/g, " ")).toContain(words);
      expect(heard.out).not.toMatch(NONSENSE);
    });

    test("is the line to train with when it shall be quiet", async () => {
      const line = study.best === null ? null : "stepsize train";
      const telling = tellStudy(study, context, line, "", { report: false, quiet: true });
      await (study.best === null ? expect(telling).rejects.toThrow("every rate of every combination failed") : telling);
      expect(heard.out).toBe(line === null ? "" : `${line}\n`);
    });
  });
});

describe("a range test", () => {
  const reasons: [RangeReason, string][] = [
    [{ kind: "noFall", fall: -0.2, noise: 0.1 }, "the loss fell by 0, and its noise is ± 0.1"],
    [{ kind: "breaksDownFirst", rate: 0.5 }, "training broke down at 0.5, before the loss had fallen"],
    [{ kind: "tooShort", points: 1 }, "a run ended after 1 rate: begin with lower ones"],
    [{ kind: "tooShort", points: 5 }, "a run ended after 5 rates: begin with lower ones"],
    [{ kind: "runsDisagree", from: 0.01, to: 1 }, "the runs have their lowest loss at rates from 0.01 to 1"],
  ];
  const none = { falls: null, steepest: null, lowest: null, rises: null, diverges: null, suggestion: null };
  const told: RangeTestResult = {
    certainty: "told",
    reason: null,
    curve: [{ rate: 0.01, loss: 1, smoothed: 1 }],
    runs: [],
    start: 1,
    noise: 0.1,
    ...none,
  } as unknown as RangeTestResult;
  const found = { falls: 0.001, steepest: 0.01, lowest: 0.1, suggestion: { from: 0.01, to: 0.1 } };
  const fallen = "Look between 0.01 and 0.1. The loss begins to fall at 0.001, falls fastest at 0.01 and is lowest at 0.1.";

  const results: [Partial<RangeTestResult>, string, number][] = [
    ...reasons.map(([reason, words]): [Partial<RangeTestResult>, string, number] => [
      { certainty: "cannot tell", reason, diverges: 0.5 },
      `The test cannot tell: ${words}.${reason.kind === "breaksDownFirst" ? "" : " Training breaks down from 0.5."}`,
      1,
    ]),
    [{ certainty: "cannot tell" }, "The test cannot tell: there is no curve.", 0],
    [found, `${fallen} It does not rise again up to the highest rate.`, 3],
    [{ ...found, rises: 0.5, diverges: 2 }, `${fallen} It rises again from 0.5. Training breaks down from 2.`, 5],
  ];

  test.each(reasons)("%j in words", (reason, words) => {
    expect(rangeReasonText(reason)).toBe(words);
  });

  test.each(results)("%j is told", (known, words, marks) => {
    const result = { ...told, ...known };
    expect(rangeHeadline(result)).toBe(words);
    expect(rangeMarks(result)).toHaveLength(marks);
    for (const line of [null, "stepsize search"]) {
      const page = wordsOf(rangeTestReport(rangeTestDocument(contextOf(), result, line)));
      expect(page).toContain(words.split(". ")[0]);
      expect(page.includes("Search there with")).toBe(line !== null);
      expect(page).not.toMatch(NONSENSE);
    }
  });
});

test.each([null, 2])("the page of a training run whose kept epoch is %s", (keptEpoch) => {
  const metrics = { loss: 0.5, score: 0.9 };
  const document: TrainDocument = {
    ...contextOf(),
    command: "train",
    steps: 20,
    history: [],
    keptEpoch,
    rates: [],
    metrics: { training: metrics, validation: metrics, test: keptEpoch === null ? null : metrics },
  };
  const words = wordsOf(trainReport(document));
  expect(words.includes("the weights are those of epoch 2")).toBe(keptEpoch !== null);
  expect(words.includes("held-out rows")).toBe(keptEpoch !== null);
  expect(words).not.toMatch(NONSENSE);
});
