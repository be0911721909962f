// A whole training step (forward, loss, backward, update) beside what its arithmetic takes at the machine's peak, and the traps in which
// denormals would slow it down.
import { load } from "../dist/engine/load.js";
import { Parameters } from "../dist/engine/parameters.js";
import { mlp } from "../dist/models/mlp.js";
import { Network } from "../dist/models/network.js";
import { optimizerFromJSON, rules } from "../dist/optimizers/index.js";
import { adam } from "../dist/optimizers/kinds/adam.js";
import { Optimizer } from "../dist/optimizers/optimizer.js";
import { peakCalls } from "./machine.js";
import { compare, filled, sameBits } from "./measure.js";
import { loss } from "./optimizers.js";

export const networks = [
  { name: "64-32-10, batch 32", sizes: [64, 32, 10], rows: 32 },
  { name: "784-128-10, batch 32", sizes: [784, 128, 10], rows: 32 },
  { name: "784-256-10, batch 128", sizes: [784, 256, 10], rows: 128 },
  { name: "13-1, batch 32", sizes: [13, 1], rows: 32, loss: "meanSquared" },
  { name: "784-128-10, batch 1", sizes: [784, 128, 10], rows: 1 },
];

/** So many batches, one after the other: a network that learns one by heart has gradients that fade. */
const BATCHES = 16;

const adamOf = (learningRate) => (parameters) => new Optimizer(parameters, adam({ learningRate }));

/** A network, its optimizer and batches of seeded noise. */
export function trainable(
  engine,
  { sizes, rows, loss = "crossEntropy", activation = "relu" },
  learningRate = 1e-6,
  batches = BATCHES,
  optimize = adamOf(learningRate),
) {
  const [inputs, outputs] = [sizes[0], sizes.at(-1)];
  const description = mlp({ inputs, hidden: sizes.slice(1, -1), outputs, activation });
  const network = new Network(engine, description, loss, { rows, seed: 1 });
  const optimizer = optimize(network.parameters);
  const data = Array.from({ length: batches }, (_, i) => {
    const features = engine.vector(rows * inputs);
    const targets = engine.vector(rows * outputs);
    features.view.set(filled(rows * inputs, i + 1));
    if (loss === "crossEntropy") {
      const classes = new Uint32Array(targets.view.buffer, targets.pointer, rows);
      for (let row = 0; row < rows; row++) classes[row] = (row * 7 + i * 3) % outputs;
    } else targets.view.set(filled(rows * outputs, i + 100));
    return { rows, featuresPointer: features.pointer, targetsPointer: targets.pointer, step: 0, vectors: [features, targets] };
  });
  let next = 0;
  return {
    network,
    parameters: network.parameters,
    optimizer,
    step() {
      const loss = network.train(data[next]);
      optimizer.step();
      next = next + 1 === batches ? 0 : next + 1;
      return loss;
    },
    /** Leaves one feature in so many. */
    thin(many) {
      for (const { vectors } of data) {
        const { view } = vectors[0];
        for (let i = 0; i < view.length; i++) if (i % many !== 0) view[i] = 0;
      }
    },
    dispose() {
      optimizer.dispose();
      network.dispose();
      for (const { vectors } of data) for (const vector of vectors) vector.dispose();
    },
  };
}

/** The multiplications and additions of a step's products. */
export function operations({ sizes, rows }) {
  let count = 0;
  for (let i = 0; i + 1 < sizes.length; i++) count += 2 * rows * sizes[i] * sizes[i + 1] * (i === 0 ? 2 : 3);
  return count;
}

const parameters = ({ sizes }) => sizes.slice(1).reduce((sum, size, i) => sum + (sizes[i] + 1) * size, 0);

/** Every 32nd step flushes; beside the twin's arithmetic that is nothing. */
const periods = { wasm: 32, update: 32 };

export async function measureTraining(short = false) {
  const [wasm, js] = [await load({ backend: "wasm" }), await load({ backend: "js" })];
  return networks
    .filter(({ sizes }) => !short || sizes[0] < 100)
    .map((network) => {
      const ours = trainable(wasm, network);
      const twin = trainable(js, network);
      for (let step = 0; step < 3; step++) {
        ours.step();
        twin.step();
      }
      sameBits(network.name, ours.network.parameters.values.view, twin.network.parameters.values.view);
      const n = parameters(network);
      const alone = new Parameters(wasm, { weight: [n] });
      const update = new Optimizer(alone, adam());
      alone.get("weight").gradient.set(filled(n, 3));
      const peak = peakCalls(operations(network));
      const times = compare({ wasm: () => ours.step(), update: () => update.step(), js: () => twin.step(), ...peak.calls }, periods);
      for (const taken of [ours, twin, update, alone]) taken.dispose();
      const arithmetic = operations(network) / peak.of(times);
      return {
        name: network.name,
        wasm: times.wasm,
        js: times.js,
        arithmetic,
        update: times.update.min,
        overArithmetic: times.wasm.min / (arithmetic + times.update.min),
      };
    });
}

/** What leaves numbers that fade: each against a fresh start, in the same run. */
export async function measureTraps(short = false) {
  const engine = await load({ backend: "wasm" });
  const many = short ? 1_000 : 5_000;
  const rows = [];
  for (const network of networks.slice(0, short ? 1 : 2)) {
    const traps = {
      [`${many} steps on one batch at a rate of 1, which kills most units`]: () => trained(engine, network, 1, 1, many),
      [`${many} steps on one batch at a rate of 1e-2, learnt by heart`]: () => trained(engine, network, 1e-2, 1, many),
      [`${many} steps at a rate of 1e-6`]: () => trained(engine, network, 1e-6, BATCHES, many),
      "a saturated softmax: weights times 1000": () => saturated(engine, network, many),
      "features of which one in a hundred is not 0": () => {
        const sparse = trainable(engine, network);
        sparse.thin(100);
        for (let step = 0; step < many; step++) sparse.step();
        return sparse;
      },
    };
    for (const [name, make] of Object.entries(traps)) rows.push(against(engine, network, `${network.name}: ${name}`, make));
  }
  const [small] = networks;
  for (const activation of ["leakyRelu", "tanh", "sigmoid", "gelu", "softplus"]) {
    const network = { ...small, activation };
    rows.push(against(engine, network, `${small.name}, ${activation}: weights times 1000`, () => saturated(engine, network, many)));
  }
  for (const options of [...rules.keys()].flatMap(withDecay)) rows.push(faded(engine, options, short ? 1_000 : 100_000));
  return rows;
}

/** A kind with its defaults, and with weight decay where it has that and not by default. */
function withDecay(kind) {
  const { fields } = rules.get(kind);
  return "weightDecay" in fields && fields.weightDecay.fallback === 0 ? [{ kind }, { kind, weightDecay: 1e-2 }] : [{ kind }];
}

/** A step after many without a gradient, against a fresh one, and the share that flushing has in it. */
function faded(engine, options, zeros) {
  // with the same gradient for ever, methods that find their rate diverge: that is no matter here
  const fresh = bound(engine, { ...options, guard: "off" }, 1024);
  const trapped = bound(engine, { ...options, guard: "off" }, 1024);
  for (let step = 0; step < 10; step++) trapped.optimizer.step(loss);
  trapped.parameters.gradients.view.fill(0);
  // slow steps are made for a few seconds
  const start = performance.now();
  let made = 0;
  while (made < zeros && performance.now() - start < 5000) for (let i = 0; i < 100; i++, made++) trapped.optimizer.step(loss);
  const { pointer, length } = fresh.parameters.values;
  const blocks = 1 + Object.keys(fresh.optimizer.state().slots).length;
  const flush = () => engine.kernels.flush(pointer, length, 1e-28);
  const times = compare({ fresh: () => fresh.optimizer.step(loss), trapped: () => trapped.optimizer.step(loss), flush }, 32);
  for (const taken of [fresh, trapped]) {
    taken.optimizer.dispose();
    taken.parameters.dispose();
  }
  const decay = options.weightDecay ? ` with weight decay ${options.weightDecay}` : "";
  return {
    name: `${options.kind}${decay}: ${made} steps of zero gradient`,
    ...times,
    ratio: times.trapped.min / times.fresh.min,
    flush: (times.flush.min * blocks) / 32 / times.fresh.min,
  };
}

function against(engine, network, name, make) {
  const fresh = trainable(engine, network);
  const trapped = make();
  const times = compare({ fresh: () => fresh.step(), trapped: () => trapped.step() }, 32);
  fresh.dispose();
  trapped.dispose();
  return { name, ...times, ratio: times.trapped.min / times.fresh.min };
}

function saturated(engine, network, steps) {
  const model = trainable(engine, network);
  engine.kernels.scale(model.network.parameters.values.pointer, model.network.parameters.size, 1000);
  for (let step = 0; step < steps; step++) model.step();
  return model;
}

function trained(engine, network, learningRate, batches, steps) {
  const model = trainable(engine, network, learningRate, batches);
  for (let step = 0; step < steps; step++) model.step();
  return model;
}

function bound(engine, options, n) {
  const parameters = new Parameters(engine, { weight: [32, n / 32] });
  parameters.get("weight").value.set(filled(n, 1));
  parameters.get("weight").gradient.set(filled(n, 2));
  return { parameters, optimizer: new Optimizer(parameters, optimizerFromJSON(options)) };
}
