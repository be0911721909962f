import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Engine, type Kernels, load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { ARGUMENTS, IDLE, READY, TAKEN } from "../../src/engine/threads/protocol.js";
import { splits } from "../../src/engine/threads/split.js";
import { mlp } from "../../src/models/mlp.js";
import { Random } from "../../src/numerics/random.js";
import { adamw } from "../../src/optimizers/kinds/adam.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { EngineError } from "../../src/options/errors.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled, fingerprint } from "../support/data.js";
import { thrown } from "../support/errors.js";
import { sameBits } from "../support/floats.js";
import { whole } from "../support/parts.js";

const N = 100_003;
const { compareExchange, exchange, notify } = Atomics;

function filled(engine: Engine, seed: number, length = N, from = 0.01) {
  const vector = engine.vector(length);
  const random = new Random(seed);
  vector.view.forEach((_, i, view) => {
    view[i] = random.uniform() + from;
  });
  return vector;
}

/** From now on the calling thread takes no part back: it waits until the worker has begun it. */
function leaveToWorkers() {
  vi.spyOn(Atomics, "compareExchange").mockImplementation(((states: Int32Array, at: number, expected: number, value: number) => {
    if (expected === READY && value === IDLE) while (Atomics.load(states, at) === READY);
    return compareExchange(states, at, expected, value);
  }) as typeof Atomics.compareExchange);
}

afterEach(() => vi.restoreAllMocks());

describe("with threads", () => {
  const engines: Engine[] = [];
  beforeAll(async () => {
    for (const threads of [1, 2, 5]) engines.push(whole(await load({ threads })));
  });
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  test("an engine has as many as it was asked for", () => {
    expect(engines.map(({ threads }) => threads)).toEqual([1, 2, 5]);
  });

  test("a part has room for the arguments of every kernel", () => {
    const counts = Object.values((engines[0] as Engine).kernels).map((kernel) => (typeof kernel === "function" ? kernel.length : 0));
    expect(Math.max(...counts)).toBeLessThanOrEqual(ARGUMENTS);
  });

  /** Runs a call on operands of these lengths on every engine, by the calling threads and by the workers, and compares every bit. */
  function expectSameBits(lengths: readonly number[], from: number, call: (kernels: Kernels, pointers: number[]) => void) {
    const [one, ...more] = [...engines, ...engines.slice(1)].map((engine, turn) => {
      if (turn === engines.length) leaveToWorkers();
      if (turn === 0) vi.restoreAllMocks();
      const vectors = lengths.map((length, i) => filled(engine, i, length, from));
      call(
        engine.kernels,
        vectors.map(({ pointer }) => pointer),
      );
      const results = vectors.map(({ view }) => view.slice());
      for (const vector of vectors) vector.dispose();
      return results;
    }) as [Float32Array[], ...Float32Array[][]];
    for (const other of more) expect(other.every((view, i) => sameBits(view, one[i] as Float32Array))).toBe(true);
  }

  const elementwise = [...splits].filter(([, { by }]) => by === "elements");
  test.each(elementwise)("%s gives the same bits", (name, split) => {
    const pointers = split.divide([]).counter;
    const lengths = Array.from({ length: pointers }, () => N);
    expectSameBits(lengths, 0.01, (kernels, operands) => {
      const kernel = kernels[name as keyof Kernels] as (...args: number[]) => void;
      const scalars = Array.from({ length: Math.max(0, kernel.length - pointers - 1) || 16 }, (_, i) => 0.5 / (i + 1));
      kernel(...operands, N, ...scalars);
    });
  });

  /** Rows, inputs and outputs: higher and wider than the other side, few rows, a single output, packed and not. */
  const sizes = [
    [131, 57, 70],
    [33, 300, 131],
    [200, 130, 517],
    [600, 134, 70],
    [1, 700, 409],
    [3, 150, 1031],
    [257, 1031, 1],
    [1, 9, 40_001],
  ] as const;

  test.each(sizes)("products of %i x %i x %i give the same bits", (rows, inputs, outputs) => {
    for (const relu of [0, 1]) {
      expectSameBits([rows * inputs, inputs * outputs, outputs, rows * outputs], -0.5, (kernels, [x, w, b, y]) =>
        kernels.dense(x as number, w as number, relu * (b as number), y as number, rows, inputs, outputs, relu, outputs),
      );
      expectSameBits([rows * outputs, inputs * outputs, rows * inputs, rows * inputs], -0.5, (kernels, [dy, wt, dx, gate]) =>
        kernels.denseInputGradient(dy as number, wt as number, dx as number, rows, inputs, outputs, relu * (gate as number), inputs),
      );
    }
    expectSameBits([rows * inputs, rows * outputs, inputs * outputs], -0.5, (kernels, [x, dy, dw]) =>
      kernels.denseWeightGradient(x as number, dy as number, dw as number, rows, inputs, outputs, inputs),
    );
  });

  test.each([0, 1])("attention gives the same bits, causal %i", (causal) => {
    const [rows, steps, heads, head] = [7, 35, 3, 18];
    const size = rows * steps * heads * head;
    const lengths = [
      3 * size,
      (steps * head) / 2,
      (steps * head) / 2,
      rows * heads * steps * steps,
      size,
      rows * (2 * head + 8 + (steps >> 3)) * steps,
    ];
    expectSameBits(lengths, -0.5, (kernels, operands) => {
      const [joint, cosines, sines, shares, mixed, spare] = operands as [number, number, number, number, number, number];
      for (const kernel of [kernels.attend, kernels.attendGradient])
        kernel(joint, cosines, sines, shares, mixed, spare, rows, steps, heads, head, 0.25, causal);
      // what a thread leaves there is its own
      kernels.fill(spare, lengths[5] as number, 0);
    });
  });

  test("a whole training gives the same bits", async () => {
    const digits = bundled("digits");
    const run = {
      model: mlp({ inputs: 64, hidden: [300], outputs: 10 }),
      loss: "crossEntropy",
      optimizer: adamw({ clipNorm: 1 }),
      epochs: 2,
    } as const;
    const prints = [];
    for (const threads of [1, 3]) {
      using engine = await load({ threads });
      using trainer = new Trainer(engine, run, digits);
      await trainer.train();
      prints.push(fingerprint(trainer));
    }
    expect(prints[1]).toBe(prints[0]);
  });

  test("a notification that comes late does not do the job again", async () => {
    const calls: [Int32Array, number][] = [];
    vi.spyOn(Atomics, "notify").mockImplementation((states, at, count) => {
      calls.push([states as unknown as Int32Array, at]);
      return notify(states as unknown as Int32Array, at, count);
    });
    using engine = await load({ threads: 2 });
    using x = filled(engine, 1);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50)); // the worker goes to sleep
    while (calls.length === 0) {
      await pause();
      engine.kernels.scale(x.pointer, N, 2);
    }
    const expected = x.view.slice();
    for (let i = 0; i < 5; i++) {
      await pause();
      notify(...(calls[0] as [Int32Array, number]));
    }
    await pause();
    expect(sameBits(x.view, expected)).toBe(true);
    engine.kernels.scale(x.pointer, N, 0.5);
    expect(sameBits(x.view, expected)).toBe(false);
  });

  test("a process ends although its workers wait, or have just worked", () => {
    const program = `
      const { load } = await import("./dist/index.js");
      const engine = await load({ threads: 3 });
      const x = engine.vector(${N});
      if (process.argv[1]) engine.kernels.fill(x.pointer, ${N}, 3);
      console.log(engine.threads);`;
    for (const working of ["", "yes"]) {
      const output = execFileSync(process.execPath, ["--input-type=module", "-e", program, working], { timeout: 60_000 });
      expect(output.toString()).toBe("3\n");
    }
  });
});

/** An engine with two threads, and the second. */
async function mortal() {
  const threads = process.getBuiltinModule("node:worker_threads");
  const workers: InstanceType<typeof threads.Worker>[] = [];
  class Spied extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof threads.Worker>) {
      super(...args);
      workers.push(this);
    }
  }
  vi.spyOn(process, "getBuiltinModule").mockReturnValue({ ...threads, Worker: Spied } as never);
  const engine = await load({ threads: 2 });
  return { engine, worker: workers[0] as (typeof workers)[0] };
}

describe("a thread that is lost", () => {
  test("is an error at the next step, with its number, not a hang", async () => {
    const { engine, worker } = await mortal();
    using parameters = new Parameters(engine, { w: [N] });
    using optimizer = new Optimizer(parameters, adamw());
    for (let step = 0; step < 11; step++) optimizer.step();
    await worker.terminate();
    const error = thrown(() => optimizer.step());
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toHaveProperty(
      "message",
      "adamw: thread 2 of 2 is dead (it ended): the engine cannot be used any more, load another (in step 12)",
    );
  });

  test("delays nothing before that is known", async () => {
    const { engine, worker } = await mortal();
    using x = engine.vector(N);
    await new Promise((resolve) => setTimeout(resolve, 50)); // it sleeps
    const dead = worker.terminate();
    for (let i = 0; i < 20; i++) engine.kernels.fill(x.pointer, N, i);
    expect(x.view.every((value) => value === 19)).toBe(true);
    await dead;
    expect(() => engine.kernels.fill(x.pointer, N, 1)).toThrow("fill: thread 2 of 2 is dead");
  });

  test("is an error after some time when it happens in the middle of a part", async () => {
    const { engine, worker } = await mortal();
    using parameters = new Parameters(engine, { w: [N] });
    using optimizer = new Optimizer(parameters, adamw());
    optimizer.step();
    void worker.terminate();
    vi.spyOn(Atomics, "exchange").mockImplementation(((states: Int32Array, at: number, value: number) =>
      exchange(states, at, value === READY ? TAKEN : value)) as typeof Atomics.exchange);
    vi.spyOn(Atomics, "wait").mockReturnValue("timed-out");
    const message = "adamw: thread 2 of 2 is dead (it stopped answering): the engine cannot be used any more, load another (in step 2)";
    expect(() => optimizer.step()).toThrow(message);
  });

  test("is named with the step when it happens while training", async () => {
    const { engine, worker } = await mortal();
    const run = { model: mlp({ inputs: 4, hidden: [6000], outputs: 3 }), loss: "crossEntropy", optimizer: adamw() } as const;
    using trainer = new Trainer(engine, run, bundled("iris"));
    const error = await (async () => {
      for await (const { step } of trainer.steps()) if (step === 3) await worker.terminate();
    })().catch((error: unknown) => error);
    expect(String(error)).toMatch(/^EngineError: dense: thread 2 of 2 is dead \(it ended\).*\(in step [45]\)$/);
  });

  test("is an error as well when the kernel fails in it", async () => {
    using engine = await load({ threads: 2 });
    leaveToWorkers();
    using x = engine.vector(N);
    const end = engine.arena.memory.buffer.byteLength; // in the middle of what is to be scaled
    expect(() => engine.kernels.scale(end - N * 2, N, 2)).toThrow("scale: thread 2 of 2 is dead (the kernel failed in it)");
    expect(() => engine.kernels.scale(x.pointer, N, 2)).toThrow("the engine cannot be used any more");
  });
});

describe("dispose", () => {
  test.each(["sleep", "have just worked"])("ends workers that %s", async (state) => {
    const { engine, worker } = await mortal();
    using x = engine.vector(N);
    if (state === "sleep") await new Promise((resolve) => setTimeout(resolve, 50));
    else engine.kernels.fill(x.pointer, N, 1);
    const ended = once(worker, "exit");
    engine.dispose();
    await ended;
    expect(() => engine.kernels.fill(x.pointer, N, 1)).toThrow("fill: the engine was disposed of");
  });
});

describe("without SharedArrayBuffer", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("one thread does the work, and the reason says so", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const engine = await load({ threads: 4 });
    expect(engine.threads).toBe(1);
    expect(engine.reason).toContain("one thread, because more cannot be had here (SharedArrayBuffer is not available");
  });

  test("nor in a page that is not isolated", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    const engine = await load({ threads: 2 });
    expect(engine.threads).toBe(1);
    expect(engine.reason).toContain("a page needs the headers COOP and COEP");
  });

  test("threads of the JavaScript backend are refused", () => {
    expect(() => load({ backend: "js", threads: 2 })).toThrow('load.threads must be 1 for the backend "js", got 2');
    expect(() => load({ threads: 0 })).toThrow("load.threads must be an integer at least 1 and at most 256, got 0");
  });
});
