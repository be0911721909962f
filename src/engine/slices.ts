/** Work is cut into pieces of about this many milliseconds, so that a page stays alive. */
const SLICE = 12;

/** Says when a piece of work has lasted long enough, and lets the event loop turn. */
export class Slices {
  #last = performance.now();

  get over(): boolean {
    return performance.now() - this.#last > SLICE;
  }

  async pause(): Promise<void> {
    await turn();
    this.#last = performance.now();
  }
}

/** Who waits for the channel, in the order of their messages. */
const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/**
 * One turn of the event loop. By a message: of a page that is hidden, browsers call timers once a second, and once a minute later. Where there is
 * `setImmediate`, it is the same and holds no process.
 */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate !== undefined) setImmediate(resolve);
    else if (typeof MessageChannel === "undefined") setTimeout(resolve, 0);
    else {
      if (channel === undefined) {
        channel = new MessageChannel();
        channel.port1.onmessage = () => waiting.shift()?.();
      }
      waiting.push(resolve);
      channel.port2.postMessage(0);
    }
  });
}
