import type { CheckedRun } from "../training/run.js";
import { type ScoreName, scoreName } from "../training/score.js";
import { rawNotes, type SearchNote } from "./notes.js";
import type { SearchData } from "./trial.js";

/** What the answer of a search says of its data, as plain JSON: with the trials it makes the answer again. */
export interface Facts {
  readonly trainingRows: number;
  /** 0 where there are none. */
  readonly validationRows: number;
  readonly task: "classification" | "regression";
  readonly scoreName: ScoreName;
  /** Whether the largest class has over one and a half times its even share. */
  readonly uneven: boolean;
  /** Whether rows count by weights, of their own or of their class. Not in ledgers of before. */
  readonly weighted?: boolean;
  /** Of features and targets far from the size of 1. */
  readonly raw: readonly SearchNote[];
}

export function factsOf(data: SearchData, classWeights?: CheckedRun["classWeights"]): Facts {
  const { training, validation } = data;
  let raw: Facts["raw"] | undefined;
  return {
    trainingRows: training.rows,
    validationRows: validation?.rows ?? 0,
    task: training.task,
    scoreName: scoreName(training),
    uneven: isUneven(data),
    weighted: classWeights !== undefined || training.weights !== undefined,
    // few answers need them, for which all values are gone through
    get raw() {
      raw ??= rawNotes(data);
      return raw;
    },
  };
}

function isUneven({ training }: SearchData): boolean {
  if (training.task !== "classification") return false;
  const counts = new Array<number>(training.outputs).fill(0);
  for (const target of training.targets) counts[target] = (counts[target] as number) + 1;
  return Math.max(...counts) * training.outputs > 1.5 * training.rows;
}
