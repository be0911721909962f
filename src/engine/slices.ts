/** Work is cut into pieces of about this many milliseconds, so that a page stays alive and workers that wait for this thread do not wait long. */
const SLICE = 5;

/** Steps of less than a millisecond look at the clock once in so many at the most: a look takes as long as a tenth of a short step. */
const MOST = 16;

/** Says, asked after every step, when a piece of work has lasted long enough, and lets the event loop turn. */
export class Slices {
  #last = performance.now();
  #looked = this.#last;
  /** The steps between two looks at the clock, and those that are left until the next. */
  #every = 1;
  #left = 1;

  get over(): boolean {
    if (--this.#left > 0) return false;
    const now = performance.now();
    this.#every = now - this.#looked < this.#every ? Math.min(2 * this.#every, MOST) : 1;
    this.#left = this.#every;
    this.#looked = now;
    return now - this.#last > SLICE;
  }

  async pause(): Promise<void> {
    await turn();
    this.#last = performance.now();
    this.#looked = this.#last;
  }
}

/** What hosts may lack, or have only as functions that throw: those of edge runtimes say that they are not supported. */
interface Turning {
  setImmediate?(callback: () => void): unknown;
  MessageChannel?: typeof MessageChannel;
}

/**
 * One turn of the event loop. By a message: of a page that is hidden, browsers call timers once a second, and once a minute later. Where there is
 * `setImmediate`, it is the same and holds no process.
 */
function turn(): Promise<void> {
  const { setImmediate, MessageChannel } = globalThis as Turning;
  return new Promise((resolve) => {
    if (setImmediate !== undefined && works(() => setImmediate(resolve))) return;
    if (MessageChannel !== undefined && works(() => sendMessage(MessageChannel, resolve))) return;
    setTimeout(resolve, 0);
  });
}

function works(way: () => void): boolean {
  try {
    way();
    return true;
  } catch {
    return false;
  }
}

/** Who waits for the channel, in the order of their messages. */
const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

function sendMessage(Channel: typeof MessageChannel, resolve: () => void): void {
  if (channel === undefined) {
    channel = new Channel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  waiting.push(resolve);
  channel.port2.postMessage(0);
}
