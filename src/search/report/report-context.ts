import type { CSVParts } from "../../data/csv.js";
import { checkScaler, type Standardizer } from "../../data/standardize.js";
import type { Engine } from "../../engine/engine.js";
import { version } from "../../generated/page.js";
import { DataError } from "../../options/errors.js";
import { checkDatasets } from "../../training/checks.js";
import { type Run, readRun } from "../../training/run.js";
import type { SearchResult } from "../conclude.js";
import type { SearchData } from "../trial.js";
import { type Context, dataContext, setContext } from "./context.js";

/** What a report says besides the result of a search. */
export interface ReportOptions {
  /** The run that was searched. */
  readonly run: Run;
  /** The data that it was searched on; of what `datasetsFromCSV` gave, notes and columns are told too. */
  readonly data: SearchData | CSVParts;
  /** What the data are called. Default "data". */
  readonly name?: string;
  /** What is predicted. Default: the column of the CSV file, else "the target". */
  readonly target?: string;
  /** What `standardizeTargets` was given, of quantities; errors are then told in the units before it. Default: that of the CSV file. */
  readonly scaler?: Standardizer;
  /** What to do with the rate, as a line to copy: a command, or code. Default: nothing. */
  readonly next?: string;
  /** What it ran on, for the last line. Default: it is not said. */
  readonly engine?: Pick<Engine, "backend" | "reason">;
  /** Where it ran, for the last line, as in "Firefox 153". Default: it is not said. */
  readonly host?: string;
}

/** The head of a report's document. */
export function reportContext(result: Pick<SearchResult, "rates">, options: ReportOptions): Context {
  const { run, data, name = "data", target = "the target", scaler, engine, host } = options;
  checkDatasets(data);
  if (scaler !== undefined) checkScaler(scaler, "renderReport.scaler");
  const told = result.rates[0]?.trials[0]?.rows?.losses.length;
  if (told !== undefined && told !== data.validation?.rows)
    throw new DataError(`the result is of ${told} validation rows, the data have ${data.validation?.rows ?? 0}`);
  return {
    stepsize: version,
    file: name,
    data: "encoder" in data ? dataContext(data, "library") : setContext(data, target, scaler),
    ...(engine && { backend: { name: engine.backend, reason: engine.reason } }),
    ...(host !== undefined && { host }),
    run: JSON.parse(JSON.stringify(readRun(run))),
  };
}
