import Table from "cli-table3";
import { Command } from "commander";
import { type ColumnSummary, type DescribeOptions, describeTable, noteText, type TableSummary } from "../data/csv.js";
import { count, short, thousands } from "../search/report/format.js";
import { nameOf } from "./files.js";
import { given, naming, readFile } from "./prepare.js";
import { addColumnFlags, addFileFlags, type Settings } from "./settings.js";
import { BARE, trimmed } from "./table.js";
import { printable, say, width, wrapped } from "./terminal.js";

interface Flags extends Settings {
  json?: boolean;
}

export function describeCommand(): Command {
  const command = new Command("describe")
    .argument("<file>", 'a CSV file, may be gzipped; "-" for the standard input')
    .summary("say what the columns of a CSV file hold, and what would be made of them")
    .description(
      "Lists the columns with their kind, missing cells and different values, which are left out and why, and how the file was read.",
    )
    .option("-t, --target <column>", "the column to predict");
  return addFileFlags(addColumnFlags(command)).option("--json", "print one JSON document instead of words").action(describe);
}

async function describe(file: string, flags: Flags): Promise<void> {
  const table = await readFile(file, flags);
  const { target, task, features, exclude, include, categorical, numeric, missingValues } = flags;
  const options = given({ target, task, features, exclude, include, categorical, numeric, missingValues }) as DescribeOptions;
  const summary = await naming(file, async () => describeTable(table, options));
  const { dialect } = table;
  if (flags.json) {
    const notes = summary.notes.map((note) => ({ ...note, text: noteText(note, "command line") }));
    say(JSON.stringify({ command: "describe", file: nameOf(file), dialect, ...summary, notes }));
  } else {
    say(words(nameOf(file), summary));
  }
}

function words(file: string, { rows, columns, notes, target, task }: TableSummary): string[] {
  const goal = target === undefined ? "" : `; ${printable(target)} is ${task === "classification" ? "one of some classes" : "a quantity"}`;
  return [
    wrapped(`${file}: ${count(rows, "row")}, ${count(columns.length, "column")}${goal}`, "    "),
    "",
    columnTable(columns),
    ...(notes.length > 0 ? [""] : []),
    ...notes.map((note) => wrapped(`note: ${printable(noteText(note, "command line"))}`, "  ")),
  ];
}

const HEAD = ["column", "kind", "missing", "different", "values", "use"];
const MOST_LINES = 100;

function columnTable(columns: readonly ColumnSummary[]): string {
  const shown = columns.slice(0, MOST_LINES);
  const lines = shown.map((column) => [
    printable(column.name),
    column.kind,
    column.missing === 0 ? "" : thousands(column.missing),
    column.distinct === null ? "> 1,000" : thousands(column.distinct),
    valuesOf(column),
    column.reason === undefined ? column.use : `left out: ${column.reason}`,
  ]);
  // the first column and the values share what the others leave
  const fixed = [8, 9, 11, 22];
  const rest = width() - fixed.reduce((sum, columns) => sum + columns, 0);
  const first = Math.min(Math.max(...lines.map(([name]) => (name as string).length), 6) + 2, Math.max(12, Math.floor(rest * 0.55)));
  const [kind, missing, different, use] = fixed as [number, number, number, number];
  const table = new Table({
    head: HEAD,
    colWidths: [first, kind, missing, different, Math.max(10, rest - first), use],
    chars: BARE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 1 },
  });
  table.push(...lines);
  const more = columns.length - shown.length;
  const text = trimmed(table);
  return more > 0 ? `${text}\nand ${count(more, "more column")} (--json has them all)` : text;
}

function valuesOf({ kind, range, examples }: ColumnSummary): string {
  if (kind === "date" && examples !== undefined && examples.length > 0) return examples.map(printable).join(", ");
  if (range !== undefined) return range[0] === range[1] ? short(range[0]) : `${short(range[0])} to ${short(range[1])}`;
  return examples?.map(printable).join(", ") ?? "";
}
