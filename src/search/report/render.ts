import { demand } from "../../options/options.js";
import type { SearchResult } from "../conclude.js";
import { searchDocument } from "./document.js";
import { type ReportOptions, reportContext } from "./report-context.js";
import { searchReport } from "./search.js";

/**
 * The page of a search: the answer, plots and a table of every rate, and what they rest on. It is the page that the command line writes, made by the
 * same code: HTML that stands alone, loads nothing, and has its data in it, for a file or for the `srcdoc` of a frame (`sandbox="allow-scripts"`). Scripts
 * and styles are in it, so the Content-Security-Policy of a page that shows it in a frame must allow inline ones there.
 *
 * @throws OptionError for what is no result or a wrong run, DataError for data of other rows than the result tells of.
 * @example
 * import { searchLearningRate } from "stepsize";
 * import { renderReport } from "stepsize/report";
 *
 * const parts = { training, validation };
 * const result = await searchLearningRate(run, parts, { rates: [0.001, 0.01, 0.1] });
 * const html = renderReport(result, { run, data: parts, name: "iris" });
 */
export function renderReport(result: SearchResult, options: ReportOptions): string {
  demand(Array.isArray(result?.rates) && "certainty" in result, "renderReport.result", result, "what searchLearningRate gives");
  demand(typeof options === "object" && options !== null, "renderReport.options", options, "{ run, data }");
  return searchReport(searchDocument(reportContext(result, options), result, options.next ?? null));
}
