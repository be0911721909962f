import { stripVTControlCharacters } from "node:util";
import { plot } from "asciichart";
import type { SearchResult } from "../search/conclude.js";
import { explained, percent, short } from "../search/report/format.js";
import { lossRange, scoreView } from "../search/report/view.js";
import { isFailing } from "../search/verdict.js";
import { MARKS } from "../search/words.js";
import { paint, STYLES, width } from "./terminal.js";

const HEIGHT = 12;
/** Columns for the labels of the vertical axis. */
const LABEL = 9;

/** What is compared, against the rate: the score where the choice is made, or the loss where there is no score; marks say what became of each rate. */
export function rateChart(result: SearchResult): string[] {
  const { rates, best } = result;
  const x = axis(rates.map(({ rate }) => Math.log10(rate)));
  const { title, values, low, high, guess, format, worst } = viewOf(result);
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const known = rates.flatMap(({ rate }, i) => {
    const value = values[i] ?? null;
    return value === null ? [] : [{ column: x.column(Math.log10(rate)), value: within(value) }];
  });
  if (known.length === 0) return [];
  const canvas = new Canvas(known, format, HEIGHT, [low, high]);
  if (guess !== null && guess >= low && guess <= high) canvas.rule(guess);
  rates.forEach((one, i) => {
    const value = values[i] ?? null;
    const symbol = paint(STYLES[one.verdict], one.rate === best?.rate ? "★" : MARKS[one.verdict]);
    if (value !== null || isFailing(one.verdict))
      canvas.mark(x.column(Math.log10(one.rate)), value === null ? worst : within(value), symbol);
  });
  const legend = (Object.keys(MARKS) as (keyof typeof MARKS)[])
    .filter((verdict) => rates.some((one) => one.verdict === verdict && one.rate !== best?.rate))
    .map((verdict) => paint(STYLES[verdict], `${MARKS[verdict]} ${verdict}`));
  const outside = values.filter((value) => value !== null && (value < low || value > high)).length;
  const notes = [
    ...(guess === null ? [] : [guess >= low && guess <= high ? "┈ guessing" : `guessing has ${format(guess)}`]),
    ...(outside > 0 ? [`${outside === 1 ? "1 rate lies" : `${outside} rates lie`} beyond the edge`] : []),
  ];
  return [
    `${title} against learning rate`,
    ...canvas.lines(),
    x.ruler(),
    ...laid([...(best === null ? [] : [paint("green", "★ to use")]), ...legend, ...notes]),
  ];
}

/** What a chart shows: values by rate, null of rates that have none, and the range that is drawn. */
interface ChartView {
  readonly title: string;
  readonly values: readonly (number | null)[];
  readonly low: number;
  readonly high: number;
  readonly guess: number | null;
  readonly format: (value: number) => string;
  /** Where rates that failed are marked. */
  readonly worst: number;
}

function viewOf(result: SearchResult): ChartView {
  const { rates, best, guessing, scoreName } = result;
  const view = scoreView(result);
  if (view !== undefined) {
    const accuracy = scoreName === "accuracy";
    return {
      title: `${accuracy ? "accuracy" : "R²"} on validation rows`,
      values: view.points.map((point) => point?.score ?? null),
      low: view.low,
      high: view.high,
      guess: view.guess,
      format: (value) => (accuracy ? percent(value) : explained(value)),
      worst: view.low,
    };
  }
  const losses = rates.map(({ validation, finalLoss }) => validation?.loss ?? finalLoss);
  const [low, high] = lossRange(losses, guessing.loss).map(Math.log10) as [number, number];
  return {
    title: `${best?.validation ? "validation" : "training"} loss`,
    values: losses.map((loss) => (loss === null ? null : Math.log10(loss))),
    low,
    high,
    guess: guessing.loss === null ? null : Math.log10(guessing.loss),
    format: (value) => short(10 ** value),
    worst: high,
  };
}

/** Words side by side, in as many lines as they need. */
function laid(words: readonly string[]): string[] {
  const lines: string[] = [];
  let used = 0;
  for (const word of words) {
    const long = stripVTControlCharacters(word).length;
    if (lines.length === 0 || LABEL + used + 2 + long > width()) {
      lines.push(" ".repeat(LABEL) + word);
      used = long;
    } else {
      lines.push(`${lines.pop()}  ${word}`);
      used += 2 + long;
    }
  }
  return lines;
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

  /** @param range the values at the bottom and the top: by default the least and the greatest of the points. */
  constructor(points: readonly Point[], format: (value: number) => string, height = HEIGHT, range?: readonly [number, number]) {
    const values = points.map(({ value }) => value);
    const [low, high] = range ?? [Math.min(...values), Math.max(...values)];
    // a flat line needs some height for its label
    [this.#low, this.#high] = high - low > 1e-9 * Math.abs(high) ? [low, high] : [low - 0.5, low + 0.5];
    const columns = room();
    // in rows, so that lines and marks are rounded alike
    const rows = (value: number) => ((value - this.#low) / (this.#high - this.#low)) * height;
    const series = Array.from({ length: columns + 1 }, (_, column) => rows(at(points, Math.min(column, columns - 1))));
    const label = (value: number, row: number) =>
      (row % 3 === 0 ? format(this.#low + (value / height) * (this.#high - this.#low)) : "").padStart(LABEL - 1);
    const drawn = plot(series, { min: 0, max: height, height, offset: 2, format: label });
    const last = Math.ceil((points.at(-1) as Point).column);
    const first = Math.floor((points[0] as Point).column);
    this.#cells = drawn.split("\n").map((line) => {
      const cells = [...line.padEnd(LABEL + columns)];
      // before the first and after the last point there is nothing to draw
      return cells.map((cell, i) => (i >= LABEL && (i - LABEL < first || i - LABEL > last) ? " " : i === LABEL - 1 ? "│" : cell));
    });
  }

  mark(column: number, value: number, symbol: string): void {
    this.#rowOf(value)[LABEL + Math.round(column)] = symbol;
  }

  /** A dotted line where nothing else is drawn. */
  rule(value: number): void {
    const row = this.#rowOf(value);
    for (let i = LABEL; i < LABEL + room(); i++) if ((row[i] ?? " ") === " ") row[i] = "┈";
  }

  #rowOf(value: number): string[] {
    const rows = this.#cells.length - 1;
    const share = (Math.min(value, this.#high) - this.#low) / (this.#high - this.#low);
    return this.#cells[rows - Math.round(share * rows)] as string[];
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
