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
  process.stdout.write(`${typeof lines === "string" ? lines : lines.join("\n")}\n`);
}
