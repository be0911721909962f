// node bench/streams.js [--rows 50000000] [--shuffle 0]: trains on a file of so many rows, 8 features and a class in float32 each, and prints how much
// memory the process holds and how fast it goes beside the same batches in memory. Needs the built package; the file is written to the temporary folder
// and removed. --smoke takes 200,000 rows. Times are processor time, so that what else a machine does has little part in them.
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dataset, stream } from "../dist/entries/data.js";
import { adam, load, mlp, Trainer } from "../dist/entries/index.js";
import { describeMachine } from "./machine.js";

const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "50000000" }, shuffle: { type: "string", default: "0" }, smoke: { type: "boolean" } },
});
const rows = options.smoke ? 200_000 : Number(options.rows);
const shuffle = Number(options.shuffle);
const [COLUMNS, BLOCK, BATCH] = [8, 100_000, 256];
const path = join(tmpdir(), `stepsize-rows-${process.pid}.f32`);

/** Rows of a numbered block: which of two classes they are of is how two of the features compare. */
function blockOf(number, count = BLOCK) {
  const block = new Float32Array(count * (COLUMNS + 1));
  let state = (number * 2654435761 + 1) >>> 0;
  for (let i = 0; i < block.length; i += COLUMNS + 1) {
    for (let column = 0; column < COLUMNS; column++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      block[i + column] = state / 2147483648 - 1;
    }
    block[i + COLUMNS] = block[i] + 0.3 * block[i + 1] > block[i + 2] ? 1 : 0;
  }
  return block;
}

const run = {
  model: mlp({ inputs: COLUMNS, hidden: [32], outputs: 2 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: BATCH,
  epochs: 1,
};
const megabytes = () => Math.round(process.memoryUsage.rss() / 1e6);

/** Nanoseconds of processor time a row. */
async function train(engine, data, count, epochs, onBlock) {
  const trainer = new Trainer(engine, { ...run, epochs }, data);
  const start = process.cpuUsage();
  let next = count / 10;
  const every = (batches) => {
    if (onBlock !== undefined && batches * BATCH >= next) {
      onBlock(batches * BATCH);
      next += count / 10;
    }
  };
  await trainer.train(onBlock && { onStep: ({ step }) => every(step) });
  const { user, system } = process.cpuUsage(start);
  const { loss } = trainer.history.at(-1);
  trainer.dispose();
  return { time: ((user + system) * 1000) / (count * epochs), loss };
}

/** The bytes of the file, in one room: an item is used up before the next is asked for. */
async function* pieces() {
  const file = await open(path);
  const room = new Uint8Array(0x4_0000);
  try {
    for (;;) {
      const { bytesRead } = await file.read(room, 0, room.length);
      if (bytesRead === 0) return;
      yield room.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const engine = await load();
const { processor, engine: host, date, load: busy } = describeMachine();
console.log(`${processor}; ${host}; ${date}; load average ${busy.join(", ")}`);
const file = await open(path, "w");
try {
  for (let from = 0; from < rows; from += BLOCK)
    await file.write(new Uint8Array(blockOf(from / BLOCK, Math.min(BLOCK, rows - from)).buffer));
  await file.close();
  console.log(
    `${rows} rows of ${COLUMNS} features and a class, ${((rows * 4 * (COLUMNS + 1)) / 1e9).toFixed(2)} GB; batches of ${BATCH}, ${COLUMNS}-32-2, adam`,
  );
  const block = blockOf(0);
  const features = Float32Array.from({ length: BLOCK * COLUMNS }, (_, i) => block[Math.floor(i / COLUMNS) * (COLUMNS + 1) + (i % COLUMNS)]);
  const targets = Uint32Array.from({ length: BLOCK }, (_, row) => block[row * (COLUMNS + 1) + COLUMNS]);
  const memory = { training: dataset(features, targets, { columns: COLUMNS, classes: ["no", "yes"] }) };
  const settings = { columns: COLUMNS, classes: ["no", "yes"], rows, shuffle };
  const streamed = { training: stream(pieces, settings) };
  const epochs = Math.max(2, Math.min(20, Math.round(rows / BLOCK)));
  const before = await train(engine, memory, BLOCK, epochs);
  const held = [];
  const { time, loss } = await train(engine, streamed, rows, 1, (done) => {
    held.push(megabytes());
    console.log(`${String(done).padStart(9)} rows: ${held.at(-1)} MB`);
  });
  const after = await train(engine, memory, BLOCK, epochs);
  const inMemory = Math.min(before.time, after.time);
  console.log(
    `loss ${loss.toFixed(4)}; ${time.toFixed(0)} ns a row, in memory ${inMemory.toFixed(0)} ns: ${(inMemory / time).toFixed(2)}x its throughput`,
  );
  // the first tenth is where buffers are made
  const grown = Math.max(...held.slice(1)) - held[0];
  console.log(`memory after the first tenth: ${grown > 0 ? "+" : ""}${grown} MB at the most`);
  if (!(loss < 0.3)) throw new Error(`the loss is ${loss}: it has not learnt`);
  if (!options.smoke && grown > 100) throw new Error(`the process has grown by ${grown} MB`);
} finally {
  await rm(path, { force: true });
}
