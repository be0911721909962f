// Which optimizer? Every one at its own best rate over three seeds, on twelve small tasks:
//
//   node scripts/which/main.js [--tasks "quadratic;matrix"] [--optimizers "adamw;soap"] [--minutes 20]
//
// Results go into scripts/which/results.json, where those that are there are not measured again; when all are, or the time is over, the table is written
// into docs/optimizers.md. Losses are the same on every machine; times are the least of many and belong to this one.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { load, Optimizer, Parameters } from "../../dist/entries/index.js";
import { optimizerFromJSON, rules, wrappers } from "../../dist/entries/optimizers.js";
import { withMarked } from "../marked.js";
import { tasks } from "./tasks.js";

const { values } = parseArgs({
  options: {
    tasks: { type: "string" },
    optimizers: { type: "string" },
    minutes: { type: "string", default: "20" },
    table: { type: "boolean" },
  },
});
const FILE = new URL("results.json", import.meta.url);
const SEEDS = [1, 2, 3];
/** Rates by half decades, as far from the default as it takes. */
const STEP = 10 ** 0.5;
const FURTHEST = 8;
/** A rate is good where the loss falls by at least this share of how far it falls at the best one. */
const GOOD = 0.9;
/** What is compared with AdamW in steps, and where. */
const QUICK = ["soap", "soap({ precondition1d: true })", "kron", "kron({ precondition1d: true, preconditionerRate: 0.3 })"];
const ILL_CONDITIONED = ["quadratic", "matrix", "factors", "rosenbrock"];

const inside = { kind: "adamw", weightDecay: 0 };
const fallback = inside;
/** Rules with what they need; wrappers around AdamW. Decay is off: it is not what is compared. */
const optimizers = Object.fromEntries([
  ...[...rules]
    .filter(([kind, rule]) => rule.needs !== "closure" && kind !== "partition")
    .map(([kind, rule]) => [
      kind,
      {
        kind,
        ...("weightDecay" in rule.fields && { weightDecay: 0 }),
        ...("momentum" in rule.fields && ["sgd", "sgdp", "signum"].includes(kind) && { momentum: 0.9 }),
        ...("fallback" in rule.fields && { fallback }),
      },
    ]),
  ...[...wrappers.keys()]
    .filter((kind) => !kind.endsWith("Decay") && !["primalAveraging", "sam"].includes(kind))
    .map((kind) => [`${kind}(adamw)`, { kind, optimizer: inside }]),
  [QUICK[1], { kind: "soap", precondition1d: true, weightDecay: 0 }],
  [QUICK[3], { kind: "kron", precondition1d: true, preconditionerRate: 0.3, weightDecay: 0 }],
  ["primalAveraging(adamw)", { kind: "primalAveraging", optimizer: inside, decay: 0.95 }],
]);

const engine = await load();
// JSON has no infinity
const results = existsSync(FILE)
  ? JSON.parse(readFileSync(FILE, "utf8"), (key, value) => (value === null && key !== "" ? Number.POSITIVE_INFINITY : value))
  : {};

/** The same description at another rate, of what is inside and of a fallback as well. */
function at(description, rate) {
  const { optimizer, fallback } = description;
  return optimizer
    ? { ...description, optimizer: { ...optimizer, learningRate: rate } }
    : { ...description, learningRate: rate, ...(fallback && { fallback: { ...fallback, learningRate: Math.min(rate, 0.01) } }) };
}

const defaultRate = ({ kind, optimizer }) => rules.get(optimizer?.kind ?? kind).learningRate;

/** The loss after the steps of a task, or after none; Infinity where the run breaks down. With a loss to reach, the steps it took. */
function run(task, description, seed, { steps = task.steps, reach } = {}) {
  const { parameters, closure, judge, dispose } = task.begin(engine, seed);
  let optimizer;
  try {
    optimizer = new Optimizer(parameters, optimizerFromJSON(description));
    for (let step = 0; step < steps; step++) {
      optimizer.step(closure(step));
      if (reach !== undefined && step % 5 === 4 && judge() <= reach) return step + 1;
    }
    if (reach !== undefined) return Number.POSITIVE_INFINITY;
    optimizer.toEvaluation();
    const loss = judge();
    return Number.isFinite(loss) ? Math.max(loss, 0) : Number.POSITIVE_INFINITY;
  } catch (error) {
    if (error.name !== "DivergedError") throw error;
    return Number.POSITIVE_INFINITY;
  } finally {
    optimizer?.dispose();
    dispose();
  }
}

const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** Goes out from the default rate until it gets worse to both sides, then repeats what may be best with all seeds. */
function race(task, description) {
  const center = defaultRate(description);
  const first = new Map();
  const rate = (i) => Number((center * STEP ** i).toPrecision(3));
  const lossAt = (i) => {
    if (!first.has(i)) first.set(i, run(task, at(description, rate(i)), SEEDS[0]));
    return first.get(i);
  };
  const best = () => [...first].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
  lossAt(0);
  for (const direction of [-1, 1]) {
    for (let i = direction; Math.abs(i) <= FURTHEST; i += direction) {
      lossAt(i);
      // two in a row that are no better end it
      if (Math.abs(i) >= 2 && Math.abs(best() - i) >= 2) break;
    }
  }
  const middle = best();
  const candidates = [middle - 1, middle, middle + 1].filter((i) => first.has(i));
  const over = candidates.map((i) => [i, mean([lossAt(i), ...SEEDS.slice(1).map((seed) => run(task, at(description, rate(i)), seed))])]);
  const [winner, loss] = over.reduce((a, b) => (b[1] < a[1] ? b : a));
  // how many rates in a row are good, in decades
  let width = 1;
  const start = run(task, description, SEEDS[0], { steps: 0 });
  const enough = start - GOOD * (start - lossAt(winner));
  for (const direction of [-1, 1]) for (let i = winner + direction; lossAt(i) <= enough && width < 12; i += direction) width++;
  return { rate: rate(winner), loss, decades: width / 2 };
}

/** Microseconds of an update of 16,640 numbers: the least of many. */
function time(description) {
  const parameters = new Parameters(engine, { "a.weight": [128, 64], "a.bias": [128], "b.weight": [64, 128], "b.bias": [64], rest: [64] });
  for (const { value, gradient } of parameters) {
    value.forEach((_, i) => {
      value[i] = ((i * 7919) % 1000) / 1000 - 0.5;
      gradient[i] = ((i * 104729) % 1000) / 1000 - 0.5;
    });
  }
  // the same gradient again and again takes some to infinity
  const unguarded = description.optimizer
    ? { ...description, optimizer: { ...description.optimizer, guard: "off" } }
    : { ...description, guard: "off" };
  const optimizer = new Optimizer(parameters, optimizerFromJSON(at(unguarded, 1e-6)));
  let least = Number.POSITIVE_INFINITY;
  const until = performance.now() + 60;
  for (let i = 0; i < 30 || performance.now() < until; i++) {
    const begin = performance.now();
    optimizer.step(1);
    const took = performance.now() - begin;
    if (i >= 3) least = Math.min(least, took);
    if (i > 5 && performance.now() > until + 1000) break;
  }
  optimizer.dispose();
  parameters.dispose();
  return 1000 * least;
}

const only = (list, names) => (names === undefined ? list : list.filter((name) => names.split(";").includes(name)));
const begin = process.cpuUsage();
const spent = () => (process.cpuUsage(begin).user + process.cpuUsage(begin).system) / 6e7;
const save = () => writeFileSync(FILE, `${JSON.stringify(results, null, 1)}\n`);

if (!values.table) {
  for (const name of only(Object.keys(optimizers), values.optimizers)) {
    results[name] ??= { tasks: {} };
    results[name].microseconds = Math.min(
      results[name].microseconds ?? Number.POSITIVE_INFINITY,
      Number(time(optimizers[name]).toPrecision(3)),
    );
  }
  save();
  const chosen = tasks.filter(({ name }) => only([name], values.tasks).length > 0);
  for (const name of only(Object.keys(optimizers), values.optimizers)) {
    for (const task of chosen) {
      if (results[name].tasks[task.name] !== undefined || spent() > Number(values.minutes)) continue;
      const { rate, loss, decades } = race(task, optimizers[name]);
      results[name].tasks[task.name] = { rate, loss: Number(loss.toPrecision(3)), decades };
    }
    save();
    console.log(`${name}: ${spent().toFixed(1)} minutes of the processor`);
  }
}

const complete = Object.entries(results).filter(([, { tasks: own }]) => tasks.every(({ name }) => own[name] !== undefined));
const ranks = new Map(complete.map(([name]) => [name, 0]));
for (const { name: task } of tasks) {
  const order = complete.map(([name, { tasks: own }]) => [name, own[task].loss]).sort((a, b) => a[1] - b[1]);
  order.forEach(([name]) => {
    // equals share a place
    const loss = complete.find(([other]) => other === name)[1].tasks[task].loss;
    const places = order.flatMap(([, other], i) => (other === loss ? [i + 1] : []));
    ranks.set(name, ranks.get(name) + mean(places) / tasks.length);
  });
}
/** A row for each task in which all are known: how many steps each takes to the loss that AdamW ends at, by `found(task, name)`: `{ rate, loss, reached }`. */
function stepsTable(chosen, found, start) {
  const rows = chosen.flatMap((task) => {
    const adam = found(task, "adamw");
    if (adam === undefined || QUICK.some((name) => found(task, name) === undefined)) return [];
    const cells = QUICK.map((name) => {
      const own = found(task, name);
      own.reached ??= mean(SEEDS.map((seed) => run(task, start(task, name, own.rate), seed, { reach: adam.loss })));
      return Number.isFinite(own.reached) ? String(Math.round(own.reached)) : "not reached";
    });
    return [`| ${task.name} | ${task.steps} | ${cells.join(" | ")} |`];
  });
  return [
    `| | AdamW | ${QUICK.map((name) => `\`${name}\``).join(" | ")} |`,
    `| --- | --- | ${QUICK.map(() => "---").join(" | ")} |`,
    ...rows,
  ];
}
const reached = stepsTable(
  tasks,
  (task, name) => results[name]?.tasks[task.name],
  (_, name, rate) => at(optimizers[name], rate),
);

/** The best rate where it falls to 0 by a cosine. */
const cosine = (task, name, rate) => at(optimizers[name], { kind: "cosine", rate, steps: task.steps });
function falling(task, name) {
  results[name].falling ??= {};
  const own = results[name].falling;
  own[task.name] ??= Array.from({ length: 13 }, (_, i) => Number((1e-4 * STEP ** i).toPrecision(3)))
    .map((rate) => ({ rate, loss: Number(mean(SEEDS.map((seed) => run(task, cosine(task, name, rate), seed))).toPrecision(3)) }))
    .reduce((a, b) => (b.loss < a.loss ? b : a));
  return own[task.name];
}
const fallen = stepsTable(
  tasks.filter(({ name }) => ILL_CONDITIONED.includes(name)),
  falling,
  cosine,
);
save();
const show = (x) =>
  x === Number.POSITIVE_INFINITY
    ? "breaks down"
    : x === 0
      ? "0"
      : x >= 0.01 && x < 1000
        ? String(Number(x.toPrecision(2)))
        : x.toExponential(0);
const rows = complete
  .sort(([a], [b]) => ranks.get(a) - ranks.get(b))
  .map(([name, { tasks: own, microseconds }]) => {
    const cells = tasks.map(({ name: task }) => `${show(own[task].loss)} (${own[task].decades})`);
    return `| \`${name}\` | ${ranks.get(name).toFixed(0)} | ${show(microseconds)} | ${cells.join(" | ")} |`;
  });
const table = [
  ...tasks.map(({ name, about }) => `- *${name}*: ${about}.`),
  "",
  `Times: ${cpus()[0].model.trim()}, Node ${process.versions.node}.`,
  "",
  `| | place | µs | ${tasks.map(({ name }) => name).join(" | ")} |`,
  `| --- | --- | --- | ${tasks.map(() => "---").join(" | ")} |`,
  ...rows,
  "",
  "Steps to the loss that AdamW ends at, each at its own best rate, the mean of three seeds:",
  "",
  ...reached,
  "",
  "The same where the rate falls to 0 by a cosine, on what is ill-conditioned:",
  "",
  ...fallen,
].join("\n");
const path = new URL("../../docs/optimizers.md", import.meta.url);
writeFileSync(path, withMarked(readFileSync(path, "utf8"), "which", `\n${table}\n`));
