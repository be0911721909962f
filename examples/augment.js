// Digits that are shifted by a pixel while they are learnt from, beside digits as they are: accuracy on held-out digits, which are shifted too.
import { adamw, cosine, dataset, load, mlp, splitDataset, Trainer } from "stepsize";
import { augment } from "stepsize/data";
import { digits as sample } from "stepsize/data/digits";

const SIDE = 8;
const lines = sample()
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").map(Number));
const digits = dataset(
  lines.map((cells) => cells.slice(0, 64).map((pixel) => pixel / 16)),
  lines.map((cells) => cells[64]),
  { classes: Array.from({ length: 10 }, (_, digit) => String(digit)) },
);

/** Moves a picture by so many pixels to the right and down; what comes in from the edge is empty. */
function shift(picture, right, down) {
  const before = picture.slice();
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const [fromX, fromY] = [x - right, y - down];
      const isInside = fromX >= 0 && fromX < SIDE && fromY >= 0 && fromY < SIDE;
      picture[y * SIDE + x] = isInside ? before[fromY * SIDE + fromX] : 0;
    }
}

/** Each picture of a batch, by a pixel at the most; the random numbers are of the run's seed, so that a resumed run sees the same shifts. */
function shiftAll({ features, rows }, random) {
  for (let row = 0; row < rows; row++)
    shift(features.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE), random.below(3) - 1, random.below(3) - 1);
}

const engine = await load();
const epochs = 40;
const scores = { "as they are": [], shifted: [] };
for (let seed = 1; seed <= 3; seed++) {
  const { training, validation } = splitDataset(digits, { validation: 0.2, seed });
  // digits that a camera did not centre
  const features = validation.features.slice();
  for (let row = 0; row < validation.rows; row++)
    shift(features.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE), (row % 3) - 1, (Math.floor(row / 3) % 3) - 1);
  const uncentred = { ...validation, features };
  for (const [name, data] of Object.entries({ "as they are": training, shifted: augment(training, shiftAll) })) {
    const run = {
      model: mlp({ inputs: 64, hidden: [128], outputs: 10 }),
      loss: "crossEntropy",
      optimizer: adamw({ learningRate: cosine({ rate: 5e-3, steps: epochs * 45 }) }),
      epochs,
      seed,
    };
    const trainer = new Trainer(engine, run, { training: data });
    await trainer.train();
    scores[name].push(trainer.evaluate(uncentred).score);
    trainer.dispose();
  }
}
for (const [name, of] of Object.entries(scores)) {
  const mean = of.reduce((sum, score) => sum + score, 0) / of.length;
  console.log(`learnt ${name}: ${(100 * mean).toFixed(1)} % of held-out digits that are shifted`);
}
