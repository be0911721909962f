import { demand, show } from "../options/options.js";
import { listed } from "./checks.js";
import { option, say, type Voice, type Words } from "./words.js";

/** Why a column is not predicted from, unless it is asked for. */
export type DropReason = "index" | "row number" | "identifier" | "many texts" | "date" | "empty";

/** A note for a person about data, as its kind and its numbers; `noteText` makes words of it. */
export type Note =
  | { readonly kind: "delimiter"; readonly delimiter: string }
  | { readonly kind: "decimal"; readonly decimal: string }
  | { readonly kind: "no header" }
  | { readonly kind: "encoding"; readonly encoding: string }
  | { readonly kind: "lines skipped"; readonly lines: number; readonly first: string }
  | { readonly kind: "trailing delimiter" }
  | { readonly kind: "nameless column"; readonly column: string; readonly place: number }
  | { readonly kind: "dropped"; readonly column: string; readonly reason: DropReason; readonly distinct: number; readonly rows: number }
  | { readonly kind: "row number kept"; readonly column: string; readonly from: number; readonly to: number }
  | { readonly kind: "number format"; readonly column: string; readonly example: string; readonly value: number }
  | { readonly kind: "date format"; readonly column: string; readonly example: string; readonly dayFirst: boolean }
  | {
      readonly kind: "slip";
      readonly column: string;
      /** What most cells of the column are. */
      readonly of: "number" | "date";
      /** The first cell that is none, its row from 1, and how many there are. */
      readonly text: string;
      readonly row: number;
      readonly cells: number;
    }
  | { readonly kind: "codes"; readonly column: string; readonly example: string; readonly distinct: number }
  | { readonly kind: "numbers as classes"; readonly column: string; readonly distinct: number }
  | { readonly kind: "many categories"; readonly column: string; readonly distinct: number; readonly rows: number }
  | { readonly kind: "sentinel"; readonly column: string; readonly value: number; readonly cells: number }
  | { readonly kind: "rows left out"; readonly rows: number; readonly of: number }
  | { readonly kind: "filled"; readonly column: string; readonly cells: number; readonly of: number; readonly fill: number | string }
  | { readonly kind: "constant"; readonly columns: readonly string[] }
  | { readonly kind: "unseen text"; readonly column: string; readonly text: string; readonly row: number; readonly cells: number };

/** A note as a sentence, in the words of the library or of the command line. */
export function noteText(note: Note, voice: Voice = "library"): string {
  demand(typeof note?.kind === "string", "note", note, "a note, as a table or an encoder has it");
  return say(wordsOf(note), voice);
}

function wordsOf(note: Note): Words {
  switch (note.kind) {
    case "delimiter":
      return [
        `cells are parted by ${note.delimiter === "\t" ? "tabs" : note.delimiter === " " ? "blanks" : show(note.delimiter)} (`,
        option("delimiter"),
        " says otherwise)",
      ];
    case "decimal":
      return ["numbers are read with a decimal comma (", option("decimal", "."), " says otherwise)"];
    case "no header":
      return [
        "the first line looks like data, so columns are called column 1, column 2, ... (",
        option("header", true),
        " takes it for the header)",
      ];
    case "encoding":
      return [`the file is not UTF-8 and was read as ${note.encoding} (`, option("encoding"), " says otherwise)"];
    case "lines skipped":
      return [`${count(note.lines, "line")} before the header skipped: ${show(note.first)} (`, option("skip", 0), " reads them)"];
    case "trailing delimiter":
      return ["lines end in a delimiter: the empty last column is left out"];
    case "nameless column":
      return [`column ${note.place} has no name in the header and is called ${note.column}`];
    case "dropped":
      return dropWords(note);
    case "row number kept":
      return [
        `${columnName(note.column)} rises by one from row to row (${note.from} to ${note.to}): if it only counts the rows, `,
        option("exclude", [note.column]),
      ];
    case "number format":
      return [
        `${columnName(note.column)}: ${show(note.example)} is read as ${note.value} (`,
        option("categorical", [note.column]),
        " keeps the texts)",
      ];
    case "date format":
      return [
        `${columnName(note.column)}: dates such as ${show(note.example)} become days since 1970-01-01` +
          (note.dayFirst ? ", the day written before the month" : ""),
      ];
    case "slip":
      return [`${columnName(note.column)}, row ${note.row}: `, ...slipWords(note, option("categorical", [note.column]))];
    case "codes":
      return [
        `${columnName(note.column)}: codes such as ${show(note.example)} are ${note.distinct} categories (`,
        option("numeric", [note.column]),
        " reads them as numbers)",
      ];
    case "numbers as classes":
      return [
        `${columnName(note.column)}: its ${note.distinct} different whole numbers are read as classes (`,
        option("task", "regression"),
        " reads a quantity)",
      ];
    case "many categories":
      return [
        `${columnName(note.column)}: ${note.distinct} different texts in ${note.rows} rows become as many features (`,
        option("exclude", [note.column]),
        " leaves it out)",
      ];
    case "sentinel":
      return [
        `${columnName(note.column)}: ${note.value} stands in ${count(note.cells, "cell")}, far from all others; if it means a missing cell, `,
        option("missingValues", ["", "NA", String(note.value)]),
      ];
    case "rows left out":
      return [`${note.rows} of ${note.of} rows were left out for missing cells`];
    case "filled": {
      const fill = typeof note.fill === "number" ? String(Number(note.fill.toPrecision(6))) : show(note.fill);
      return [`${columnName(note.column)}: filled ${note.cells} missing of ${note.of} training cells with ${fill}`];
    }
    case "constant":
      return [`constant in the training rows, so without use: ${listed(note.columns)}`];
    case "unseen text": {
      const more = note.cells > 1 ? ` and ${note.cells - 1} more held-out cells` : "";
      return [
        `${columnName(note.column)}: not seen in training, so read as none of the categories: ${show(note.text)} in row ${note.row}${more}`,
      ];
    }
  }
}

/** What is wrong with a cell, and what can be done; `remedy` reads the column as texts. */
export function slipWords({ of, text, cells }: Extract<Note, { kind: "slip" }>, remedy: Words[number]): Words {
  const others = cells > 1 ? ` (${cells} cells are not)` : "";
  return [
    `${show(text)} is not a ${of}, as most of this column${others}: correct it, add it to `,
    option("missingValues"),
    ", or read the column as texts with ",
    remedy,
  ];
}

function dropWords({ column, reason, distinct, rows }: Extract<Note, { kind: "dropped" }>): Words {
  const why = {
    index: `${columnName(column)} is an index without a name`,
    "row number": `${columnName(column)} counts the rows`,
    identifier: `${columnName(column)} names rows (${distinct} different texts in ${rows} rows)`,
    "many texts": `${columnName(column)} has ${distinct} different texts`,
    date: `${columnName(column)} holds dates`,
    empty: `${columnName(column)} is empty`,
  }[reason];
  if (reason === "empty") return [`${why}: left out`];
  const how = reason === "date" ? " reads them as days" : reason === "many texts" ? " makes as many features of it" : " keeps it";
  return [`${why}: left out (`, option("include", [column]), `${how})`];
}

function count(n: number, one: string): string {
  return `${n} ${n === 1 ? one : `${one}s`}`;
}

/** A column as sentences call it; one without a name in its file is called column 3 already. */
function columnName(name: string): string {
  return /^column \d+'*$/.test(name) ? name : `column ${name}`;
}
