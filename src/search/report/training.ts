// The plots of a training run, in the page.
import type { TrainDocument } from "./document.js";
import { axis, colour, draw, logAxis } from "./drawing.js";
import { short } from "./format.js";

export function trainPlots({ history, rates }: TrainDocument): void {
  const numbers = history.map(({ epoch }) => epoch);
  const losses = history.map(({ loss }) => loss);
  const checked = history.map(({ validation }) => validation?.loss ?? null);
  const known = [...losses, ...checked].filter((loss): loss is number => loss !== null && loss > 0);
  const [low, high] = known.length === 0 ? [1e-3, 1] : [Math.min(...known) / 1.4, Math.max(...known) * 1.4];
  // a loss of 0 has no place on a logarithmic axis: it is drawn at its lower edge
  const drawn = (values: readonly (number | null)[]) => values.map((loss) => (loss === null ? null : Math.max(loss, low)));
  draw(
    "losses",
    300,
    {
      scales: { x: { time: false }, y: { distr: 3, range: () => [low, high] } },
      axes: [axis("epoch", { size: 34 }), logAxis("loss", 6, { size: 62 })],
      series: [
        {},
        { stroke: () => colour("--low"), width: 2.2, points: { show: false } },
        { stroke: () => colour("--high"), width: 2.2, points: { show: false }, dash: [7, 4] },
      ],
    },
    [numbers, drawn(losses), drawn(checked)],
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
