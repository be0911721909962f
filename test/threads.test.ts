import { execFileSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Engine, type Kernels, load } from "../src/engine.js";
import { EngineError } from "../src/errors.js";
import { elementwise } from "../src/generated/elementwise.js";
import { mlp } from "../src/models/mlp.js";
import { Optimizer } from "../src/optimizer.js";
import { adamw } from "../src/optimizers/adam.js";
import { Parameters } from "../src/parameters.js";
import { Random } from "../src/random.js";
import { Trainer } from "../src/training/trainer.js";
import { bundled, fingerprint } from "./support/data.js";
import { sameBits } from "./support/floats.js";

const N = 100_003;

function filled(engine: Engine, seed: number) {
  const vector = engine.vector(N);
  const random = new Random(seed);
  vector.view.forEach((_, i, view) => {
    view[i] = random.uniform() + 0.01;
  });
  return vector;
}

describe("with threads", () => {
  const engines: Engine[] = [];
  beforeAll(async () => {
    for (const threads of [1, 2, 5]) engines.push(await load({ threads }));
  });
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  test("an engine has as many as it was asked for", () => {
    expect(engines.map(({ threads }) => threads)).toEqual([1, 2, 5]);
  });

  test.each(Object.entries(elementwise))("%s gives the same bits", (name, rises) => {
    const pointers = rises.indexOf("n");
    const results = engines.map((engine) => {
      const vectors = Array.from({ length: pointers }, (_, i) => filled(engine, i));
      const kernel = engine.kernels[name as keyof Kernels] as (...args: number[]) => void;
      const scalars = Array.from({ length: Math.max(0, kernel.length - pointers - 1) || 16 }, (_, i) => 0.5 / (i + 1));
      kernel(...vectors.map(({ pointer }) => pointer), N, ...scalars);
      const result = vectors.map(({ view }) => view.slice());
      for (const vector of vectors) vector.dispose();
      return result;
    });
    const [one, ...more] = results as [Float32Array[], ...Float32Array[][]];
    for (const other of more) expect(other.every((view, i) => sameBits(view, one[i] as Float32Array))).toBe(true);
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
    const controls: Int32Array[] = [];
    const notify = Atomics.notify;
    const spy = vi.spyOn(Atomics, "notify").mockImplementation((control, index, count) => {
      controls.push(control as unknown as Int32Array);
      return notify(control as unknown as Int32Array, index, count);
    });
    using engine = await load({ threads: 2 });
    using x = filled(engine, 1);
    engine.kernels.scale(x.pointer, N, 2);
    spy.mockRestore();
    const expected = x.view.slice();
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5)); // the worker has gone to sleep
      Atomics.notify(controls[0] as Int32Array, 0);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sameBits(x.view, expected)).toBe(true);
  });

  test("a process ends although its workers wait", () => {
    const program = 'const { load } = await import("./dist/index.js"); console.log((await load({ threads: 3 })).threads);';
    expect(execFileSync(process.execPath, ["--input-type=module", "-e", program], { timeout: 60_000 }).toString()).toBe("3\n");
  });
});

describe("a thread that is lost", () => {
  afterEach(() => vi.restoreAllMocks());

  /** An engine with two threads, and the means to end the second. */
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
    return { engine, kill: () => workers[0]?.terminate() };
  }

  test("is an error at the next step, not a hang", async () => {
    const { engine, kill } = await mortal();
    using parameters = new Parameters(engine, { w: [N] });
    using optimizer = new Optimizer(parameters, adamw());
    optimizer.step();
    await kill();
    expect(() => optimizer.step()).toThrow(EngineError);
    expect(() => optimizer.step()).toThrow("thread 1 of 1 is dead (it ended): the engine cannot be used any more, load another");
  });

  test("is named with the step when it happens while training", async () => {
    const { engine, kill } = await mortal();
    const run = { model: mlp({ inputs: 4, hidden: [6000], outputs: 3 }), loss: "crossEntropy", optimizer: adamw() } as const;
    using trainer = new Trainer(engine, run, bundled("iris"));
    const error = await (async () => {
      for await (const { step } of trainer.steps()) if (step === 3) await kill();
    })().catch((error: unknown) => error);
    expect(String(error)).toMatch(/^EngineError: thread 1 of 1 is dead .*\(in step [45]\)$/);
  });

  test("also when the kernel fails in it", async () => {
    using engine = await load({ threads: 2 });
    const beyond = engine.arena.memory.buffer.byteLength;
    expect(() => engine.kernels.scale(beyond, N, 2)).toThrow("scale failed in it");
    expect(() => engine.kernels.scale(1024, N, 2)).toThrow("the engine cannot be used any more");
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

  test("threads of the JavaScript backend are refused", () => {
    expect(() => load({ backend: "js", threads: 2 })).toThrow('load.threads must be 1 for the backend "js", got 2');
    expect(() => load({ threads: 0 })).toThrow("load.threads must be an integer at least 1 and at most 256, got 0");
  });
});
