// Bundled with the installed package: the golden runs on both backends and with threads, wherever this is.
import * as root from "stepsize";
import * as data from "stepsize/data";
import * as numerics from "stepsize/numerics";
import * as optimizers from "stepsize/optimizers";
import * as schedules from "stepsize/schedules";
import digits from "../digits.csv";
import { goldenRuns } from "../golden/runs.ts";

const library = { ...root, ...optimizers, ...schedules, ...data, ...numerics };
const ways = { wasm: { backend: "wasm" }, js: { backend: "js" }, "2 threads": { threads: 2 } };

export async function run(length) {
  const results = [];
  for (const [way, options] of Object.entries(ways)) {
    const engine = await library.load(options);
    if (engine.threads !== (options.threads ?? 1)) throw new Error(`no threads: ${engine.reason}`);
    const start = performance.now();
    const hashes = await goldenRuns(library, engine, digits, length);
    results.push({ way, hashes, milliseconds: performance.now() - start });
    engine.dispose();
  }
  return results;
}
