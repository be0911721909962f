import { describe, expect, test } from "vitest";
import type { SearchNote } from "../../src/search/notes.js";
import type { Reason } from "../../src/search/verdict.js";
import { errorsText, noteText, reasonsText, reasonText } from "../../src/search/words.js";

const difference = (mean: number, error: number | null, repeats: number, relative: boolean): Reason => ({
  kind: "difference",
  mean,
  error,
  repeats,
  relative,
});
const pruned = { kind: "pruned", epoch: 3, bestRate: 0.1, bestLoss: 0.5 } as const;

test.each<[Reason, string]>([
  [{ kind: "chosen" }, "the one to use"],
  [difference(-0.012, 0.004, 5, false), "−1.2 ± 0.4 points beside the chosen rate (5 runs)"],
  [difference(0.01, null, 1, false), "+1.0 point beside the chosen rate"],
  [difference(0, null, 1, false), "0.0 points beside the chosen rate"],
  [difference(-0.0004, 0.001, 14, false), "0.0 ± 0.1 points beside the chosen rate (14 runs)"],
  [difference(0.0004, null, 1, false), "0.0 points beside the chosen rate"],
  [difference(-0.01, 0.003, 14, false), "−1.0 ± 0.3 points beside the chosen rate (14 runs)"],
  [difference(-2, 1.5, 2, false), "−200 ± 150 points beside the chosen rate (2 runs)"],
  [difference(-0.25, null, 1, true), "loss +25 % beside the chosen rate"],
  [difference(0.25, 0.03, 1, true), "loss −25 ± 3 % beside the chosen rate"],
  [{ kind: "betweenGood" }, "lies between good rates"],
  [{ kind: "beyondWorse" }, "a worse rate lies between it and the chosen one"],
  [{ kind: "hardlyMoved", from: 1.1, to: 1.09 }, "training loss hardly moved: 1.1 → 1.09"],
  [{ kind: "stillFalling", from: 1, to: 0.5, epochs: 1 }, "training loss still falling: 1 → 0.5 in the last epoch"],
  [{ kind: "stillFalling", from: 1, to: 0.5, epochs: 4 }, "training loss still falling: 1 → 0.5 in the last 4 epochs"],
  [{ kind: "lossRose", from: 1, to: 2 }, "training loss rose: 1 → 2"],
  [{ kind: "jumps", from: 0.1, to: 3 }, "training loss jumps: 0.1, later 3"],
  [
    { kind: "overfits", training: 0.1, chosenTraining: 0.2, validation: 0.9, chosenValidation: 0.4 },
    "training loss 0.1 is no higher than the chosen rate's 0.2, validation loss 0.9 is higher than 0.4",
  ],
  [
    { kind: "betterEarlier", epoch: 7, loss: 0.3, end: 0.6 },
    "validation loss was lowest in epoch 7 (0.3) and ended at 0.6, while the training loss fell on",
  ],
  [{ kind: "higherLoss", loss: 2, chosen: 1 }, "loss 2, the chosen rate 1"],
  [{ kind: "noBetterThanGuessing", loss: 1.2, guess: 1.1 }, "validation loss 1.2, guessing has 1.1"],
  [{ ...pruned, side: "high", loss: null } as Reason, "pruned after epoch 3: loss far above guessing, 0.1 had 0.5"],
  [
    { ...pruned, side: "low", loss: 2 } as Reason,
    "pruned after epoch 3: its whole run goes less than a third as far as 0.1 had gone; loss 2, 0.1 had 0.5",
  ],
  [{ kind: "notFinite", what: "the loss", step: 9, runs: 1, of: 1 } as Reason, "the loss was no longer finite after step 9"],
  [{ kind: "notFinite", what: "the loss", step: 9, runs: 1, of: 3 } as Reason, "the loss was no longer finite after step 9 (1 of 3 runs)"],
  [{ kind: "farAboveStart", loss: 90, start: 2, runs: 2, of: 2 } as Reason, "training loss came to 90, its first epoch had 2"],
  [{ kind: "farAboveGuessing", loss: 90, guess: 1, runs: 1, of: 2 } as Reason, "training loss ended at 90, guessing has 1 (1 of 2 runs)"],
])("%j in words", (reason, text) => {
  expect(reasonText(reason)).toBe(text);
  expect(reasonsText([reason, { kind: "chosen" }])).toBe(`${text}; the one to use`);
});

const [hits, losses] = [difference(0, 0.01, 3, false), difference(0, 0.01, 3, true)];
test.each<[string, Reason[], string]>([
  [
    "a score",
    [{ kind: "chosen" }, hits],
    "±: one standard error; good: within a point even if one ± worse; worse: not even if two ± better",
  ],
  ["a loss", [losses], "±: one standard error; good: within 1 % even if one ± worse; worse: not even if two ± better"],
  ["an error that is not known", [difference(-0.01, null, 1, false)], ""],
  ["no difference", [{ kind: "chosen" }, { kind: "betweenGood" }], ""],
])("how differences decide, of %s", (_, reasons, text) => {
  expect(errorsText(reasons)).toBe(text);
});

describe("what a person should know", () => {
  test.each<[SearchNote, string]>([
    [
      { kind: "edge", what: "chosen", side: "lowest" } as SearchNote,
      "the rate to use is the lowest of the grid: lower ones may do as well or better",
    ],
    [
      { kind: "edge", what: "good", side: "highest" } as SearchNote,
      "the good rates go on to the highest of the grid: higher ones may do as well or better",
    ],
    [{ kind: "allFail" }, "every rate failed: try lower ones"],
    [{ kind: "notRun", rates: [0.1, 1], spent: true } as SearchNote, "not run: 0.1, 1; a larger budget runs them"],
    [
      { kind: "notRun", rates: [0.1], spent: false } as SearchNote,
      "not run: 0.1; the same search goes on from its ledger; without one, allow more time",
    ],
    [
      { kind: "notRepeated" },
      "with pruning, rates that one run of each cannot tell apart were not run again: ask for repeats (--repeats), or do not prune",
    ],
    [
      { kind: "besideFailing", rate: 0.1 } as SearchNote,
      "every rate that holds lies beside one that fails (0.1 here): try more rates below it",
    ],
    [{ kind: "fewRows", rows: 1 } as SearchNote, "1 validation row compares rates: one row is more than a point"],
    [{ kind: "fewRows", rows: 40 } as SearchNote, "40 validation rows compare rates: one row is more than a point"],
    [
      { kind: "weighted", scoreName: "r2" } as SearchNote,
      "rows count by their weights in every loss, and rates are compared by points of a weighted R²; the R² shown counts all rows alike",
    ],
    [{ kind: "equalTargets", rows: 5 } as SearchNote, "all 5 validation targets are equal, so that R² is undefined: losses were compared"],
    [
      { kind: "raw", what: "features", name: "price", mean: 17000, deviation: 400 } as SearchNote,
      "feature price has mean 17000 and standard deviation 400, networks start from values near 1: standardize() makes them so",
    ],
    [
      { kind: "raw", what: "targets", name: "rent", mean: 18000, deviation: 500 } as SearchNote,
      "quantity rent has mean 18000 and standard deviation 500, networks start from values near 1: standardizeTargets() makes them so",
    ],
  ])("%j in words", (note, text) => {
    expect(noteText(note)).toBe(text);
  });
});
