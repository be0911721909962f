type Stop = "SIGINT" | "SIGTERM";

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
    process.on("SIGINT", this.#stop).on("SIGTERM", this.#stop);
  }

  get abort(): AbortSignal {
    return this.#controller.signal;
  }

  /** Which signal came, if one did. */
  get signal(): Stop | undefined {
    return this.#signal;
  }

  [Symbol.dispose](): void {
    process.off("SIGINT", this.#stop).off("SIGTERM", this.#stop);
  }
}
