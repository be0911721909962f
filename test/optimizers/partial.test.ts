import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters, type Shapes } from "../../src/engine/parameters.js";
import { rules } from "../../src/optimizers/index.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import type { AnyRule } from "../../src/optimizers/rule.js";
import type { StateArray } from "../../src/optimizers/slots.js";
import type { OptimizerState } from "../../src/optimizers/state.js";
import { CheckpointError } from "../../src/options/errors.js";
import { manual } from "../../src/schedules/kinds/manual.js";
import type { Schedule } from "../../src/schedules/schedule.js";
import { table } from "./table.js";
import { SHAPES, Trial, throughJSON, wildGradients } from "./trial.js";

const engine = await load();
const wild = wildGradients(120, 20261128);
const AT = 40;
const END = 80;
const BODY = ["a.weight", "a.bias"];
const fullest = Object.entries(table).map(([kind, row]) => ({ kind, row, options: row.options.at(-1) as object, rule: ruleOf(kind) }));
const own = fullest.filter(({ rule }) => rule.shared === undefined && rule.fallback === undefined && !rule.traits?.includes("setsValues"));

function ruleOf(kind: string): AnyRule {
  return rules.get(kind) as AnyRule;
}

/** A second optimizer, at the values of a first one, that has loaded what fits of its state. */
function moved(first: Trial, kind: string, options: object, state: OptimizerState = first.optimizer.state()) {
  const trial = new Trial(engine, kind, options);
  for (const { name, value } of trial.parameters) value.set(first.parameters.get(name).value);
  return { trial, report: trial.optimizer.load(throughJSON(state), { partial: true }) };
}

function tensorsOf(places: readonly string[]): string[] {
  return [...new Set(places.map((place) => place.replace(/^.* of /, "")))].sort();
}

describe.each(fullest)("the state of $kind", ({ kind, options }) => {
  test("is taken whole by an optimizer of the same options, also in the middle of an accumulation", () => {
    const accumulating = { ...options, accumulate: 3 };
    using first = new Trial(engine, kind, accumulating).run(wild, 0, AT);
    const { trial, report } = moved(first, kind, accumulating);
    using second = trial;
    expect(report).toEqual({ anew: [], unused: [] });
    expect(second.run(wild, AT, END).everything).toEqual(first.run(wild, AT, END).everything);
  });

  test("written before groups were named, is taken all the same", () => {
    using first = new Trial(engine, kind, options).run(wild, 0, AT);
    const { groups: _, ...former } = first.optimizer.state();
    const { trial, report } = moved(first, kind, options, former as OptimizerState);
    using second = trial;
    expect(report).toEqual({ anew: [], unused: [] });
    expect(second.run(wild, AT, END).values).toEqual(first.run(wild, AT, END).values);
  });
});

describe.each(own)("in the middle of a run of $kind", ({ kind, options }) => {
  const rate = { ...options, learningRate: 0.01 };

  test("a group is split off without a change of bits", () => {
    using first = new Trial(engine, kind, rate).run(wild, 0, AT);
    const { trial, report } = moved(first, kind, { ...rate, groups: [{ match: "*.bias" }] });
    using second = trial;
    expect(report).toEqual({ anew: [], unused: [] });
    expect(second.run(wild, AT, END).values).toEqual(first.run(wild, AT, END).values);
    // and merged again
    const back = moved(second, kind, rate);
    using third = back.trial;
    expect(back.report).toEqual({ anew: [], unused: [] });
    expect(third.run(wild, END, 120).values).toEqual(first.run(wild, END, 120).values);
  });

  test("tensors are unfrozen: they start as in a new optimizer, the others go on", () => {
    const groups = (frozen: boolean) => [{ match: "a.*", frozen }];
    using first = new Trial(engine, kind, { ...rate, groups: groups(true) }).run(wild, 0, AT);
    const { trial, report } = moved(first, kind, { ...rate, groups: groups(false) });
    using second = trial;
    const hasState = second.optimizer.state().slots;
    const kept = Object.values(hasState).flatMap((tensors) => Object.keys(tensors));
    expect(tensorsOf(report.anew)).toEqual(BODY.filter((name) => kept.includes(name)).sort());
    // through a checkpoint of the new one: its count of updates goes with it
    using third = new Trial(engine, kind, { ...rate, groups: groups(false) });
    second.run(wild, AT, AT + 10);
    for (const { name, value } of third.parameters) value.set(second.parameters.get(name).value);
    third.optimizer.load(throughJSON(second.optimizer.state()));
    const { values } = third.run(wild, AT + 10, END);

    using fresh = new Trial(engine, kind, { ...rate, groups: [{ match: "a.*" }, { match: "*", frozen: true }] });
    fresh.run(wild, AT, END);
    for (const name of BODY) expect(values[name]).toEqual(fresh.values[name]);
    first.run(wild, AT, END);
    for (const name of ["gain", "b.weight"]) expect(values[name]).toEqual(first.values[name]);
  });

  test("tensors are frozen: the others go on", () => {
    using first = new Trial(engine, kind, { ...rate, groups: [{ match: "a.*" }] }).run(wild, 0, AT);
    const { trial, report } = moved(first, kind, { ...rate, groups: [{ match: "a.*", frozen: true }] });
    using second = trial;
    expect(report.anew).toEqual([]);
    expect(tensorsOf(report.unused).every((name) => BODY.includes(name))).toBe(true);
    second.run(wild, AT, END);
    first.run(wild, AT, END);
    for (const name of ["gain", "b.weight"]) expect(second.values[name]).toEqual(first.values[name]);
  });
});

describe.each(["ema", "swa", "lookahead"])("in the middle of a run, %s", (wrapper) => {
  const adam = { kind: "adam", learningRate: 0.01 };
  const around = (optimizer: object, groups: object[] = []) => ({ optimizer: { ...optimizer, groups } });
  // so that lookahead does not move values within the steps
  const settings = wrapper === "lookahead" ? { syncPeriod: 1000 } : {};

  test("goes around an optimizer that goes on", () => {
    using plain = new Trial(engine, "adam", adam).run(wild, 0, AT);
    const { trial, report } = moved(plain, wrapper, { ...around(adam), ...settings });
    using wrapped = trial;
    const names = Object.keys(plain.values);
    expect(tensorsOf(report.anew)).toEqual([...names].sort());
    expect(report.anew).toHaveLength(names.length);
    expect(report.unused).toEqual([]);
    const before = wrapped.values;
    wrapped.optimizer.toEvaluation();
    expect(wrapped.values).toEqual(before);
    wrapped.optimizer.toTraining();
    expect(wrapped.run(wild, AT, END).values).toEqual(plain.run(wild, AT, END).values);
    const trained = wrapped.values;
    wrapped.optimizer.toEvaluation();
    expect(Object.values(wrapped.values).every((values) => values.every(Number.isFinite))).toBe(true);
    expect(wrapped.values).not.toEqual(trained);
    if (wrapper === "lookahead") expect(wrapped.values).toEqual(before);
  });

  test("is taken away", () => {
    using wrapped = new Trial(engine, wrapper, { ...around(adam), ...settings }).run(wild, 0, AT);
    const { trial, report } = moved(wrapped, "adam", adam);
    using plain = trial;
    expect(report.anew).toEqual([]);
    expect(report.unused).toHaveLength(Object.keys(plain.values).length);
    expect(plain.run(wild, AT, END).values).toEqual(wrapped.run(wild, AT, END).values);
  });
});

test("adam becomes adamw, and adamw adam", () => {
  using first = new Trial(engine, "adam", {}).run(wild, 0, AT);
  const { trial, report } = moved(first, "adamw", { weightDecay: 0 });
  using second = trial;
  expect(report).toEqual({ anew: [], unused: [] });
  expect(second.run(wild, AT, END).values).toEqual(first.run(wild, AT, END).values);
  moved(second, "adam", {}).trial.dispose();
});

test("another optimizer's state is refused, though its slots have the same names", () => {
  using first = new Trial(engine, "adam", {}).run(wild, 0, AT);
  using second = new Trial(engine, "yogi", {});
  const before = second.everything;
  const act = () => second.optimizer.load(first.optimizer.state(), { partial: true });
  expect(act).toThrow(CheckpointError);
  expect(act).toThrow('nothing of the state, which is of "adam", fits this optimizer, which is "yogi"');
  expect(second.everything).toEqual(before);
});

/** The places of a state, as "slot of tensor", with their numbers. */
type Places = Map<string, StateArray>;
function placesOf({ slots }: OptimizerState): Places {
  return new Map(
    Object.entries(slots).flatMap(([slot, tensors]) =>
      Object.entries(tensors).map(([name, numbers]) => [`${slot} of ${name}`, numbers] as const),
    ),
  );
}

const modified = fullest.flatMap((row) => Object.keys(SHAPES).map((tensor) => ({ ...row, tensor })));
const without = (tensor: string) => Object.fromEntries(Object.entries(SHAPES).filter(([name]) => name !== tensor));

describe.each(modified)("with $kind, a model", ({ kind, options, rule, tensor }) => {
  const isOfTensor = (place: string) => place.endsWith(` of ${tensor}`);
  /** Expects that a second trial takes all that a first one has of the tensors that both have. */
  function expectTaken(first: Trial, second: Trial): void {
    const [given, start] = [first, second].map(({ optimizer }) => placesOf(optimizer.state())) as [Places, Places];
    const report = second.optimizer.load(throughJSON(first.optimizer.state()), { partial: true });
    const taken = placesOf(second.optimizer.state());
    expect([...report.anew].sort()).toEqual([...taken.keys()].filter((place) => !given.has(place)).sort());
    expect([...report.unused].sort()).toEqual([...given.keys()].filter((place) => !taken.has(place)).sort());
    expect([...report.anew, ...report.unused].every(isOfTensor)).toBe(true);
    for (const [place, numbers] of taken) expect(numbers, place).toEqual((given.has(place) ? given : start).get(place));
    second.run(wild, AT, END);
    expect(Object.values(second.values).every((values) => values.every(Number.isFinite))).toBe(true);
  }

  test(`that loses ${tensor} goes on with the state of the others`, () => {
    using first = new Trial(engine, kind, options).run(wild, 0, AT);
    using second = new Trial(engine, kind, options, without(tensor));
    expectTaken(first, second);
  });

  test(`that gets ${tensor} goes on with the state of the others, where that is a group of its own`, () => {
    using first = new Trial(engine, kind, options, without(tensor)).run(wild, 0, AT);
    using second = new Trial(engine, kind, options);
    const before = second.everything;
    const act = () => second.optimizer.load(throughJSON(first.optimizer.state()), { partial: true });
    const kept = [...placesOf(before.state).keys()];
    if (rule.shared || rule.traits?.includes("movesAllTogether")) {
      if (kept.some(isOfTensor)) expect(act).toThrow(/whose updates are counted together$/);
      return;
    }
    if (rule.fallback === undefined && kept.some(isOfTensor)) expect(act).toThrow(`groups: [{ match: "${tensor}" }]`);
    using third = new Trial(engine, kind, { ...options, groups: [{ match: tensor }] });
    expectTaken(first, third);
  });
});

test.each([
  ["frozen", { groups: [{ match: "a.*", frozen: true }] }, {}, SHAPES, 'groups: [{ match: "a.weight" }, { match: "a.bias" }]'],
  ["of another shape", {}, {}, { ...SHAPES, gain: [2] }, 'groups: [{ match: "gain" }]'],
  ["not there", {}, { groups: [{ match: "gain" }] }, { ...SHAPES, c: [3], d: [2] }, 'groups: [{ match: "c" }, { match: "d" }]'],
  [
    "of the other optimizer",
    { kind: "muon", fallback: { kind: "adamw" } },
    { kind: "adamw" },
    SHAPES,
    'groups: [{ match: "a.weight" }, { match: "b.weight" }]',
  ],
] as const)(
  "a group of which tensors were %s cannot go on in part, and the message says how it can",
  (_, before, after, shapes: Shapes, advice) => {
    const [one, other] = [
      { kind: "adam", ...before },
      { kind: "adam", ...after },
    ];
    using first = new Trial(engine, one.kind, one).run(wild, 0, AT);
    using second = new Trial(engine, other.kind, other, shapes);
    const were = second.everything;
    const act = () => second.optimizer.load(first.optimizer.state(), { partial: true });
    expect(act).toThrow(CheckpointError);
    expect(act).toThrow(advice);
    expect(second.everything).toEqual(were);
  },
);

/** What a person changes in the middle of a run, by the options before and after. */
const changes: Readonly<Record<string, (options: object) => readonly [object, object]>> = {
  "tensors are unfrozen": (options) => [
    { ...options, groups: [{ match: "a.*", frozen: true }] },
    { ...options, groups: [{ match: "a.*" }] },
  ],
  "all tensors are unfrozen": (options) => [{ ...options, groups: [{ match: "a.*", frozen: true }] }, options],
  "tensors are frozen": (options) => [options, { ...options, groups: [{ match: "a.*", frozen: true }] }],
  "a group is split off": (options) => [options, { ...options, groups: [{ match: "*.bias" }] }],
  "a group is given up": (options) => [{ ...options, groups: [{ match: "*.bias" }] }, options],
};

describe.each(own)("without partial, a changed $kind names the way out and changes nothing", ({ kind, options }) => {
  test.each(Object.entries(changes))("when %s", (what, change) => {
    const [before, after] = change({ ...options, learningRate: 0.01 });
    using first = new Trial(engine, kind, before).run(wild, 0, AT);
    using second = new Trial(engine, kind, after).run(wild, 0, 2);
    const were = second.everything;
    const act = () => second.optimizer.load(first.optimizer.state());
    // frozen tensors make no group: without state of theirs there is nothing to tell apart
    if (what === "tensors are unfrozen" && Object.keys(second.optimizer.state().slots).length === 0)
      return expect(act()).toEqual({ anew: [], unused: [] });
    expect(act).toThrow(CheckpointError);
    expect(act).toThrow("; load(state, { partial: true }) takes what matches");
    expect(second.everything).toEqual(were);
  });
});

test("a misspelt partial is told", () => {
  using first = new Trial(engine, "adam", {}).run(wild, 0, AT);
  expect(() => first.optimizer.load(first.optimizer.state(), { partail: true } as never)).toThrow("did you mean partial?");
});

test.each([
  [{ groups: 5 }, "groups must be a list"],
  [{ groups: [{ kind: "adam", tensors: "all" }] }, "groups must be a list"],
  [{ groups: [{ kind: "adam", tensors: [], began: 1000 }] }, "groups must be a list"],
  [{ step: -1 }, "the state's step must be"],
  [{ slots: { mean: { gain: [1] } } }, 'the state of mean for "gain" must be numbers'],
])("a state with %j is refused, and changes nothing", (change, message) => {
  using trial = new Trial(engine, "adam", {}).run(wild, 0, AT);
  const before = trial.everything;
  const act = () => trial.optimizer.load({ ...trial.optimizer.state(), ...change } as never, { partial: true });
  expect(act).toThrow(CheckpointError);
  expect(act).toThrow(message);
  expect(trial.everything).toEqual(before);
});

test("a rate that was set by hand stays what it was, and a group that had none begins at its own", () => {
  const make = (groups: readonly { match: string; learningRate?: Schedule; frozen?: boolean }[]) => {
    const parameters = new Parameters(engine, { a: [4], b: [4] });
    return new Optimizer(parameters, adam({ learningRate: manual({ rate: 0.1 }), groups }));
  };
  const first = make([]);
  first.parameters.get("a").gradient.fill(1);
  first.step();
  first.setLearningRate(0.02);
  first.step();
  for (const groups of [[], [{ match: "b", frozen: true }], [{ match: "a", learningRate: manual({ rate: 0.3 }) }]]) {
    const second = make(groups);
    second.load(throughJSON(first.state()), { partial: true });
    second.parameters.get("a").gradient.fill(1);
    second.step();
    // the rate of the whole optimizer
    expect(second.learningRate).toBe(0.02);
    second.dispose();
  }
  const fixed = new Optimizer(first.parameters, adam({ learningRate: 0.5 }));
  fixed.load(first.state(), { partial: true });
  fixed.step();
  expect(fixed.learningRate).toBe(0.5);
});
