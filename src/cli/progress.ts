import { Presets, SingleBar } from "cli-progress";
import { short } from "../search/report/format.js";

export interface Standing {
  readonly rate: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
}

/** A bar on a terminal's standard error; elsewhere nothing. */
export class Progress implements Disposable {
  readonly #bar: SingleBar | undefined;

  constructor(total: number, shown: boolean) {
    if (!shown || !process.stderr.isTTY) return;
    const columns = process.stderr.columns ?? 80;
    const format = `{bar} {percentage}%${columns < 70 ? "" : ", {duration_formatted}, {eta_formatted} left"}  rate {rate}  epoch {epoch}  loss {loss}`;
    const options = { format, barsize: columns < 90 ? 10 : 24, clearOnComplete: true, stream: process.stderr, fps: 12 };
    this.#bar = new SingleBar(options, Presets.shades_classic);
    this.#bar.start(total, 0, { rate: "", epoch: "", loss: "" });
  }

  update(done: number, total: number, { rate, epoch, epochs, loss }: Standing): void {
    this.#bar?.setTotal(total);
    this.#bar?.update(done, { rate: short(rate), epoch: `${epoch}/${epochs}`, loss: short(loss) });
  }

  [Symbol.dispose](): void {
    this.#bar?.stop();
  }
}
