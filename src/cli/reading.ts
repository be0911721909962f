/** Time without a word on standard error, in milliseconds: a bar is for a terminal, a line for a log. */
const PATIENCE = { terminal: 500, log: 10_000 };

/** Says how far the reading of a large file has come. */
export class ReadingProgress implements Disposable {
  readonly #name: string;
  #last = performance.now();
  #shown = false;

  constructor(name: string) {
    this.#name = name;
  }

  update(bytes: number, total: number | undefined): void {
    const { isTTY } = process.stderr;
    const now = performance.now();
    if (now - this.#last < (isTTY ? PATIENCE.terminal : PATIENCE.log)) return;
    this.#last = now;
    const size = `${(bytes / 1e6).toFixed(0)} MB`;
    const share = total ? ` (${Math.floor((100 * bytes) / total)} %)` : "";
    const line = `reading ${this.#name}: ${size}${share}`;
    process.stderr.write(isTTY ? `\r${line}\u001b[K` : `${line}\n`);
    this.#shown = true;
  }

  [Symbol.dispose](): void {
    if (this.#shown && process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
}
