// Checks the shape of src/: imports run one way through the rooms and in no circle, types included; no file needs scrolling for its idea; and
// docs/architecture.md names only what exists and every room.
//
//   node scripts/structure.js
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** Each room may import from those before it. */
const ROOMS = [
  "options",
  "numerics",
  "minimize",
  "engine",
  "schedules",
  "optimizers",
  "models",
  "data",
  "training",
  "search",
  "adapters",
  "entries",
  "cli",
];
/** What the build writes belongs to the room that its sources are of; what is not listed may be imported from everywhere. */
const GENERATED = {
  factories: "optimizers",
  optimizerRules: "optimizers",
  optimizerWrappers: "optimizers",
  schedules: "schedules",
  scheduleRules: "schedules",
  layers: "models",
  layerRules: "models",
  page: "search",
  samples: "data",
  losses: "models",
  lossRules: "models",
  metrics: "training",
  metricRules: "training",
  "training-worker": "training",
  core: "engine",
  "core-threads": "engine",
  hash: "engine",
  kernels: "engine",
  elementwise: "engine",
};
const LINES = 350;
const PAGE = "docs/architecture.md";

const sources = readdirSync("src", { recursive: true })
  .map((name) => join("src", name))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
  .sort();
const imports = new Map(sources.map((path) => [path, importsOf(path)]));

/** The files of src/ that a file imports or exports from, at once or when it is wanted, types included. */
function importsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const names = new Set();
  const visit = (node) => {
    const from = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined;
    const called = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
    const type = ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
    const literal = from ?? called ?? type;
    if (literal !== undefined && ts.isStringLiteral(literal) && literal.text.startsWith(".")) names.add(literal.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...names].map((name) => join(dirname(path), name).replace(/\.js$/, ".ts")).filter((next) => existsSync(next) && next !== path);
}

function roomOf(path) {
  const [, folder, name] = path.split("/");
  return folder === "generated" ? GENERATED[name.replace(/\.ts$/, "")] : folder;
}

function* wrongWays() {
  for (const [path, targets] of imports) {
    const level = ROOMS.indexOf(roomOf(path));
    if (level < 0 && roomOf(path) !== undefined) yield `${path} is in no room: ${ROOMS.join(", ")}`;
    for (const target of level < 0 ? [] : targets) {
      if (ROOMS.indexOf(roomOf(target)) > level) yield `${path} imports ${target}: ${roomOf(path)} comes before ${roomOf(target)}`;
    }
  }
}

/** The circles, each once: strongly connected files, by Tarjan's algorithm, and one way round. */
function* circles() {
  const [index, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (path) => {
    index.set(path, index.size);
    low.set(path, index.get(path));
    stack.push(path);
    for (const next of imports.get(path) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(path, Math.min(low.get(path), low.get(next)));
      } else if (stack.includes(next)) low.set(path, Math.min(low.get(path), index.get(next)));
    }
    if (low.get(path) === index.get(path)) found.push(stack.splice(stack.indexOf(path)));
  };
  for (const path of sources) if (!index.has(path)) visit(path);
  for (const members of found) if (members.length > 1) yield `imports run in a circle: ${wayRound(members).join(" -> ")}`;
}

/** The shortest way from the first of a circle's files back to it. */
function wayRound(members) {
  const ways = [[members[0]]];
  for (const way of ways) {
    for (const next of imports.get(way.at(-1)).filter((path) => members.includes(path))) {
      if (next === members[0]) return [...way, next];
      if (!ways.some((other) => other.includes(next))) ways.push([...way, next]);
    }
  }
  return members;
}

function* longFiles() {
  for (const path of sources.filter((path) => !path.startsWith("src/generated/"))) {
    const lines = readFileSync(path, "utf8").split("\n").length - 1;
    if (lines >= LINES) yield `${path} has ${lines} lines: fewer than ${LINES} are wanted`;
  }
}

function* wrongPage() {
  if (!existsSync(PAGE)) {
    yield `${PAGE} is missing`;
    return;
  }
  const text = readFileSync(PAGE, "utf8");
  const roots = readdirSync(".", { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  // `src/engine/`, `scripts/cost.js`, `assembly/elementwise/<name>.ts`: up to what stands for any name
  for (const [, path] of text.matchAll(/`([\w.-]+\/[\w./<>*-]*)`/g)) {
    if (!roots.includes(path.split("/")[0])) yield `${PAGE} names ${path}: there is no folder ${path.split("/")[0]}/`;
    else {
      const fixed = /[<*]/.test(path) ? dirname(path.replace(/[<*].*/, "x")) : path;
      if (!existsSync(fixed)) yield `${PAGE} names ${path}, which does not exist`;
    }
  }
  const rooms = readdirSync("src", { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  for (const room of rooms) if (!text.includes(`src/${room}/`)) yield `${PAGE} does not name src/${room}/`;
}

const faults = [...wrongWays(), ...circles(), ...longFiles(), ...wrongPage()];
for (const fault of faults) console.error(fault);
if (faults.length > 0) console.error(`${faults.length} faults in the structure`);
else console.log(`${sources.length} files: imports run one way through ${ROOMS.length} rooms, no circle, none of ${LINES} lines or more`);
process.exitCode = faults.length > 0 ? 1 : 0;
