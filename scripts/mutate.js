// Mutation testing: node scripts/mutate.js [--count 40] [--seed 1] [--seconds 170] [--only src/optimizers]
//
// Changes one operator or constant at a time in a copy of the tree, in src/ (but what prints) and in the kernels that are written by hand, and runs
// the tests of its room that run the function it is in: a first run of these tests, without any change, says which, and is kept in build/survey/.
// Which room, unless --only says, and which places, the seed decides; it is printed. A change that no test notices is listed: a test is missing, or the change is none, and then its kind belongs into
// scripts/mutants/places.js. Exit code 1 when less than nine in ten of at least twenty are noticed.
import { execFileSync, fork } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { placesIn } from "./mutants/places.js";

const WANTED = 0.9;
const FEWEST = 20;
/** A change may take so many times as long as the tests without it, and so many milliseconds more: a loop that does not end is noticed. */
const [SLOWER, LONGER] = [10, 60_000];

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "40" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    seconds: { type: "string", default: "170" },
    only: { type: "string", default: "" },
  },
});
const [count, seed, seconds] = [values.count, values.seed, values.seconds].map(Number);

/** Files of the rooms and the tests that concern them, the first of which has the most to say. */
const ROOMS = {
  "src/numerics": ["test/numerics"],
  "src/options": ["test/options", "test/optimizers/options.test.ts", "test/schedules/errors.test.ts"],
  "src/schedules": ["test/schedules"],
  "src/data": ["test/data"],
  "src/models": ["test/models"],
  "src/engine": ["test/engine", "test/kernels"],
  "src/minimize": ["test/minimize"],
  "src/optimizers": [
    "test/optimizers/golden.test.ts",
    "test/optimizers/wrappers-golden.test.ts",
    "test/optimizers/guard.test.ts",
    "test/optimizers/options.test.ts",
    "test/optimizers/partial.test.ts",
    "test/optimizers/size.test.ts",
    "test/optimizers/slots.test.ts",
    "test/optimizers/optimizers.test.ts",
    "test/optimizers/wrappers.test.ts",
    "test/models/scaling.test.ts",
  ],
  "src/training": ["checkpoints", "load-network", "logs", "manual", "metrics", "safetensors", "streams", "training", "worker"].map(
    (name) => `test/training/${name}.test.ts`,
  ),
  "src/search": ["test/search"],
  "assembly/linalg": ["test/kernels"],
  "assembly/nn": ["test/kernels"],
  "assembly/optimizers": ["test/kernels"],
};
/** Words for people: that they are right, prose says. And the programs of workers, which tests run as the build has made them. */
const LEFT_OUT = /^src\/search\/(?:report|words|notes)|^src\/data\/(?:notes|words)|^src\/training\/worker\/program/;

const tree = process.cwd();
const folder = realpathSync(mkdtempSync(join(tmpdir(), "mutants-")));
const surveys = join(folder, "surveys");
process.on("exit", () => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
for (const name of [
  "src",
  "test",
  "assembly",
  "scripts",
  "data",
  "build",
  "dist",
  "examples",
  "site",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "tsconfig.build.json",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
  "asconfig.json",
  "docs",
  "README.md",
]) {
  if (existsSync(name)) cpSync(name, join(folder, name), { recursive: true, filter: (path) => !path.includes("node_modules") });
}
symlinkSync(join(tree, "node_modules"), join(folder, "node_modules"));
// bits do not depend on how well a kernel is compiled, and this takes a third of the time
const asconfig = JSON.parse(readFileSync("asconfig.json", "utf8"));
Object.assign(asconfig.options, { optimizeLevel: 1, converge: false });
writeFileSync(join(folder, "asconfig.json"), JSON.stringify(asconfig));
// what changes in the tree from here on concerns nobody
process.chdir(folder);

/** The process that runs the tests. */
let runner;
function stop() {
  // with those that it started
  if (runner !== undefined) process.kill(-runner.pid, "SIGKILL");
  runner = undefined;
}

/** What the runner says to a message, or undefined when it takes too long. */
async function ask(message, milliseconds = Infinity, setup = undefined) {
  if (runner === undefined) {
    runner = fork(join(folder, "scripts/mutants/runner.js"), setup === undefined ? [] : [setup], {
      cwd: folder,
      detached: true,
      stdio: "ignore",
      env: { ...process.env, STEPSIZE_MUTATIONS: "100", STEPSIZE_SURVEY: surveys, STEPSIZE_SOURCES: `${folder}/` },
    });
    await new Promise((resolve) => runner.once("message", resolve));
  }
  const answer = new Promise((resolve) => {
    runner.once("message", resolve);
    runner.once("exit", () => resolve({ passed: false }));
  });
  const late = Number.isFinite(milliseconds) ? [new Promise((resolve) => setTimeout(resolve, milliseconds).unref())] : [];
  runner.send(message);
  const said = await Promise.race([answer, ...late]);
  runner?.removeAllListeners();
  if (said === undefined) stop();
  return said;
}

/** What a file of tests runs: `{ hash, path, tests: [{ id, milliseconds, functions }], around }`. It is kept, as long as the file stays as it is. */
async function surveyOf(path) {
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
  const kept = join(tree, "build/survey", `${path.replaceAll("/", "-")}.json`);
  if (existsSync(kept)) {
    const known = JSON.parse(readFileSync(kept, "utf8"));
    if (known.hash === hash) return known;
  }
  rmSync(surveys, { recursive: true, force: true });
  const { passed } = await ask({ path: join(folder, path) }, Infinity, join(folder, "scripts/mutants/survey.js"));
  if (!passed) throw new Error(`${path} fails without any change`);
  const [name] = readdirSync(surveys);
  const found = { hash, ...JSON.parse(readFileSync(join(surveys, name), "utf8")), path };
  mkdirSync(join(tree, "build/survey"), { recursive: true });
  writeFileSync(kept, JSON.stringify(found));
  return found;
}

/** What the files of tests of a room run. */
const surveyed = new Map();
async function survey(tests) {
  const key = tests.join(" ");
  if (!surveyed.has(key)) {
    stop();
    const found = [];
    for (const path of tests.flatMap((name) => (name.endsWith(".ts") ? [name] : globOf(name)))) found.push(await surveyOf(path));
    stop();
    surveyed.set(key, found);
  }
  return surveyed.get(key);
}
const globOf = (room) =>
  readdirSync(room, { recursive: true })
    .map((name) => join(room, String(name)))
    .filter((name) => name.endsWith(".test.ts"));

/** The runs of tests that may notice a change, the likeliest and quickest first. */
function runsFor({ file, functions }, files) {
  const kernels = file.startsWith("assembly/");
  const isRun = (name) => name.startsWith(`${file} `);
  /** The innermost function around the place that any test names. */
  const known = new Set(files.flatMap(({ tests, around }) => [...tests.flatMap((test) => test.functions), ...around]).filter(isRun));
  const within = functions.map((name) => `${file} ${name}`).findLast((name) => known.has(name));
  const concerns = (names) => kernels || names.some((name) => (within === undefined ? isRun(name) : name === within));
  const close = [];
  const far = [];
  for (const { path, tests, around } of files) {
    const chosen = tests.filter((test) => concerns(test.functions));
    const others = concerns(around) ? tests.filter((test) => !chosen.includes(test)) : [];
    for (const [runs, group] of [
      [close, chosen],
      [far, others],
    ]) {
      if (group.length === 0) continue;
      runs.push({ path, ids: group.map((test) => test.id), milliseconds: group.reduce((sum, test) => sum + test.milliseconds, 0) });
    }
  }
  const bySpeed = (a, b) => a.milliseconds - b.milliseconds;
  return [...close.sort(bySpeed), ...far.sort(bySpeed)];
}

/** Whether the tests notice a change. */
async function isNoticed(place, files) {
  const { file, from, to, replacement } = place;
  const text = readFileSync(file, "utf8");
  const changed = join(folder, file);
  writeFileSync(changed, text.slice(0, from) + replacement + text.slice(to));
  try {
    if (file.startsWith("assembly/")) {
      try {
        execFileSync("node", ["scripts/wasm.js"], { cwd: folder, stdio: "ignore" });
      } catch {
        return true;
      }
      stop();
    }
    for (const { path, ids, milliseconds } of runsFor(place, files)) {
      const said = await ask({ path: join(folder, path), ids, changed }, SLOWER * milliseconds + LONGER);
      if (said === undefined || !said.passed) return true;
    }
    return false;
  } finally {
    writeFileSync(changed, text);
    if (runner !== undefined) await ask({ changed });
  }
}

function filesOf(room) {
  return readdirSync(room, { recursive: true })
    .map((name) => join(room, String(name)))
    .filter((file) => file.endsWith(".ts") && !LEFT_OUT.test(file));
}

/** Numbers from 0 to 1 that the seed decides. */
function generator(state) {
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const random = generator(seed);
const rooms = Object.entries(ROOMS).filter(([room]) => room.startsWith(values.only) || values.only.startsWith(room));
let all = rooms.flatMap(([room, tests]) =>
  filesOf(room)
    .filter((file) => file.startsWith(values.only))
    .flatMap(placesIn)
    .map((place) => ({ ...place, room, tests })),
);
// what the tests of a room run is asked once: a sample stays in one room
if (values.only === "") {
  const { room } = all[Math.floor(random() * all.length)];
  all = all.filter((place) => place.room === room);
}
console.log(`${all.length} places in ${[...new Set(all.map(({ room }) => room))].join(", ")}, seed ${seed}`);
for (const tests of new Set(all.map((place) => place.tests))) await survey(tests);
const start = performance.now();
const figures = new Map();
while (performance.now() - start < seconds * 1000) {
  const [tried] = totals();
  if (tried >= count) break;
  const place = all[Math.floor(random() * all.length)];
  const isSeen = await isNoticed(place, await survey(place.tests));
  if (!isSeen) {
    const before = readFileSync(place.file, "utf8").slice(place.from, place.to);
    console.log(`not noticed: ${place.file}:${place.line}: ${before} as ${place.replacement}`);
  }
  const [most, seen] = figures.get(place.room) ?? [0, 0];
  figures.set(place.room, [most + 1, seen + Number(isSeen)]);
}
for (const [room, [tried, noticed]] of figures) console.log(`${room}: ${noticed} of ${tried} changes noticed`);
const [tried, noticed] = totals();
if (tried >= FEWEST && noticed < WANTED * tried) process.exitCode = 1;
stop();

/** How many changes were tried, and how many noticed. */
function totals() {
  return [0, 1].map((which) => [...figures.values()].reduce((sum, pair) => sum + pair[which], 0));
}
