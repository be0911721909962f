/** Ctrl-C, a request to end, and a terminal that is closed. */
const STOPS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Stop = (typeof STOPS)[number];

/** Turns the first Ctrl-C into an abort between two steps; the second one kills, as it would without us. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  #signal: Stop | undefined;

  readonly #stop = (signal: Stop): void => {
    this.#signal = signal;
    this[Symbol.dispose]();
    this.#controller.abort();
  };

  constructor() {
    for (const stop of STOPS) process.on(stop, this.#stop);
  }

  get abort(): AbortSignal {
    return this.#controller.signal;
  }

  /** Which signal came, if one did. */
  get signal(): Stop | undefined {
    return this.#signal;
  }

  [Symbol.dispose](): void {
    for (const stop of STOPS) process.off(stop, this.#stop);
  }
}
