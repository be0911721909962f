// Optimizers that go around another one, as the command line names them.
import { expect, test } from "vitest";
import { optimizerOf } from "../../src/cli/optimizer.js";
import { program } from "../../src/cli/program.js";
import type { SizedSettings } from "../../src/cli/settings.js";
import { wrappers } from "../../src/optimizers/index.js";
import { unwrap } from "../../src/optimizers/wrapper.js";
import { iris, scratch } from "../support/cli.js";

const cwd = scratch();
const settings = (optimizer: string, set: Record<string, unknown>, more: Partial<SizedSettings> = {}) =>
  ({ optimizer, set, epochs: 3, batchSize: 10, ...more }) as SizedSettings;
const advice = (kind: string) => `${kind} goes around another optimizer: say which, as in --set optimizer=adam`;

test.each([...wrappers.keys()])("%s asks for the optimizer inside, and gives it the rate, the schedule and the momentum", (kind) => {
  for (const set of [{}, { optimizer: 5 }, { optimizer: null }, { optimizer: { beta1: 0.9 } }, { optimizer: kind }])
    expect(() => optimizerOf(settings(kind, set), 0.1, 100)).toThrow(advice(kind));
  const plain = unwrap(optimizerOf(settings(kind, { optimizer: "sgd" }), 0.1, 100));
  expect(plain.kinds).toEqual([kind, "sgd"]);
  expect(plain.core).toMatchObject({ learningRate: 0.1, momentum: 0.9 });
  const options = { optimizer: { kind: "sgd", weightDecay: 0.1 } };
  const { core } = unwrap(optimizerOf(settings(kind, options, { schedule: { kind: "cosine" }, momentum: 0.5, warmup: 2 }), 0.1, 100));
  expect(core).toMatchObject({ momentum: 0.5, weightDecay: 0.1, learningRate: { kind: "warmup", then: { kind: "cosine", rate: 0.1 } } });
  expect(() => optimizerOf(settings(kind, { optimizer: { kind: "adam", learningRate: 1 } }), 0.1, 100)).toThrow("--set learningRate");
  expect(() => optimizerOf(settings(kind, { optimizer: "adam" }, { momentum: 0.5 }), 0.1, 100)).toThrow("adam has no momentum");
});

test.each([
  ["search", "-o", "ema"],
  ["train", "--rate", "0.1", "-o", "ema"],
  ["range-test", "-o", "ema"],
  ["search", "--vary", "optimizer=adam,ema"],
])("%s %s %s says so too", async (command, ...flags) => {
  const report = command === "train" ? [] : ["--report", `${cwd}/report.html`];
  await expect(
    (await program(command)).parseAsync([command, iris, "-t", "species", "-q", ...report, ...flags], { from: "user" }),
  ).rejects.toThrow(advice("ema"));
});
