import type { RateResult, SearchResult } from "../../search/conclude.js";
import { mean } from "../../search/guess.js";
import type { LedgerHead } from "../../search/ledger-lines.js";
import { reasonsText } from "../../search/words.js";

/** The operations of a journal that are needed here, and the states of a trial: numbers of Optuna's. */
const CREATE_STUDY = 0;
const SET_STUDY_USER_ATTR = 2;
const SET_STUDY_SYSTEM_ATTR = 3;
const CREATE_TRIAL = 4;
const MINIMIZE = 1;
const STATES = { COMPLETE: 1, PRUNED: 2, FAIL: 3 } as const;

/**
 * A search as a study in Optuna's journal file: a trial for each rate, whose value is the validation loss (the training loss without validation rows), the mean over
 * its runs. The search does not choose by the lowest loss alone, since that is often chance: a rate with a lower loss than the chosen one has a constraint that it breaks,
 * so that `best_trial` is the search's.
 *
 * @param time when the trials were run, as far as it is known: the ledger does not say.
 */
export function optunaJournal(name: string, head: LedgerHead, result: SearchResult, headline: string, time: Date): string {
  const study = { study_id: 0, worker_id: "stepsize" };
  const attributes = {
    stepsize: head.context.stepsize,
    core: head.core,
    data: head.data.hash,
    file: head.context.file,
    run: head.run,
    headline,
  };
  const { rates, best } = result;
  const chosen = best === null ? null : lossOf(best);
  const all = rates.map(({ rate }) => rate);
  const distribution = {
    name: "FloatDistribution",
    attributes: { step: null, low: Math.min(...all), high: Math.max(...all), log: true },
  };
  const when = time.toISOString().replace("Z", "000+00:00");
  const entries = [
    { op_code: CREATE_STUDY, worker_id: "stepsize", study_name: name, directions: [MINIMIZE] },
    { op_code: SET_STUDY_SYSTEM_ATTR, ...study, system_attr: { "study:metric_names": ["validation loss"] } },
    ...Object.entries(attributes).map(([key, value]) => ({ op_code: SET_STUDY_USER_ATTR, ...study, user_attr: { [key]: value } })),
    ...rates.map((one) => {
      const loss = lossOf(one);
      return {
        op_code: CREATE_TRIAL,
        ...study,
        datetime_start: when,
        datetime_complete: when,
        state: one.verdict === "pruned" ? STATES.PRUNED : loss === null ? STATES.FAIL : STATES.COMPLETE,
        value: loss,
        values: null,
        distributions: { learningRate: JSON.stringify(distribution) },
        params: { learningRate: one.rate },
        user_attrs: userAttributes(one),
        system_attrs: { constraints: [one.rate !== best?.rate && loss !== null && chosen !== null && loss <= chosen ? 1 : 0] },
        intermediate_values: curveOf(one),
      };
    }),
  ];
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

function lossOf({ validation, finalLoss, verdict }: RateResult): number | null {
  return verdict === "pruned" ? null : (validation?.loss ?? finalLoss);
}

function userAttributes({ verdict, reasons, validation, trials, balancedAccuracy, spread }: RateResult): Record<string, unknown> {
  return {
    verdict,
    why: reasonsText(reasons),
    runs: trials.length,
    ...(validation?.score !== undefined && { score: validation.score }),
    ...(balancedAccuracy !== null && { balancedAccuracy }),
    ...(spread !== null && { spread }),
    weights: trials.map(({ weights }) => weights),
  };
}

/** The losses after each epoch: means over the runs that got so far. */
function curveOf({ trials }: RateResult): Record<string, number> {
  const epochs = Math.max(0, ...trials.map(({ history }) => history.length));
  return Object.fromEntries(
    Array.from({ length: epochs }, (_, i): [string, number] => {
      const records = trials.flatMap(({ history }) => history[i] ?? []);
      return [String(i + 1), mean(records.map(({ loss, validation }) => validation?.loss ?? loss))];
    }).filter(([, loss]) => Number.isFinite(loss)),
  );
}
