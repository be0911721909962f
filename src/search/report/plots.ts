// Runs in the page, not in Node: scripts/page.js bundles it, page.ts puts it into the page, after uPlot and beside the document.
import type uPlotType from "uplot";
import type { Verdict } from "../verdict.js";
import type { SearchDocument, TrainDocument } from "./document.js";
import { axis, BOLD, COLOURS, colour, draw, drawMark, logAxis, type Plot, write } from "./drawing.js";
import { short } from "./format.js";
import { limitLines } from "./limits.js";
import { rangePlot } from "./range-plot.js";
import type { RangeTestDocument } from "./range-test.js";

declare const uPlot: typeof uPlotType;

const report: SearchDocument | TrainDocument | RangeTestDocument = JSON.parse(document.getElementById("document")?.textContent ?? "");

/** The index of the last number; -1 when there is none. */
function lastKnown(values: readonly (number | null)[]): number {
  return values.reduce((last: number, value, i) => (value === null ? last : i), -1);
}

function searchPlots({ rates, best, good, scoreName, data, theory }: SearchDocument): void {
  const accuracy = scoreName === "accuracy";
  const logs = rates.map(({ rate }) => rate);
  const step = logs.length > 1 ? Math.sqrt((logs.at(-1) as number) / (logs[0] as number)) ** (1 / (logs.length - 1)) : 2;
  const sync = uPlot.sync("rate");
  const x: uPlotType.Scale = {
    time: false,
    distr: 3,
    range: () => [(logs[0] as number) / step ** 1.2, (logs.at(-1) as number) * step ** 1.2],
  };
  // the untrained network's loss; what lies far above it is drawn at the edge
  const start = rates.find(({ trials }) => trials[0]?.history[0] !== undefined)?.trials[0]?.history[0]?.loss ?? 1;
  const roof = 10 * start;
  const clip = (value: number | null | undefined) => (value === null || value === undefined || value <= 0 ? null : Math.min(value, roof));

  const describe = (i: number): string[] => {
    const result = rates[i];
    if (result === undefined) return [];
    const { rate, verdict, validation, finalLoss, reason } = result;
    const lines = [`rate ${short(rate)}: ${verdict}`];
    if (validation?.score !== undefined)
      lines.push(accuracy ? `accuracy ${(100 * validation.score).toFixed(1)} %` : `R² ${validation.score.toFixed(3)}`);
    if (validation !== null) lines.push(`validation loss ${short(validation.loss)}`);
    lines.push(finalLoss === null ? reason : `training loss ${short(finalLoss)}`);
    return lines;
  };

  const band = (plot: Plot) => {
    if (good === null) return;
    const { ctx, bbox } = plot;
    const [from, to] = [plot.valToPos(good.from / step ** 0.8, "x", true), plot.valToPos(good.to * step ** 0.8, "x", true)];
    ctx.fillStyle = colour("--band");
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
  };
  const marks = (values: readonly (number | null | undefined)[], named: boolean) => (plot: Plot) => {
    const size = 6 * devicePixelRatio;
    rates.forEach(({ rate, verdict }, i) => {
      const value = values[i];
      const px = plot.valToPos(rate, "x", true);
      if (value === null || value === undefined) {
        if (verdict !== "diverged" && verdict !== "erratic") return;
        drawMark(plot, verdict, px, named ? plot.bbox.top + plot.bbox.height - size * 1.6 : plot.bbox.top + size * 1.6, size);
        return;
      }
      drawMark(plot, verdict, px, plot.valToPos(value, "y", true), rate === best?.rate ? size * 1.35 : size);
    });
    const at = rates.findIndex(({ rate }) => rate === best?.rate);
    const value = values[at];
    if (named && best !== null && value !== null && value !== undefined) {
      const py = plot.valToPos(value, "y", true) + 24 * devicePixelRatio;
      write(plot, `best: ${short(best.rate)}`, plot.valToPos(best.rate, "x", true), py, {
        colour: colour("--good"),
        align: "center",
        font: BOLD,
      });
    }
  };
  const line = (name: string, dash?: number[]): uPlotType.Series => ({
    stroke: () => colour(name),
    width: 2,
    points: { show: false },
    spanGaps: false,
    ...(dash && { dash }),
  });

  const scores = rates.map(({ validation }) => validation?.score ?? null);
  if (scores.some((score) => score !== null)) {
    const known = scores.filter((score): score is number => score !== null);
    const low = accuracy ? 0 : Math.max(-1, Math.min(0, ...known));
    draw(
      "score",
      230,
      {
        scales: { x, y: { range: () => [low, accuracy ? 1.04 : Math.max(1, ...known) + 0.04 * (1 - low)] } },
        axes: [
          logAxis("", 8, { labelSize: 0, values: (_plot, splits) => splits.map(() => ""), size: 8 }),
          axis(accuracy ? "accuracy on validation rows" : "R² on validation rows", {
            size: 62,
            values: (_plot, splits) => splits.map((value) => (accuracy ? (value > 1 ? "" : `${Math.round(100 * value)} %`) : short(value))),
          }),
        ],
        series: [{}, line("--muted")],
        cursor: { sync: { key: sync.key } },
        hooks: {
          drawAxes: [band],
          draw: [
            marks(
              scores.map((score) => (score === null ? null : Math.max(score, low))),
              true,
            ),
          ],
        },
      },
      [logs, scores.map((score) => (score === null ? null : Math.max(score, low)))],
      describe,
    );
  }
  const losses = rates.map(({ validation, finalLoss }) => clip(validation === null ? finalLoss : validation.loss));
  const training = rates.map(({ finalLoss }) => clip(finalLoss));
  const all = [...losses, ...training].filter((value): value is number => value !== null);
  const clipped = rates.some(({ validation, finalLoss }) => Math.max(validation?.loss ?? 0, finalLoss ?? 0) > roof);
  document.getElementById("clipped")?.append(clipped ? ` Losses above ${short(roof)} are drawn at the top.` : "");
  draw(
    "loss",
    290,
    {
      scales: { x, y: { distr: 3, range: () => [Math.min(...all) / 1.8, Math.max(...all) * 1.8] } },
      axes: [
        logAxis("learning rate", 8, { size: 34 }),
        logAxis(data.scale === undefined ? "loss (cross-entropy)" : "loss (standardised)", 6, { size: 62 }),
      ],
      series: [{}, line("--muted"), line("--muted", [5, 5])],
      cursor: { sync: { key: sync.key } },
      hooks: { drawAxes: [band, limitLines(theory)], draw: [marks(losses, false)] },
    },
    [logs, losses, training],
    describe,
  );
  curvePlot(rates, best?.rate, roof);
}

function curvePlot(rates: SearchDocument["rates"], best: number | undefined, roof: number): void {
  const epochs = Math.max(...rates.map(({ trials }) => trials[0]?.history.length ?? 0));
  if (epochs === 0) return;
  const numbers = Array.from({ length: epochs }, (_, i) => i + 1);
  const series = rates.map(({ trials }) =>
    numbers.map((_, i) => {
      const loss = trials[0]?.history[i]?.loss;
      return loss === undefined || loss <= 0 ? null : Math.min(loss, roof);
    }),
  );
  const all = series.flat().filter((value): value is number => value !== null);
  const labels = (plot: Plot) => {
    const right = plot.bbox.left + plot.bbox.width + 8 * devicePixelRatio;
    const height = 14 * devicePixelRatio;
    const named = rates
      .map(({ rate, verdict, trials }, i) => {
        const values = series[i] as (number | null)[];
        const last = lastKnown(values);
        const ended = last + 1 < epochs;
        if (last < 0) return undefined;
        const y = plot.valToPos(values[last] as number, "y", true);
        if (ended && trials[0]?.divergence !== null)
          drawMark(plot, "diverged", plot.valToPos(last + 1, "x", true), y, 5 * devicePixelRatio);
        return { text: `${rate === best ? "★ " : ""}${short(rate)}`, y, verdict, important: rate === best };
      })
      .filter((label) => label !== undefined)
      .sort((a, b) => a.y - b.y);
    // from the top down, each at least its height below the one before; then back up from the bottom
    const places: number[] = [];
    named.forEach(({ y }, i) => {
      places[i] = Math.max(y, (places[i - 1] ?? Number.NEGATIVE_INFINITY) + height);
    });
    let floor = plot.bbox.top + plot.bbox.height;
    for (let i = places.length - 1; i >= 0; i--) {
      places[i] = Math.min(places[i] as number, floor);
      floor = (places[i] as number) - height;
    }
    named.forEach(({ text, verdict, important }, i) => {
      write(plot, text, right, places[i] as number, { colour: colour(COLOURS[verdict]), ...(important && { font: BOLD }) });
    });
  };
  draw(
    "curves",
    380,
    {
      padding: [14, 88, 0, 0],
      scales: {
        x: { time: false, range: () => [1, Math.max(2, epochs)] },
        y: { distr: 3, range: () => [Math.min(...all) / 1.5, Math.max(...all) * 1.5] },
      },
      axes: [axis("epoch", { size: 34 }), logAxis("training loss", 7, { size: 62 })],
      series: [
        {},
        ...rates.map(({ rate, verdict }) => ({
          stroke: () => colour(COLOURS[verdict]),
          width: rate === best ? 3.5 : 1.4,
          alpha: rate === best ? 1 : 0.85,
          points: { show: false },
          ...(verdict === "diverged" && { dash: [6, 4] }),
        })),
      ],
      focus: { alpha: 0.2 },
      cursor: { focus: { prox: 16 }, y: false },
      hooks: { draw: [labels] },
    },
    [numbers, ...series],
    (i, plot) => {
      // the curve that is nearest to the pointer
      const { top = 0 } = plot.cursor;
      let nearest: { rate: number; verdict: Verdict; loss: number; distance: number } | undefined;
      rates.forEach(({ rate, verdict }, j) => {
        const loss = series[j]?.[i];
        if (loss === null || loss === undefined) return;
        const distance = Math.abs(plot.valToPos(loss, "y") - top);
        if (nearest === undefined || distance < nearest.distance) nearest = { rate, verdict, loss, distance };
      });
      return nearest === undefined
        ? []
        : [`rate ${short(nearest.rate)}: ${nearest.verdict}`, `epoch ${i + 1}: loss ${short(nearest.loss)}`];
    },
  );
}

function trainPlots({ history, rates }: TrainDocument): void {
  const numbers = history.map(({ epoch }) => epoch);
  const training = history.map(({ loss }) => (loss > 0 ? loss : null));
  const validation = history.map((record) =>
    record.validation !== undefined && record.validation.loss > 0 ? record.validation.loss : null,
  );
  const all = [...training, ...validation].filter((value): value is number => value !== null);
  draw(
    "losses",
    300,
    {
      scales: { x: { time: false }, y: { distr: 3, range: () => [Math.min(...all) / 1.4, Math.max(...all) * 1.4] } },
      axes: [axis("epoch", { size: 34 }), logAxis("loss", 6, { size: 62 })],
      series: [
        {},
        { stroke: () => colour("--low"), width: 2.2, points: { show: false } },
        { stroke: () => colour("--high"), width: 2.2, points: { show: false }, dash: [7, 4] },
      ],
    },
    [numbers, training, validation],
    (i) => {
      const { epoch = 0, loss = 0, validation } = history[i] ?? {};
      return [`epoch ${epoch}`, `training ${short(loss)}`, ...(validation ? [`validation ${short(validation.loss)}`] : [])];
    },
  );
  const highest = Math.max(...rates.map(({ rate }) => rate));
  draw(
    "rates",
    300,
    {
      scales: { x: { time: false }, y: { range: () => [0, highest * 1.08 || 1] } },
      axes: [axis("step", { size: 34 }), axis("learning rate", { size: 68, values: (_plot, splits) => splits.map(short) })],
      series: [{}, { stroke: () => colour("--accent"), width: 2.2, points: { show: false } }],
    },
    [rates.map(({ step }) => step), rates.map(({ rate }) => rate)],
    (i) => [`step ${rates[i]?.step ?? 0}`, `rate ${short(rates[i]?.rate ?? 0)}`],
  );
}

if (report.command === "search") searchPlots(report);
else if (report.command === "range-test") rangePlot(report);
else if (report.command === "train") trainPlots(report);
