/** Milliseconds of work after which it shows how long a trial takes. */
const PROBE = 200;
/** Milliseconds that the start of a worker is worth: it loads the library anew, and its code is slow at first. */
const START = 1000;

/**
 * Says when workers are worth their start beside a thread that runs trials itself: as soon as what is left would take it longer than that, or it has been at
 * work for so long already, since nobody knows what comes after what is left.
 */
export class Worth {
  readonly #ask: () => void;
  #ended = 0;
  /** Milliseconds of work before the present. */
  #before = 0;
  #since: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ask is called when enough has been seen, though no trial has ended just now. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** The thread has work. */
  begin(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#ask, Math.max(0, PROBE - this.#before) + 1);
  }

  /** It has none any more. */
  rest(): void {
    this.#before = this.#elapsed;
    this.#since = undefined;
    clearTimeout(this.#timer);
  }

  /** A trial has ended. */
  end(): void {
    this.#ended++;
  }

  /** Whether workers are worth their start for so many trials that nobody has begun. */
  isWorth(left: number): boolean {
    const elapsed = this.#elapsed;
    return left > 0 && elapsed >= PROBE && (elapsed > START || (elapsed / this.#ended) * left > START);
  }

  get #elapsed(): number {
    return this.#since === undefined ? this.#before : this.#before + performance.now() - this.#since;
  }
}
