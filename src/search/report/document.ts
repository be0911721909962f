import type { CSVParts } from "../../data/csv.js";
import { unwrap } from "../../optimizers/wrapper.js";
import { isPlateau } from "../../schedules/plateau.js";
import { rateAt } from "../../schedules/schedule.js";
import { runFromJSON } from "../../training/from-json.js";
import type { EpochRecord, Metrics } from "../../training/records.js";
import { type CheckedRun, clockOf } from "../../training/run.js";
import type { Trainer } from "../../training/trainer.js";
import type { RateResult, SearchResult } from "../conclude.js";
import { scaleRun } from "../scale.js";
import type { Stability } from "../stability.js";
import { headline, reasonsText } from "../words.js";
import type { Context } from "./context.js";

/** The document that `search --json` prints and its page is drawn from. */
export interface SearchDocument extends Context, Omit<SearchResult, "best" | "rates" | "test"> {
  readonly command: "search";
  /** The most runs of a rate. */
  readonly repeats: number;
  /** The answer in words. */
  readonly headline: string;
  /** The command line that trains with the rate to use, where there is one. */
  readonly train: string | null;
  readonly best: {
    readonly rate: number;
    readonly validation: Metrics | null;
    readonly test: Metrics | null;
    /** The run with this rate, as `runFromJSON` reads it. */
    readonly run: unknown;
  } | null;
  readonly rates: readonly RateDocument[];
  /** The theory beside the trial of the rate to use, where it was asked for. */
  readonly theory?: Stability;
}

/** A rate with its reasons in words, and its runs without what single rows came to. */
export type RateDocument = Omit<RateResult, "trials"> & {
  readonly reason: string;
  readonly trials: readonly Omit<RateResult["trials"][number], "rows" | "test">[];
};

export function searchDocument(context: Context, result: SearchResult, train: string | null, theory?: Stability): SearchDocument {
  const { best, test, rates, ...rest } = result;
  return {
    command: "search",
    ...context,
    ...rest,
    repeats: Math.max(...rates.map(({ trials }) => trials.length)),
    headline: headline(result, context.data.rows.validation),
    train,
    best: best && {
      rate: best.rate,
      validation: best.validation,
      test,
      run: plain(scaleRun(runFromJSON(context.run), context.data.rows.training, best.rate)),
    },
    ...(theory && { theory }),
    rates: rates.map(({ trials, ...rate }) => ({
      ...rate,
      reason: reasonsText(rate.reasons),
      trials: trials.map(({ rows: _, test: __, ...trial }) => trial),
    })),
  };
}

const plain = (run: CheckedRun): unknown => JSON.parse(JSON.stringify(run));

/** The document that `train --json` prints and its page is drawn from. */
export interface TrainDocument extends Context {
  readonly command: "train";
  readonly steps: number;
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights were kept, with early stopping. */
  readonly keptEpoch: number | null;
  /** The rate over the steps of the run, some hundred of them; steps from 0. */
  readonly rates: readonly { readonly step: number; readonly rate: number }[];
  readonly metrics: { readonly training: Metrics; readonly validation: Metrics; readonly test: Metrics | null };
}

export function trainDocument(context: Context, trainer: Trainer, { training, validation, test }: CSVParts): TrainDocument {
  const { history, optimizer, bestEpoch } = trainer;
  return {
    command: "train",
    ...context,
    steps: optimizer.steps,
    history,
    keptEpoch: bestEpoch ?? null,
    rates: ratesOf(trainer, training.rows),
    metrics: {
      training: trainer.evaluate(training),
      validation: trainer.evaluate(validation),
      test: test === undefined ? null : trainer.evaluate(test),
    },
  };
}

const POINTS = 300;

/** The rates used: those of the schedule, or those of every epoch's end where a plateau or the optimizer itself decides. */
function ratesOf({ run, history, optimizer: { steps } }: Trainer, rows: number): { step: number; rate: number }[] {
  const { learningRate } = unwrap(run.optimizer).core;
  const clock = clockOf(run, rows);
  const follows = !(typeof learningRate === "object" && isPlateau(learningRate));
  const used = history.flatMap(({ step, learningRate: rate }) => (rate === null ? [] : [{ step: step - 1, rate }]));
  if (!follows || used.some(({ step, rate }) => rate !== rateAt(learningRate, step, clock))) return used;
  const count = Math.min(POINTS, steps);
  return Array.from({ length: count }, (_, i) => {
    const step = count === 1 ? 0 : Math.round((i * (steps - 1)) / (count - 1));
    return { step, rate: rateAt(learningRate, step, clock) };
  });
}
