import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { Network } from "../../src/models/network.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { StepsizeError } from "../../src/options/errors.js";
import { Trainer } from "../../src/training/trainer.js";

/** Values of every type, right for nothing that asks for more than a number. */
const ODD: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  Number.NaN,
  1e300,
  "x",
  true,
  1n,
  Symbol("s"),
  () => {},
  {},
  [],
  [null],
  { kind: "nonsense" },
  new Map(),
  new Float32Array(2),
];
const KEYS = ["kind", "learningRate", "rate", "steps", "then", "optimizer", "groups", "inputs", "boundaries", "tensors", "mean", "value"];
const ARGUMENTS: readonly (readonly unknown[])[] = [
  [],
  ...ODD.map((value) => [value]),
  ...ODD.flatMap((first) => ODD.map((second) => [first, second])),
  ...KEYS.flatMap((key) => ODD.map((value) => [{ [key]: value }])),
];
/** Like those of Math, these take numbers and check nothing. */
const NUMERIC = new Set(["exp", "log", "pow", "powi", "cos"]);

const engine = await load();
const parameters = new Parameters(engine, { weight: [2, 2] });
const targets = new Map<string, (...values: never[]) => unknown>([
  ["new Parameters", (...values) => new Parameters(...(values as unknown as [never, never]))],
  ["new Parameters(engine)", (shapes) => new Parameters(engine, shapes)],
  ["new Optimizer", (...values) => new Optimizer(...(values as unknown as [never, never]))],
  ["new Optimizer(parameters)", (...values) => new Optimizer(parameters, ...(values as unknown as [never, never]))],
  ["new Network", (...values) => new Network(...(values as unknown as [never, never, never, never]))],
  ["new Network(engine)", (...values) => new Network(engine, ...(values as unknown as [never, never, never]))],
  ["new Trainer", (...values) => new Trainer(...(values as unknown as [never, never, never]))],
  ["new Trainer(engine)", (...values) => new Trainer(engine, ...(values as unknown as [never, never]))],
  ["parameters.get", (...values) => parameters.get(...(values as unknown as [never]))],
]);
for (const method of ["slot", "step", "load", "observe", "elementRates"] as const) {
  targets.set(`optimizer.${method}`, (...values) => {
    const optimizer = new Optimizer(new Parameters(engine, { weight: [2] }), adam());
    try {
      return (optimizer[method] as (...values: never[]) => unknown)(...values);
    } finally {
      optimizer.dispose();
      optimizer.parameters.dispose();
    }
  });
}
for (const file of readdirSync(new URL("../../src/entries", import.meta.url))) {
  const entry = file.replace(/\.ts$/, "");
  if (entry === "workerd") continue;
  for (const [name, value] of Object.entries(await import(`../../src/entries/${entry}.ts`))) {
    if (typeof value !== "function" || /^[A-Z]/.test(name) || NUMERIC.has(name) || name.startsWith("load")) continue;
    if (!targets.has(name)) targets.set(name, value as (...values: never[]) => unknown);
  }
}

test.each([...targets])("%s takes what it is given or throws an error of this library", async (name, call) => {
  for (const values of ARGUMENTS) {
    // the second argument is the name that errors give to the first
    if (/JSON$/.test(name) && typeof values[1] === "symbol") continue;
    try {
      await call(...(values as never[]));
    } catch (error) {
      if (!(error instanceof StepsizeError)) expect.fail(`(${values.map(String).join(", ")}) throws ${error}`);
    }
  }
});
