// What one more optimizer, schedule, activation and layer cost: npm run test:cost [-- name ...]
//
// Adds a toy of each to a copy of the tree, as a person would, builds, runs the tests that concern it, and counts the files touched by hand;
// what scripts write is not counted. Exit code 1 when a test fails or when there are more or fewer files than CONTRIBUTING.md says.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../support/tarball.js";
import { activation } from "./activation.js";
import { layer } from "./layer.js";
import { optimizer } from "./optimizer.js";
import { schedule } from "./schedule.js";

const TIMEOUT = 600_000;
const root = fileURLToPath(new URL("../..", import.meta.url));

const run = (folder, ...command) =>
  execFileSync(command[0], command.slice(1), { cwd: folder, encoding: "utf8", timeout: TIMEOUT, stdio: ["ignore", "pipe", "pipe"] });
const git = (folder, ...args) => run(folder, "git", "-c", "user.name=cost", "-c", "user.email=cost@localhost", ...args);

/** A copy of what git knows or would add, as a repository of its own. */
function copyTree(folder) {
  const files = git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0");
  for (const file of files.filter((file) => file !== "" && !file.startsWith("bench/results/"))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  git(folder, "init", "--quiet");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "The tree");
}

/** Adds a toy: `files` are new; an edit puts `text` before or after the one place where `before` or `after` stands. */
function add(folder, { files, edits }) {
  for (const [path, text] of Object.entries(files(folder))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const { path, before, after, text } of edits) {
    const anchor = before ?? after;
    const old = readFileSync(join(folder, path), "utf8");
    if (old.split(anchor).length !== 2) throw new Error(`${path} must have one place with ${JSON.stringify(anchor)}`);
    writeFileSync(
      join(folder, path),
      old.replace(anchor, () => (before === undefined ? `${anchor}${text}` : `${text}${anchor}`)),
    );
  }
}

/** What is wrong with a toy, if anything is. */
function faultsOf(toy, folder) {
  copyTree(folder);
  add(folder, toy);
  const touched = git(folder, "status", "--porcelain", "--untracked-files=all").trimEnd().split("\n");
  for (const line of touched) console.log(`  ${line}`);
  const faults = touched.length === toy.cost ? [] : [`${touched.length} files by hand, and not ${toy.cost}`];
  for (const command of [["npm", "run", "--silent", "build"], ...toy.commands]) {
    try {
      run(folder, ...command);
    } catch (error) {
      return [...faults, `${command.join(" ")} failed:\n${error.stdout}${error.stderr}`.slice(0, 8000)];
    }
  }
  return faults;
}

const words = process.argv.slice(2);
for (const toy of [optimizer, schedule, activation, layer].filter(({ what }) => words.length === 0 || words.includes(what))) {
  console.log(`one more ${toy.what}:`);
  await inTemporaryFolder(async (folder) => {
    const faults = faultsOf(toy, folder);
    for (const fault of faults) console.error(`  ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
    else console.log(`  ${toy.cost} files by hand; it builds, and its tests pass`);
  });
}
