// The curves of a search over epochs, in the page.
import type { Verdict } from "../verdict.js";
import type { SearchDocument } from "./document.js";
import { axis, BOLD, COLOURS, clamped, colour, draw, drawMark, logAxis, type Plot, write } from "./drawing.js";
import { short } from "./format.js";
import { lossRange } from "./view.js";

type Curve = readonly (number | null)[];

/** Training and validation losses by epoch, on axes of the same range; the first run of each rate. */
export function curvePlots(report: SearchDocument): void {
  const histories = report.rates.map(({ trials }) => trials[0]?.history ?? []);
  const epochs = Math.max(...histories.map(({ length }) => length));
  const numbers = Array.from({ length: epochs }, (_, i) => i + 1);
  const curves = (of: (record: (typeof histories)[number][number]) => number | undefined): Curve[] =>
    histories.map((history) => numbers.map((_, i) => (history[i] === undefined ? null : (of(history[i]) ?? null))));
  const training = curves(({ loss }) => loss);
  const validation = curves(({ validation }) => validation?.loss);
  const guess = report.guessing.loss;
  // training losses may fall by decades more than matter
  const deciding = [validation, training].map((all) => all.flat()).find((losses) => losses.some((loss) => loss !== null)) ?? [];
  const [low, high] = lossRange(deciding, guess, 1 / 10);
  plotCurves("curves", "training loss", training, [low, high], report);
  plotCurves("validation-curves", "validation loss", validation, [low, high], report);
}

function plotCurves(id: string, label: string, curves: readonly Curve[], range: readonly [number, number], report: SearchDocument): void {
  const { rates, best } = report;
  const epochs = curves[0]?.length ?? 0;
  if (epochs === 0 || curves.every((curve) => curve.every((loss) => loss === null))) {
    document.getElementById(id)?.closest("section")?.remove();
    return;
  }
  const drawn = curves.map((curve) => curve.map((loss) => (loss === null ? null : clamped(loss, range))));
  draw(
    id,
    340,
    {
      padding: [14, 86, 0, 0],
      scales: {
        x: { time: false, range: () => [1, Math.max(2, epochs)] },
        y: { distr: 3, range: () => [range[0] / 1.1, range[1] * 1.1] },
      },
      axes: [axis("epoch", { size: 34 }), logAxis(label, 7, { size: 62 })],
      series: [
        {},
        ...rates.map(({ rate, verdict }) => ({
          stroke: () => colour(COLOURS[verdict]),
          width: rate === best?.rate ? 3.5 : 1.4,
          alpha: rate === best?.rate ? 1 : 0.85,
          points: { show: false },
          ...(verdict === "diverged" && { dash: [6, 4] }),
        })),
      ],
      focus: { alpha: 0.2 },
      cursor: { focus: { prox: 16 }, y: false },
      hooks: { draw: [(plot) => drawLabels(plot, drawn, report)] },
    },
    [Array.from({ length: epochs }, (_, i) => i + 1), ...drawn],
    (i, plot) => {
      // the curve that is nearest to the pointer
      const { top = 0 } = plot.cursor;
      let nearest: { rate: number; verdict: Verdict; loss: number; distance: number } | undefined;
      rates.forEach(({ rate, verdict }, j) => {
        const [loss, shown] = [curves[j]?.[i], drawn[j]?.[i]];
        if (loss === null || loss === undefined || shown === null || shown === undefined) return;
        const distance = Math.abs(plot.valToPos(shown, "y") - top);
        if (nearest === undefined || distance < nearest.distance) nearest = { rate, verdict, loss, distance };
      });
      return nearest === undefined
        ? []
        : [`rate ${short(nearest.rate)}: ${nearest.verdict}`, `epoch ${i + 1}: ${label} ${short(nearest.loss)}`];
    },
  );
}

/** The index of the last number; -1 when there is none. */
function lastKnown(values: Curve): number {
  return values.reduce((last: number, value, i) => (value === null ? last : i), -1);
}

/** The rate of each curve beside its end, none over another, and a cross where a run stopped. */
function drawLabels(plot: Plot, curves: readonly Curve[], { rates, best }: SearchDocument): void {
  const { left, top, width, height: tall } = plot.bbox;
  const height = 14 * devicePixelRatio;
  const named = rates
    .map(({ rate, verdict, trials }, i) => {
      const curve = curves[i] as Curve;
      const last = lastKnown(curve);
      if (last < 0) return undefined;
      const y = plot.valToPos(curve[last] as number, "y", true);
      if (last + 1 < curve.length && trials[0]?.divergence !== null)
        drawMark(plot, "diverged", plot.valToPos(last + 1, "x", true), y, 5 * devicePixelRatio);
      return { text: `${rate === best?.rate ? "★ " : ""}${short(rate)}`, y, verdict, important: rate === best?.rate };
    })
    .filter((label) => label !== undefined)
    .sort((a, b) => a.y - b.y);
  // from the top down, each at least its height below the one before; then back up from the bottom
  const places: number[] = [];
  named.forEach(({ y }, i) => {
    places[i] = Math.max(y, (places[i - 1] ?? Number.NEGATIVE_INFINITY) + height);
  });
  let floor = top + tall;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i] as number, floor);
    floor = (places[i] as number) - height;
  }
  named.forEach(({ text, verdict, important }, i) => {
    write(plot, text, left + width + 8 * devicePixelRatio, places[i] as number, {
      colour: colour(COLOURS[verdict]),
      ...(important && { font: BOLD }),
    });
  });
}
