// Line and branch coverage of src/: npm run coverage [-- TESTS]. What vitest measures, and what the processes of the command line run, which it does
// not see: they note it themselves, in the bundle, whose source maps lead back to src/. Prints the whole, each room, and the files
// with the most that no test runs; exit code 1 under 95 % of lines or branches.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { mergeProcessCovs } from "@bcoe/v8-coverage";
import { convert } from "ast-v8-to-istanbul";
import coverage from "istanbul-lib-coverage";
import { parseAstAsync } from "vitest/node";

const WANTED = 95;
const WORST = 20;

const processes = mkdtempSync(join(tmpdir(), "coverage-"));
const run = (command, ...options) =>
  execFileSync(command, options, { stdio: "inherit", env: { ...process.env, STEPSIZE_SOURCEMAPS: "1", STEPSIZE_PROCESSES: processes } });
try {
  run("npm", "run", "--silent", "build");
  run("npx", "vitest", "run", "--coverage", ...process.argv.slice(2));
  const map = coverage.createCoverageMap(JSON.parse(readFileSync("build/coverage/coverage-final.json", "utf8")));
  await addProcesses(map, processes);
  report(map);
} finally {
  rmSync(processes, { recursive: true, force: true });
}

/** Adds what processes ran of dist/cli/ to a map of src/. */
async function addProcesses(map, folder) {
  // one after the other: together they would not fit into memory
  let merged = { result: [] };
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const ours = result.filter(({ url }) => url.includes("/dist/cli/") && existsSync(`${fileURLToPath(url)}.map`));
    merged = mergeProcessCovs([merged, { result: ours }]);
  }
  for (const script of merged.result) {
    const path = fileURLToPath(script.url);
    const code = readFileSync(path, "utf8");
    const sourceMap = JSON.parse(readFileSync(`${path}.map`, "utf8"));
    // places in the sources, from where the map lies
    sourceMap.sources = sourceMap.sources.map((source) => join(dirname(path), source));
    const found = await convert({ ast: parseAstAsync(code), code, sourceMap, coverage: script, wrapperLength: 0 });
    for (const file of Object.keys(found)) {
      const own = relative("src", file);
      if (own.startsWith("..") || own.startsWith("generated")) continue;
      // the two compilers part branches in their own ways, so that what either runs cannot be added up: the one that runs more of a file counts
      const [here, there] = [
        map.data[file] === undefined ? 0 : shareOf(map.fileCoverageFor(file)),
        shareOf(coverage.createFileCoverage(found[file])),
      ];
      if (there <= here) continue;
      delete map.data[file];
      map.addFileCoverage(found[file]);
    }
  }
}

/** The share of a file's lines and branches that were run. */
function shareOf(file) {
  const { lines, branches } = file.toSummary().data;
  return (lines.covered + branches.covered) / (lines.total + branches.total || 1);
}

function report(map) {
  const rooms = new Map();
  const files = map
    .files()
    .filter((file) => !relative("src", file).startsWith(".."))
    .map((file) => [relative("src", file), map.fileCoverageFor(file).toSummary().data]);
  for (const [file, summary] of files) {
    for (const room of ["src", file.split("/")[0]]) rooms.set(room, [...(rooms.get(room) ?? []), summary]);
  }
  const share = (summaries, what) => {
    const [covered, total] = ["covered", "total"].map((key) => summaries.reduce((sum, summary) => sum + summary[what][key], 0));
    return (100 * covered) / total;
  };
  for (const [room, summaries] of [...rooms].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(
      `${room.padEnd(12)} lines ${share(summaries, "lines").toFixed(1)} %, branches ${share(summaries, "branches").toFixed(1)} %`,
    );
  const missed = ([, { lines, branches }]) => lines.total - lines.covered + branches.total - branches.covered;
  console.log("\nlines and branches that nothing runs:");
  for (const [file, summary] of files.sort((a, b) => missed(b) - missed(a)).slice(0, WORST)) {
    const { lines, branches } = summary;
    console.log(
      `  ${file}: ${lines.total - lines.covered} of ${lines.total} lines, ${branches.total - branches.covered} of ${branches.total} branches`,
    );
  }
  const whole = rooms.get("src");
  if (share(whole, "lines") < WANTED || share(whole, "branches") < WANTED) process.exitCode = 1;
}
