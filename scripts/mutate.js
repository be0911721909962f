// Mutation testing: node scripts/mutate.js [--count 40] [--seed 1] [--seconds 170] [--only src/optimizers]
//
// Changes one operator or constant at a time in a copy of the tree, in src/ (but what prints) and in the kernels that are written by hand, and runs
// the tests of the room that it is in. Which places, the seed decides; it is printed. A change that no test notices is listed: a test is missing,
// or the change is none. Exit code 1 when less than nine in ten of at least twenty are noticed.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";

const WANTED = 0.9;
const FEWEST = 20;
/** One change may take so long: a loop that no longer ends is noticed. */
const TIMEOUT = 120_000;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "40" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    seconds: { type: "string", default: "170" },
    only: { type: "string", default: "" },
  },
});
const [count, seed, seconds] = [values.count, values.seed, values.seconds].map(Number);

/** What each operator becomes. */
const OPERATORS = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "==": "!=",
  "!=": "==",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "<<": ">>",
  ">>>": "<<",
  "&": "|",
  "|": "&",
}; // prettier-ignore

/** Files of the rooms and the tests that concern them. */
const ROOMS = {
  "src/numerics": ["test/numerics"],
  "src/options": ["test/options", "test/optimizers/options.test.ts", "test/schedules/errors.test.ts"],
  "src/schedules": ["test/schedules"],
  "src/data": ["test/data"],
  "src/models": ["test/models"],
  "src/engine": ["test/engine"],
  "src/optimizers": [
    "test/optimizers/golden.test.ts",
    "test/optimizers/wrappers-golden.test.ts",
    "test/optimizers/guard.test.ts",
    "test/optimizers/options.test.ts",
    "test/optimizers/partial.test.ts",
    "test/optimizers/slots.test.ts",
    "test/optimizers/optimizers.test.ts",
    "test/optimizers/wrappers.test.ts",
    "test/models/scaling.test.ts",
  ],
  "src/training": ["test/training"],
  "src/search": ["test/search"],
  "assembly/linalg": ["test/kernels"],
  "assembly/nn": ["test/kernels"],
  "assembly/optimizers": ["test/kernels"],
};
/** Words for people: that they are right, prose says. */
const PRINTS = /^src\/search\/(?:report|words|notes)|^src\/data\/(?:notes|words)|^src\/engine\/reference/;

/** All places in a file that could be something else, and what they become. */
function placesIn(file) {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const places = [];
  const put = (node, replacement) => places.push({ file, from: node.getStart(), to: node.getEnd(), replacement, line: line(node) });
  const line = (node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isThrowStatement(node) || ts.isInterfaceDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText();
      const isText = operator === "+" && /["'`]/.test(node.getText());
      if (Object.hasOwn(OPERATORS, operator) && !isText) put(node.operatorToken, OPERATORS[operator]);
    } else if (ts.isNumericLiteral(node)) put(node, node.text === "0" ? "1" : node.text === "1" ? "2" : `(${node.getText()} * 1.5)`);
    else if (node.kind === ts.SyntaxKind.TrueKeyword) put(node, "false");
    else if (node.kind === ts.SyntaxKind.FalseKeyword) put(node, "true");
    else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) put(node, node.operand.getText());
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

function filesOf(room) {
  return readdirSync(room, { recursive: true })
    .map((name) => join(room, String(name)))
    .filter((file) => file.endsWith(".ts") && !PRINTS.test(file));
}

/** Numbers from 0 to 1 that the seed decides. */
function generator(state) {
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const folder = mkdtempSync(join(tmpdir(), "mutants-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
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
symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));

const run = (...command) => {
  try {
    execFileSync(command[0], command.slice(1), {
      cwd: folder,
      stdio: "ignore",
      timeout: TIMEOUT,
      env: { ...process.env, STEPSIZE_MUTATIONS: "100" },
    });
    return true;
  } catch {
    return false;
  }
};

/** Whether tests pass as the tree is: those that fail anyway notice nothing. */
const sound = new Map();
function isSound(tests) {
  const key = tests.join(" ");
  if (!sound.has(key)) sound.set(key, run("npx", "vitest", "run", "--bail", "1", "--reporter", "dot", ...tests));
  return sound.get(key);
}

/** Whether the tests notice a change. */
function isNoticed({ file, from, to, replacement }, tests) {
  const text = readFileSync(file, "utf8");
  writeFileSync(join(folder, file), text.slice(0, from) + replacement + text.slice(to));
  try {
    if (file.startsWith("assembly/") && !run("npm", "run", "--silent", "build:generated")) return true;
    return !run("npx", "vitest", "run", "--bail", "1", "--reporter", "dot", ...tests);
  } finally {
    writeFileSync(join(folder, file), text);
  }
}

const random = generator(seed);
const rooms = Object.entries(ROOMS).filter(([room]) => room.startsWith(values.only) || values.only.startsWith(room));
const all = rooms.flatMap(([room, tests]) =>
  filesOf(room)
    .filter((file) => file.startsWith(values.only))
    .flatMap(placesIn)
    .map((place) => ({ ...place, tests })),
);
console.log(`${all.length} places, seed ${seed}`);
const start = performance.now();
let [tried, noticed] = [0, 0];
while (tried < count && performance.now() - start < seconds * 1000) {
  const place = all[Math.floor(random() * all.length)];
  if (!isSound(place.tests)) throw new Error(`${place.tests.join(" ")} fail without any change`);
  tried++;
  if (isNoticed(place, place.tests)) noticed++;
  else {
    const before = readFileSync(place.file, "utf8").slice(place.from, place.to);
    console.log(`not noticed: ${place.file}:${place.line}: ${before} as ${place.replacement}`);
  }
}
console.log(`${noticed} of ${tried} changes noticed`);
if (tried >= FEWEST && noticed < WANTED * tried) process.exitCode = 1;
