/** Milliseconds of work after which it shows how long a trial takes: the first ones take longer. */
const PROBE = 400;
/**
 * Milliseconds of work that the start of a worker is worth: it loads the library anew, its code is slow at first, and compiling it takes another thread. Where two processors share a
 * core, a search of 1.2 s ends a twentieth sooner with a worker and takes a quarter more processor time; one of 3 s ends a fifth sooner and takes a seventh more.
 */
const START = 2000;

/**
 * Says when workers are worth their start beside a thread that runs trials itself: as soon as what is left would take it longer than that, or it has been at
 * work for so long already, since nobody knows what comes after what is left.
 */
export class Worth {
  readonly #ask: () => void;
  #ended = 0;
  /** Milliseconds of work up to the end of the last of them. */
  #took = 0;
  /** Milliseconds of work before the present. */
  #before = 0;
  #since: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param ask is called when enough has been seen, though no trial has ended just now. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** The thread has work. */
  begin(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    // again and again, since a trial that lasts tells more the longer it does
    this.#timer = setInterval(this.#ask, PROBE + 1);
  }

  /** It has none any more. */
  rest(): void {
    this.#before = this.#elapsed;
    this.#since = undefined;
    clearInterval(this.#timer);
  }

  /** A trial has ended. */
  end(): void {
    this.#ended++;
    this.#took = this.#elapsed;
  }

  /** Whether workers are worth their start for so many trials that nobody has begun. */
  isWorth(left: number): boolean {
    const elapsed = this.#elapsed;
    const each = this.#ended > 0 ? this.#took / this.#ended : elapsed;
    return left > 0 && elapsed >= PROBE && (elapsed > START || each * left > START);
  }

  get #elapsed(): number {
    return this.#since === undefined ? this.#before : this.#before + performance.now() - this.#since;
  }
}
