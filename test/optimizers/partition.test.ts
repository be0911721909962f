import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { optimizerFromJSON, rules, wrappers } from "../../src/optimizers/index.js";
import { partition } from "../../src/optimizers/partition.js";
import { OptionError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";
import { table } from "./table.js";
import { SHAPES, Trial, throughJSON, wildGradients } from "./trial.js";

const engines = { wasm: await load({ backend: "wasm" }), js: await load({ backend: "js" }) };
const wild = wildGradients(100, 20261129);
const adamw = { kind: "adamw", learningRate: 0.01 };
const sgd = { kind: "sgd", learningRate: 0.01, momentum: 0.9 };
/** Every kind with the options that set the most. */
const kinds = Object.entries(table).map(([kind, { options }]) => ({ kind, ...options.at(-1) }));

/** The tensors of a part, and the others. */
const OWN = ["a.weight", "b.weight"];
const shapesOf = (own: boolean) => Object.fromEntries(Object.entries(SHAPES).filter(([name]) => OWN.includes(name) === own));

describe.each(kinds)("$kind as a part", (optimizer) => {
  const parts = [
    { match: "*.weight", optimizer },
    { match: "*", optimizer: adamw },
  ];

  test("steps its tensors as it does alone, beside another, in both backends", () => {
    using whole = new Trial(engines.wasm, "partition", { parts });
    using twin = new Trial(engines.js, "partition", { parts });
    using alone = new Trial(engines.wasm, optimizer.kind, optimizer, shapesOf(true));
    using other = new Trial(engines.wasm, "adamw", adamw, shapesOf(false));
    for (const trial of [whole, twin, alone, other]) trial.run(wild, 0, 60);
    expect(whole.values).toEqual({ ...alone.values, ...other.values });
    expect(twin.everything).toEqual(whole.everything);
    expect(whole.dirtyPadding()).toBeUndefined();
    for (const trial of [whole, alone, other]) trial.optimizer.toEvaluation();
    expect(whole.values).toEqual({ ...alone.values, ...other.values });
  });

  test("goes on from its state, through JSON", () => {
    using first = new Trial(engines.wasm, "partition", { parts, accumulate: 2 });
    using second = new Trial(
      engines.wasm,
      "partition",
      JSON.parse(JSON.stringify(optimizerFromJSON({ kind: "partition", parts, accumulate: 2 }))),
    );
    first.run(wild, 0, 41);
    for (const { name, value } of second.parameters) value.set(first.parameters.get(name).value);
    second.optimizer.load(throughJSON(first.optimizer.state()));
    expect(second.run(wild, 41, 80).everything).toEqual(first.run(wild, 41, 80).everything);
  });
});

test.each([...wrappers.keys()].filter((kind) => kind !== "sam"))("%s around a part, or around all, steps as it does alone", (kind) => {
  const wrapped = { kind, optimizer: { ...adamw, weightDecay: 0.3 } };
  const parts = [
    { match: "*.weight", optimizer: wrapped },
    { match: "*", optimizer: sgd },
  ];
  using whole = new Trial(engines.wasm, "partition", { parts });
  using alone = new Trial(engines.wasm, kind, wrapped, shapesOf(true));
  using other = new Trial(engines.wasm, "sgd", sgd, shapesOf(false));
  for (const trial of [whole, alone, other]) trial.run(wild, 0, 60);
  expect(whole.values).toEqual({ ...alone.values, ...other.values });
  if (kind === "mechanic") return;
  using around = new Trial(engines.wasm, kind, { optimizer: { kind: "partition", parts: [{ match: "*", optimizer: wrapped.optimizer }] } });
  using plain = new Trial(engines.wasm, kind, wrapped);
  expect(around.run(wild, 0, 60).everything).toEqual(plain.run(wild, 0, 60).everything);
});

test("its rate is a factor on those of its parts, schedules too", () => {
  const halved = { kind: "exponential", rate: 1, factor: 0.5, steps: 1 };
  const schedule = { kind: "cosine", rate: 0.1, steps: 50 };
  const parts = (one: unknown, other: unknown) => [
    { match: "a.*", optimizer: { ...adamw, learningRate: one } },
    { match: "*", optimizer: { ...sgd, learningRate: other } },
  ];
  using trial = new Trial(engines.wasm, "partition", { learningRate: halved, parts: parts(schedule, 0.2) });
  const cosine = (step: number) => (0.1 * (1 + Math.cos((Math.PI * step) / 50))) / 2;
  trial.run(wild, 0, 10, (step) => {
    const { learningRate, learningRates } = trial.optimizer;
    expect(learningRate).toBe(0.2 * 0.5 ** step);
    expect(learningRates["gain"]).toBe(learningRate);
    expect(learningRates["a.bias"]).toBeCloseTo(cosine(step) * 0.5 ** step, 15);
  });
});

test("Muon and AdamW together are Muon with AdamW to fall back on", () => {
  const weights = { kind: "muon", learningRate: 0.02 };
  const rest = { kind: "adamw", learningRate: 0.01 };
  using parted = new Trial(engines.wasm, "partition", {
    parts: [
      { match: "*.weight", optimizer: weights },
      { match: "*", optimizer: rest },
    ],
  });
  using whole = new Trial(engines.wasm, "muon", { learningRate: 0.02, fallback: rest });
  expect(parted.run(wild, 0, 60).values).toEqual(whole.run(wild, 0, 60).values);
});

test("clips, averages and climbs for all parts", () => {
  const common = { clipNorm: 0.5, accumulate: 3, maximize: true };
  using whole = new Trial(engines.wasm, "partition", {
    ...common,
    parts: [
      { match: "a.*", optimizer: adamw },
      { match: "*", optimizer: adamw },
    ],
  });
  using plain = new Trial(engines.wasm, "adamw", { ...common, learningRate: 0.01 });
  expect(whole.run(wild, 0, 60).values).toEqual(plain.run(wild, 0, 60).values);
});

test("a part has groups of its own", () => {
  const groups = [
    { match: "b.weight", frozen: true },
    { match: "a.weight", learningRate: 0.1, elementRates: true },
  ];
  const parts = [
    { match: "*.weight", optimizer: { ...adamw, groups } },
    { match: "*", optimizer: sgd },
  ];
  using whole = new Trial(engines.wasm, "partition", { parts });
  using alone = new Trial(engines.wasm, "adamw", { ...adamw, groups });
  whole.optimizer.elementRates("a.weight").fill(0.5);
  alone.optimizer.elementRates("a.weight").fill(0.5);
  const [ours, theirs] = [whole.run(wild, 0, 30).values, alone.run(wild, 0, 30).values];
  for (const name of OWN) expect(ours[name]).toEqual(theirs[name]);
});

test("slots of one name and of different layouts do not meet", () => {
  const parts = [
    { match: "a.*", optimizer: { kind: "adafactor" } },
    { match: "*", optimizer: adamw },
  ];
  using trial = new Trial(engines.wasm, "partition", { parts });
  trial.run(wild, 0, 5);
  expect(trial.optimizer.slot("squares").get("a.weight")?.length).toBe(0);
  expect(trial.optimizer.slot("squares").get("b.weight")?.length).toBe(8);
});

const all = (optimizer: object) => ({ kind: "partition", parts: [{ match: "*", optimizer }] });

test.each<[object, string, string]>([
  [{ kind: "partition" }, "optimizer.parts", "is missing"],
  [{ kind: "partition", parts: [] }, "optimizer.parts", "must have at least 1 entries, got 0"],
  [{ kind: "partition", parts: [{ match: "*" }] }, "optimizer.parts[0].optimizer", "is missing"],
  [{ kind: "partition", parts: [{ match: "", optimizer: adamw }] }, "optimizer.parts[0].match", "must be a name"],
  [{ kind: "partition", parts: [{ match: "*", optimizer: {} }] }, "optimizer.parts[0].optimizer", "must come from a factory"],
  [{ kind: "partition", parts: [{ macht: "*", optimizer: adamw }] }, "optimizer.parts[0].macht", "did you mean match?"],
  [all({ kind: "adamv" }), "optimizer.parts[0].optimizer.kind", "did you mean"],
  [all({ ...adamw, beta1: 2 }), "optimizer.parts[0].optimizer.beta1", "must be a number"],
  [all({ ...adamw, clipNorm: 1 }), "optimizer.parts[0].optimizer.clipNorm", "give it to partition"],
  [all({ ...adamw, maximize: true }), "optimizer.parts[0].optimizer.maximize", "give it to partition"],
  [all({ kind: "lbfgs" }), "optimizer.parts[0].optimizer", "cannot be lbfgs: it moves all tensors together"],
  [all({ kind: "sam", optimizer: adamw }), "optimizer.parts[0].optimizer", "cannot be sam: sam takes gradients for all tensors together"],
  [all(all(adamw)), "optimizer.parts[0].optimizer", "cannot be partition: its parts can stand here themselves"],
  [{ ...all(adamw), groups: [{ match: "*" }] }, "optimizer.groups", "each part can have groups of its own"],
  [{ ...all(adamw), learningRate: { kind: "greedy", rate: 1 } }, "optimizer.learningRate", "the rates of parts can watch a metric"],
  [{ kind: "mechanic", optimizer: all(adamw) }, "optimizer.optimizer", "cannot be partition: it leaves tensors to another optimizer"],
  [{ kind: "cautious", optimizer: all({ kind: "lamb" }) }, "cautious.optimizer", "cannot be lamb"],
])("refuses %j", (description, field, message) => {
  const error = thrown(() => optimizerFromJSON(description)) as OptionError;
  expect(error, error.stack ?? "").toBeInstanceOf(OptionError);
  expect(error.message).toContain(message);
  if (!field.startsWith("cautious") && !message.includes("it leaves")) expect(error.field).toBe(field);
});

test("refuses a part that fits nothing, and a tensor that fits no part", () => {
  const of =
    (...matches: string[]) =>
    () =>
      new Trial(engines.wasm, "partition", { parts: matches.map((match) => ({ match, optimizer: adamw })) });
  const { available } = engines.wasm.arena;
  expect(of("a.wieght", "*")).toThrow('partition.parts[0].match "a.wieght" matches no tensor (did you mean a.weight?)');
  expect(of("a.*")).toThrow('partition.parts has none for "gain": end it with { match: "*", optimizer: ... }');
  expect(engines.wasm.arena.available).toBe(available);
});

test("the factory gives the plain data that JSON gives", () => {
  const made = partition({ parts: [{ match: "*", optimizer: optimizerFromJSON(adamw) }] });
  expect(JSON.parse(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify(optimizerFromJSON(all(adamw)))));
  expect(rules.has("partition")).toBe(false);
});
