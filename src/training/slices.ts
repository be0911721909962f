/** Work is cut into pieces of about this many milliseconds, so that a page stays alive. */
const SLICE = 12;

/** Says when a piece of work has lasted long enough, and lets the event loop turn. */
export class Slices {
  #last = performance.now();

  get over(): boolean {
    return performance.now() - this.#last > SLICE;
  }

  async pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#last = performance.now();
  }
}
