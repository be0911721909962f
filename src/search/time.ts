/** Aborts when so many seconds are over, or when a caller's signal does. */
export class Time {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  readonly #forward = (): void => this.#controller.abort(this.#outer?.reason);

  constructor(seconds: number | undefined, outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted) this.#forward();
    outer?.addEventListener("abort", this.#forward);
    if (seconds === undefined) return;
    const end = () => {
      this.#over = !this.#controller.signal.aborted;
      this.#controller.abort();
    };
    this.#timer = setTimeout(end, Math.min(seconds * 1000, LONGEST));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the seconds are over, and nobody stopped it before. */
  get over(): boolean {
    return this.#over;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#forward);
  }
}

/** What a timer can wait for, in milliseconds: 24 days. */
const LONGEST = 2_147_483_647;
