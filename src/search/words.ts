import { demand } from "../options/options.js";
import type { RateResult, SearchResult } from "./conclude.js";
import type { SearchNote } from "./notes.js";
import { short } from "./report/format.js";
import { isFailing, isOpen, type Reason, type Verdict } from "./verdict.js";

/** How a verdict is marked, for those who do not see its colour. */
export const MARKS: Readonly<Record<Verdict, string>> = {
  "too low": "▼",
  good: "●",
  "as good for all we know": "○",
  "too high": "▲",
  erratic: "≈",
  diverged: "✕",
  lost: "†",
  pruned: "·",
};

/** A difference of scores in points. */
function points(difference: number): string {
  const size = hundredths(difference);
  return `${size} ${size === "1.0" ? "point" : "points"}`;
}

/** The size of a difference, times 100. */
function hundredths(difference: number): string {
  const size = Math.abs(100 * difference);
  return size >= 100 ? short(size) : size.toFixed(1);
}

/** Measured facts in words. */
export function reasonsText(reasons: readonly Reason[]): string {
  return reasons.map(reasonText).join("; ");
}

/** A measured fact in words. */
export function reasonText(reason: Reason): string {
  demand(typeof reason?.kind === "string", "reason", reason, "a reason, as a search gives it");
  switch (reason.kind) {
    case "chosen":
      return "the one to use";
    case "difference": {
      const { mean, error, repeats, relative } = reason;
      const beside = `beside the chosen rate${repeats > 1 ? ` (${repeats} runs)` : ""}`;
      if (relative) {
        const sure = error === null ? "" : ` ± ${short(100 * error)}`;
        return `loss ${mean < 0 ? "+" : "−"}${short(Math.abs(100 * mean))}${sure} % ${beside}`;
      }
      // what is rounded to 0 has no sign
      const sign = hundredths(mean) === "0.0" ? "" : mean < 0 ? "−" : "+";
      return `${sign}${error === null ? points(mean) : `${hundredths(mean)} ± ${hundredths(error)} points`} ${beside}`;
    }
    case "lossAsLow":
      return `within a point, and validation loss ${short(reason.loss)} is not told to be above ${short(reason.chosen)}`;
    case "betweenGood":
      return "lies between good rates";
    case "beyondWorse":
      return "a worse rate lies between it and the chosen one";
    case "hardlyMoved":
      return `training loss hardly moved: ${short(reason.from)} → ${short(reason.to)}`;
    case "stillFalling":
      return `training loss still falling: ${short(reason.from)} → ${short(reason.to)} in the last ${reason.epochs === 1 ? "epoch" : `${reason.epochs} epochs`}`;
    case "lossRose":
      return `training loss rose: ${short(reason.from)} → ${short(reason.to)}`;
    case "jumps":
      return `training loss jumps: ${short(reason.from)}, later ${short(reason.to)}`;
    case "overfits":
      return `training loss ${short(reason.training)} is no higher than the chosen rate's ${short(reason.chosenTraining)}, validation loss ${short(reason.validation)} is higher than ${short(reason.chosenValidation)}`;
    case "betterEarlier":
      return `validation loss was lowest in epoch ${Math.round(reason.epoch)} (${short(reason.loss)}) and ended at ${short(reason.end)}, while the training loss fell on`;
    case "higherLoss":
      return `loss ${short(reason.loss)}, the chosen rate ${short(reason.chosen)}`;
    case "noBetterThanGuessing":
      return `validation loss ${short(reason.loss)}, guessing has ${short(reason.guess)}`;
    case "pruned": {
      const { epoch, side, loss, bestRate, bestLoss } = reason;
      const there = `loss ${loss === null ? "far above guessing" : short(loss)}, ${short(bestRate)} had ${short(bestLoss)}`;
      const far = side === "low" ? `its whole run goes less than a third as far as ${short(bestRate)} had gone; ` : "";
      return `pruned after epoch ${epoch}: ${far}${there}`;
    }
    case "notFinite":
      return `${reason.what} was no longer finite after step ${reason.step}${share(reason)}`;
    case "lost":
      return `${reason.why}${share(reason)}`;
    case "farAboveStart":
      return `training loss came to ${short(reason.loss)}, its first epoch had ${short(reason.start)}${share(reason)}`;
    case "farAboveGuessing":
      return `training loss ended at ${short(reason.loss)}, guessing has ${short(reason.guess)}${share(reason)}`;
  }
}

function share({ runs, of }: { runs: number; of: number }): string {
  return runs < of ? ` (${runs} of ${of} runs)` : "";
}

/** How differences decide, for who reads them in a table with their errors: a sentence without its end; empty where no error is known. */
export function errorsText(reasons: readonly Reason[]): string {
  const one = reasons.find((reason) => reason.kind === "difference" && reason.error !== null);
  if (one?.kind !== "difference") return "";
  const point = one.relative ? "1 %" : "a point";
  return `±: one standard error; good: within ${point} even if one ± worse; worse: not even if two ± better`;
}

/** What a person should know, in a sentence without its end. */
export function noteText(note: SearchNote): string {
  demand(typeof note?.kind === "string", "note", note, "a note, as a search gives it");
  switch (note.kind) {
    case "edge": {
      const what = note.what === "chosen" ? "the rate to use is" : "the good rates go on to";
      return `${what} the ${note.side} of the grid: ${note.side === "lowest" ? "lower" : "higher"} ones may do as well or better`;
    }
    case "allFail":
      return "every rate failed: try lower ones";
    case "notRun": {
      const way = note.spent ? "a larger budget runs them" : "the same search goes on from its ledger; without one, allow more time";
      return `not run: ${note.rates.map(short).join(", ")}; ${way}`;
    }
    case "notRepeated":
      return "with pruning, rates that one run of each cannot tell apart were not run again: ask for repeats (--repeats), or do not prune";
    case "besideFailing":
      return `every rate that holds lies beside one that fails (${short(note.rate)} here): try more rates below it`;
    case "fewRows":
      return `${note.rows} validation ${note.rows === 1 ? "row compares" : "rows compare"} rates: one row is more than a point`;
    case "weighted": {
      const score = note.scoreName === "accuracy" ? "accuracy" : "R²";
      return `rows count by their weights in every loss, and rates are compared by points of a weighted ${score}; the ${score} shown counts all rows alike`;
    }
    case "equalTargets":
      return `all ${note.rows} validation targets are equal, so that R² is undefined: losses were compared`;
    case "raw": {
      const call = note.what === "features" ? "standardize()" : "standardizeTargets()";
      return `${note.what === "features" ? "feature" : "quantity"} ${note.name} has mean ${short(note.mean)} and standard deviation ${short(note.deviation)}, networks start from values near 1: ${call} makes them so`;
    }
  }
}

const range = ({ from, to }: { from: number; to: number }) => `${short(from)} to ${short(to)}`;

/** "11 of 13 rates of the grid were not run"; empty where all were. */
export function notRunText({ rates, notRun }: Pick<SearchResult, "rates" | "notRun">): string {
  if (notRun.length === 0) return "";
  const begun = notRun.some(({ epochs }) => epochs > 0);
  return `${notRun.length} of ${rates.length + notRun.length} rates of the grid ${notRun.length === 1 ? "was" : "were"} not run${begun ? " to the end" : ""}`;
}

/** The answer in a few sentences: which rate, which others do as well, and what lies above. `rows` are the validation rows. */
export function headline(result: SearchResult, rows: number): string {
  demand(typeof result?.certainty === "string" && Array.isArray(result.notRun), "result", result, "what searchLearningRate gave");
  const { certainty, best, undecided, rates, resolution } = result;
  const left = notRunText(result);
  const ran = left === "" ? "" : " that was run";
  if (best === null)
    return left === ""
      ? "Every rate failed: there is none to use."
      : `Every rate that was run ${rates.some(({ verdict }) => verdict === "pruned") ? "to the end " : ""}failed, and ${left}: there is none to use yet.`;
  const chosen = short(best.rate);
  const sure =
    resolution === null
      ? ""
      : ` (± ${result.scoreName === "accuracy" || best.validation?.score !== undefined ? points(resolution) : `${short(100 * resolution)} %`})`;
  const where = rowsText(rows, rates.find(({ rate }) => rate === best.rate)?.trials.length ?? 1);
  const open = undecided ?? { from: best.rate, to: best.rate };
  const several = open.from !== open.to;
  if (certainty === "no better than guessing") {
    const found = `no rate${ran} is seen${isRightMore(result) ? " by its loss" : ""} to be better than guessing${where}${guessWords(result)}`;
    if (left !== "") return `These runs cannot decide: ${found}, and ${left}.`;
    // others may be told to be worse all the same, or fail
    const like = rates.every(({ verdict }) => isOpen(verdict)) ? "" : ` from ${range(open)}`;
    const one = rates.length === 1 ? "is the only rate tried" : several ? `is as good a try as others${like}` : "did best";
    return [`These rows cannot decide: ${found}. ${chosen} ${one}.`, ...above(result, open.to)].join(" ");
  }
  if (certainty === "cannot tell") {
    const all = left === "" ? "the rates" : "the rates that were run";
    return `These rows cannot tell ${all} apart: ${range(open)} are as good for all they show${where}${sure}. ${chosen} is one of them.${left && ` ${left}.`}`;
  }
  const what = several ? range(open) : chosen;
  const first =
    certainty === "unfinished"
      ? `${left}, ${result.notRun.length === 1 ? "which lies" : "some of them"} beside ${what}: which rate to use cannot be told yet. Of those that were run, ${chosen} is the choice.`
      : `Use ${chosen}.`;
  if (rates.length === 1)
    return `${left === "" ? "" : `${left}: which one to use cannot be told yet. `}${chosen} is the only rate tried, and better than guessing${where}.`;
  const apart = elsewhere(rates, open);
  const scope = rates.some(({ verdict }) => verdict === "pruned") ? "that was run to the end" : ran.trim() || "of the grid";
  return [
    first,
    ...(several || apart.length > 0
      ? [`${what} cannot be told apart${several ? "" : " from all others"}${where}${sure}.`, ...apart]
      : [`No other rate ${scope} is as good${where}.`]),
    ...above(result, open.to),
    ...(left === "" || certainty === "unfinished" ? [] : [`${left}.`]),
  ].join(" ");
}

/** Whether more rows are right than by guessing, by more than such rows leave open, at a loss that is no lower. */
function isRightMore({ scoreName, guessing, best, resolution }: SearchResult): boolean {
  const { loss, score } = best?.validation ?? {};
  const right = scoreName === "accuracy" && guessing.score !== null && score !== undefined && score - guessing.score > (resolution ?? 0);
  return right && guessing.loss !== null && (loss as number) >= guessing.loss;
}

/** " on 270 validation rows", " on 15 times 76 validation rows". */
function rowsText(rows: number, runs: number): string {
  if (rows === 0) return "";
  return ` on ${runs > 1 ? `${runs} times ` : ""}${rows} validation ${rows === 1 && runs === 1 ? "row" : "rows"}`;
}

function guessWords({ guessing: { score, loss }, scoreName, best }: SearchResult): string {
  const own = best?.validation;
  const parts = [
    ...(scoreName === "accuracy" && score !== null && own?.score !== undefined
      ? [`accuracy ${(100 * own.score).toFixed(1)} %, always the most frequent class ${(100 * score).toFixed(1)} %`]
      : []),
    ...(own && loss !== null ? [`loss ${short(own.loss)}, guessing ${short(loss)}`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join("; ")})` : "";
}

/** "Above 0.03 worse, from 0.1 erratic." Of what was pruned it is not known how far it would have come, of what was not run nothing. */
function above({ rates, notRun }: SearchResult, to: number): string[] {
  const higher = rates.filter(({ rate }) => rate > to);
  const tail = higher.slice(higher.reduce((end, { verdict }, i) => (isFailing(verdict) ? end : i + 1), 0));
  const middle = higher.slice(0, higher.length - tail.length);
  const kinds = [...new Set(tail.map(({ verdict }) => (verdict === "diverged" ? "diverging" : verdict)))];
  const beside = [...new Set(middle.map(({ verdict }) => (verdict === "pruned" ? "stopped early" : "worse")))];
  const parts = [
    ...(middle.length > 0 && middle.every(({ verdict }) => !isOpen(verdict)) ? [`above ${short(to)} ${beside.join(" or ")}`] : []),
    ...(tail[0] === undefined ? [] : [`from ${short(tail[0].rate)} ${kinds.join(" or ")}`]),
  ];
  if (parts.length === 0) return [];
  const text = `${notRun.some(({ rate }) => rate > to) ? "of those that were run, " : ""}${parts.join(", ")}`;
  return [`${text[0]?.toUpperCase()}${text.slice(1)}.`];
}

/** "Nor can 0.316." */
function elsewhere(rates: readonly RateResult[], { from, to }: { from: number; to: number }): string[] {
  const others = rates.filter(({ rate, verdict }) => (rate < from || rate > to) && isOpen(verdict)).map(({ rate }) => short(rate));
  return others.length > 0 ? [`Nor can ${others.join(", ")}.`] : [];
}
