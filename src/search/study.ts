import { checkEngine, type Engine } from "../engine/engine.js";
import { OptionError } from "../options/errors.js";
import { listener } from "../options/listeners.js";
import { demand } from "../options/options.js";
import { type CheckedRun, type Run, readRun } from "../training/run.js";
import { runToJSON } from "../training/run-json.js";
import { compare } from "./choice.js";
import type { RateResult, SearchResult } from "./conclude.js";
import type { Budget, Plan } from "./conduct.js";
import { logLosses, type Terms, type Tried } from "./evidence.js";
import { type Facts, factsOf } from "./facts.js";
import { mean } from "./guess.js";
import { readPlan, type SearchOptions, searchWith } from "./search.js";
import { type Sensitivity, sensitivityOf, widthOf } from "./sensitivity.js";
import { Shares } from "./shares.js";
import type { SearchData, TrialResult } from "./trial.js";
import { type CombinationOptions, combinationsOf, runWith, type Variations } from "./vary.js";
import { type Standing, standing } from "./verdict.js";

/** A run of a study, and what tells it from the others. */
export interface StudyRun {
  readonly values: Readonly<Record<string, unknown>>;
  readonly run: Run;
}

export interface SearchRunsOptions extends Omit<SearchOptions, "engine" | "budget"> {
  /**
   * Of all of it: the search of each combination gets an equal share of what those before it left, and what all of them left runs the best rates of those that had fewer runs
   * than others again. Trials are one for each combination at the least. Default: none.
   */
  budget?: Budget;
  /** Called when the search over the rates of a run begins, and with its result when it has ended. */
  onSearch?: (progress: { readonly index: number; readonly count: number; readonly result?: SearchResult }) => void;
}

export interface StudyOptions extends SearchRunsOptions, CombinationOptions {
  /** The fields that vary, by their path in the run document, with their values. */
  vary: Variations;
}

/** One combination, at its own best rate; plain JSON. */
export interface CombinationResult {
  readonly values: Readonly<Record<string, unknown>>;
  /** The run as plain data. */
  readonly run: unknown;
  /** The search over its learning rates. */
  readonly search: SearchResult;
  /** How much its loss depends on the rate; null where every rate fails, or some were pruned or not run. */
  readonly sensitivity: Sensitivity | null;
  /** The decades from the lowest to the highest of its good rates; null without any, or where rates were pruned or not run. */
  readonly width: number | null;
  /** Beside the best combination, each at its own best rate: good, unknown, worse; failing where every rate fails. */
  readonly standing: Exclude<Standing, "pruned">;
  /** The mean difference of its score (or of minus the loss, in units of the best's, where there is no score) from the best's, over runs with the same rows and seeds. */
  readonly difference: {
    readonly mean: number;
    readonly error: number | null;
    readonly repeats: number;
    readonly relative: boolean;
  } | null;
  /** The runs with its best rate that were compared. */
  readonly trials: readonly TrialResult[];
}

export interface StudyResult {
  /** The paths that vary. */
  readonly fields: readonly string[];
  readonly combinations: readonly CombinationResult[];
  /** The values of combinations of which no trial has ended, since the budget was over or the study was stopped: nothing is said of them. */
  readonly notRun: readonly StudyRun["values"][];
  /** The index of the combination to use; null when all fail. */
  readonly best: number | null;
  /** As that of a search: "cannot tell" where no combination is told to be worse than the best. */
  readonly certainty: SearchResult["certainty"];
}

/** Combinations are compared over so many repeats at the most. */
const REPEATS = 10;

/**
 * Varies fields of a run, and searches the learning rates of every combination: each optimizer, batch size or schedule is compared at its own best rate, since the
 * one rate that suits one of them says nothing of the others. Runs are the same as those of `searchLearningRate`, through the same executor.
 *
 * Combinations are compared as rates are, row by row over repeats that share rows and seeds; "cannot tell" is an answer. Each has the sensitivity to its rate (M. Wortsman et
 * al., Small-scale proxies for large-scale Transformer training instabilities, 2023, arXiv:2309.14322) and the width of its good range.
 *
 * @throws OptionError for a path or value that no run can have, before anything is trained; what a search throws.
 * @example
 * const { combinations, best } = await study(engine, run, { training, validation }, {
 *   vary: { optimizer: ["adam", "sgd"], batchSize: [16, 32] },
 *   rates: [0.001, 0.01],
 *   repeats: 1,
 * });
 * console.log(combinations[best].values, combinations[best].search.best.rate);
 */
export async function study(engine: Engine, run: Run, data: SearchData, options: StudyOptions): Promise<StudyResult> {
  checkEngine(engine);
  const checked = readRun(run);
  demand(typeof options === "object" && options !== null, "study", options, "an object of options");
  const { vary, combinations, sampling, ...rest } = options;
  const chosen = { ...(combinations !== undefined && { combinations }), ...(sampling !== undefined && { sampling }) };
  const runs = combinationsOf(vary, chosen, checked.seed).map((values) => ({ values, run: runWith(checked, values) }));
  return searchRuns(engine, runs, data, rest);
}

/**
 * As `study`, of runs that are there already.
 *
 * @throws OptionError for a wrong run, or runs with other seeds, which have other rows; what a search throws.
 * @example
 * const runs = [16, 32].map((batchSize) => ({ values: { batchSize }, run: { ...run, batchSize } }));
 * const { combinations } = await searchRuns(engine, runs, { training, validation }, { rates: [0.001, 0.01], repeats: 1 });
 */
export async function searchRuns(
  engine: Engine,
  runs: readonly StudyRun[],
  data: SearchData,
  options: SearchRunsOptions = {},
): Promise<StudyResult> {
  checkEngine(engine);
  demand(Array.isArray(runs) && runs.length > 0, "study.runs", runs, "an array of { values, run }");
  demand(typeof options === "object" && options !== null, "study", options, "an object of options");
  const checked = runs.map((one) => {
    demand(typeof one?.values === "object" && one.values !== null, "study.runs", one, "an array of { values, run }");
    return { values: one.values, run: readRun(one.run) };
  });
  const seeds = [...new Set(checked.map(({ run }) => run.seed))];
  if (seeds.length > 1) throw new OptionError("study.seed", seeds[1], `must be the same in all runs (${seeds[0]}), got ${seeds[1]}`);
  const { onSearch: told, executor, ledger, signal, onEpoch, ...plan } = options;
  const onSearch = listener<Exclude<typeof told, undefined>>().read(told, "study.onSearch");
  const search = searchWith(async () => engine);
  const given = { ...(executor && { executor }), ...(ledger && { ledger }), ...(signal && { signal }), ...(onEpoch && { onEpoch }) };
  const whole = readPlan(plan as Partial<Plan>);
  const { trials } = whole.budget ?? {};
  if (trials !== undefined && trials < runs.length)
    throw new OptionError(
      "search.budget.trials",
      trials,
      `must be one for each of the ${runs.length} combinations at the least, got ${trials}`,
    );
  let over: unknown;
  const one = ({ run }: CheckedStudyRun, own: Plan) =>
    search(run, data, { ...given, ...own }).catch((error) => {
      if (error?.field !== "search.budget.seconds") throw error;
      // its share of the time; others may have had enough
      over = error;
      return undefined;
    });
  const result = await conductStudy(checked, whole, factsOf(data), one, onSearch);
  if (result === undefined) throw over;
  return result;
}

interface CheckedStudyRun {
  readonly values: StudyRun["values"];
  readonly run: CheckedRun;
}

/**
 * Searches every run with a plan, runs the best rates of all as often as each other, and compares them. `search` gives nothing where no trial is to be had, as in the
 * ledger of a study that was interrupted: such runs are left out, and undefined is given where none is left.
 */
export async function conductStudy<R extends CheckedStudyRun>(
  runs: readonly R[],
  plan: Plan,
  facts: Facts,
  search: (run: R, plan: Plan) => Promise<SearchResult | undefined>,
  onSearch?: SearchRunsOptions["onSearch"],
): Promise<StudyResult | undefined> {
  const searched: R[] = [];
  const results: SearchResult[] = [];
  const notRun: StudyRun["values"][] = [];
  const shares = new Shares(plan.budget, runs.length);
  for (const [index, run] of runs.entries()) {
    onSearch?.({ index, count: runs.length });
    const budget = shares.next();
    const result = budget && (await search(run, { ...plan, ...budget }));
    if (result === undefined) {
      notRun.push(run.values);
      continue;
    }
    shares.spend(result.rates.reduce((sum, { trials }) => sum + trials.length, 0));
    searched.push(run);
    results.push(result);
    onSearch?.({ index, count: runs.length, result });
  }
  if (results.length === 0) return undefined;
  const counts = results.map(({ best }) => best?.trials.length ?? 0);
  const repeats = Math.min(REPEATS, Math.max(...counts));
  const isShort = (index: number) => results[index]?.best !== null && (counts[index] as number) < repeats;
  shares.part(counts.filter((_, index) => isShort(index)).length);
  const tried: Tried[] = [];
  for (const [index, { best }] of results.entries()) {
    // as often as the others, with the rows and seeds of the others
    const had = counts[index] as number;
    const budget = isShort(index) ? shares.next(had) : undefined;
    const own = budget && { ...readPlan({ rates: [(best as RateResult).rate], repeats, resplit: plan.resplit }), ...budget };
    const again = own && (await search(searched[index] as R, own))?.rates[0]?.trials;
    const trials = again !== undefined && again.length > had ? again : (best?.trials ?? []);
    shares.spend(trials.length - had);
    tried.push({ rate: best?.rate ?? 0, trials: trials.slice(0, repeats) });
  }
  return { ...concludeStudy(searched, results, tried, facts, plan.resplit), notRun };
}

function concludeStudy(
  runs: readonly CheckedStudyRun[],
  results: readonly SearchResult[],
  tried: readonly Tried[],
  { trainingRows, validationRows, task }: Facts,
  resplit: boolean,
): Omit<StudyResult, "notRun"> {
  const termsOf = (index: number): Terms => {
    const { loss } = (runs[index] as { run: { loss?: unknown } }).run;
    const { guessing } = results[index] as SearchResult;
    const guess = { loss: guessing.loss, score: guessing.score, trainingLoss: null, rows: null, hits: null };
    return {
      guesses: (tried[index] as Tried).trials.map(() => guess),
      trainingRows,
      validationRows,
      resplit,
      entropic: loss === "crossEntropy" || loss === "binaryCrossEntropy",
      hits: task === "classification",
    };
  };
  // what a seed happens to make fail says nothing of the combination: runs that diverged at the best rate are no evidence
  const sound = tried.flatMap(({ trials }, i) =>
    trials.length > 0 && trials.every(({ divergence, lost }) => divergence === null && lost === undefined) ? [i] : [],
  );
  // a budget may have ended before all were run as often as each other
  const shared = Math.min(...sound.map((i) => (tried[i] as Tried).trials.length));
  const height = heightOf(
    runs,
    tried.map((one) => ({ ...one, trials: one.trials.slice(0, shared) })),
    termsOf,
  );
  const best = sound.reduce<number | null>((lowest, i) => (lowest === null || height(i) < height(lowest) ? i : lowest), null);
  const combinations = runs.map(({ values, run }, i): CombinationResult => {
    const search = results[i] as SearchResult;
    const shared = {
      values,
      run: runToJSON(run),
      search,
      sensitivity: sensitivityOf(search),
      width: widthOf(search),
      trials: (tried[i] as Tried).trials,
    };
    if (best === null || !sound.includes(i)) return { ...shared, standing: "failing", difference: null };
    if (i === best) return { ...shared, standing: "good", difference: null };
    const { mean, error } = compare(tried[i] as Tried, tried[best] as Tried, termsOf(best));
    const repeats = Math.min((tried[i] as Tried).trials.length, (tried[best] as Tried).trials.length);
    const relative = (tried[i] as Tried).trials[0]?.rows?.scores === undefined;
    return {
      ...shared,
      standing: standing({ mean, error }),
      difference: { mean, error: Number.isFinite(error) ? error : null, repeats, relative },
    };
  });
  return {
    fields: [...new Set(runs.flatMap(({ values }) => Object.keys(values)))],
    combinations,
    best,
    certainty: certaintyOf(combinations, best),
  };
}

/** What is lowest for the best: the log loss, or minus the score where losses of several kinds cannot be compared. */
function heightOf(
  runs: readonly { run: { loss?: unknown } }[],
  tried: readonly Tried[],
  termsOf: (index: number) => Terms,
): (index: number) => number {
  const alike = new Set(runs.map(({ run }) => JSON.stringify(run.loss))).size === 1;
  if (alike) return (i) => mean(logLosses(tried[i] as Tried, termsOf(i)));
  return (i) => {
    const scores = (tried[i] as Tried).trials.map(({ kept }) => kept?.validation?.score);
    if (scores.some((score) => score === undefined))
      throw new OptionError(
        "study.vary.loss",
        undefined,
        "cannot vary where there are no scores: losses of several kinds cannot be compared",
      );
    return -mean(scores as number[]);
  };
}

function certaintyOf(combinations: readonly CombinationResult[], best: number | null): SearchResult["certainty"] {
  if (best === null) return "all fail";
  if ((combinations[best] as CombinationResult).search.certainty === "no better than guessing") return "no better than guessing";
  const others = combinations.filter(({ standing }, i) => i !== best && standing !== "failing");
  return others.length > 0 && others.every(({ standing }) => standing !== "worse") ? "cannot tell" : "told apart";
}
