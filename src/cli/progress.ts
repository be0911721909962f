import { Presets, SingleBar } from "cli-progress";
import { short } from "../search/report/format.js";

export interface Standing {
  readonly rate: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
}

/** Milliseconds between two lines where there is no terminal. */
const PAUSE = 10_000;

/** A bar on a terminal's standard error; elsewhere a line every ten seconds. */
export class Progress implements Disposable {
  readonly #bar: SingleBar | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #began = performance.now();
  readonly #budget: number | undefined;
  /** What was done before, as by an earlier search. */
  #before: number | undefined;
  #line = "";

  /** @param budget the seconds that all of it may take, where that is known. */
  constructor(total: number, shown: boolean, budget?: number) {
    this.#budget = budget;
    if (!shown) return;
    if (!process.stderr.isTTY) {
      this.#timer = setInterval(() => process.stderr.write(this.#line), PAUSE).unref();
      return;
    }
    const columns = process.stderr.columns ?? 80;
    const format = `{bar} {percentage}%${columns < 70 ? "" : ", {duration_formatted}, {left} left"}  rate {rate}  epoch {epoch}  loss {loss}`;
    const options = { format, barsize: columns < 90 ? 10 : 24, clearOnComplete: true, stream: process.stderr, fps: 12 };
    this.#bar = new SingleBar(options, Presets.shades_classic);
    this.#bar.start(total, 0, { left: "", rate: "", epoch: "", loss: "" });
  }

  update(done: number, total: number, { rate, epoch, epochs, loss }: Standing): void {
    const seconds = (performance.now() - this.#began) / 1000;
    this.#before ??= done - 1;
    const left = this.#budget === undefined ? (seconds * (total - done)) / (done - this.#before) : Math.max(0, this.#budget - seconds);
    const share = Math.floor(100 * (this.#budget === undefined ? done / total : Math.min(1, seconds / this.#budget)));
    const payload = { left: timeText(left), rate: short(rate), epoch: `${epoch}/${epochs}`, loss: short(loss) };
    this.#line = `${share} %, ${payload.left} left; rate ${payload.rate}, epoch ${payload.epoch}, loss ${payload.loss}\n`;
    this.#bar?.setTotal(total);
    this.#bar?.update(done, payload);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#bar?.stop();
  }
}

/** Seconds as a person reads them: 8 s, 3 min 20 s, 2 h 5 min. */
function timeText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
