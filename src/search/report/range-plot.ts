// Runs in the page, as plots.ts does.
import { rangeMarks } from "../range-words.js";
import { axis, BOLD, colour, draw, logAxis, type Plot, write } from "./drawing.js";
import { short } from "./format.js";
import type { RangeTestDocument } from "./range-test.js";

/** The curve of a range test, with the rates that stand out in it. */
export function rangePlot(document: RangeTestDocument): void {
  const { curve, runs, suggestion, start, diverges } = document;
  if (curve.length === 0) return;
  const longest = Math.max(curve.length, ...runs.map(({ losses }) => losses.length));
  // rates rise by the same factor from step to step
  const factor = curve.length > 1 ? ((curve.at(-1)?.rate as number) / (curve[0]?.rate as number)) ** (1 / (curve.length - 1)) : 2;
  const rates = Array.from({ length: longest }, (_, i) => curve[i]?.rate ?? (curve[0]?.rate as number) * factor ** i);
  const line = rates.map((_, i) => curve[i]?.smoothed ?? null);
  const known = [...line, ...runs.flatMap(({ losses }) => losses)].filter((value): value is number => value !== null && value > 0);
  const logarithmic =
    known.length === longest + runs.reduce((sum, { losses }) => sum + losses.length, 0) - line.filter((value) => value === null).length;
  const roof = Math.max(...line.map((value) => value ?? 0), start) * 2;
  const drawn = (value: number | null | undefined) => (value === null || value === undefined || value > 2 * roof ? null : value);
  const all = [...line, ...runs.flatMap(({ losses }) => losses)].map(drawn).filter((value): value is number => value !== null);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const band = (plot: Plot) => {
    if (suggestion === null) return;
    const [from, to] = [plot.valToPos(suggestion.from, "x", true), plot.valToPos(suggestion.to, "x", true)];
    plot.ctx.fillStyle = colour("--band");
    plot.ctx.fillRect(from, plot.bbox.top, to - from, plot.bbox.height);
  };
  const signs = (plot: Plot) => {
    for (const { rate, sign } of rangeMarks(document)) {
      const i = rates.findIndex((one) => one >= rate * 0.999);
      const value = line[i] ?? (rate === diverges ? roof : null);
      if (value === null) continue;
      const y = Math.max(plot.bbox.top + 10 * devicePixelRatio, plot.valToPos(value, "y", true) - 14 * devicePixelRatio);
      write(plot, sign, plot.valToPos(rate, "x", true), y, { colour: colour("--ink"), align: "center", font: BOLD });
    }
  };
  draw(
    "range",
    340,
    {
      scales: {
        x: { time: false, distr: 3, range: () => [rates[0] as number, rates.at(-1) as number] },
        y: logarithmic
          ? { distr: 3, range: () => [low / 1.4, high * 1.4] }
          : { range: () => [low - 0.05 * (high - low), high + 0.1 * (high - low)] },
      },
      axes: [logAxis("learning rate", 8, { size: 34 }), logarithmic ? logAxis("loss", 6, { size: 62 }) : axis("loss", { size: 62 })],
      series: [
        {},
        ...runs.map(() => ({ stroke: () => colour("--muted"), width: 1, alpha: 0.55, points: { show: false } })),
        { stroke: () => colour("--accent"), width: 3, points: { show: false } },
      ],
      hooks: { drawAxes: [band], draw: [signs] },
    },
    [rates, ...runs.map(({ losses }) => rates.map((_, i) => drawn(losses[i]))), line],
    (i) => [
      `rate ${short(rates[i] as number)}`,
      ...(curve[i] === undefined ? [] : [`loss ${short(curve[i].loss)}, smoothed ${short(curve[i].smoothed)}`]),
    ],
  );
}
