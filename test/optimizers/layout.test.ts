import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters, type Units } from "../../src/engine/parameters.js";
import { mlp } from "../../src/models/mlp.js";
import { Network } from "../../src/models/network.js";
import { Random } from "../../src/numerics/random.js";
import { optimizerFromJSON, rules, wrappers } from "../../src/optimizers/index.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { table } from "./table.js";

const INPUTS = 6;
const OUTPUTS = 3;
const engine = await load();

/** Kinds that take parts of a tensor in the order of its elements, whatever its axes mean. */
const ORDERED = new Set(["sparseAdam"]);

const descriptions: (readonly [string, object])[] = [
  ...[...rules.keys()]
    .filter((kind) => !ORDERED.has(kind))
    .flatMap((kind) =>
      (table[kind]?.options ?? [{}])
        .filter((options) => !("sliceP" in options) && options["stateDtype"] !== "bfloat16")
        .map((options) => [`${kind} ${JSON.stringify(options)}`, { kind, ...table[kind]?.required, ...options }] as const),
    ),
  ...[...wrappers.keys()].map((kind) => [kind, { kind, optimizer: { kind: "sgd", learningRate: 0.05, momentum: 0.5 } }] as const),
  ...(["original", "matchRmsAdamw", "spectralUnclamped"] as const).map(
    (adjustRate) => [`muon ${adjustRate}`, { kind: "muon", learningRate: 0.05, adjustRate }] as const,
  ),
];

/** The values of a matrix [outputs × inputs] after some steps; with "columns" it is kept as its transpose. */
function stepped(description: object, units: Units): number[] {
  const shape = units === "rows" ? [OUTPUTS, INPUTS] : [INPUTS, OUTPUTS];
  const place = (unit: number, input: number) => (units === "rows" ? unit * INPUTS + input : input * OUTPUTS + unit);
  using parameters = new Parameters(engine, { weight: shape }, { units });
  const { value, gradient } = parameters.get("weight");
  const fill = (into: Float32Array, random: Random, factor: number) => {
    for (let unit = 0; unit < OUTPUTS; unit++)
      for (let input = 0; input < INPUTS; input++) into[place(unit, input)] = factor * (random.uniform() - 0.5) * (unit + 1);
  };
  fill(value, new Random(1, "value"), 1);
  using optimizer = new Optimizer(parameters, optimizerFromJSON(description));
  for (let step = 0; step < 8; step++) {
    const closure = () => {
      fill(gradient, new Random(1, "gradient", step), 2);
      return 1 + 1 / (step + 1);
    };
    const loss = closure();
    try {
      optimizer.step(loss);
    } catch (error) {
      if (!/closure/.test((error as Error).message)) throw error;
      optimizer.step(closure);
    }
  }
  optimizer.toEvaluation();
  return Array.from({ length: OUTPUTS * INPUTS }, (_, i) => value[place(Math.floor(i / INPUTS), i % INPUTS)] as number);
}

describe("a matrix and its transpose are stepped alike where the parameters say which axis counts units", () => {
  test.each(descriptions)("%s", (_, description) => {
    const [rows, columns] = [stepped(description, "rows"), stepped(description, "columns")];
    const size = Math.max(...rows.map(Math.abs));
    for (const [i, value] of rows.entries()) expect(Math.abs((columns[i] as number) - value)).toBeLessThan(1e-4 * size);
    expect(rows.some((value) => value !== 0)).toBe(true);
  });
});

test("dense layers say that columns are units, parameters of one's own that rows are, as in PyTorch", () => {
  using network = new Network(engine, mlp({ inputs: 4, outputs: 2 }), "meanSquared", { rows: 1, seed: 1 }).parameters;
  expect(network.get("layers.0.weight")).toMatchObject({ shape: [4, 2], units: "columns" });
  using own = new Parameters(engine, { weight: [2, 4] });
  expect(own.get("weight").units).toBe("rows");
});
