// A character model with attention on a small text: it learns to tell the next letter at every place of a line, then writes some.
import { readFile } from "node:fs/promises";
import {
  activation,
  adamw,
  attention,
  cosine,
  dense,
  embedding,
  layerNorm,
  load,
  Network,
  Optimizer,
  residual,
  sequential,
  warmup,
} from "stepsize";
import { exp, Random } from "stepsize/numerics";

const text = await readFile(new URL("../data/shakespeare.txt", import.meta.url), "utf8");
const letters = [...new Set(text)].sort();
const numbers = Uint8Array.from(text, (letter) => letters.indexOf(letter));
const held = Math.floor(0.9 * text.length);

const [LENGTH, ROWS, STEPS] = [32, 16, 600];
const block = () => [
  residual([layerNorm(), attention({ heads: 4 })]),
  residual([layerNorm(), dense({ units: 128 }), activation("gelu"), dense({ units: 48 })]),
];
const model = sequential(
  [
    embedding({ count: letters.length, width: 48, initialization: { kind: "normal", deviation: 0.3 } }),
    ...block(),
    ...block(),
    layerNorm(),
    dense({ units: letters.length }),
  ],
  { inputs: LENGTH },
);

const engine = await load();
// crossEntropy over the last axis: a loss for every letter of every row
const network = new Network(engine, model, "crossEntropy", { rows: ROWS, seed: 1 });
const optimizer = new Optimizer(
  network.parameters,
  adamw({ learningRate: warmup({ steps: 30, then: cosine({ rate: 4e-3, steps: STEPS }) }), clipNorm: 1 }),
);

const features = engine.vector(ROWS * LENGTH);
const targets = engine.vector(ROWS * LENGTH);
const random = new Random(1, "lines");

/** Pieces of the text from places by chance, and the letter behind each of theirs. */
function batch(from, to, step) {
  const classes = new Uint32Array(targets.view.buffer, targets.pointer, ROWS * LENGTH);
  for (let row = 0; row < ROWS; row++) {
    const at = from + random.below(to - from - LENGTH);
    for (let i = 0; i < LENGTH; i++) {
      features.view[row * LENGTH + i] = numbers[at + i];
      classes[row * LENGTH + i] = numbers[at + i + 1];
    }
  }
  const pointers = { featuresPointer: features.pointer, targetsPointer: targets.pointer };
  return { rows: ROWS, step, ...pointers, features: features.view, targets: classes };
}

/** The mean loss on the part of the text that is held out. */
function heldOut() {
  const losses = Array.from({ length: 20 }, () => network.evaluate(batch(held, text.length - 1, 0)).loss);
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

console.log(`${letters.length} letters, loss before ${heldOut().toFixed(2)}`);
for (let step = 0; step < STEPS; step++) optimizer.step(network.train(batch(0, held, step)));
console.log(`loss ${heldOut().toFixed(2)} nats a letter after ${STEPS} steps`);

let written = `${"\n".repeat(LENGTH - 1)}T`;
for (let i = 0; i < 120; i++) {
  const line = Array.from(written.slice(-LENGTH), (letter) => letters.indexOf(letter));
  const logits = network.predict(line).subarray(-letters.length);
  const most = Math.max(...logits);
  const shares = Array.from(logits, (logit) => exp((logit - most) / 0.7));
  let left = random.uniform() * shares.reduce((sum, share) => sum + share, 0);
  const next = shares.findIndex((share) => {
    left -= share;
    return left <= 0;
  });
  written += letters[next];
}
console.log(written.trim());
