import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { optimizerFromJSON, rules } from "../../src/optimizers/index.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { OptionError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";
import { table } from "./table.js";
import { Trial, wildGradients } from "./trial.js";

const wasm = await load({ backend: "wasm" });
const wild = wildGradients(40, 7);

/** Asserts an OptionError of exactly this field and message. */
function refuses(action: () => unknown, field: string, expectation: string): void {
  const error = thrown(action) as OptionError;
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toBe(`${field} ${expectation}`);
  expect(error.field).toBe(field);
}

describe.each([...rules.keys()])("%s", (kind) => {
  const make = (options: object) => optimizerFromJSON({ kind, ...options }, kind);
  const number = "must be a number at least 0";
  const schedule = "must be a schedule (a number, a function or what a factory made)";

  test.each<[object, string, string]>([
    [{ learningRate: -1 }, "learningRate", `${number}, got -1`],
    [{ learningRate: Number.NaN }, "learningRate", `${number}, got NaN`],
    [{ learningRate: Number.POSITIVE_INFINITY }, "learningRate", `${number}, got Infinity`],
    [{ learningRate: "0.1" }, "learningRate", `${schedule}, got "0.1"`],
    [{ learningRate: true }, "learningRate", `${schedule}, got true`],
    [{ learnRate: 1 }, "learnRate", "is not an option (did you mean learningRate?)"],
    [{ lerningRate: 1 }, "lerningRate", "is not an option (did you mean learningRate?)"],
    [
      { learningRate: { kind: "cosin", rate: 1, steps: 9 } },
      "learningRate.kind",
      'must be a kind of schedule, got "cosin" (did you mean cosine?)',
    ],
    [{ learningRate: { kind: "cosine", rate: 1, steps: -1 } }, "learningRate.steps", "must be an integer at least 0, got -1"],
    [{ maximize: 1 }, "maximize", "must be true or false, got 1"],
    [{ clipNorm: 0 }, "clipNorm", "must be a number greater than 0, got 0"],
    [{ clipNorm: Number.NaN }, "clipNorm", "must be a number greater than 0, got NaN"],
    [{ clipValue: -1 }, "clipValue", "must be a number greater than 0, got -1"],
    [{ clipValue: Number.POSITIVE_INFINITY }, "clipValue", "must be a number greater than 0, got Infinity"],
    [{ accumulate: 0 }, "accumulate", "must be a positive integer, got 0"],
    [{ accumulate: 1.5 }, "accumulate", "must be a positive integer, got 1.5"],
    [{ groups: {} }, "groups", "must be an array, got an object"],
    [{ groups: [null] }, "groups[0]", "must be an object of options, got null"],
    [{ groups: [{ learningRate: 1 }] }, "groups[0].match", "is missing"],
    [{ groups: [{ match: "" }] }, "groups[0].match", 'must be a name such as "*.bias", got ""'],
    [{ groups: [{ match: "a" }, { match: "b", learningRate: -2 }] }, "groups[1].learningRate", `${number}, got -2`],
    [{ groups: [{ match: "a", frozzen: true }] }, "groups[0].frozzen", "is not an option (did you mean frozen?)"],
    ...(rules.get(kind)?.traits?.includes("setsValues")
      ? []
      : ([[{ groups: [{ match: "a", elementRates: 0.5 }] }, "groups[0].elementRates", "must be true or false, got 0.5"]] as [
          object,
          string,
          string,
        ][])),
  ])("refuses %o", (options, field, expectation) => {
    refuses(() => make(options), `${kind}.${field}`, expectation);
  });

  test.each(Object.keys(rules.get(kind)?.fields ?? {}))("refuses wrong values of %s and names the place", (option) => {
    for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY, "much", null, {}, []]) {
      const error = thrown(() => make({ [option]: wrong })) as OptionError;
      expect(error).toBeInstanceOf(OptionError);
      expect(error.field).toMatch(new RegExp(`^${kind}\\.${option}\\b`));
      const inGroup = thrown(() => make({ groups: [{ match: "*", [option]: wrong }] })) as OptionError;
      expect(inGroup).toBeInstanceOf(OptionError);
      expect(inGroup.field).toMatch(new RegExp(`^${kind}\\.groups\\[0\\]\\.${option}\\b`));
    }
  });

  test("is frozen plain data with the defaults filled in", () => {
    const description = make({});
    expect(description).toMatchObject({ kind, learningRate: rules.get(kind)?.learningRate, maximize: false, accumulate: 1, groups: [] });
    for (const [option, field] of Object.entries(rules.get(kind)?.fields ?? {})) {
      if (!("isOptional" in field)) expect(description).toHaveProperty(option);
    }
    expect([description, description["groups"]].every(Object.isFrozen)).toBe(true);
  });

  test("comes back from JSON as it was, and steps the same", () => {
    const schedule = { kind: "cosine", rate: 0.1, steps: 30 };
    const options = {
      ...table[kind]?.options.at(-1),
      learningRate: schedule,
      ...(!rules.get(kind)?.traits?.includes("movesAllTogether") && { clipNorm: 1, groups: [{ match: "*.bias", learningRate: schedule }] }),
    };
    const description = make(options);
    const again = optimizerFromJSON(JSON.parse(JSON.stringify(description)));
    expect(again).toEqual(description);
    using a = new Trial(wasm, kind, options);
    using b = new Trial(wasm, kind, again);
    expect(a.run(wild, 0, 40).everything).toEqual(b.run(wild, 0, 40).everything);
  });

  test("refuses a group that matches nothing, and takes no memory", () => {
    const { available } = wasm.arena;
    const field = `${kind}.groups[0].match`;
    const matching = (match: string) => () => new Trial(wasm, kind, { groups: [{ match, frozen: true }] });
    refuses(matching("a.bais"), field, '"a.bais" matches no tensor (did you mean a.bias?)');
    refuses(matching("*.norm"), field, '"*.norm" matches no tensor; there are a.weight, a.bias, gain, b.weight');
    expect(wasm.arena.available).toBe(available);
  });

  test("stops before a step whose schedule gives no usable rate, and nothing has moved", () => {
    using trial = new Trial(wasm, kind, { ...table[kind]?.required, learningRate: (step: number) => (step < 3 ? 0.1 : -0.1) });
    trial.run(wild, 0, 3);
    const before = trial.everything;
    refuses(() => trial.run(wild, 3, 4), "learningRate", "must be at least 0, got -0.1 at step 3");
    expect(trial.everything).toEqual(before);
  });
});

test.each([
  ["adam", { beta1: (step: number) => (step < 4 ? 0.9 : 1) }, "beta1", "must be a number at least 0 and less than 1, got 1"],
  ["sgd", { momentum: (step: number) => 3 - step }, "momentum", "must be a number at least 0, got -1"],
])("%s stops before a step in which a hyperparameter leaves its range", (kind, options, field, expectation) => {
  using trial = new Trial(wasm, kind, options);
  trial.run(wild, 0, 4);
  const before = trial.everything;
  refuses(() => trial.run(wild, 4, 5), field, expectation);
  expect(trial.everything).toEqual(before);
});

test.each<[string, object, string, string]>([
  ["adam", { beta1: 1 }, "adam.beta1", "must be a number at least 0 and less than 1, got 1"],
  ["adam", { beta2: -0.1 }, "adam.beta2", "must be a number at least 0 and less than 1, got -0.1"],
  ["adam", { epsilon: 0 }, "adam.epsilon", "must be a number greater than 0, got 0"],
  ["adamw", { weightDecay: -1 }, "adamw.weightDecay", "must be a number at least 0, got -1"],
  ["adamw", { betta1: 0.9 }, "adamw.betta1", "is not an option (did you mean beta1?)"],
  ["adam", { groups: [{ match: "*", beta1: 1 }] }, "adam.groups[0].beta1", "must be a number at least 0 and less than 1, got 1"],
  ["sgd", { dampening: 1.5 }, "sgd.dampening", "must be a number at least 0 and at most 1, got 1.5"],
  ["sgd", { epsilon: 1e-8 }, "sgd.epsilon", expect.stringMatching(/^is not an option; known options: learningRate, maximize, momentum/)],
  ["adagrad", { initialAccumulator: -1 }, "adagrad.initialAccumulator", "must be a number at least 0, got -1"],
  ["adadelta", { rho: 1 }, "adadelta.rho", "must be a number at least 0 and less than 1, got 1"],
])("%s refuses %o", (kind, options, field, expectation) => {
  const error = thrown(() => optimizerFromJSON({ kind, ...options }, kind)) as OptionError;
  expect(error).toMatchObject({ name: "OptionError", field });
  expect(error.message.slice(field.length + 1)).toEqual(expectation);
});

test.each([
  [{ kind: "adma" }, /^optimizer\.kind must be one of acprop, .*, got "adma" \(did you mean adam\?\)$/],
  [{ kind: "constructor" }, /^optimizer\.kind must be one of .*, got "constructor"$/],
  [{ kind: 3 }, /^optimizer\.kind must be one of .*, got 3$/],
  [{}, /^optimizer\.kind must be one of .*, got undefined$/],
  [null, /^optimizer\.kind must be one of .*, got undefined$/],
])("no optimizer is made of %j", (value, message) => {
  const error = thrown(() => optimizerFromJSON(value)) as OptionError;
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toMatch(message);
});

test("factories refuse what is no object of options", () => {
  refuses(() => adam(1e-3 as never), "adam", "must be an object of options, got 0.001");
  refuses(() => sgd(null as never), "sgd", "must be an object of options, got null");
});

test("an optimizer is only made of what a factory or fromJSON made", () => {
  using trial = new Trial(wasm, "adam", {});
  const { parameters } = trial;
  refuses(
    () => new Optimizer(parameters, JSON.parse(JSON.stringify(adam()))),
    "optimizer",
    "must come from a factory such as adam(...), or through optimizerFromJSON(...); got an object",
  );
});

test("the first group that matches a tensor takes it, and names are matched whole and literally", () => {
  const rate = (learningRate: number) => ({ learningRate });
  const groups = [
    { match: "a.bias", ...rate(1) },
    { match: "a*", ...rate(2) },
    { match: "*b*", ...rate(3) },
    { match: "a.*", ...rate(4) },
  ];
  const shapes = { "a.bias": [1], axbias: [1], "x.b.y": [1], b: [1], c: [1], "a.bias2": [1] };
  using trial = new Trial(wasm, "sgd", { learningRate: 9, groups }, shapes);
  trial.optimizer.step();
  expect(trial.optimizer.learningRates).toEqual({ "a.bias": 1, axbias: 2, "a.bias2": 2, "x.b.y": 3, b: 3, c: 9 });
  expect(trial.optimizer.learningRate).toBe(9);
});

test.each(["fallback", "optimizer"])("optimizers in each other by %s, 3,000 deep, are a typed error", (key) => {
  const kind = key === "optimizer" ? "centralize" : "muon";
  let nested: object = { kind: "adam" };
  for (let i = 0; i < 3000; i++) nested = { kind, [key]: nested };
  const error = thrown(() => optimizerFromJSON(nested)) as OptionError;
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toMatch(/must not be nested deeper than 20 optimizers$/);
});

test.each(["prodigy", "dadaptAdam"])("%s: gradients of zero before the first one that is not change nothing", (kind) => {
  const after = (zeros: number) => {
    using trial = new Trial(wasm, kind, { biasCorrection: true, d0: 1e-2 });
    trial.run((step, name) => (step < zeros ? new Float32Array(wild(0, name).length) : wild(step - zeros, name)), 0, zeros + 20);
    return trial.values;
  };
  expect(after(50)).toEqual(after(0));
});

test("a state of before idle updates were counted is still loaded", () => {
  using trial = new Trial(wasm, "prodigy", {});
  trial.run(wild, 0, 3);
  const state = trial.optimizer.state();
  const former = { ...state, scalars: state.scalars.map(({ idle: _, ...scalars }) => scalars) };
  trial.optimizer.load(former as unknown as typeof state);
  expect(trial.optimizer.state()).toEqual(state);
});
