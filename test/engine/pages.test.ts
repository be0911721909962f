// What a page has in place of Node: workers of the browser, and turns of the event loop by messages.
import { afterEach, describe, expect, test, vi } from "vitest";
import { Slices } from "../../src/engine/slices.js";
import { startProgram } from "../../src/engine/workers.js";
import { EngineError } from "../../src/options/errors.js";

afterEach(() => vi.unstubAllGlobals());

/** A worker of a browser, whose events the test sends. */
class PageWorker extends EventTarget {
  static readonly started: PageWorker[] = [];
  readonly posted: unknown[] = [];
  terminated = 0;

  constructor(
    readonly url: string,
    readonly options: object,
  ) {
    super();
    PageWorker.started.push(this);
  }

  postMessage(message: unknown): void {
    this.posted.push(message);
  }

  terminate(): void {
    this.terminated++;
  }
}

/** Starts a program where there is no Node, with this in place of `Worker`. */
function inPage(Worker: unknown) {
  const told: string[] = [];
  const heard: unknown[] = [];
  const { process } = globalThis;
  vi.stubGlobal("Worker", Worker);
  vi.stubGlobal("process", undefined);
  try {
    const running = startProgram("listen((message) => post(message));", {
      hear: (message) => heard.push(message),
      died: (why) => told.push(why),
    });
    return { running, told, heard, worker: PageWorker.started.at(-1) as PageWorker };
  } finally {
    vi.stubGlobal("process", process);
  }
}

describe("a program in a page", () => {
  test("is a module of its own text, which is heard and can be ended", async () => {
    const { running, told, heard, worker } = inPage(PageWorker);
    expect(worker.options).toEqual({ type: "module" });
    const source = await (await fetch(worker.url)).text();
    expect(source).toContain("self.postMessage");
    expect(source.endsWith("listen((message) => post(message));")).toBe(true);
    running.post({ a: 1 });
    expect(worker.posted).toEqual([{ a: 1 }]);
    worker.dispatchEvent(Object.assign(new Event("message"), { data: 5 }));
    expect(heard).toEqual([5]);
    running.keep(true);
    running.terminate();
    worker.dispatchEvent(Object.assign(new Event("error"), { message: "too late" }));
    expect({ told, ended: worker.terminated > 0 }).toEqual({ told: [], ended: true });
  });

  test.each([
    ["boom", "boom"],
    ["", "it could not be started: the page's Content-Security-Policy must allow blob: for worker-src"],
  ])("that fails with %j is told once, and ended", (message, why) => {
    const { told, worker } = inPage(PageWorker);
    const failing = Object.assign(new Event("error", { cancelable: true }), { message });
    worker.dispatchEvent(failing);
    worker.dispatchEvent(Object.assign(new Event("error"), { message: "again" }));
    expect({ told, prevented: failing.defaultPrevented }).toEqual({ told: [why], prevented: true });
  });

  test("cannot be had where there are no workers, or where a policy forbids them", () => {
    expect(() => inPage(undefined)).toThrow(EngineError);
    expect(() => inPage(undefined)).toThrow("there are no workers here");
    const forbidden = function forbidden() {
      throw new Error("SecurityError");
    };
    expect(() => inPage(forbidden)).toThrow(
      "a worker cannot be had: it could not be started: the page's Content-Security-Policy must allow blob:",
    );
  });
});

describe("the event loop turns", () => {
  /** What edge runtimes have in place of what they do not support. */
  function unsupported(): never {
    throw new Error("A Node.js API is used which is not supported in the Edge Runtime.");
  }

  const messages = "by messages, in the order of those who wait";
  const timers = "by timers, where there is nothing else";
  test.each([
    ["by setImmediate", {}],
    ...[undefined, unsupported].flatMap((setImmediate) => [
      [messages, { setImmediate }] as const,
      ...[undefined, unsupported].map((MessageChannel) => [timers, { setImmediate, MessageChannel }] as const),
    ]),
  ] as const)("%s: with %o", async (_, stubs) => {
    vi.resetModules();
    const { Slices } = await import("../../src/engine/slices.js");
    for (const [name, value] of Object.entries(stubs)) vi.stubGlobal(name, value);
    const timer = vi.spyOn(globalThis, "setTimeout");
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((i) => new Slices().pause().then(() => order.push(i))));
    expect(order).toEqual([1, 2, 3]);
    expect(timer).toHaveBeenCalledTimes("MessageChannel" in stubs ? 3 : 0);
    timer.mockRestore();
    expect(new Slices().over).toBe(false);
  });
});

describe("a piece of work", () => {
  /** The times at which a piece is over, of steps that last so many milliseconds each. */
  async function ends(steps: readonly number[]): Promise<{ at: number[]; looks: number }> {
    let [now, looks] = [0, 0];
    vi.spyOn(performance, "now").mockImplementation(() => {
      looks++;
      return now;
    });
    const slices = new Slices();
    const at: number[] = [];
    for (const step of steps) {
      now += step;
      if (!slices.over) continue;
      at.push(now);
      await slices.pause();
    }
    vi.restoreAllMocks();
    return { at, looks };
  }

  test("of long steps ends with the step that makes it last more than 5 ms", async () => {
    expect((await ends(new Array(9).fill(2))).at).toEqual([6, 12, 18]);
    expect((await ends([100, 1, 100])).at).toEqual([100, 201]);
  });

  test("of short steps looks at the clock once in sixteen, and ends no later for that than a step of a millisecond would", async () => {
    const { at, looks } = await ends(new Array(20_000).fill(1 / 64));
    expect(looks).toBeLessThan(20_000 / 12);
    at.forEach((end, i) => {
      expect(end - (at[i - 1] ?? 0)).toBeGreaterThan(5);
      expect(end - (at[i - 1] ?? 0)).toBeLessThanOrEqual(5.5);
    });
  });

  test("of short steps, one of which is long, ends a step of that length later at the most", async () => {
    const { at } = await ends([...new Array(1000).fill(1 / 64), ...new Array(10).fill(50)]);
    expect((at.find((end) => end > 1000 / 64) as number) - 1000 / 64).toBeLessThanOrEqual(16 * 50);
    expect(at.slice(-2).map((end, i, both) => end - (both[i - 1] ?? end))).toContain(50);
  });
});
