import { demand } from "../options/options.js";
import type { RangeCurve, RangeReason } from "./range-curve.js";
import { short } from "./report/format.js";

/** Why a range test cannot tell, in words. */
export function rangeReasonText(reason: RangeReason): string {
  demand(typeof reason?.kind === "string", "reason", reason, "a reason, as a range test gives it");
  switch (reason.kind) {
    case "noFall":
      return `the loss fell by ${short(Math.max(0, reason.fall))}, and its noise is ± ${short(reason.noise)}`;
    case "breaksDownFirst":
      return `training broke down at ${short(reason.rate)}, before the loss had fallen`;
    case "tooShort":
      return `a run ended after ${reason.points} ${reason.points === 1 ? "rate" : "rates"}: begin with lower ones`;
    case "runsDisagree":
      return `the runs have their lowest loss at rates from ${short(reason.from)} to ${short(reason.to)}`;
  }
}

/** What a range test says, in a few sentences. */
export function rangeHeadline(result: RangeCurve): string {
  demand(typeof result?.certainty === "string", "result", result, "what rangeTest gave");
  const { certainty, reason, falls, steepest, lowest, rises, diverges, suggestion } = result;
  const ends = diverges === null ? "" : ` Training breaks down from ${short(diverges)}.`;
  if (certainty === "cannot tell" || suggestion === null)
    return `The test cannot tell: ${reason === null ? "there is no curve" : rangeReasonText(reason)}.${reason?.kind === "breaksDownFirst" ? "" : ends}`;
  const up = rises === null ? "It does not rise again up to the highest rate" : `It rises again from ${short(rises)}`;
  return (
    `Look between ${short(suggestion.from)} and ${short(suggestion.to)}. The loss begins to fall at ${short(falls as number)}, ` +
    `falls fastest at ${short(steepest as number)} and is lowest at ${short(lowest as number)}. ${up}.${ends}`
  );
}

/** The rates that stand out in a curve, with the sign that marks them in terminal and page. */
export function rangeMarks({ falls, steepest, lowest, rises, diverges }: RangeCurve): { rate: number; sign: string; name: string }[] {
  const marks = [
    { rate: falls, sign: "▼", name: "begins to fall" },
    { rate: steepest, sign: "◆", name: "falls fastest" },
    { rate: lowest, sign: "★", name: "lowest" },
    { rate: rises, sign: "▲", name: "rises again" },
    { rate: diverges, sign: "✕", name: "breaks down" },
  ];
  return marks.flatMap(({ rate, ...mark }) => (rate === null ? [] : [{ rate, ...mark }]));
}
