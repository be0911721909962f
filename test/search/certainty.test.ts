import { describe, expect, test } from "vitest";
import { datasetsFromCSV } from "../../src/data/csv.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { Random } from "../../src/numerics/random.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { beatsGuessing, besideGuessing } from "../../src/search/beside-guessing.js";
import { deviation } from "../../src/search/choice.js";
import type { Terms, Tried } from "../../src/search/evidence.js";
import { mean } from "../../src/search/guess.js";
import { searchWith } from "../../src/search/search.js";
import { judge } from "../../src/search/verdict.js";

const engine = await load();
const search = searchWith(async () => engine);

const random = new Random(1, "sets");
/** From -1 to 1. */
const noise = () => 2 * random.uniform() - 1;
const csv = (head: string, rows: readonly (readonly (number | string)[])[]) => [head, ...rows.map((row) => row.join(","))].join("\n");
const times = <T>(rows: number, cells: (row: number) => T) => Array.from({ length: rows }, (_, row) => cells(row));

/** Exercises of twenty men, by A. C. Linnerud (M. Tenenhaus, La régression PLS, 1998): scikit-learn has them. */
const EXERCISES = `5,162,60 2,110,60 12,101,101 12,105,37 13,155,58 4,101,42 8,101,38 6,125,40 15,200,40 17,251,250
  17,120,38 13,210,115 14,215,105 1,50,50 6,70,31 12,210,120 4,60,25 11,230,80 15,225,73 2,110,43`;
const linnerud = csv(
  "Chins,Situps,Jumps",
  EXERCISES.split(/\s+/).map((row) => row.split(",")),
);

const SETS: readonly [string, string, string][] = [
  ["exercises: jumps", linnerud, "Jumps"],
  ["exercises: sit-ups", linnerud, "Situps"],
  [
    "a line",
    csv(
      "a,y",
      times(12, noise).map((a) => [a, 2 * a + 0.1 * noise()]),
    ),
    "y",
  ],
  [
    "noise",
    csv(
      "a,b,y",
      times(14, () => [noise(), noise(), noise()]),
    ),
    "y",
  ],
  [
    "coins",
    csv(
      "a,b,y",
      times(20, (row) => [noise(), noise(), row % 2 ? "up" : "down"]),
    ),
    "y",
  ],
  [
    "dice",
    csv(
      "a,b,y",
      times(33, (row) => [noise(), noise(), ["one", "two", "three"][row % 3] as string]),
    ),
    "y",
  ],
  [
    "two classes",
    csv(
      "a,b,y",
      times(24, (row) => [noise() + (row % 2), noise(), row % 2 ? "up" : "down"]),
    ),
    "y",
  ],
];

describe("what is called certain on a handful of rows", () => {
  test.each(SETS)("is right on fresh seeds: %s", async (name, text, target) => {
    const partsOf = (seed: number) => datasetsFromCSV(text, { target, validation: 0.15, test: 0.15, seed });
    const find = (seed: number, repeats?: number) => {
      const data = partsOf(seed);
      const { training } = data;
      const run = {
        model: mlp({ inputs: training.columns, hidden: [64], outputs: training.outputs }),
        loss: training.task === "classification" ? ("crossEntropy" as const) : ("meanSquared" as const),
        optimizer: adam(),
        batchSize: Math.min(32, training.rows),
        epochs: 30,
        seed,
      };
      return search(run, data, { resplit: true, ...(repeats !== undefined && { repeats }) });
    };
    const fresh = await find(1000, 40);
    // below a tenth of a hundredth, which loss is lower is of no use to anyone
    const lossesAt = (rate: number) =>
      fresh.rates
        .find((one) => one.rate === rate)
        ?.trials.map(({ kept }) => Math.log(Math.max(1e-3, kept?.validation?.loss ?? Infinity))) ?? [];
    const wrong: string[] = [];
    for (let seed = 1; seed <= 3; seed++) {
      const { best, rates, certainty } = await find(seed);
      if (["noise", "coins", "dice"].includes(name)) expect(certainty).toBe("no better than guessing");
      const chosen = lossesAt(best?.rate as number);
      for (const { rate, verdict } of rates) {
        if (verdict !== "too low" && verdict !== "too high") continue;
        const below = lossesAt(rate).map((loss, i) => (chosen[i] as number) - loss);
        if (mean(below) > (2 * deviation(below)) / Math.sqrt(below.length)) wrong.push(`seed ${seed}: ${rate} is ${verdict}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** A rate whose run has losses and hits row by row. */
function tried(rate: number, losses: readonly number[], scores: readonly number[]): Tried {
  const validation = { loss: mean(losses), score: mean(scores) };
  const history = [2, 1, 0.5, 0.4].map((loss, epoch) => ({ epoch: epoch + 1, step: epoch + 1, loss, learningRate: rate, validation }));
  const trial = { rate, seed: 1, startLoss: 2, history, kept: history.at(-1) ?? null, rows: { losses, scores } };
  return { rate, trials: [{ ...trial, balancedAccuracy: null, test: null, weights: null, divergence: null }] };
}

describe("a loss beside that of guessing", () => {
  const rows = (count: number, at: (row: number) => number) => Array.from({ length: count }, (_, row) => at(row));
  const termsOf = (count: number): Terms => ({
    guesses: [{ loss: 1, trainingLoss: 1, score: 0.5, rows: rows(count, (row) => 0.8 + 0.4 * (row % 2)), hits: null }],
    ...{ trainingRows: 4 * count, validationRows: count, resplit: true, entropic: true, hits: true },
  });
  /** The verdict on a rate above one that is right, and sure of it, in nine of ten rows. */
  const verdictOn = (count: number, loss: (row: number) => number, right: (row: number) => boolean) => {
    const all = [
      tried(
        0.1,
        rows(count, () => 0.1),
        rows(count, (row) => (row % 10 === 0 ? 0 : 1)),
      ),
      tried(
        1,
        rows(count, loss),
        rows(count, (row) => (right(row) ? 1 : 0)),
      ),
    ];
    const { verdict, reasons } = judge(all, 0, termsOf(count))[1] as ReturnType<typeof judge>[number];
    return [verdict, reasons[0]?.kind];
  };

  test("is told to be higher by a few rows with enormous losses, however high the score", () => {
    const most = (row: number) => row % 45 !== 0;
    expect(verdictOn(270, (row) => (most(row) ? 1e-6 : 8000 + row), most)).toEqual(["too high", "noBetterThanGuessing"]);
  });

  test("is not told to be higher by the little that three rows or one say", () => {
    const terms = termsOf(3);
    const higher = tried(1, [0.2, 0.4, 3], [1, 1, 0]);
    const { gain, error } = besideGuessing(higher, terms);
    expect(gain).toBeLessThan(0);
    expect(-gain).toBeLessThan(error);
    expect(beatsGuessing(tried(1, [0.01], [1]), termsOf(1))).toBe(false);
    expect(besideGuessing(tried(1, [0.01], [1]), termsOf(1)).error).toBe(Number.POSITIVE_INFINITY);
  });

  test("that is no lower makes no rate good, even where it is not told to be higher", () => {
    expect(
      verdictOn(
        270,
        (row) => (row === 0 ? 400 : 0),
        () => true,
      ),
    ).toEqual(["as good for all we know", "noBetterThanGuessing"]);
  });

  test.each([
    ["as low as that of guessing", "more are right", 10, (row: number) => row % 2, false],
    ["lower", "more are right", 5, (row: number) => row % 2, true],
    ["lower", "as many are right", 5, (row: number) => (row % 10 === 1 ? 0 : 1), false],
    ["lower", "nothing is known of guessing's", 5, null, false],
  ])("%s, which a few rows hide that are wrong and sure, is better where %s", (_, __, wrong, hit, better) => {
    const one = tried(
      1,
      rows(60, (row) => (row % 10 === 0 ? wrong : 0.05)),
      rows(60, (row) => (row % 10 === 0 ? 0 : 1)),
    );
    const terms = termsOf(60);
    const { gain, error } = besideGuessing(one, terms);
    expect(gain).toBeLessThan(2 * error);
    const guesses = terms.guesses.map((guess) => ({ ...guess, hits: hit && rows(60, hit) }));
    expect(beatsGuessing(one, { ...terms, guesses })).toBe(better);
  });

  test("beats nothing where there is nothing to compare with, and is not worse either", () => {
    const unknown = { ...termsOf(10), guesses: [{ loss: null, trainingLoss: null, score: 0.5, rows: null, hits: null }] };
    const one = tried(
      1,
      rows(10, () => 5),
      rows(10, () => 1),
    );
    expect(beatsGuessing(one, unknown)).toBe(true);
    expect(besideGuessing(one, unknown).gain).toBeNaN();
  });
});
