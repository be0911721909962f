// Set up by vitest in each file of tests: notes which functions of src/ each test runs, and how long it takes.
import { mkdirSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeEach } from "vitest";

const { STEPSIZE_SURVEY: folder, STEPSIZE_SOURCES: sources } = process.env;
const session = new Session();
session.connect();
// calls of the inspector from the same thread are answered before they return
const post = (method, parameters) => {
  let answer;
  session.post(method, parameters, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
};
post("Profiler.enable");
post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });

/** The functions that ran since the last call: `file function`. */
function taken() {
  const names = new Set();
  for (const { url, functions } of post("Profiler.takePreciseCoverage").result) {
    const at = url.indexOf(sources);
    if (at < 0) continue;
    const file = url.slice(at + sources.length).replace(/\?.*/, "");
    for (const { functionName, ranges } of functions) if (ranges[0].count > 0) names.add(`${file} ${functionName}`);
  }
  return [...names];
}

const tests = [];
/** What ran while tests were collected and between them: it concerns all tests of the file. */
const around = new Set();
let [start, path] = [0, ""];
beforeEach(({ task }) => {
  for (const name of taken()) around.add(name);
  path = task.file.filepath;
  start = performance.now();
});
afterEach(({ task }) => {
  tests.push({ id: task.id, milliseconds: performance.now() - start, functions: taken() });
});
afterAll(() => {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ path, tests, around: [...around] });
  writeFileSync(join(folder, `${basename(path)}-${process.pid}-${Date.now()}.json`), text);
});
