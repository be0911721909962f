import { Presets, SingleBar } from "cli-progress";

/** Begins a bar on standard error, as wide as the terminal lets it be. */
export function startBar(total: number): SingleBar {
  const columns = process.stderr.columns ?? 80;
  const format = `{bar} {percentage}%${columns < 70 ? "" : ", {duration_formatted}, {left} left"}  rate {rate}  epoch {epoch}  loss {loss}`;
  const options = { format, barsize: columns < 90 ? 10 : 24, clearOnComplete: true, stream: process.stderr, fps: 12 };
  const bar = new SingleBar(options, Presets.shades_classic);
  bar.start(total, 0, { left: "", rate: "", epoch: "", loss: "" });
  return bar;
}
