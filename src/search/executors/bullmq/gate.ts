/** Lets in many at once, or one alone, in the order in which they came. */
export class Gate {
  #inside = 0;
  #alone = false;
  readonly #waiting: { alone: boolean; enter(): void }[] = [];

  /** Gives the way out. */
  together(): Promise<() => void> {
    return this.#wait(false);
  }

  alone(): Promise<() => void> {
    return this.#wait(true);
  }

  #wait(alone: boolean): Promise<() => void> {
    return new Promise((resolve) => {
      this.#waiting.push({ alone, enter: () => resolve(() => this.#leave()) });
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#alone || (next.alone && this.#inside > 0)) return;
      this.#waiting.shift();
      this.#alone = next.alone;
      this.#inside++;
      next.enter();
    }
  }

  #leave(): void {
    this.#inside--;
    this.#alone = false;
    this.#admit();
  }
}
