import { demand } from "../options/options.js";
import { short } from "./report/format.js";
import type { CombinationResult, StudyResult } from "./study.js";
import type { Reason } from "./verdict.js";
import { reasonText } from "./words.js";

/** A value as a person would type it: the kind of what has one, other data as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return short(value);
  if (typeof value === "function") return value.name || "a function";
  const { kind, ...rest } = (typeof value === "object" && value !== null ? value : {}) as { kind?: unknown };
  if (typeof kind !== "string") return JSON.stringify(value) ?? "undefined";
  const options = Object.entries(rest).filter(([, option]) => typeof option === "number" || typeof option === "string");
  return options.length > 0 && options.length <= 3 ? `${kind} (${options.map(([name, option]) => `${name} ${option}`).join(", ")})` : kind;
}

/** What tells a combination from the others. */
export function valuesText(values: Readonly<Record<string, unknown>>): string {
  demand(typeof values === "object" && values !== null, "values", values, "an object of paths with their values");
  return Object.entries(values)
    .map(([path, value]) => `${path} ${valueText(value)}`)
    .join(", ");
}

/** How a standing is marked and called. */
export const STANDINGS: Readonly<Record<CombinationResult["standing"], { readonly mark: string; readonly text: string }>> = {
  good: { mark: "●", text: "as good" },
  unknown: { mark: "○", text: "cannot tell" },
  worse: { mark: "▼", text: "worse" },
  failing: { mark: "✕", text: "fails" },
};

/** Its difference from the best, where it is compared, as the reason of a search. */
export function differenceReason({ difference }: Pick<CombinationResult, "difference">): Reason[] {
  return difference === null ? [] : [{ kind: "difference", ...difference }];
}

/** How a combination stands beside the best, in words. */
export function standingText(combination: CombinationResult, isBest: boolean): string {
  const { standing } = combination ?? {};
  demand(Object.hasOwn(STANDINGS, standing), "combination", combination, "a combination, as a study gives it");
  if (isBest) return "the best";
  const { text } = STANDINGS[standing];
  const [reason] = differenceReason(combination);
  if (reason === undefined) return text;
  return `${text}: ${reasonText(reason).replace("beside the chosen rate", "beside the best")}`;
}

/** The answer of a study in a few sentences. `rows` are the validation rows. */
export function studyHeadline(result: StudyResult, rows: number): string {
  const { combinations, notRun, best, certainty } = result ?? {};
  demand(Array.isArray(combinations) && Array.isArray(notRun) && typeof certainty === "string", "study", result, "what study gave");
  const partial = combinations.filter(({ search }) => search.notRun.length > 0).length;
  const all = combinations.length + notRun.length;
  const some = partial === 0 ? "" : ` Of ${partial} of ${all} combinations some rates were not run.`;
  const left = `${some}${notRun.length === 0 ? "" : ` Of ${notRun.length} of ${all} combinations no trial has ended: nothing is said of them.`}`;
  if (best === null)
    return left === ""
      ? "Every rate of every combination failed: there is none to use."
      : `Every rate that was run failed: there is none to use yet.${left}`;
  const chosen = combinations[best] as CombinationResult;
  const use = `${valuesText(chosen.values)} at the learning rate ${short(chosen.search.best?.rate as number)}`;
  const where = rows > 0 ? ` on ${rows} validation rows` : "";
  if (certainty === "no better than guessing")
    return `These rows cannot decide: not even ${use} is seen to be better than guessing${where}.${left}`;
  const others = combinations.filter((_, i) => i !== best);
  const open = others.filter(({ standing }) => standing === "good" || standing === "unknown");
  if (certainty === "cannot tell") return `These rows cannot tell the combinations apart${where}. ${use} is one of them.${left}`;
  if (others.length === 0) return `Use ${use}.${left}`;
  const told = others.length - open.length;
  const rest = open.length === 0 ? "" : ` ${open.length} of the others cannot be told from it${where}: ${listed(open)}.`;
  return `Use ${use}. ${told === 1 ? "One combination is" : `${told} combinations are`} worse.${rest}${left}`;
}

const MOST = 4;

function listed(combinations: readonly CombinationResult[]): string {
  const names = combinations.slice(0, MOST).map(({ values }) => valuesText(values));
  return `${names.join("; ")}${combinations.length > MOST ? "; ..." : ""}`;
}
