import { plot } from "asciichart";
import type { RateResult, SearchResult } from "../search/conclude.js";
import { short } from "../search/report/format.js";
import { MARKS } from "../search/words.js";
import { paint, STYLES, width } from "./terminal.js";

const HEIGHT = 12;
/** Columns for the labels of the vertical axis. */
const LABEL = 9;

/** The loss that rates are chosen by against the rate, both logarithmic; marks say what became of each rate. */
export function rateChart({ rates, best }: SearchResult): string[] {
  const x = axis(rates.map(({ rate }) => Math.log10(rate)));
  const lossOf = ({ validation, finalLoss }: RateResult) => validation?.loss ?? finalLoss;
  const known = rates.filter((result) => (lossOf(result) ?? 0) > 0);
  if (known.length === 0) return [];
  const roof = 10 * (lossOf(known[0] as RateResult) as number);
  const height = (result: RateResult) => Math.log10(Math.min(lossOf(result) as number, roof));
  const points = known.map((result) => ({ column: x.column(Math.log10(result.rate)), value: height(result) }));
  const canvas = new Canvas(points, (value) => short(10 ** value));
  for (const result of rates) {
    const { verdict } = result;
    const column = x.column(Math.log10(result.rate));
    const symbol = paint(STYLES[verdict], result === best ? "★" : MARKS[verdict]);
    if (known.includes(result)) canvas.mark(column, height(result), symbol);
    else if (verdict === "diverged" || verdict === "erratic") canvas.mark(column, Number.POSITIVE_INFINITY, symbol);
  }
  const legend = (Object.keys(MARKS) as (keyof typeof MARKS)[])
    .filter((verdict) => rates.some((result) => result.verdict === verdict && result !== best))
    .map((verdict) => paint(STYLES[verdict], `${MARKS[verdict]} ${verdict}`));
  const clipped = known.some((result) => (lossOf(result) as number) > roof) ? [`(losses above ${short(roof)} are drawn at the top)`] : [];
  return [
    `${best?.validation === null ? "training" : "validation"} loss against learning rate`,
    ...canvas.lines(),
    x.ruler(),
    `${" ".repeat(LABEL)}${paint("green", "★ to use")}  ${legend.join("  ")}`,
    ...clipped.map((note) => " ".repeat(LABEL) + note),
  ];
}

/**
 * A curve over equally spaced steps, as of a loss or a rate; `logarithmic` for what falls by orders of magnitude. Signs stand at indices of the values.
 */
export function curveChart(
  title: string,
  values: readonly number[],
  ends: readonly [string, string],
  logarithmic: boolean,
  signs: readonly { readonly index: number; readonly sign: string }[] = [],
): string[] {
  const finite = values.filter((value) => Number.isFinite(value) && (!logarithmic || value > 0));
  if (finite.length === 0) return [];
  const columns = room();
  const scale = logarithmic ? Math.log10 : (value: number) => value;
  const points = finite.map((value, i) => ({ column: (i / Math.max(1, finite.length - 1)) * (columns - 1), value: scale(value) }));
  const canvas = new Canvas(points, (value) => short(logarithmic ? 10 ** value : value), 8);
  for (const { index, sign } of signs) {
    const point = points[index];
    if (point !== undefined) canvas.mark(point.column, point.value, sign);
  }
  const [first, last] = ends;
  return [title, ...canvas.lines(), " ".repeat(LABEL + 1) + first + last.padStart(columns - first.length)];
}

function room(): number {
  return Math.min(width() - LABEL - 2, 96);
}

interface Point {
  readonly column: number;
  readonly value: number;
}

/** asciichart draws the line and its axis; marks are put over it. */
class Canvas {
  readonly #cells: string[][];
  readonly #low: number;
  readonly #high: number;

  constructor(points: readonly Point[], format: (value: number) => string, height = HEIGHT) {
    const values = points.map(({ value }) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    // a flat line needs some height for its label
    [this.#low, this.#high] = high - low > 1e-9 * Math.abs(high) ? [low, high] : [low - 0.5, low + 0.5];
    const columns = room();
    const series = Array.from({ length: columns + 1 }, (_, column) => at(points, Math.min(column, columns - 1)));
    const label = (value: number, row: number) => (row % 3 === 0 ? format(value) : "").padStart(LABEL - 1);
    const drawn = plot(series, { min: this.#low, max: this.#high, height, offset: 2, format: label });
    const last = Math.ceil((points.at(-1) as Point).column);
    const first = Math.floor((points[0] as Point).column);
    this.#cells = drawn.split("\n").map((line) => {
      const cells = [...line.padEnd(LABEL + columns)];
      // before the first and after the last point there is nothing to draw
      return cells.map((cell, i) => (i >= LABEL && (i - LABEL < first || i - LABEL > last) ? " " : i === LABEL - 1 ? "│" : cell));
    });
  }

  mark(column: number, value: number, symbol: string): void {
    const rows = this.#cells.length - 1;
    const share = (Math.min(value, this.#high) - this.#low) / (this.#high - this.#low);
    const row = this.#cells[rows - Math.round(share * rows)] as string[];
    row[LABEL + Math.round(column)] = symbol;
  }

  lines(): string[] {
    return this.#cells.map((row) => row.join("").trimEnd());
  }
}

/** Where rates stand: evenly by their logarithm, decades named below. */
function axis(logs: readonly number[]): { column(log: number): number; ruler(): string } {
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const columns = room();
  const column = (log: number) => Math.round(((log - low) / (high - low || 1)) * (columns - 3)) + 1;
  return {
    column,
    ruler() {
      const cells: string[] = Array.from({ length: columns + LABEL }, (_, i) => (i < LABEL - 1 ? " " : i === LABEL - 1 ? "└" : "─"));
      const labels = Array.from({ length: columns + LABEL }, () => " ");
      let free = 0;
      const whole = Array.from({ length: Math.floor(high + 1e-9) - Math.ceil(low - 1e-9) + 1 }, (_, i) => Math.ceil(low - 1e-9) + i);
      for (const log of whole.length >= 2 ? whole : logs) {
        const place = LABEL + column(log);
        const name = short(10 ** log);
        const start = Math.min(place - Math.floor(name.length / 2), labels.length - name.length);
        if (start < free) continue;
        cells[place] = "┴";
        [...name].forEach((letter, i) => {
          labels[start + i] = letter;
        });
        free = start + name.length + 1;
      }
      return `${cells.join("")}\n${labels.join("").trimEnd()}`;
    },
  };
}

/** The value of a line through points, straight between them. */
function at(points: readonly Point[], column: number): number {
  const next = points.findIndex((point) => point.column >= column);
  if (next < 0) return (points.at(-1) as Point).value;
  const [a, b] = [points[Math.max(0, next - 1)] as Point, points[next] as Point];
  if (b.column === a.column) return b.value;
  return a.value + ((b.value - a.value) * (column - a.column)) / (b.column - a.column);
}
