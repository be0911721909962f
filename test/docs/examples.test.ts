import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runNode, scratch } from "../support/cli.js";

const directory = fileURLToPath(new URL("../../examples", import.meta.url));
const cwd = scratch();

/** What each example must print. */
const signs: Readonly<Record<string, RegExp>> = {
  "augment.js": /as they are: [1-6]\d\.\d % .*\nlearnt shifted: 9\d\.\d %/,
  "characters.js": /58 letters, loss before [3-5]\.\d+\nloss (1\.\d+|2\.[01]\d) nats a letter/,
  "digits-convolution.js": /dense: 9[78]\.\d+ % .*\nconvolutional: (98\.[5-9]|99\.)\d* % of the held-out digits/,
  "embed.js": /300 steps, last rate 0\.1: (19\d|200) of 200 points/,
  "embedding-csv.js": /with an embedding of the shops: R² 0\.9\d+ .*\nwithout them: R² 0\.[0-3]\d+/,
  "export-onnx.js": /held-out accuracy 0\.9\d+\npenguins\.onnx: [34]\d{3} bytes\nonnxruntime-node is not installed/,
  "federated.js": /15 rounds of 2 workers: (2[6-9]|30) of 30 .*\n(.*\n)?the same bits: [0-9a-f]{16}/,
  "fine-tune-head.js": /a head on embeddings: 8\d\.\d % of 871 .*\nthe whole network from the start: 8\d\.\d % of 871/,
  "fit-curve.js": /^true .*\nceiling (89|90|91)\.\d+ ± 0\.\d+\nrate 0\.\d+/,
  // the numbers of the card are py-fsrs 6.3.2's
  "fit-scheduler.js": /stability 6\.242859, difficulty 7\.654469, .* 0\.864528\nlog loss .* 0\.\d+ with what made them\n21 parameters: /,
  "own-model.js": /loss \d\.\de-1\d \{ a: 3, b: -2, c: 0\.5 \}/,
  "save-in-browser.js": /saved in IndexedDB and gone on: the same bytes, \d+ parameters/,
  "schedules.js": /the same bits/,
  "search.js": /good from 0\.\d+ to .*\naccuracy 0\.9\d/,
  "tfjs-digits.js": /tf\.train\.adam: \d+\.\d % .*\nAdamW, warm-up and cosine: [89]\d\.\d % .*\n132 steps, the last at a rate of \d/,
  "train-csv.js": /held-out accuracy 0\.9\d+\n\[ 'Gentoo', '\w+' \]/,
};

describe("examples", () => {
  test("are all known here", () => {
    expect(readdirSync(directory).sort()).toEqual(Object.keys(signs).sort());
  });

  test.each(Object.entries(signs))("%s", async (name, sign) => {
    // a page's database, where a page is needed
    const env = name === "save-in-browser.js" ? { NODE_OPTIONS: `--import=${import.meta.resolve("fake-indexeddb/auto")}` } : {};
    const { code, out, err } = await runNode(`${directory}/${name}`, [], cwd, env);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(sign);
  });

  test("the ten lines of the README run", async () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const code = /```js\n(import .*?)```/s.exec(readme)?.[1] as string;
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(12);
    const { writeFileSync, rmSync } = await import("node:fs");
    const file = `${directory}/../readme-example.mjs`;
    writeFileSync(file, code);
    try {
      expect(await runNode(file, [], cwd)).toMatchObject({ code: 0, err: "" });
    } finally {
      rmSync(file);
    }
  });
});
