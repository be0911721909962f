import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { beatsGuessing } from "../../src/search/beside-guessing.js";
import { choose, compare } from "../../src/search/choice.js";
import { conclude } from "../../src/search/conclude.js";
import { failuresOf, type Terms, type Tried } from "../../src/search/evidence.js";
import { factsOf } from "../../src/search/facts.js";
import { among, nextRung } from "../../src/search/race.js";
import { judge } from "../../src/search/verdict.js";
import { headline, reasonsText } from "../../src/search/words.js";

const ROWS = 100;
const GUESS = 1.1;

interface Shape {
  /** Mean validation loss. */
  loss: number;
  /** Of 100 rows, how many are right. */
  right?: number;
  training?: readonly number[];
  diverged?: boolean;
}

/** Runs of one rate whose rows all have the same loss, the first ones of them right. */
function tried(rate: number, ...shapes: Shape[]): Tried {
  return {
    rate,
    trials: shapes.map(({ loss, right = 90, training = [2, 1, 0.5, 0.4], diverged = false }, i) => {
      const validation = { loss, score: right / ROWS };
      const history = training.map((value, epoch) => ({ epoch: epoch + 1, step: epoch + 1, loss: value, learningRate: rate, validation }));
      return {
        rate,
        seed: i,
        startLoss: training[0] ?? null,
        history,
        kept: history.at(-1) ?? null,
        rows: diverged
          ? null
          : { losses: new Array<number>(ROWS).fill(loss), scores: Array.from({ length: ROWS }, (_, row) => (row < right ? 1 : 0)) },
        balancedAccuracy: null,
        test: null,
        weights: null,
        divergence: diverged ? { what: "the loss", step: 3 } : null,
      };
    }),
  };
}

const guess = { loss: GUESS, trainingLoss: GUESS, score: 0.4, rows: new Array<number>(ROWS).fill(GUESS) };
const terms = (repeats = 1): Terms => ({
  guesses: new Array(repeats).fill(guess),
  trainingRows: 400,
  validationRows: ROWS,
  resplit: true,
  entropic: true,
  hits: true,
});
const grid = (...losses: (number | Shape)[]) =>
  losses.map((one, i) => tried(10 ** (i - losses.length), typeof one === "number" ? { loss: one } : one));

const data = { training: dataset([[0], [1], [2]], ["a", "b", "c"]), validation: dataset([[0], [1], [2]], ["a", "b", "c"]) };

describe("the choice", () => {
  test("is the lowest validation loss", () => {
    expect(choose(grid(1, 0.5, 0.2, 0.5, 1), terms())).toBe(2);
  });

  test("does not take a rate that ran on the easiest split alone for better than it is", () => {
    // the first split is easy for all; the highest rate was left behind after it
    const hard = [0.2, 0.8, 0.8, 0.8];
    const shapes = (above: number) => hard.map((loss) => ({ loss: loss + above }));
    const all = [tried(1e-3, ...shapes(0.1)), tried(1e-2, ...shapes(0)), tried(1e-1, ...shapes(0.02)), tried(1, { loss: 0.6 })];
    expect(choose(all, terms(4), among(all, terms(4)))).toBe(1);
    const equal = [...all.slice(0, 3), tried(1, ...shapes(0.4))];
    expect(choose(equal, terms(4), among(equal, terms(4)))).toBe(1);
  });

  test("smooths means of more runs less, since chance puts less into them", () => {
    const losses = [0.25, 0.22, 0.2, 0.3, 0.7];
    const of = (runs: number) => losses.map((loss, i) => tried(10 ** (i - 5), ...Array.from({ length: runs }, () => ({ loss }))));
    expect(choose(of(1), terms())).toBe(1);
    expect(choose(of(16), terms(16))).toBe(2);
    const failing = tried(10, ...new Array<Shape>(16).fill({ loss: Number.NaN, diverged: true }));
    expect(choose([...of(1), failing], terms(16))).toBe(1);
  });

  test("sets what a rate came to beside the chosen one in the same repeats", () => {
    const training = [2, 0.5];
    const left = tried(0.1, { loss: 0.3, right: 60, training });
    const best = tried(0.01, { loss: 0.2, right: 95, training }, { loss: 0.9, right: 90, training }, { loss: 0.9, right: 90, training });
    const [, high] = judge([best, left], 0, terms(3));
    expect(high).toMatchObject({
      verdict: "too high",
      reasons: [{ kind: "overfits", validation: expect.closeTo(0.3, 9), chosenValidation: expect.closeTo(0.2, 9) }, {}],
    });
  });

  test("is never beside a failing rate while there is another", () => {
    const cliff = { loss: Number.NaN, diverged: true };
    expect(choose(grid(1, 0.4, 0.3, 0.2, cliff, cliff), terms())).toBe(2);
    expect(choose(grid(0.2, cliff), terms())).toBe(0);
    expect(choose(grid(cliff, cliff), terms())).toBeUndefined();
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: 1e-6, max: 10, noNaN: true }), { nil: cliff }), { minLength: 1, maxLength: 15 }),
        (losses) => {
          const all = grid(...losses);
          const chosen = choose(all, terms());
          const fails = all.map((one) => failuresOf(one, terms()).length > 0);
          if (chosen === undefined) return fails.every(Boolean);
          const safe = fails.some((failing, i) => !failing && fails[i + 1] !== true);
          return !fails[chosen] && (!safe || fails[chosen + 1] !== true);
        },
      ),
    );
  });

  test("does not fall for a loss of 0 that so few rows cannot show", () => {
    // 1e-9 of 100 rows is no better than 0.0099, and its neighbours are worse
    expect(choose(grid(0.02, 0.011, 0.01, 0.011, 0.3, 1e-9, 2), terms())).toBe(2);
  });

  test("is smooth: a lone low loss does not win over a valley", () => {
    expect(choose(grid(0.3, 0.2, 0.21, 0.2, 0.6, 0.19, 0.9), terms())).toBe(2);
  });

  test("is a loss far above guessing no more than one that overflowed", () => {
    const [judged] = judge(grid({ loss: 2e17, right: 30, training: [3, 2e16, 2e17] }, 0.3), 1, terms());
    expect(judged?.verdict).toBe("diverged");
    expect(reasonsText(judged?.reasons ?? [])).toBe("training loss ended at 2e17, guessing has 1.1");
  });
});

describe("verdicts", () => {
  const verdicts = (all: Tried[], repeats = 1) => judge(all, choose(all, terms(repeats)), terms(repeats)).map(({ verdict }) => verdict);

  test("lie on both sides of the chosen rate", () => {
    const all = grid(
      { loss: 0.9, right: 40 },
      { loss: 0.25 },
      { loss: 0.2 },
      { loss: 0.26 },
      { loss: 0.8, right: 50 },
      { loss: 1, diverged: true },
    );
    expect(verdicts(all)).toEqual(["too low", "good", "good", "good", "too high", "diverged"]);
  });

  test("leave open what so few rows cannot tell, and are certain with more runs", () => {
    const one = [tried(1e-3, { loss: 0.3, right: 88 }), tried(1e-2, { loss: 0.2 })];
    expect(verdicts(one)).toEqual(["as good for all we know", "good"]);
    const shapes = (right: number, loss: number) => Array.from({ length: 30 }, (_, i) => ({ loss, right: right + (i % 2) }));
    expect(verdicts([tried(1e-3, ...shapes(85, 0.3)), tried(1e-2, ...shapes(90, 0.2))], 30)).toEqual(["too low", "good"]);
    expect(verdicts([tried(1e-3, ...shapes(90, 0.3)), tried(1e-2, ...shapes(90, 0.2))], 30)).toEqual(["good", "good"]);
  });

  test("call erratic what fails in some runs, or jumps", () => {
    const sound = { loss: 0.3 };
    const all = [tried(0.01, { loss: 0.2 }, { loss: 0.2 }), tried(0.1, sound, sound), tried(1, sound, { loss: 1, diverged: true })];
    const judged = judge(all, 0, terms(2));
    expect(judged[2]).toEqual({ verdict: "erratic", reasons: [{ kind: "notFinite", what: "the loss", step: 3, runs: 1, of: 2 }] });
    const jumping = judge(grid(0.2, { loss: 0.9, right: 40, training: [2, 1, 0.3, 0.9] }), 0, terms());
    expect(jumping[1]).toMatchObject({ verdict: "erratic", reasons: [{ kind: "jumps", from: 0.3, to: 0.9 }, { kind: "difference" }] });
  });

  test("do not call good what costs more than guessing, however high its score", () => {
    const judged = judge(grid(0.2, { loss: 3, right: 95 }), 0, terms());
    expect(judged[1]?.verdict).toBe("too high");
    expect(reasonsText(judged[1]?.reasons ?? [])).toMatch(
      /^validation loss 3, guessing has 1.1; \+5.0 ± \d.\d points beside the chosen rate$/,
    );
  });

  test("ask the losses where hits leave it open: good is what is within a point and not told to cost more", () => {
    // nine rows of ten right by turns, so that the difference of hits is near 0 and uncertain
    const turning = (rate: number, loss: (row: number) => number, first: number) => {
      const one = tried(rate, { loss: 0 });
      const [trial] = one.trials as [Tried["trials"][number]];
      const rows = {
        losses: Array.from({ length: ROWS }, (_, row) => loss(row)),
        scores: Array.from({ length: ROWS }, (_, row) => (row % 10 === first ? 0 : 1)),
      };
      return { ...one, trials: [{ ...trial, rows }] };
    };
    const low = (row: number) => 0.3 + 0.01 * (row % 7);
    const verdicts = (loss: (row: number) => number) =>
      judge([turning(0.01, low, 0), turning(0.1, loss, 3)], 0, terms()).map(({ verdict, reasons }) => [verdict, reasons[0]?.kind]);
    expect(verdicts((row) => low(row + 3))[1]).toEqual(["good", "lossAsLow"]);
    expect(verdicts((row) => low(row) + 0.2)[1]).toEqual(["as good for all we know", "difference"]);
  });

  test("tell the best rate from guessing by the ratio of losses over splits, of which some have an extreme row", () => {
    const sizes = [1, 40, 1.2, 300, 0.8, 2, 90, 1.1];
    const rate = tried(0.01, ...sizes.map((size) => ({ loss: 0.2 * size })));
    const rows = (loss: number) => new Array<number>(ROWS).fill(loss);
    const guesses = sizes.map((size) => ({ loss: size, trainingLoss: 1, score: 0, rows: rows(size), hits: null }));
    expect(beatsGuessing(rate, { ...terms(8), guesses, entropic: false, hits: false })).toBe(true);
    const none = sizes.map((size, i) => ({ loss: size, trainingLoss: 1, score: 0, rows: rows(size * (i % 2 ? 0.19 : 0.21)), hits: null }));
    expect(beatsGuessing(rate, { ...terms(8), guesses: none, entropic: false, hits: false })).toBe(false);
  });

  test("say only what was measured", () => {
    const low = (training: number[]) =>
      reasonsText(judge(grid({ loss: 0.9, right: 40, training }, 0.2), 1, terms())[0]?.reasons.slice(0, 1) ?? []);
    expect(low([2, 1.99, 1.98, 1.98])).toBe("training loss hardly moved: 2 → 1.98");
    expect(low([2, 1.5, 1.2, 1])).toBe("training loss still falling: 1.2 → 1 in the last epoch");
    // it had stopped, and is not said to be falling
    expect(low([2, 1, 0.8, 0.8])).toBe("loss 0.8, the chosen rate 0.4");
    expect(low([2, 0.3, 0.2, 0.2])).toBe(
      "training loss 0.2 is no higher than the chosen rate's 0.4, validation loss 0.9 is higher than 0.2",
    );
  });

  test("are not good where nothing beats guessing", () => {
    const all = grid(GUESS, GUESS * 1.01, GUESS * 1.2);
    expect(beatsGuessing(all[0] as Tried, terms())).toBe(false);
    expect(judge(all, 0, terms(), false).map(({ verdict }) => verdict)).not.toContain("good");
  });
});

describe("a comparison", () => {
  test("pairs rows, knows no certainty from equal ones, and is surer with more runs", () => {
    const same = compare(tried(1, { loss: 1 }), tried(2, { loss: 1 }), terms());
    expect(same.mean).toBe(0);
    expect(same.error).toBeCloseTo(1 / ROWS, 12);
    // a single row has no spread
    const alone = tried(1, { loss: 1 });
    const row = { ...alone, trials: alone.trials.map((trial) => ({ ...trial, rows: { losses: [1], scores: [1] } })) };
    expect(compare(row, row, { ...terms(), validationRows: 1 }).error).toBe(Number.POSITIVE_INFINITY);
    const runs = Array.from({ length: 16 }, (_, i) => ({ loss: 1, right: 90 + (i % 3) }));
    const many = compare(tried(1, ...runs), tried(2, ...runs.map(() => ({ loss: 1, right: 90 }))), terms(16));
    // Nadeau and Bengio add validation rows over training rows to one over the repeats
    expect(many.errorOnNewRows / many.error).toBeCloseTo(Math.sqrt((1 / 16 + ROWS / 400) * 16), 12);
  });
});

describe("the headline", () => {
  const says = (all: Tried[]) => headline(conclude(all, terms(), factsOf(data)), ROWS);

  test("names the rate, the range that cannot be told apart, and what lies above", () => {
    expect(says(grid({ loss: 0.9, right: 40 }, 0.25, 0.2, 0.26, { loss: 0.8, right: 50 }, { loss: 1, diverged: true }))).toBe(
      "Use 1e-4. 1e-5 to 0.001 cannot be told apart on 100 validation rows (± 1.6 points). Above 0.001 worse, from 0.1 diverging.",
    );
  });

  test("says when the rows cannot decide", () => {
    expect(says(grid(0.25, 0.2, 0.25))).toMatch(/^These rows cannot tell the rates apart: 0.001 to 0.1 are as good/);
    expect(says(grid(GUESS, GUESS, GUESS))).toMatch(
      /^These rows cannot decide: no rate is seen by its loss to be better than guessing on 100 validation rows/,
    );
    expect(says(grid({ loss: 1, diverged: true }))).toBe("Every rate failed: there is none to use.");
  });
});

describe("failing", () => {
  test("is not of a network that was hardly trained, however little guessing costs", () => {
    // the targets of one split hardly differ, since what they were scaled by lies in another
    const little = { ...guess, loss: 1e-6, trainingLoss: 1e-6, score: null, rows: new Array<number>(ROWS).fill(1e-6), hits: null };
    const low = tried(1e-6, { loss: 0.6, right: 0, training: [0.66, 0.64, 0.62] });
    expect(failuresOf(low, { ...terms(), guesses: [little] })).toEqual([]);
    const blown = tried(1, { loss: 50, right: 0, training: [0.66, 40, 50] });
    expect(failuresOf(blown, { ...terms(), guesses: [little] })).toMatchObject([{ kind: "farAboveGuessing", loss: 50 }]);
  });
});

describe("the race", () => {
  const cliff = { loss: Number.NaN, diverged: true };

  test("goes on with others when every rate that was left fails in a later run", () => {
    const all = [tried(0.01, { loss: 0.3, right: 80 }), tried(0.1, { loss: 0.2 }, cliff), tried(1, { loss: 0.25 }, cliff)];
    expect([...among(all, terms(2))]).toEqual([0]);
    expect(choose(all, terms(2), among(all, terms(2)))).toBe(0);
    expect(conclude(all, terms(2), factsOf(data)).best?.rate).toBe(0.01);
  });

  const limits = (cost: number, spent: number, budget = 1e6) => ({ cost, spent, budget, toThePoint: false });

  test("asks for the repeats that a rate in question lacks, and for no more than 32", () => {
    const shapes = (count: number) => Array.from({ length: count }, () => ({ loss: 0.2 }));
    const orders = nextRung([tried(0.1, ...shapes(2)), tried(1, ...shapes(4))], terms(4), limits(1, 0));
    expect(orders.filter(({ index }) => index === 0).map(({ repeat }) => repeat)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(orders.filter(({ index }) => index === 1).map(({ repeat }) => repeat)).toEqual([4, 5, 6, 7]);
    expect(nextRung([tried(0.1, ...shapes(32)), tried(1, ...shapes(32))], terms(32), limits(1, 0))).toEqual([]);
    expect(nextRung([tried(0.1, ...shapes(2)), tried(1, ...shapes(2))], terms(2), limits(10, 40, 40))).toEqual([]);
    // two runs are the least that a rung has, but where one rate has runs to catch up with
    const pair = [tried(0.1, ...shapes(2)), tried(1, ...shapes(2))];
    expect(nextRung(pair, terms(2), limits(10, 40, 59))).toEqual([]);
    expect(nextRung(pair, terms(2), limits(10, 40, 60)).map(({ index, repeat }) => [index, repeat])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    const behind = [tried(0.1, ...shapes(2)), tried(1, ...shapes(3))];
    expect(nextRung(behind, terms(3), limits(10, 40, 50))).toEqual([{ index: 0, repeat: 2 }]);
  });

  test("drops no rate as long as none beats guessing", () => {
    const all = [tried(0.1, { loss: GUESS, right: 40 }), tried(1, { loss: 2 * GUESS, right: 10 })];
    expect(new Set(nextRung(all, terms(), limits(1, 0)).map(({ index }) => index))).toEqual(new Set([0, 1]));
    const told = [tried(0.1, { loss: 0.2, right: 95 }), tried(1, { loss: 2 * GUESS, right: 10 })];
    expect(nextRung(told, terms(), limits(1, 0))).toEqual([]);
  });
});

describe("certainty", () => {
  test("has the rows that were seen as its limit, and knows when all runs had the same", () => {
    const runs = Array.from({ length: 8 }, () => ({ loss: 0.2 }));
    const pair = [tried(0.1, ...runs), tried(1, ...runs)] as const;
    // 8 splits of 100 rows each, of 500 in all
    expect(compare(...pair, terms(8))).toEqual({ mean: 0, error: 1 / 800, errorOnNewRows: 1 / 500 });
    expect(compare(...pair, { ...terms(8), resplit: false }).errorOnNewRows).toBeCloseTo(1 / ROWS, 12);
  });

  test("comes from repeats where a split has a single row", () => {
    const one = (loss: number) => {
      const { trials, rate } = tried(0.1, ...Array.from({ length: 8 }, (_, i) => ({ loss: loss + i / 100 })));
      return { rate, trials: trials.map((trial, i) => ({ ...trial, rows: { losses: [loss + i / 100], scores: [1] } })) };
    };
    const single = { ...terms(8), validationRows: 1, guesses: terms(8).guesses.map((some) => ({ ...some, rows: [GUESS] })) };
    expect(beatsGuessing(one(0.1), single)).toBe(true);
    expect(beatsGuessing(one(GUESS - 0.04), single)).toBe(false);
    expect(beatsGuessing({ ...one(0.1), trials: one(0.1).trials.slice(0, 1) }, single)).toBe(false);
  });
});

describe("rates that were not run", () => {
  const bad: Shape = { loss: 0.8, right: 50 };
  const cliff: Shape = { loss: 1, diverged: true };
  const ran = [1e-3, 1e-2, 0.1];
  const ended = (shapes: (number | Shape)[], ...rates: number[]) =>
    conclude(
      shapes.map((one, i) => tried(ran[i] as number, typeof one === "number" ? { loss: one } : one)),
      terms(),
      factsOf(data),
      { notRun: rates.map((rate) => ({ rate, epochs: 0 })), spent: true, notRepeated: false },
    );
  const [low, open, high] = ran as [number, number, number];

  test.each<[string, (number | Shape)[], number[], Partial<ReturnType<typeof ended>>]>([
    ["none", [bad, 0.2, bad], [], { certainty: "told apart", undecided: { from: open, to: open } }],
    ["beside the choice, above", [bad, 0.2, bad], [0.03], { certainty: "unfinished" }],
    ["beside the choice, below", [bad, 0.2, bad], [0.003], { certainty: "unfinished" }],
    ["beyond rates that are worse", [bad, 0.2, bad], [1e-4, 1], { certainty: "told apart" }],
    ["within the good range", [bad, 0.2, 0.2], [0.03], { certainty: "unfinished", good: { from: high, to: high } }],
    ["beside the good range", [0.25, 0.2, bad], [1e-4], { certainty: "unfinished", good: { from: low, to: open } }],
    ["where none is better than guessing", [GUESS, GUESS, GUESS], [1], { certainty: "no better than guessing" }],
    ["where all that were run fail", [cliff, cliff], [1e-4], { certainty: "all fail", undecided: null }],
  ])("%s", (_, shapes, rates, expected) => {
    const result = ended(shapes, ...rates);
    expect(result).toMatchObject(expected);
    expect(result.notRun.map(({ rate }) => rate)).toEqual(rates);
    const notes = rates.length > 0 ? [{ kind: "notRun", rates, spent: true }] : [];
    expect(result.notes.filter(({ kind }) => kind === "notRun" || kind === "allFail")).toEqual(notes);
  });

  test("beyond an edge, or between the choice and a failing rate, take away what is said of them", () => {
    const kinds = (shapes: (number | Shape)[], ...rates: number[]) => ended(shapes, ...rates).notes.map(({ kind }) => kind);
    expect(kinds([bad, bad, 0.2])).toEqual(["edge"]);
    expect(kinds([bad, bad, 0.2], 1)).toEqual(["notRun"]);
    expect(kinds([0.2, cliff, cliff])).toEqual(["edge", "besideFailing"]);
    expect(kinds([0.2, cliff, cliff], 1e-4, 0.003)).toEqual(["notRun"]);
    expect(ended([bad, bad, 0.2]).best?.rate).toBe(high);
  });
});

describe("the headline, of untidy grids", () => {
  const says = (all: Tried[]) => headline(conclude(all, terms(), factsOf(data)), ROWS);

  test("does not say that no other rate is as good when one elsewhere is", () => {
    const all = grid({ loss: 0.2, right: 90 }, { loss: 0.8, right: 50 }, { loss: 0.21, right: 90 });
    expect(says(all)).toMatch(/^Use \S+\. .* cannot be told apart from all others on 100 validation rows .*Nor can \S+\./);
  });

  test("says from where on all rates fail, not where the first one does", () => {
    const cliff = { loss: 1, diverged: true };
    expect(says(grid(0.2, { loss: 0.8, right: 50 }, cliff, { loss: 0.9, right: 40 }, cliff))).toMatch(
      /Above 1e-5 worse, from 0.1 diverging\.$/,
    );
  });
});
