import type { CheckedRun, SearchResult } from "stepsize";
import { type CSVParts, noteText } from "stepsize/data";
import { version } from "../../../package.json";
import type { Context } from "../../../src/search/report/context.js";
import { searchDocument } from "../../../src/search/report/document.js";
import { searchReport } from "../../../src/search/report/search.js";
import { namesOf, type Source } from "../data/read.js";

/** The page that the command line writes for the same search, made by the same code. */
export function reportOf(source: Source, parts: CSVParts, run: CheckedRun, result: SearchResult, train: string | null): string {
  return searchReport(searchDocument(contextOf(source, parts, run), result, train));
}

function contextOf(source: Source, { training, validation, test, encoder, notes, summary }: CSVParts, run: CheckedRun): Context {
  const { target } = encoder;
  return {
    stepsize: version,
    file: namesOf(source).file,
    data: {
      rows: { training: training.rows, validation: validation.rows, test: test?.rows ?? 0 },
      features: training.featureNames,
      target: target.name,
      task: target.task,
      ...(target.task === "classification" ? { classes: target.classes } : { scale: target.scaler.scale[0] as number }),
      notes: notes.map((note) => noteText(note)),
      columns: summary,
    },
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
