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

/** How a verdict looks: a colour, and a mark for those who do not see it. */
export const LOOKS: Readonly<Record<Verdict, { readonly mark: string; readonly style: Style }>> = {
  "too low": { mark: "▼", style: "blue" },
  good: { mark: "●", style: "green" },
  "too high": { mark: "▲", style: "yellow" },
  diverged: { mark: "✕", style: "red" },
};

export function say(lines: readonly string[] | string): void {
  process.stdout.write(`${printable(typeof lines === "string" ? lines : lines.join("\n"))}\n`);
}

/**
 * A text as a terminal may have it: names and cells of files can hold sequences that set its title or move its cursor, so control characters
 * are written out as \x1b. Line breaks stay, and colours where they are shown.
 */
export function printable(text: string): string {
  const coloured = process.stdout.isTTY && process.stdout.hasColors();
  return text.replace(CONTROL, (found) => (coloured && COLOUR.test(found) ? found : escaped(found)));
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: these are what is looked for
/** Colours as `paint` writes them, and every control character but the line break; those that turn the direction of writing too. */
const CONTROL = /\x1b\[[\d;]*m|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
const COLOUR = /^\x1b\[[\d;]*m$/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above

function escaped(found: string): string {
  return Array.from(found, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) return character;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  }).join("");
}
