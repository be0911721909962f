import type { CheckedRun, SearchResult } from "stepsize";
import type { CSVParts } from "stepsize/data";
import { version } from "../../../package.json";
import { type Context, dataContext } from "../../../src/search/report/context.js";
import { searchDocument } from "../../../src/search/report/document.js";
import { searchReport } from "../../../src/search/report/search.js";
import { namesOf, type Source } from "../data/read.js";

/** The page that the command line writes for the same search, made by the same code. */
export function reportOf(source: Source, parts: CSVParts, run: CheckedRun, result: SearchResult, train: string | null): string {
  return searchReport(searchDocument(contextOf(source, parts, run), result, train));
}

function contextOf(source: Source, parts: CSVParts, run: CheckedRun): Context {
  return {
    stepsize: version,
    file: namesOf(source).file,
    data: dataContext(parts, "library"),
    backend: { name: "wasm", reason: "in workers of this page" },
    host: hostOf(navigator.userAgent),
    run: JSON.parse(JSON.stringify(run)),
  };
}

/** The browser in a word: Firefox 153. */
function hostOf(agent: string): string {
  const [, name, version] = /(Firefox|Edg|HeadlessChrome|Chrome|Version)\/(\d+)/.exec(agent) ?? [];
  const known: Record<string, string> = { Edg: "Edge", HeadlessChrome: "Chrome", Version: "Safari" };
  return name === undefined ? "a browser" : `${known[name] ?? name} ${version}`;
}
