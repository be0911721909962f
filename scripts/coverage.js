// Line and branch coverage of src/: npm run coverage [-- TESTS]. What vitest measures, and what the processes of the command line run, which it does
// not see: they note it themselves, in the bundle, whose source maps lead back to src/. Prints the whole, each room, and the files
// with the most that no test runs; exit code 1 under 95 % of lines or branches, or when a test fails.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import coverage from "istanbul-lib-coverage";
import { addProcesses } from "./covered/processes.js";

const WANTED = 95;
const WORST = 20;
/**
 * Programs that run as text which a build puts into the package, where neither of the two looks: the plots of a report, which `npm run test:site` opens in
 * browsers, and the program of a training worker, which test/training/worker.test.ts starts.
 */
const ELSEWHERE = /^(search\/report\/(copy|curves|drawing|limits|plots|range-plot|rates|training)|training\/worker\/program)\.ts$/;

const processes = mkdtempSync(join(tmpdir(), "coverage-"));
const run = (command, ...options) =>
  execFileSync(command, options, {
    stdio: "inherit",
    env: { ...process.env, STEPSIZE_SOURCEMAPS: "1", STEPSIZE_PROCESSES: processes, NODE_DISABLE_COMPILE_CACHE: "1" },
  });
try {
  run("npm", "run", "--silent", "build");
  try {
    run("npx", "vitest", "run", "--coverage", "--coverage.reportOnFailure", ...process.argv.slice(2));
  } catch {
    // what ran before a test failed counts none the less
    process.exitCode = 1;
  }
  const map = coverage.createCoverageMap(JSON.parse(readFileSync("build/coverage/coverage-final.json", "utf8")));
  await addProcesses(map, processes);
  report(map);
} finally {
  rmSync(processes, { recursive: true, force: true });
}

function report(map) {
  const rooms = new Map();
  const files = map
    .files()
    .map((file) => [relative("src", file), map.fileCoverageFor(file).toSummary().data])
    .filter(([file]) => !file.startsWith("..") && !ELSEWHERE.test(file));
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
