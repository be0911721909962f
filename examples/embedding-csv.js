// A CSV with a column of 400 names: an embedding learns a row of numbers for each, where one-hot columns would be 400 more inputs.
import { activation, adamw, dataset, dense, embedding, load, sequential, splitDataset, Trainer } from "stepsize";
import { parseCSV } from "stepsize/data";
import { Random } from "stepsize/numerics";

/** Sales of 400 shops: each shop has a size and a liking for sun that only its name gives away. */
function salesCSV() {
  const random = new Random(7, "shops");
  const shops = Array.from({ length: 400 }, (_, i) => ({ name: `shop-${i}`, size: random.uniform() * 4, sun: random.uniform() * 2 - 1 }));
  const lines = Array.from({ length: 12_000 }, () => {
    const { name, size, sun } = shops[random.below(shops.length)];
    const [weekday, degrees] = [random.below(7), random.uniform() * 30];
    const sales = size + sun * (degrees / 15 - 1) * 2 + (weekday >= 5 ? 1 : 0) + (random.uniform() - 0.5) * 0.4;
    return `${name},${weekday},${degrees.toFixed(1)},${sales.toFixed(3)}`;
  });
  return ["shop,weekday,degrees,sales", ...lines].join("\n");
}

const table = parseCSV(salesCSV());
const rows = Array.from({ length: table.rows }, (_, row) => table.columnNames.map((name) => table.value(row, name)));
const names = [...new Set(rows.map(([shop]) => shop))];
const numbers = new Map(names.map((name, i) => [name, i]));
const { training, validation } = splitDataset(
  dataset(
    rows.map(([shop, weekday, degrees]) => [numbers.get(shop), weekday / 6, degrees / 30]),
    rows.map((row) => row[3]),
    { task: "regression" },
  ),
);

const model = sequential(
  [
    embedding({ count: names.length, width: 8, columns: [0], initialization: { kind: "normal", deviation: 0.1 } }),
    dense({ units: 32 }),
    activation("relu"),
    dense({ units: 1 }),
  ],
  { inputs: 3 },
);
// the same without the names
const blind = sequential([dense({ units: 32 }), activation("relu"), dense({ units: 1 })], { inputs: 2 });
const without = ({ features, targets, rows: count }) =>
  dataset(
    Array.from({ length: count }, (_, i) => [features[3 * i + 1], features[3 * i + 2]]),
    targets,
    { task: "regression" },
  );

const engine = await load();
for (const [name, run, data] of [
  ["with an embedding of the shops", { model }, { training, validation }],
  ["without them", { model: blind }, { training: without(training), validation: without(validation) }],
]) {
  const optimizer = adamw({ learningRate: 0.005, weightDecay: 0, groups: [{ match: "layers.0.weight", learningRate: 0.02 }] });
  const trainer = new Trainer(engine, { ...run, loss: "meanSquared", optimizer, batchSize: 64, epochs: 8, seed: 1 }, data);
  await trainer.train();
  console.log(`${name}: R² ${trainer.history.at(-1).validation.score.toFixed(3)} on held-out rows`);
  trainer.dispose();
}
