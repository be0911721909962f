import { type Engine, mlp, Network, Optimizer, Parameters } from "stepsize";
import { Random } from "stepsize/numerics";
import { optimizerFromJSON, rules } from "stepsize/optimizers";
import { plain } from "../../../bench/plain.js";

/** Something that is timed: on one engine, or as plain JavaScript. */
export interface Way {
  readonly run: () => void;
  /** What it has computed. */
  readonly values: () => Float32Array;
  readonly dispose: () => void;
}

export interface Case {
  readonly group: "optimizer step" | "product" | "training step";
  readonly name: string;
  /** What a time is divided by, and the unit that this gives. */
  readonly per: number;
  readonly unit: "ns per parameter" | "µs";
  /** Bytes that a run reads and writes, and floating-point operations, where they say something. */
  readonly bytes?: number;
  readonly operations?: number;
  on(engine: Engine): Way;
  /** The fastest loop that somebody would write by hand, where there is one. It rounds otherwise, so that its bits differ. */
  plain?(): Way;
}

/** Numbers of either sign from a seed, not too small. */
function filled(length: number, seed: number): Float32Array {
  const random = new Random(seed, "benchmark");
  return Float32Array.from({ length }, () => Math.fround(2 * random.uniform() - 1));
}

type PlainStep = (p: Float32Array, g: Float32Array, t: number) => void;
const byHand = plain as unknown as Readonly<Record<string, (rate: number, n: number) => PlainStep>>;

function optimizerCase(kind: string, n: number, options: object, hand: string | undefined): Case {
  const rule = rules.get(kind);
  const slots =
    rule?.slots({ ...Object.fromEntries(Object.entries(rule.fields).map(([name, field]) => [name, field.fallback])), ...options } as never)
      .length ?? 0;
  const description = optimizerFromJSON({
    kind,
    learningRate: 1e-6,
    ...options,
    ...(rule?.fallback !== undefined && { fallback: { kind: "adamw" } }),
  });
  return {
    group: "optimizer step",
    name: `${hand ?? kind}, ${n.toLocaleString("en-US")} parameters`,
    per: n,
    unit: "ns per parameter",
    bytes: 4 * n * (3 + 2 * slots),
    on(engine) {
      // a matrix, which every method can step
      const parameters = new Parameters(engine, { weight: [n / 64, 64] });
      parameters.get("weight").value.set(filled(n, 1));
      parameters.get("weight").gradient.set(filled(n, 2));
      const optimizer = new Optimizer(parameters, description);
      const closure = () => 1;
      return {
        run: () => void optimizer.step(closure),
        values: () => parameters.get("weight").value.slice(),
        dispose() {
          optimizer.dispose();
          parameters.dispose();
        },
      };
    },
    ...(hand !== undefined &&
      byHand[hand] && {
        plain() {
          const [p, g] = [filled(n, 1), filled(n, 2)];
          const step = (byHand[hand] as (rate: number, n: number) => PlainStep)(1e-6, n);
          let t = 0;
          return {
            run() {
              t++;
              step(p, g, t);
            },
            values: () => p.slice(),
            dispose: () => {},
          };
        },
      }),
  };
}

function productCase(rows: number, inputs: number, outputs: number): Case {
  return {
    group: "product",
    name: `${rows} × ${inputs} by ${inputs} × ${outputs}`,
    per: 1000,
    unit: "µs",
    operations: 2 * rows * inputs * outputs,
    on(engine) {
      const [x, w, b, z] = [rows * inputs, inputs * outputs, outputs, rows * outputs].map((length) => engine.vector(length));
      if (!x || !w || !b || !z) throw new Error("no memory");
      x.view.set(filled(rows * inputs, 3));
      w.view.set(filled(inputs * outputs, 4));
      return {
        run: () => engine.kernels.dense(x.pointer, w.pointer, b.pointer, z.pointer, rows, inputs, outputs, 0, outputs),
        values: () => z.view.slice(),
        dispose() {
          for (const vector of [x, w, b, z]) vector.dispose();
        },
      };
    },
    plain() {
      const [x, w, z] = [filled(rows * inputs, 3), filled(inputs * outputs, 4), new Float32Array(rows * outputs)];
      return { run: () => multiply(x, w, z, rows, inputs, outputs), values: () => z.slice(), dispose: () => {} };
    },
  };
}

/** Row by row, so that memory is read in its order. */
function multiply(x: Float32Array, w: Float32Array, z: Float32Array, rows: number, inputs: number, outputs: number): void {
  const sums = new Float64Array(outputs);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i] as number;
      const from = i * outputs;
      for (let j = 0; j < outputs; j++) sums[j] = (sums[j] as number) + value * (w[from + j] as number);
    }
    z.set(sums, row * outputs);
  }
}

function trainingCase(sizes: readonly number[], rows: number): Case {
  const [inputs, outputs] = [sizes[0] as number, sizes.at(-1) as number];
  return {
    group: "training step",
    name: `${sizes.join("-")}, batch ${rows}, adam`,
    per: 1000,
    unit: "µs",
    operations: sizes.slice(1).reduce((sum, size, i) => sum + 2 * rows * (sizes[i] as number) * size * (i === 0 ? 2 : 3), 0),
    on(engine) {
      const network = new Network(engine, mlp({ inputs, hidden: sizes.slice(1, -1), outputs, activation: "relu" }), "crossEntropy", {
        rows,
        seed: 1,
      });
      const optimizer = new Optimizer(network.parameters, optimizerFromJSON({ kind: "adam", learningRate: 1e-6 }));
      const [features, targets] = [engine.vector(rows * inputs), engine.vector(rows)];
      features.view.set(filled(rows * inputs, 5));
      const classes = new Uint32Array(targets.view.buffer, targets.pointer, rows);
      for (let row = 0; row < rows; row++) classes[row] = (row * 7) % outputs;
      const batch = { rows, featuresPointer: features.pointer, targetsPointer: targets.pointer, step: 0 };
      const train = () => network.train(batch as never);
      return {
        run: () => void optimizer.step(train),
        values: () => network.parameters.values.view.slice(),
        dispose() {
          optimizer.dispose();
          network.dispose();
          features.dispose();
          targets.dispose();
        },
      };
    },
  };
}

const BY_HAND: readonly (readonly [kind: string, options: object, hand: string])[] = [
  ["sgd", {}, "sgd"],
  ["sgd", { momentum: 0.9 }, "sgd momentum"],
  ["rmsprop", {}, "rmsprop"],
  ["adagrad", {}, "adagrad"],
  ["adadelta", {}, "adadelta"],
  ["adam", {}, "adam"],
  ["adamw", {}, "adamw"],
];
/** Methods that look again for every step, so that a step takes as long as it needs. */
const SEARCHING = ["lbfgs"];

/** What is timed: a short list that takes some seconds, or every optimizer and more sizes. */
export function casesOf(all: boolean): Case[] {
  const sizes = all ? [1024, 65_536, 1_048_576] : [65_536];
  const others = [...rules.keys()].filter((kind) => !SEARCHING.includes(kind) && !BY_HAND.some(([own]) => own === kind));
  return [
    ...sizes.flatMap((n) => BY_HAND.map(([kind, options, hand]) => optimizerCase(kind, n, options, hand))),
    ...(all ? others.map((kind) => optimizerCase(kind, 65_536, {}, undefined)) : []),
    productCase(32, 784, 128),
    ...(all ? [productCase(32, 64, 32), productCase(256, 256, 256)] : []),
    trainingCase([64, 32, 10], 32),
    trainingCase([784, 128, 10], 32),
    ...(all ? [trainingCase([784, 256, 10], 128)] : []),
  ];
}
