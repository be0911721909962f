import Table from "cli-table3";
import type { Context } from "../search/report/context.js";
import { briefly, scoreText, scoreTitle, short } from "../search/report/format.js";
import type { SearchResult } from "../search/search.js";
import { LOOKS, paint, width } from "./terminal.js";

export const BARE = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
};

/** The table of rates and verdicts. Narrow terminals get fewer columns; the report has them all. */
export function searchTable({ rates, best }: SearchResult, { data }: Context): string {
  const wide = width() >= 90;
  const numbers = [10, 11, ...(wide ? [10] : []), 9, 12];
  const rest = width() - numbers.reduce((sum, columns) => sum + columns, 0);
  const reasons = rest >= 24;
  const table = new Table({
    head: ["  rate", "final loss", ...(wide ? ["best loss"] : []), scoreTitle(data), "verdict", ...(reasons ? ["why"] : [])],
    colWidths: [...numbers, ...(reasons ? [rest] : [])],
    chars: BARE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 1 },
    wordWrap: true,
  });
  for (const { rate, finalLoss, bestLoss, validation, verdict, reason } of rates) {
    const { mark, style } = LOOKS[verdict];
    table.push([
      `${rate === best?.rate ? "→" : " "} ${short(rate)}`,
      finalLoss === null ? "–" : short(finalLoss),
      ...(wide ? [bestLoss === null ? "–" : short(bestLoss)] : []),
      validation === null ? "–" : scoreText(validation.score, data),
      paint(style, `${mark} ${verdict}`),
      ...(reasons ? [briefly(reason, verdict)] : []),
    ]);
  }
  return trimmed(table.toString());
}

function trimmed(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
