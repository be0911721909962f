import Table from "cli-table3";
import type { SearchResult } from "../search/conclude.js";
import type { Context } from "../search/report/context.js";
import { percent, scoreText, scoreTitle, short } from "../search/report/format.js";
import type { Reason } from "../search/verdict.js";
import { errorsText, MARKS, reasonsText } from "../search/words.js";
import { paint, STYLES, width, wrapped } from "./terminal.js";

export const BARE = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
};

/** The table of rates and verdicts. Narrow terminals get fewer columns; the report has them all. */
export function searchTable({ rates, best, uneven }: SearchResult, { data }: Context): string {
  const wide = width() >= 90;
  const balanced = uneven && wide;
  const several = rates.some(({ spread }) => spread !== null) && data.classes !== undefined;
  const numbers = [10, 10, ...(wide ? [10] : []), several ? 14 : 9, ...(balanced ? [9] : [])];
  const widths = [numbers.reduce((sum, columns) => sum + columns, 0), 14];
  const rest = width() - widths.reduce((sum, columns) => sum + columns, 0);
  const reasons = rest >= 24;
  // numbers wrap nowhere: as one column they take the library a quarter less time
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => text.padEnd(numbers[i] as number))
      .join("")
      .trimEnd();
  const score = scoreTitle(data);
  const head = ["", "training", ...(wide ? ["validat."] : []), score, ...(balanced ? ["balanced"] : [])];
  const under = ["  rate", "  loss", ...(wide ? ["  loss"] : []), several ? "± spread" : "", ...(balanced ? [score] : [])];
  const table = new Table({
    head: [line(head), "", ...(reasons ? [""] : [])],
    colWidths: [...widths, ...(reasons ? [rest] : [])],
    chars: BARE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 1 },
    wordWrap: true,
  });
  table.push([line(under), "verdict", ...(reasons ? ["why"] : [])]);
  for (const { rate, finalLoss, validation, verdict, reasons: facts, spread, balancedAccuracy } of rates) {
    const number = (value: number | null | undefined) => (value === null || value === undefined ? "–" : short(value));
    const around = several && spread !== null ? ` ± ${(100 * spread).toFixed(1)}` : "";
    const words = verdict === "as good for all we know" ? "cannot tell" : verdict;
    table.push([
      line([
        `${rate === best?.rate ? "→" : " "} ${short(rate)}`,
        number(finalLoss),
        ...(wide ? [number(validation?.loss)] : []),
        validation === null ? "–" : `${scoreText(validation.score, data)}${around}`,
        ...(balanced ? [balancedAccuracy === null ? "–" : percent(balancedAccuracy)] : []),
      ]),
      paint(STYLES[verdict], `${MARKS[verdict]} ${words}`),
      ...(reasons ? [reasonsText(facts.slice(0, 1))] : []),
    ]);
  }
  const shown = reasons ? rates.flatMap(({ reasons: facts }) => facts.slice(0, 1)) : [];
  return `${trimmed(table)}${errorsLine(shown)}`;
}

/** A line below a table that shows differences with their errors. */
export function errorsLine(reasons: readonly Reason[]): string {
  const text = errorsText(reasons);
  return text === "" ? "" : `\n${paint("dim", wrapped(`  ${text}`, "  "))}`;
}

/** The lines of a table without the blanks that fill its last column. */
export function trimmed(table: Table.Table): string {
  return table.toString().replace(/ +$/gm, "");
}
