// The plots of a search against the learning rate, in the page.
import type uPlotType from "uplot";
import { isFailing } from "../verdict.js";
import type { SearchDocument } from "./document.js";
import { axis, BOLD, clamped, colour, draw, drawMark, line, logAxis, type Plot, write } from "./drawing.js";
import { explained, lossTitle, percent, short } from "./format.js";
import { limitLines } from "./limits.js";
import { failingStretches, lossRange, scoreView } from "./view.js";

declare const uPlot: typeof uPlotType;

type Values = readonly (number | null)[];
/** Ends of a 90 % interval by rate. */
type Intervals = readonly (readonly [number, number] | null)[];

export function ratePlots(report: SearchDocument): void {
  const { rates, best, guessing, scoreName, theory } = report;
  const logs = rates.map(({ rate }) => rate);
  const step = logs.length > 1 ? Math.sqrt((logs.at(-1) as number) / (logs[0] as number)) ** (1 / (logs.length - 1)) : 2;
  const [first, last] = [(logs[0] as number) / step ** 1.2, (logs.at(-1) as number) * step ** 1.2];
  const x: uPlotType.Scale = { time: false, distr: 3, range: () => [first, last] };
  const cursor = { sync: { key: uPlot.sync("rate").key } };
  const describe = (i: number) => tip(report, i);

  /** Behind the lines: rates that fail, and the band of the intervals. */
  const behind = (intervals: Intervals) => (plot: Plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colour("--fail");
    for (const [from, to] of failingStretches(rates)) {
      const left = from === 0 ? bbox.left : plot.valToPos(Math.sqrt((logs[from - 1] as number) * (logs[from] as number)), "x", true);
      const right =
        to === logs.length - 1
          ? bbox.left + bbox.width
          : plot.valToPos(Math.sqrt((logs[to] as number) * (logs[to + 1] as number)), "x", true);
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    ctx.fillStyle = colour("--band");
    const at = (i: number, side: 0 | 1): [number, number] => [
      plot.valToPos(logs[i] as number, "x", true),
      plot.valToPos((intervals[i] as readonly [number, number])[side], "y", true),
    ];
    for (let i = 1; i < logs.length; i++) {
      if (!intervals[i - 1] || !intervals[i]) continue;
      ctx.beginPath();
      ctx.moveTo(...at(i - 1, 0));
      ctx.lineTo(...at(i - 1, 1));
      ctx.lineTo(...at(i, 1));
      ctx.lineTo(...at(i, 0));
      ctx.fill();
    }
    ctx.restore();
  };

  /** Above the lines: the line of guessing, single runs, and a mark for every rate. */
  const above =
    (values: Values, runs: readonly Values[], range: readonly [number, number], guess: number | null, named: boolean) => (plot: Plot) => {
      const { ctx, bbox } = plot;
      const size = 6 * devicePixelRatio;
      drawGuess(plot, guess, range);
      for (const [i, scores] of runs.entries()) {
        if (scores.length < 2) continue;
        for (const score of scores) {
          if (score === null) continue;
          ctx.beginPath();
          ctx.fillStyle = colour("--run");
          const y = plot.valToPos(Math.min(range[1], Math.max(range[0], score)), "y", true);
          ctx.arc(plot.valToPos(logs[i] as number, "x", true), y, 2.2 * devicePixelRatio, 0, 2 * Math.PI);
          ctx.fill();
        }
      }
      rates.forEach(({ rate, verdict }, i) => {
        const value = values[i] ?? null;
        const px = plot.valToPos(rate, "x", true);
        if (value !== null)
          drawMark(plot, verdict, px, plot.valToPos(clamped(value, range), "y", true), rate === best?.rate ? size * 1.35 : size);
        // a failed rate has no value: it stands at the bad end
        else if (isFailing(verdict)) drawMark(plot, verdict, px, named ? bbox.top + bbox.height - size * 2 : bbox.top + size * 2, size);
      });
      if (named && best !== null) nameRate(plot, best.rate, values, range);
    };

  /** Writes a rate below its mark, or above it where that is farther from the marks beside it. */
  const nameRate = (plot: Plot, chosen: number, values: Values, range: readonly [number, number]) => {
    const [at, px] = [logs.indexOf(chosen), plot.valToPos(chosen, "x", true)];
    const marks = values.map((value) => (value === null ? null : plot.valToPos(clamped(value, range), "y", true)));
    const own = marks[at];
    if (own === null || own === undefined) return;
    const beside = marks.filter(
      (y, i) => i !== at && y !== null && Math.abs(plot.valToPos(logs[i] as number, "x", true) - px) < 40 * devicePixelRatio,
    );
    const room = (y: number) => (y < plot.bbox.top ? 0 : Math.min(...beside.map((mark) => Math.abs((mark as number) - y))));
    const [below, over] = [own + 24 * devicePixelRatio, own - 24 * devicePixelRatio];
    const py = room(over) > room(below) ? over : below;
    write(plot, short(chosen), px, py, { colour: colour("--good"), align: "center", font: BOLD });
  };

  const view = scoreView(report);
  if (view !== undefined && best !== null) {
    const accuracy = scoreName === "accuracy";
    const range = [view.low, view.high] as const;
    const scores = view.points.map((point) => point?.score ?? null);
    // a little room above, so that marks at 100 % are whole
    const roof = view.high + 0.06 * (view.high - view.low);
    draw(
      "score",
      250,
      {
        scales: { x, y: { range: () => [view.low - 0.06 * (view.high - view.low), roof] } },
        axes: [
          logAxis("", 8, { labelSize: 0, values: (_plot, splits) => splits.map(() => ""), size: 8 }),
          axis(accuracy ? "accuracy" : "R²", {
            size: 62,
            values: (_plot, splits) =>
              splits.map((value) => (accuracy ? (value > 1 || value < 0 ? "" : `${Number((100 * value).toFixed(1))} %`) : short(value))),
          }),
        ],
        series: [{}, line("--muted")],
        cursor,
        hooks: {
          drawAxes: [behind(view.points.map((point) => point?.interval ?? null))],
          draw: [
            above(
              scores,
              view.points.map((point) => point?.runs ?? []),
              range,
              view.guess,
              true,
            ),
          ],
        },
      },
      [logs, scores.map((score) => score && clamped(score, range))],
      describe,
    );
  } else document.getElementById("score")?.remove();

  const losses = rates.map(({ validation, finalLoss }) => (validation === null ? finalLoss : validation.loss));
  const training = rates.map(({ finalLoss }) => finalLoss);
  const range = lossRange(losses, guessing.loss);
  const drawn = (values: Values) => values.map((value) => (value === null ? null : clamped(value, range)));
  const runs = rates.map(({ trials }) =>
    trials.map(
      ({ kept, history }) => kept?.validation?.loss ?? (losses.some((loss) => loss === null) ? null : (history.at(-1)?.loss ?? null)),
    ),
  );
  draw(
    "loss",
    270,
    {
      scales: { x, y: { distr: 3, range: () => [range[0] / 1.15, range[1] * 1.15] } },
      axes: [logAxis("learning rate", 8, { size: 34 }), logAxis(lossTitle(report), 6, { size: 62 })],
      series: [{}, line("--muted"), line("--muted", [5, 5])],
      cursor,
      hooks: { drawAxes: [behind([]), limitLines(theory)], draw: [above(losses, runs, range, guessing.loss, view === undefined)] },
    },
    [logs, drawn(losses), drawn(training)],
    describe,
  );
  noteEdges([...losses, ...training], range);
}

/** A dotted line, or words at the edge beyond which guessing lies. */
function drawGuess(plot: Plot, guess: number | null, [low, high]: readonly [number, number]): void {
  if (guess === null) return;
  const { ctx, bbox } = plot;
  const within = guess >= low && guess <= high;
  const y = plot.valToPos(clamped(guess, [low, high]), "y", true);
  if (within) {
    ctx.save();
    ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.strokeStyle = colour("--muted");
    ctx.lineWidth = 1.4 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
  const words = within ? "guessing" : guess < low ? "↓ guessing" : "↑ guessing";
  const inside = guess > high ? 10 : -10;
  write(plot, words, bbox.left + bbox.width - 6 * devicePixelRatio, y + inside * devicePixelRatio, {
    colour: colour("--muted"),
    align: "right",
  });
}

/** Says what was drawn at the edges. */
function noteEdges(losses: Values, [low, high]: readonly [number, number]): void {
  const known = losses.filter((loss) => loss !== null);
  const parts = [
    ...(known.some((loss) => loss < low) ? [`below ${short(low)}${known.includes(0) ? " (0 among them)" : ""} at the bottom`] : []),
    ...(known.some((loss) => loss > high) ? [`above ${short(high)} at the top`] : []),
  ];
  document.getElementById("clipped")?.append(parts.length > 0 ? ` Losses ${parts.join(" and ")} are drawn at the edge.` : "");
}

function tip({ rates, scoreName, uneven }: SearchDocument, i: number): string[] {
  const result = rates[i];
  if (result === undefined) return [];
  const { rate, verdict, validation, finalLoss, reason, balancedAccuracy, trials } = result;
  const score = validation?.score;
  const named = scoreName === "accuracy" ? "accuracy" : "R²";
  return [
    `rate ${short(rate)}: ${verdict}`,
    ...(score === undefined ? [] : [`${named} ${scoreName === "accuracy" ? percent(score) : explained(score)}`]),
    ...(uneven && balancedAccuracy !== null ? [`balanced accuracy ${percent(balancedAccuracy)}`] : []),
    ...(validation === null ? [] : [`validation loss ${short(validation.loss)}`]),
    ...(finalLoss === null ? [] : [`training loss ${short(finalLoss)}`]),
    ...(trials.length > 1 ? [`${trials.length} runs`] : []),
    ...reason.split("; "),
  ];
}
