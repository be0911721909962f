import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import * as data from "../../src/entries/data.js";
import * as root from "../../src/entries/index.js";
import * as numerics from "../../src/entries/numerics.js";
import * as optimizers from "../../src/entries/optimizers.js";
import * as schedules from "../../src/entries/schedules.js";
import { goldenRuns, type Hashes } from "../golden/runs.js";
import { train } from "../hosts/job.js";

const library = { ...root, ...optimizers, ...schedules, ...data, ...numerics };
const golden: Hashes = JSON.parse(readFileSync(new URL("../golden/runs.json", import.meta.url), "utf8"));
const digits = gunzipSync(readFileSync(new URL("../../data/digits.csv.gz", import.meta.url))).toString();

describe.each(["wasm", "js"] as const)("golden runs in %s", async (backend) => {
  const hashes = await goldenRuns(library, await library.load({ backend }), digits, "full");
  hashes["ten steps"] = (await train(library, { backend })).hash;

  test("cover every optimizer: npm run golden:runs", () => {
    expect(Object.keys(hashes).sort()).toEqual(Object.keys(golden).sort());
  });

  test.each(Object.keys(hashes))("%s", (name) => {
    expect(hashes[name]).toBe(golden[name]);
  });
});
