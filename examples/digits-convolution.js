// A convolutional network beside a dense one on 8 × 8 pictures of digits, each with five seeds: accuracy on held-out digits.
import {
  activation,
  adamw,
  batchNorm,
  conv2d,
  cosine,
  dataset,
  dense,
  dropout,
  flatten,
  load,
  maxPool2d,
  mlp,
  sequential,
  splitDataset,
  Trainer,
} from "stepsize";
import { digits as sample } from "stepsize/data/digits";

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

const models = {
  dense: { epochs: 40, rate: 5e-3, model: mlp({ inputs: 64, hidden: [128], outputs: 10, dropout: 0.1 }) },
  convolutional: {
    epochs: 12,
    rate: 3e-3,
    model: sequential(
      [
        conv2d({ filters: 16, kernel: 3, padding: 1 }),
        batchNorm(),
        activation("relu"),
        conv2d({ filters: 32, kernel: 3, padding: 1 }),
        batchNorm(),
        activation("relu"),
        maxPool2d({ kernel: 2 }),
        dropout({ rate: 0.3 }),
        flatten(),
        dense({ units: 10 }),
      ],
      { inputs: [8, 8, 1] },
    ),
  },
};

const engine = await load();
for (const [name, { model, epochs, rate }] of Object.entries(models)) {
  const scores = [];
  for (let seed = 1; seed <= 5; seed++) {
    const { training, validation } = splitDataset(digits, { validation: 0.2, seed });
    const optimizer = adamw({ learningRate: cosine({ rate, steps: epochs * 45 }), weightDecay: 0.05 });
    const trainer = new Trainer(engine, { model, loss: "crossEntropy", optimizer, batchSize: 32, epochs, seed }, { training });
    await trainer.train();
    scores.push(trainer.evaluate(validation).score);
    trainer.dispose();
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  console.log(
    `${name}: ${(100 * mean).toFixed(2)} % of the held-out digits (${scores.map((score) => (100 * score).toFixed(1)).join(", ")})`,
  );
}
