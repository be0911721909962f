// A program as a user of every subpath would write it: compiled with declarations, where every inferred type must have a name, then run.
import {
  adamw,
  cosine,
  dataset,
  type Engine,
  load,
  loadModel,
  mlp,
  Optimizer,
  type OptimizerDescription,
  Parameters,
  type Run,
  runFromJSON,
  type Scheduled,
  sam,
  Trainer,
  warmup,
} from "stepsize";
import { datasetsFromCSV } from "stepsize/data";
import * as js from "stepsize/js";
import { Random } from "stepsize/numerics";
import { optimizerFromJSON, rules } from "stepsize/optimizers";
import { oneCycle, rateAt, scheduleFromJSON } from "stepsize/schedules";
import * as slim from "stepsize/slim";
import { readCheckpoint } from "stepsize/training";

export const learningRate = warmup({ steps: 10, then: cosine({ rate: 0.05, steps: 200 }) });
export const optimizer = adamw({ learningRate, groups: [{ match: "*bias*", weightDecay: 0 }] });
export const around = sam({ optimizer });
export const sharpness: number = around.rho;
export const decay: Scheduled = adamw().beta2;
export const model = mlp({ inputs: 2, hidden: [8], outputs: 2, activation: "tanh" });
export const run = { model, loss: "crossEntropy", optimizer, batchSize: 16, epochs: 20, seed: 3 } satisfies Run;
export const checked = runFromJSON(JSON.parse(JSON.stringify(run)));
export const fromJSON: OptimizerDescription = optimizerFromJSON({ kind: "adam", learningRate: 0.1 });
export const schedule = scheduleFromJSON(JSON.parse(JSON.stringify(oneCycle({ rate: 0.1, steps: 100 }))));
export const kinds = [...rules.keys()];

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

const engine: Engine = await load();
check((await js.load()).backend === "js", "stepsize/js has the twin");
check(typeof slim.load === "function" && kinds.includes("adamw"), "stepsize/slim and the registry are there");
check(rateAt(learningRate, 5) < rateAt(learningRate, 10), "a warm-up rises");
check(rateAt(schedule, 29) > rateAt(schedule, 0), "one cycle rises");

const parameters = new Parameters(engine, { weight: [4], bias: [1] });
const stepper = new Optimizer(parameters, optimizer);
parameters.get("weight").gradient.fill(1);
stepper.step();
check((parameters.get("weight").value[0] ?? 0) < 0, "a step descends");

const random = new Random(7, "points");
const rows = Array.from({ length: 200 }, () => [random.uniform() - 0.5, random.uniform() - 0.5]);
const labels = rows.map(([x = 0, y = 0]) => (x * y > 0 ? "same" : "opposite"));
export const training = dataset(rows, labels);
const trainer = new Trainer(engine, run, { training });
await trainer.train();
const bytes = trainer.checkpoint();
check(readCheckpoint(bytes).values.size === 4, "a checkpoint holds four tensors");
export const restored = loadModel(engine, bytes);
check(restored.run.batchSize === 16, "a checkpoint holds its run");

const csv = rows.map(([x, y], i) => `${x},${y},${labels[i]}`).join("\n");
export const parts = datasetsFromCSV(`x,y,sign\n${csv}\n`, { target: "sign", seed: 1 });
check(parts.training.rows + parts.validation.rows + (parts.test?.rows ?? 0) === 200, "every row of a CSV text is in one part");
console.log("the consumer's program ran");
