// A head on embeddings: a network that has learnt the digits 0 to 4 turns pictures of 5 to 9 into 512 numbers each, and a small head learns the new digits
// from five examples of each: as well as the whole network does, in a small part of the time. Embeddings of any other model go in the same way, as rows of numbers.
import {
  activation,
  adamw,
  conv2d,
  dataset,
  dense,
  flatten,
  load,
  loadState,
  maxPool2d,
  mlp,
  Network,
  saveState,
  scaleRun,
  searchLearningRate,
  sequential,
  splitDataset,
  Trainer,
} from "stepsize";
import { digits as sample } from "stepsize/data/digits";
import { cosine, perFraction, warmup } from "stepsize/schedules";

const EMBEDDING = 4 * 4 * 32;
const EXAMPLES = 5;
const lines = sample()
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").map(Number));
/** The pictures of five digits. */
function digits(first, rows = lines) {
  const own = rows.filter((cells) => cells[64] >= first && cells[64] < first + 5);
  const pixels = own.map((cells) => cells.slice(0, 64).map((pixel) => pixel / 16));
  const classes = Array.from({ length: 5 }, (_, i) => String(first + i));
  return dataset(
    pixels,
    own.map((cells) => String(cells[64])),
    { classes },
  );
}

const engine = await load();
const inputs = [8, 8, 1];
const body = [
  conv2d({ filters: 16, kernel: 3, padding: 1 }),
  activation("relu"),
  conv2d({ filters: 32, kernel: 3, padding: 1 }),
  activation("relu"),
  maxPool2d({ kernel: 2 }),
  flatten(),
];
const optimizer = adamw({ learningRate: perFraction(warmup({ steps: 10, then: cosine({ rate: 1, steps: 90 }) })), weightDecay: 0.01 });

// what is there already
const old = {
  model: sequential([...body, dense({ units: 5 })], { inputs }),
  loss: "crossEntropy",
  optimizer,
  batchSize: 32,
  epochs: 10,
  seed: 1,
};
const known = digits(0);
const teacher = new Trainer(engine, scaleRun(old, known.rows, 0.003), { training: known });
await teacher.train();

// its layers but the last, with their weights
const embedder = new Network(engine, sequential(body, { inputs }), "meanSquared", { rows: 1, seed: 1 });
loadState(saveState(teacher.model.parameters), embedder.parameters, undefined, { partial: true });
const embed = ({ features, targets, classes }) =>
  dataset(
    embedder.predict(features).slice(),
    Array.from(targets, (target) => classes[target]),
    { columns: EMBEDDING, classes },
  );

const fresh = lines.filter((cells) => cells[64] >= 5);
const count = new Map();
const isExample = (digit) => count.set(digit, (count.get(digit) ?? 0) + 1).get(digit) <= EXAMPLES;
const chosen = fresh.map((cells) => isExample(cells[64]));
const examples = digits(
  5,
  fresh.filter((_, i) => chosen[i]),
);
const others = digits(
  5,
  fresh.filter((_, i) => !chosen[i]),
);

/** Finds a rate on the examples alone, trains with it, and asks for the other pictures. */
async function learn(what, model, training, rest) {
  const run = { model, loss: "crossEntropy", optimizer, batchSize: 10, epochs: 40, seed: 1 };
  const parts = splitDataset(training, { validation: 0.25, seed: 1 });
  const { best } = await searchLearningRate(run, parts, { engine, rates: [0.001, 0.00316, 0.01, 0.0316], resplit: true });
  const trainer = new Trainer(engine, scaleRun(run, training.rows, best.rate), { training });
  const begun = performance.now();
  await trainer.train();
  const time = performance.now() - begun;
  const { score } = trainer.evaluate(rest);
  trainer.dispose();
  console.log(`${what}: ${(100 * score).toFixed(1)} % of ${rest.rows} other pictures, rate ${best.rate}, ${time.toFixed(0)} ms`);
}
await learn("a head on embeddings", mlp({ inputs: EMBEDDING, hidden: [], outputs: 5 }), embed(examples), embed(others));
await learn("the whole network from the start", old.model, examples, others);
