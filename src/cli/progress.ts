import type { SingleBar } from "cli-progress";
import { short } from "../search/report/format.js";

export interface Standing {
  readonly rate: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
}

/** How much is done, after so many seconds. */
interface Reached {
  readonly done: number;
  readonly total: number;
  readonly standing: Standing;
  readonly seconds: number;
}

/** Milliseconds between two lines where there is no terminal. */
const PAUSE = 10_000;

/** A bar on a terminal's standard error; elsewhere a line every ten seconds. */
export class Progress implements Disposable {
  #bar: SingleBar | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #began = performance.now();
  readonly #budget: number | undefined;
  /** What was done before, as by an earlier search. */
  #before: number | undefined;
  #reached: Reached | undefined;
  #ended = false;

  /** @param budget the seconds that all of it may take, where that is known. */
  constructor(total: number, shown: boolean, budget?: number) {
    this.#budget = budget;
    if (!shown) return;
    if (process.stderr.isTTY) void this.#draw(total);
    else this.#timer = setInterval(() => process.stderr.write(this.#line()), PAUSE).unref();
  }

  update(done: number, total: number, standing: Standing): void {
    this.#before ??= done - 1;
    this.#reached = { done, total, standing, seconds: (performance.now() - this.#began) / 1000 };
    this.#bar?.setTotal(total);
    this.#bar?.update(done, this.#words());
  }

  /** The library of the bar is loaded where there is one: it takes 2 ms of a start. */
  async #draw(total: number): Promise<void> {
    const { startBar } = await import("./bar.js");
    if (!this.#ended) this.#bar = startBar(total);
  }

  /** What the bar and the line say of it, made when they do. */
  #words(): Record<"share" | "left" | "rate" | "epoch" | "loss", string> {
    const { done, total, standing, seconds } = this.#reached as Reached;
    const { rate, epoch, epochs, loss } = standing;
    const [budget, before] = [this.#budget, this.#before as number];
    const left = budget === undefined ? (seconds * (total - done)) / (done - before) : Math.max(0, budget - seconds);
    const share = `${Math.floor(100 * (budget === undefined ? done / total : Math.min(1, seconds / budget)))} %`;
    return { share, left: timeText(left), rate: short(rate), epoch: `${epoch}/${epochs}`, loss: short(loss) };
  }

  #line(): string {
    if (this.#reached === undefined) return "";
    const { share, left, rate, epoch, loss } = this.#words();
    return `${share}, ${left} left; rate ${rate}, epoch ${epoch}, loss ${loss}\n`;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
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
