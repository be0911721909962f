// The golden runs: what must come out with the same bits on every engine and backend. They are given the library, so that the tests run
// them on src/ and test/engines on the packed tarball.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type * as data from "../../src/entries/data.js";
import type * as library from "../../src/entries/index.js";
import type { Activation, Engine, Loss, OptimizerDescription, Parameters, Schedule, Trainer } from "../../src/entries/index.js";
import type * as numerics from "../../src/entries/numerics.js";
import type { Random } from "../../src/entries/numerics.js";
import type * as optimizers from "../../src/entries/optimizers.js";
import type * as schedulesOf from "../../src/entries/schedules.js";

/** "stepsize" and its subpaths, in one object. */
export type Library = typeof library & typeof optimizers & typeof schedulesOf & typeof data & typeof numerics;

/** SHA-256 by name of run. */
export type Hashes = Record<string, string>;

/** How far the runs go: `short` is for engines that are emulated, and a part of `full`. */
export type Length = "short" | "full";

const STEPS = { short: [100], full: [100, 1000] };
const EPOCHS = { short: [2], full: [2, 30] };
const LONG = /, 1000 steps$|, 30 epochs$/;

/** Every run on one backend. `digits` is the text of data/digits.csv. */
export async function goldenRuns(stepsize: Library, engine: Engine, digits: string, length: Length): Promise<Hashes> {
  const hashes: Hashes = {};
  for (const [name, schedule] of Object.entries(schedules(stepsize))) {
    hashes[`schedule ${name}`] = new Digest().floats(stepsize.ratesBetween(schedule, 0, 1000)).hex();
  }
  for (const kind of [...stepsize.rules.keys(), ...stepsize.wrappers.keys()]) {
    const names = AS_THEY_ARE.has(kind) ? ["plain"] : Object.keys(variants);
    for (const name of names) Object.assign(hashes, optimizerRun(stepsize, engine, kind, name, STEPS[length]));
  }
  hashes["adamw, 50,001 parameters"] = largeRun(stepsize, engine, {});
  hashes["adamw in bfloat16, 50,001 parameters"] = largeRun(stepsize, engine, { stateDtype: "bfloat16" });
  for (const [activation, loss] of networks) {
    hashes[`network ${activation}, ${lossName(loss)}`] = await networkRun(stepsize, engine, activation, loss);
  }
  Object.assign(hashes, await digitsRun(stepsize, engine, digits, EPOCHS[length]));
  return hashes;
}

/** Whether a run is part of `short`. */
export function isShort(name: string): boolean {
  return !LONG.test(name);
}

/** One hash of the runs that every engine makes, for a table. */
export function summary(hashes: Hashes): string {
  const digest = new Digest();
  const names = Object.keys(hashes).filter(isShort);
  for (const name of names.sort()) digest.text(`${name} ${hashes[name]}\n`);
  return digest.hex();
}

/** A schedule through every function of src/numerics/math.ts and every kind of recursion. */
function schedules({ cosine, warmRestarts, tanhDecay, cyclic, oneCycle, noisySchedule, ...s }: Library): Record<string, Schedule> {
  const rate = 0.1;
  return {
    cosine: cosine({ rate, steps: 900, exponent: 1.7, delay: 0.8 }),
    warmRestarts: warmRestarts({ rate, steps: 60, growth: 1.5, decay: 0.9 }),
    tanh: tanhDecay({ rate, steps: 900 }),
    cyclic: cyclic({ rate: 0.01, peak: rate, up: 70, mode: "exponential", factor: 0.999 }),
    oneCycle: oneCycle({ rate, steps: 900 }),
    exponential: s.exponential({ rate, factor: 0.96, steps: 13 }),
    naturalExponential: s.naturalExponential({ rate, decay: 0.3, steps: 70 }),
    timeBased: s.timeBased({ rate, decay: 1e-3 }),
    inverseTime: s.inverseTime({ rate, decay: 0.3, steps: 7 }),
    polynomial: s.polynomial({ rate, steps: 900, power: 1.3 }),
    inverseSqrt: s.inverseSqrt({ rate, timescale: 30 }),
    noam: s.noam({ steps: 100 }),
    noise: noisySchedule({ schedule: rate, distribution: "normal", deviation: 0.3, seed: 7 }),
  };
}

/** What each optimizer is run with, from its own default rate. */
const variants: Record<string, (stepsize: Library, rate: number) => object> = {
  plain: () => ({}),
  cosine: ({ warmup, cosine }, rate) => ({ learningRate: warmup({ steps: 50, then: cosine({ rate, steps: 900 }) }), clipNorm: 1 }),
  exponential: ({ exponential }, rate) => ({ learningRate: exponential({ rate, factor: 0.97, steps: 11 }), accumulate: 2 }),
  plateau: ({ reduceOnPlateau }, rate) => ({ learningRate: reduceOnPlateau({ rate, patience: 1 }), maximize: false, clipValue: 0.7 }),
};

/** Kinds that take gradients as they are, neither clipped nor accumulated. */
const AS_THEY_ARE = new Set(["lbfgs"]);

/** Options that a kind asks for. */
const fallback = { kind: "adamw", learningRate: 0.01 };
const required: Record<string, object> = { muon: { fallback }, normuon: { fallback }, adamuon: { fallback } };

/** A kind with the options of a variant; a wrapper goes around Adam. */
function describeOptimizer(stepsize: Library, kind: string, variant: string): OptimizerDescription {
  const rule = stepsize.rules.get(kind);
  const { learningRate } = rule ?? (stepsize.rules.get("adam") as NonNullable<typeof rule>);
  const options = { ...required[kind], ...variants[variant]?.(stepsize, learningRate) };
  return stepsize.optimizerFromJSON(rule ? { kind, ...options } : { kind, optimizer: { kind: "adam", ...options } });
}

/** Descends a bowl with seeded noise. Odd sizes: every tensor has padding. */
function optimizerRun(stepsize: Library, engine: Engine, kind: string, variant: string, snapshots: readonly number[]): Hashes {
  const hashes: Hashes = {};
  const parameters = new stepsize.Parameters(engine, { matrix: [9, 7], vector: [13], scalar: [] });
  const optimizer = new stepsize.Optimizer(parameters, describeOptimizer(stepsize, kind, variant));
  const bowl = new Bowl(stepsize, parameters);
  const digest = new Digest();
  for (let call = 1; call <= (snapshots.at(-1) as number); call++) {
    let loss = 0;
    const closure = () => {
      loss = bowl.evaluate();
      return loss;
    };
    // the norm of accumulated gradients was 0 when these hashes were made
    if (optimizer.step(closure)) digest.number(optimizer.learningRate).number(variant === "exponential" ? 0 : optimizer.gradientNorm);
    digest.number(loss);
    if (call % 25 === 0) optimizer.observe(loss);
    if (snapshots.includes(call)) {
      hashes[`${kind}, ${variant}, ${call} steps`] = digest.clone().floats(parameters.values.view).state(optimizer.state()).hex();
    }
  }
  optimizer.dispose();
  parameters.dispose();
  return hashes;
}

/** So many parameters that threads share them. */
function largeRun(stepsize: Library, engine: Engine, options: { stateDtype?: "bfloat16" }): string {
  const parameters = new stepsize.Parameters(engine, { vector: [50_001] });
  const optimizer = new stepsize.Optimizer(parameters, stepsize.adamw({ learningRate: 0.01, clipNorm: 1, ...options }));
  const bowl = new Bowl(stepsize, parameters);
  const digest = new Digest();
  for (let call = 0; call < 20; call++) {
    digest.number(bowl.evaluate());
    optimizer.step();
    digest.number(optimizer.gradientNorm);
  }
  const hash = digest.floats(parameters.values.view).state(optimizer.state()).hex();
  optimizer.dispose();
  parameters.dispose();
  return hash;
}

/** sum of c (p - target)^2 / 2, with noise on its gradient. */
class Bowl {
  readonly #parameters: Parameters;
  readonly #random: Random;

  constructor({ Random }: Library, parameters: Parameters) {
    this.#parameters = parameters;
    this.#random = new Random(1, "bowl");
    for (const { value } of parameters) for (let i = 0; i < value.length; i++) value[i] = this.#random.uniform() * 2 - 1;
  }

  /** Writes the gradients and returns the loss. */
  evaluate(): number {
    let loss = 0;
    for (const { value, gradient } of this.#parameters) {
      for (let i = 0; i < value.length; i++) {
        const curvature = 1 / (1 + (i % 7));
        const distance = (value[i] as number) - ((i % 5) - 2) / 4;
        loss += (curvature * distance * distance) / 2;
        gradient[i] = curvature * distance + (this.#random.uniform() - 0.5) / 8;
      }
    }
    return loss;
  }
}

/** Every activation and every loss but that of the digits. */
const networks: readonly (readonly [Activation, Loss])[] = [
  ["relu", "meanSquared"],
  ["leakyRelu", "meanAbsolute"],
  ["tanh", "binaryCrossEntropy"],
  ["sigmoid", { kind: "huber", delta: 0.3 }],
  ["gelu", "meanSquared"],
  ["softplus", "binaryCrossEntropy"],
  ["linear", "huber"],
];

async function networkRun(stepsize: Library, engine: Engine, activation: Activation, loss: Loss): Promise<string> {
  const random = new stepsize.Random(2, "network");
  const rows = (columns: number) => Array.from({ length: 50 }, () => Array.from({ length: columns }, () => random.uniform()));
  const training = stepsize.dataset(rows(5), rows(3), { task: "regression" });
  const model = stepsize.mlp({ inputs: 5, hidden: [11, 6], outputs: 3, activation, dropout: 0.1 });
  const run = { model, loss, optimizer: stepsize.adam({ learningRate: 0.01 }), batchSize: 16, epochs: 10, seed: 3 };
  const trainer = new stepsize.Trainer(engine, run, { training });
  await trainer.train();
  const hash = trained(trainer).hex();
  trainer.dispose();
  return hash;
}

/** The main job: a network that reads digits. */
async function digitsRun(stepsize: Library, engine: Engine, text: string, snapshots: readonly number[]): Promise<Hashes> {
  const hashes: Hashes = {};
  const data = stepsize.datasetsFromCSV(text, { target: "digit", validation: 0.15, test: 0.15 });
  const model = stepsize.mlp({ inputs: 64, hidden: [32], outputs: 10 });
  const optimizer: OptimizerDescription = stepsize.adam({ learningRate: 3e-3 });
  const run = { model, loss: "crossEntropy" as const, optimizer, batchSize: 32, epochs: snapshots.at(-1) as number, seed: 1 };
  const trainer = new stepsize.Trainer(engine, run, data);
  for await (const { epoch } of trainer.epochs()) {
    if (snapshots.includes(epoch)) {
      const scores = JSON.stringify(trainer.evaluate(data.test as NonNullable<typeof data.test>));
      hashes[`digits, ${epoch} epochs`] = trained(trainer).text(scores).hex();
    }
  }
  trainer.dispose();
  return hashes;
}

function trained({ model, optimizer, history }: Trainer): Digest {
  return new Digest().text(JSON.stringify(history)).floats(model.parameters.values.view).state(optimizer.state());
}

function lossName(loss: Loss): string {
  return typeof loss === "string" ? loss : loss.kind;
}

/** SHA-256 of numbers. NaN is refused, since its payload is the one thing that engines may choose. */
class Digest {
  #hash = sha256.create();

  floats(values: Float32Array | Float64Array): this {
    if (values.some(Number.isNaN)) throw new Error("a golden run gave NaN");
    return this.bytes(values);
  }

  bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): this {
    this.#hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    return this;
  }

  number(value: number): this {
    return this.floats(Float64Array.of(value));
  }

  text(value: string): this {
    this.#hash.update(new TextEncoder().encode(value));
    return this;
  }

  /** The state of an optimizer: its slots as bytes, everything else but names as JSON, which writes every bit of a number. */
  state({ slots, groups: _, ...rest }: ReturnType<InstanceType<Library["Optimizer"]>["state"]>): this {
    for (const [slot, tensors] of Object.entries(slots)) {
      for (const [name, values] of Object.entries(tensors)) {
        this.text(`${slot} ${name}`);
        if (values instanceof Uint16Array) this.bytes(values);
        else this.floats(values);
      }
    }
    // scalars that states did not have when these runs were pinned; what they change, the values show
    return this.text(JSON.stringify(rest, (key, value) => (key === "idle" || key === "since" ? undefined : value)));
  }

  clone(): Digest {
    const copy = new Digest();
    copy.#hash = this.#hash.clone();
    return copy;
  }

  hex(): string {
    return bytesToHex(this.#hash.digest());
  }
}
