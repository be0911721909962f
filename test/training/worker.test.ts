import { execFileSync } from "node:child_process";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { DisposedError, DivergedError, EngineError, OptionError, ShapeError } from "../../src/options/errors.js";
import { manual } from "../../src/schedules/index.js";
import { loadModel } from "../../src/training/from-json.js";
import { recordedRun } from "../../src/training/recorded-run.js";
import type { TrainProgress } from "../../src/training/records.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { trainInWorker, type WorkerTrainer } from "../../src/training/worker/worker-trainer.js";
import { bundled } from "../support/data.js";

const iris = bundled("iris");
const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam({ learningRate: manual({ rate: 0.02 }) }),
  batchSize: 16,
  epochs: 6,
  seed: 5,
  earlyStopping: { patience: 3 },
};
const long = { ...run, epochs: 1_000_000, earlyStopping: undefined } as unknown as Run;
delete long.earlyStopping;
const trainers: WorkerTrainer[] = [];

async function start(...args: Parameters<typeof trainInWorker>): Promise<WorkerTrainer> {
  const trainer = await trainInWorker(...args);
  trainers.push(trainer);
  return trainer;
}

afterEach(() => {
  for (const trainer of trainers.splice(0)) trainer.dispose();
  vi.restoreAllMocks();
});

describe("trainInWorker", () => {
  test("gives the bits of a Trainer, with a rate set by hand, steps and an evaluation", async () => {
    using here = new Trainer(await load(), run, iris);
    const stepsHere: unknown[] = [];
    for await (const { epoch } of here.epochs({ onStep: (step) => stepsHere.push(step) })) if (epoch === 2) here.setLearningRate(0.005);
    const there = await start(run, iris);
    expect(there.backend).toBe("wasm");
    const steps: unknown[] = [];
    const epochs: number[] = [];
    for await (const { epoch } of there.epochs({ onStep: (step) => steps.push(step) })) {
      epochs.push(epoch);
      if (epoch === 2) await there.setLearningRate(0.005);
    }
    expect(there.history).toEqual(here.history);
    expect(epochs).toEqual(here.history.map(({ epoch }) => epoch));
    expect(steps).toEqual(stepsHere);
    expect(there.bestEpoch).toBe(here.bestEpoch);
    expect(there.finished).toBe(true);
    expect(await there.checkpoint({ note: 1 })).toEqual(here.checkpoint({ note: 1 }));
    expect(await there.evaluate(iris.validation as never)).toEqual(here.evaluate(iris.validation as never));
    expect(JSON.stringify(await there.recordedRun())).toBe(JSON.stringify(recordedRun(here.run, here.optimizer.rateChanges)));
    const { model } = loadModel(await load(), await there.checkpoint());
    expect(model.parameters.values.view).toEqual(here.model.parameters.values.view);
    model.dispose();
  });

  test("takes over a checkpoint, in the other backend too", async () => {
    using here = new Trainer(await load(), run, iris);
    for await (const { epoch } of here.epochs()) if (epoch === 2) break;
    const there = await start(run, iris, { engine: { backend: "js" } });
    expect(there.backend).toBe("js");
    await there.restore(here.checkpoint());
    expect(there.history).toEqual(here.history);
    await there.train();
    await here.train();
    expect(await there.checkpoint()).toEqual(here.checkpoint());
  });

  test("an epoch begins when it is asked for, and iterating may end and begin again", async () => {
    const there = await start(long, iris);
    for await (const { epoch } of there.epochs()) if (epoch === 3) break;
    expect(there.history.length).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await there.epochs().next()).value?.epoch).toBe(4);
  });

  test("a signal stops it in the middle of an epoch, and it can go on", async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [i % 7, i % 5]);
    const training = dataset(
      rows,
      rows.map(([a, b]) => ((a as number) + (b as number)) % 2 === 0),
    );
    const slow: Run = {
      model: mlp({ inputs: 2, hidden: [64], outputs: 2 }),
      loss: "crossEntropy",
      optimizer: sgd(),
      batchSize: 2,
      epochs: 50,
    };
    const there = await start(slow, { training });
    const controller = new AbortController();
    let last = 0;
    const ended = there.train({
      signal: controller.signal,
      onProgress: ({ step }) => {
        last = step;
        controller.abort(new Error("enough"));
      },
    });
    await expect(ended).rejects.toThrow("enough");
    expect(there.finished).toBe(false);
    const bytes = await there.checkpoint();
    using here = new Trainer(await load(), slow, { training });
    here.restore(bytes);
    // what was done before the message of the first progress had come and gone
    expect(here.optimizer.steps).toBeGreaterThanOrEqual(last);
    expect(here.optimizer.steps).toBeLessThan(10_000 * 50);
    const again = new AbortController();
    setTimeout(() => again.abort(), 30);
    await expect(there.train({ signal: again.signal })).rejects.toHaveProperty("name", "AbortError");
    await expect(there.train({ signal: AbortSignal.abort() })).rejects.toHaveProperty("name", "AbortError");
  });

  test("tells how far it is, while this thread is free", async () => {
    const there = await start(long, iris);
    const heard: TrainProgress[] = [];
    const controller = new AbortController();
    let turns = 0;
    // how much this thread had heard, each time that it was free
    const counts = new Set<number>();
    const ticking = setInterval(() => {
      turns++;
      counts.add(heard.length);
      if (turns > 5 && counts.size > 3) controller.abort(new Error("enough"));
    }, 1);
    const onProgress = (progress: TrainProgress) => void heard.push(progress);
    await expect(there.train({ signal: controller.signal, onProgress })).rejects.toThrow("enough");
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
    expect(heard.length).toBeGreaterThan(2);
    const { epochs, steps, gradientNorm, rowsPerSecond, secondsLeft, step } = heard.at(-1) as TrainProgress;
    expect([epochs, steps]).toEqual([1_000_000, Math.ceil(iris.training.rows / 16) * 1_000_000]);
    for (const number of [gradientNorm, rowsPerSecond, secondsLeft, step]) expect(number).toBeGreaterThan(0);
  });

  test("errors arrive with their class and fields", async () => {
    const wild = { ...run, optimizer: sgd({ learningRate: 1e30 }) };
    const there = await start(wild, iris);
    const error = await there.train().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DivergedError);
    using here = new Trainer(await load(), wild, iris);
    const same = await here.train().catch((error: unknown) => error);
    expect({ ...(error as DivergedError) }).toEqual({ ...(same as DivergedError) });
    expect(String(error)).toBe(String(same));
    await expect(there.setLearningRate(1)).rejects.toThrow(OptionError);
    await expect(there.evaluate({ ...iris.training, columns: 3 } as never)).rejects.toThrow();
    await expect(there.checkpoint(1n)).rejects.toThrow(OptionError);
    await expect(there.checkpoint(() => {})).rejects.toThrow();
    await expect(there.evaluate(3 as never)).rejects.toThrow(OptionError);
    await expect(there.epochs({ onStep: 3 as never }).next()).rejects.toThrow(OptionError);
  });

  test("what cannot be trained is refused before a worker is started", async () => {
    await expect(trainInWorker({ ...run, epochs: 0 }, iris)).rejects.toThrow(/run.epochs/);
    await expect(trainInWorker({ ...run, optimizer: sgd({ learningRate: () => 1 }) }, iris)).rejects.toThrow(
      /learningRate is a function, which cannot be sent/,
    );
    await expect(trainInWorker({ ...run, model: mlp({ inputs: 5, outputs: 3 }) }, iris)).rejects.toThrow(ShapeError);
    await expect(trainInWorker(run, iris, { engine: { backend: "x" as never } })).rejects.toThrow(OptionError);
    await expect(trainInWorker(run, iris, 3 as never)).rejects.toThrow(OptionError);
    await expect(trainInWorker({ ...run, model: mlp({ inputs: 4, outputs: 2 }) }, iris)).rejects.toThrow(/2 outputs/);
  });

  test("what was disposed of, or has died, says so", async () => {
    const there = await start(long, iris);
    const training = there.train();
    setTimeout(() => there.dispose(), 20);
    await expect(training).rejects.toThrow(DisposedError);
    await expect(there.checkpoint()).rejects.toThrow(DisposedError);

    const threads = process.getBuiltinModule("node:worker_threads");
    const workers: Worker[] = [];
    class Spied extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
    }
    vi.spyOn(process, "getBuiltinModule").mockReturnValue({ ...threads, Worker: Spied } as never);
    const mortal = await start(long, iris);
    const dying = mortal.train();
    setTimeout(() => void workers[0]?.terminate(), 20);
    await expect(dying).rejects.toThrow(EngineError);
    await expect(mortal.checkpoint()).rejects.toThrow(/the worker that trains is dead \(it ended\)/);
  });

  test("a process waits for what it has asked, and not for a worker that has nothing to do", () => {
    const program = `
      import { trainInWorker, dataset, mlp, sgd } from "./dist/index.js";
      const training = dataset([[0], [1], [2], [3]], [0, 1, 2, 3], { task: "regression" });
      const run = { model: mlp({ inputs: 1, outputs: 1 }), loss: "meanSquared", optimizer: sgd(), batchSize: 4, epochs: 20 };
      const trainer = await trainInWorker(run, { training });
      await trainer.train();
      console.log(trainer.history.length);`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { timeout: 60_000 });
    expect(output.toString()).toBe("20\n");
  });
});
