import { styleText } from "node:util";
import type { Verdict } from "../search/verdict.js";

type Style = Parameters<typeof styleText>[0];

/** Columns of the terminal; piped, as wide as a person reads. COLUMNS overrides. */
export function width(): number {
  const given = Number(process.env["COLUMNS"]);
  const columns = given > 0 ? given : (process.stdout.columns ?? 100);
  return Math.max(40, Math.min(columns, 120));
}

/** Colours only where the terminal shows them and the person wants them (NO_COLOR, TERM=dumb). */
export function paint(style: Style, text: string): string {
  const coloured = process.stdout.isTTY && process.stdout.hasColors();
  return coloured ? styleText(style, text) : text;
}

/** The colour of a verdict; MARKS has a mark for those who do not see it. */
export const STYLES: Readonly<Record<Verdict, Style>> = {
  "too low": "blue",
  good: "green",
  "as good for all we know": "cyan",
  "too high": "yellow",
  erratic: "magenta",
  diverged: "red",
  lost: "red",
  pruned: "gray",
};

export function say(lines: readonly string[] | string): void {
  process.stdout.write(`${printableLines(typeof lines === "string" ? lines : lines.join("\n"))}\n`);
}

/**
 * A text from outside, such as a name or a cell of a file, as a terminal may be given it: control characters, which move its cursor or set its
 * title, are written out.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/** As `printable`, of lines made here: line breaks stay, and colours where they are shown. */
export function printableLines(text: string): string {
  const coloured = process.stdout.isTTY && process.stdout.hasColors();
  return text.replace(PIECES, (piece) => (piece === "\n" || (coloured && piece.endsWith("m")) ? piece : printable(piece)));
}

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Colours as `paint` writes them, and any other control character. */
const PIECES = new RegExp(`\\x1b\\[[\\d;]*m|${CONTROL.source}`, "gu");

/** A line cut at blanks to the width of the terminal; what follows is indented. */
export function wrapped(line: string, indent: string): string {
  const columns = width();
  const lines: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    let cut = rest.lastIndexOf(" ", columns);
    if (cut <= indent.length) cut = rest.indexOf(" ", columns);
    if (cut < 0) break;
    lines.push(rest.slice(0, cut));
    rest = indent + rest.slice(cut + 1);
  }
  return [...lines, rest].join("\n");
}
