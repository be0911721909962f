import { describe, expect, test } from "vitest";
import { type Engine, load, loadSync } from "../../src/engine/load.js";
import { rules } from "../../src/optimizers/index.js";
import type { AnyRule } from "../../src/optimizers/rule.js";
import type { OptimizerState } from "../../src/optimizers/state.js";
import { CheckpointError, DisposedError, DivergedError, ModeError, OptionError, OutOfMemoryError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";
import { beyond } from "../support/floats.js";
import { where } from "../support/where.js";
import { table } from "./table.js";
import { count, type Gradients, mapped, SHAPES, someLoss, Trial, throughJSON, wildGradients } from "./trial.js";

const wasm = await load({ backend: "wasm" });
const js = await load({ backend: "js" });
const STEPS = 1000;
const wild = wildGradients(STEPS, 20261121);
const zeros = new Map(Object.entries(SHAPES).map(([name, shape]) => [name, new Float32Array(count(shape))]));
const vanished: Gradients = (_, name) => zeros.get(name) as Float32Array;
const kinds = [...rules]
  .filter(([, rule]) => !rule.traits?.includes("movesAllTogether"))
  .map(([kind, rule]) => ({ kind, rule, row: rowOf(kind) }));
/** Every kind with each of its option sets. */
const cases = kinds.flatMap(({ kind, row }) =>
  row.options.map((options) => ({ kind, options, label: `${kind} ${JSON.stringify(options)}` })),
);
/** Every kind with the set that sets the most. */
const fullest = kinds.map(({ kind, rule, row }) => ({ kind, rule, row, options: row.options.at(-1) as object }));

function rowOf(kind: string) {
  const row = table[kind];
  if (row === undefined) throw new Error(`test/optimizers/table.ts has no row for ${kind}`);
  return row;
}

/** What turns weight decay off, where there is any. */
function undecayed(kind: string): object {
  return "weightDecay" in (rules.get(kind) as AnyRule).fields ? { weightDecay: 0 } : {};
}

/** The options with others in their place, which hold for an optimizer inside as well. */
function replaced(kind: string, options: object, own: object): object {
  const { fields } = rules.get(kind) as AnyRule;
  const inside = Object.entries(options)
    .filter(([option]) => "isOptimizer" in (fields[option as keyof typeof fields] ?? {}))
    .map(([option, optimizer]) => [option, { ...(optimizer as object), ...own }]);
  return { ...options, ...own, ...Object.fromEntries(inside) };
}

/** The options of a rule's own that may follow a schedule, and the learning rate. */
function scheduledOptions(rule: AnyRule): string[] {
  const takesFunctions = ([, field]: [string, { read(value: unknown, path: string): unknown }]) => {
    try {
      return typeof field.read(() => 0.5, "") === "function";
    } catch {
      return false;
    }
  };
  return [
    "learningRate",
    ...Object.entries(rule.fields)
      .filter(takesFunctions)
      .map(([name]) => name),
  ];
}

/** Values and state after some steps in the wasm backend. */
function outcome(steps: number, kind: string, options: object, gradients: Gradients = wild, loss = someLoss): Trial["everything"] {
  using trial = new Trial(wasm, kind, options);
  trial.loss = loss;
  return trial.run(gradients, 0, steps).everything;
}

test("the table has a row for every rule, which tries every option, and no other rows", () => {
  expect(Object.keys(table).sort()).toEqual(kinds.map(({ kind }) => kind).sort());
  for (const { rule, row } of kinds) {
    expect(row.options.length).toBeGreaterThanOrEqual(3);
    const tried = new Set(row.options.flatMap((options) => Object.keys(options)));
    expect([...tried].sort()).toEqual(["learningRate", ...Object.keys(rule.fields)].sort());
    expect(Object.keys(row.scheduled).sort()).toEqual(scheduledOptions(rule).sort());
  }
});

describe.each(cases)("$label", ({ kind, options }) => {
  test("gives the same bits in both backends over 1,000 steps, and leaves padding zero", () => {
    using a = new Trial(wasm, kind, options);
    using b = new Trial(js, kind, options);
    const start = a.values;
    for (let from = 0; from < STEPS; from += 50) {
      a.run(wild, from, from + 50);
      b.run(wild, from, from + 50);
      expect(a.everything).toEqual(b.everything);
      expect(a.dirtyPadding() ?? b.dirtyPadding()).toBeUndefined();
    }
    expect(a.optimizer.steps).toBe(STEPS);
    expect(a.optimizer.findNonFinite()).toBeUndefined();
    for (const [name, value] of Object.entries(a.values)) {
      expect(value.every((x, i) => x !== start[name]?.[i])).toBe(true);
    }
  });

  test("has the kernels that it calls in an engine that nothing else has added any to, whatever its schedules come to", () => {
    const schedules = Object.entries(rowOf(kind).scheduled).map(([option, [before, later]]) => ({
      [option]: { kind: "piecewiseConstant", boundaries: [2], rates: [before, later] },
    }));
    for (const scheduled of [{}, ...schedules]) {
      using own = new Trial(loadSync(), kind, { ...options, ...scheduled });
      expect(own.run(wild, 0, 4).everything).toEqual(outcome(4, kind, { ...options, ...scheduled }));
    }
  });

  test("goes on with the same bits from its state in a fresh optimizer, through JSON", () => {
    using whole = new Trial(wasm, kind, options);
    using first = new Trial(wasm, kind, options);
    using second = new Trial(wasm, kind, options);
    first.run(wild, 0, 500);
    const state = throughJSON(first.optimizer.state());
    for (const { name, value } of second.parameters) value.set(first.parameters.get(name).value);
    first.run(wild, 500, 600); // a state is a copy: what becomes of its optimizer does not matter
    second.optimizer.load(state);
    expect(second.run(wild, 500, STEPS).everything).toEqual(whole.run(wild, 0, STEPS).everything);
  });

  test("keeps denormals out of values and state when gradients vanish", () => {
    using trial = new Trial(wasm, kind, options);
    trial.run(wild, 0, 20);
    let denormal = 0;
    trial.run(vanished, 20, 4020, (step) => {
      if (step % 5 === 0 && trial.hasDenormals()) denormal++;
    });
    expect(denormal).toBe(0);
  });
});

describe.each(fullest)("$kind", ({ kind, rule, row, options }) => {
  const elementRates = !rule.traits?.includes("setsValues") && { groups: [{ match: "gain", elementRates: true }] };

  test("solves a quadratic", () => {
    const { options: solving, steps, within } = row.converges;
    using trial = new Trial(wasm, kind, solving);
    const minimum = -0.5;
    const slope: Gradients = (_, name) => trial.parameters.get(name).value.map((x, i) => (0.3 + 0.1 * (i % 8)) * (x - minimum));
    trial.loss = () => {
      const terms = [...trial.parameters].flatMap(({ value }) => [...value].map((x, i) => (0.3 + 0.1 * (i % 8)) * (x - minimum) ** 2));
      return terms.reduce((sum, term) => sum + term) / 2;
    };
    trial.run(slope, 0, steps).optimizer.toEvaluation();
    for (const value of Object.values(trial.values)) for (const x of value) expect(Math.abs(x - minimum)).toBeLessThanOrEqual(within);
  });

  test("steps each group by its own options, and leaves frozen tensors alone", () => {
    const own = { learningRate: 0.03, ...undecayed(kind) };
    const groups = [
      { match: "*.bias", ...own },
      { match: "b.*", frozen: true },
    ];
    using trial = new Trial(wasm, kind, { ...options, groups });
    const start = trial.values;
    const { values, state } = trial.run(wild, 0, 40).everything;
    const plain = outcome(40, kind, options);
    const withOwn = outcome(40, kind, replaced(kind, options, own));
    if (rule.shared === undefined && !row.normed) {
      expect(values["a.bias"]).toEqual(withOwn.values["a.bias"]);
      expect(values["a.weight"]).toEqual(plain.values["a.weight"]);
      expect(values["gain"]).toEqual(plain.values["gain"]);
    }
    expect(values["a.bias"]).not.toEqual(plain.values["a.bias"]);
    expect(values["b.weight"]).toEqual(start["b.weight"]);
    // with a fallback, some tensors are in its slots only
    const slots = Object.values(state.slots).map((slot) => Object.keys(slot));
    const owners = rule.fallback === undefined ? slots : [[...new Set(slots.flat())]];
    for (const names of owners) expect(names.sort()).toEqual(["a.bias", "a.weight", "gain"]);
    const rate = trial.optimizer.learningRate;
    const { [row.findsRate ? "a.bias" : ""]: _, ...rates } = trial.optimizer.learningRates;
    const perTensor = "perTensor" in options ? { "a.weight": expect.any(Number), gain: expect.any(Number) } : {};
    expect(rates).toEqual({
      "a.weight": rate,
      ...(!row.findsRate && { "a.bias": 0.03 }),
      gain: rule.fallback?.({ name: "gain", shape: [] }, options as never)?.learningRate ?? rate,
      "b.weight": Number.NaN,
      ...perTensor,
    });
  });

  where(rule.traits?.includes("setsValues") ?? false)("refuses rates for elements", () => {
    const message = `optimizer.groups[0].elementRates is not an option`;
    expect(() => new Trial(wasm, kind, { groups: [{ match: "gain", elementRates: true }] })).toThrow(message);
  });

  where(rule.shared !== undefined)("shares its estimate between groups that differ in nothing", () => {
    using trial = new Trial(wasm, kind, { ...options, groups: [{ match: "*.bias" }, { match: "gain" }] });
    const { values, state } = trial.run(wild, 0, 10).everything;
    const plain = outcome(10, kind, options);
    for (const [name, value] of Object.entries(plain.values)) {
      value.forEach((x, i) => {
        expect(Math.abs((values[name]?.[i] as number) - x)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(x)));
      });
    }
    expect(state.scalars.length).toBe(1);
  });

  where((rule.shared?.length ?? 0) > 0)("refuses groups with options of what they share", () => {
    for (const option of rule.shared as readonly string[]) {
      const value = row.options.map((set) => set[option]).find((given) => given !== undefined);
      const message = `optimizer.groups[0].${option} is not an option`;
      expect(() => new Trial(wasm, kind, { groups: [{ match: "gain", [option]: value }] })).toThrow(message);
    }
  });

  test("shows other values for evaluation, and gives the training values back bit by bit", () => {
    using trial = new Trial(wasm, kind, options);
    using plain = new Trial(wasm, kind, options);
    trial.optimizer.toEvaluation();
    expect(trial.values).toEqual(plain.values);
    trial.optimizer.toTraining();
    for (let step = 0; step < 60; step++) {
      trial.run(wild, step, step + 1);
      plain.run(wild, step, step + 1);
      trial.optimizer.toEvaluation();
      trial.optimizer.toEvaluation();
      expect(trial.optimizer.evaluating).toBe(true);
      expect(trial.optimizer.state()).toEqual(plain.optimizer.state());
      if (rule.evaluate === undefined) expect(trial.values).toEqual(plain.values);
      else if (step > 0) expect(trial.values).not.toEqual(plain.values);
      expect(() => trial.optimizer.step(1)).toThrow(ModeError);
      expect(() => trial.optimizer.load(plain.optimizer.state())).toThrow("call toTraining() first");
      trial.optimizer.toTraining();
      trial.optimizer.toTraining();
      expect(trial.everything).toEqual(plain.everything);
    }
  });

  where(rule.needs === "loss")("needs the loss", () => {
    using trial = new Trial(wasm, kind, options);
    const start = trial.everything;
    expect(() => trial.optimizer.step()).toThrow(`loss is needed by ${kind}: call step(loss) with the loss of the gradients`);
    expect(() => trial.optimizer.step(Number.NaN)).toThrow(DivergedError);
    expect(trial.everything).toEqual(start);
    expect(trial.optimizer.step(() => 1)).toBe(true);
  });

  where(!rule.traits?.includes("setsValues"))(
    "multiplies the step of each element by its rate: 0 freezes, 1 changes nothing, 0.5 halves",
    () => {
      const plain = outcome(1, kind, options);
      using trial = new Trial(wasm, kind, { ...options, groups: [{ match: "a.weight", elementRates: true }] });
      const start = trial.values["a.weight"] as Float32Array;
      const rates = trial.optimizer.elementRates("a.weight");
      expect([...rates]).toEqual(Array(35).fill(1));
      rates.forEach((_, i) => {
        rates[i] = [0, 1, 0.5][i % 3] as number;
      });
      const { values, state } = trial.run(wild, 0, 1).everything;
      const full = plain.values["a.weight"] as Float32Array;
      values["a.weight"]?.forEach((x, i) => {
        const expected = [start[i], full[i], ((start[i] as number) + (full[i] as number)) / 2][i % 3] as number;
        if (i % 3 < 2) expect(x).toBe(expected);
        else expect(Math.abs(x - expected)).toBeLessThanOrEqual(Math.abs(expected - beyond(expected, 1)));
      });
      expect(values["a.bias"]).toEqual(plain.values["a.bias"]);
      for (const [slot, tensors] of Object.entries(plain.state.slots)) expect(state.slots[slot]).toEqual(tensors);
      trial.run(wild, 1, 100);
      trial.parameters.get("a.weight").value.forEach((x, i) => {
        if (i % 3 === 0) expect(x).toBe(start[i]);
      });
    },
  );

  test("clips by the norm over all tensors that are not frozen", () => {
    const groups = [{ match: "b.*", frozen: true }];
    using clipped = new Trial(wasm, kind, { ...options, groups, clipNorm: 0.5 });
    using scaled = new Trial(wasm, kind, { ...options, groups });
    let clips = 0;
    for (let step = 0; step < 60; step++) {
      clipped.run(wild, step, step + 1);
      const norm = clipped.optimizer.gradientNorm;
      const squares = Object.keys(SHAPES).flatMap((name) => (name.startsWith("b.") ? [] : [...wild(step, name)].map((g) => g * g)));
      expect(norm).toBeCloseTo(Math.sqrt(squares.reduce((sum, square) => sum + square)), 9);
      const factor = Math.fround(Math.min(1, 0.5 / (norm + 1e-6)));
      clips += factor < 1 ? 1 : 0;
      scaled.run(
        mapped(wild, (g) => factor * g),
        step,
        step + 1,
      );
    }
    expect(clips).toBeGreaterThan(10);
    expect(clips).toBeLessThan(60);
    expect(clipped.everything).toEqual(scaled.everything);
  });

  test("an infinite clipNorm only measures", () => {
    expect(outcome(40, kind, { ...options, clipNorm: 1e30 })).toEqual(outcome(40, kind, options));
  });

  test("clips by value, before the norm is taken", () => {
    const limited = mapped(wild, (g) => Math.max(Math.min(g, Math.fround(0.3)), -Math.fround(0.3)));
    expect(outcome(60, kind, { ...options, clipValue: 0.3 })).toEqual(outcome(60, kind, options, limited));
    const both = { ...options, clipValue: 0.3, clipNorm: 0.5 };
    expect(outcome(60, kind, both)).toEqual(outcome(60, kind, { ...options, clipNorm: 0.5 }, limited));
  });

  test.each([
    ["", {}, Number.POSITIVE_INFINITY],
    [", clipped as a mean", { clipValue: 0.3 }, Math.fround(0.3 * 3)],
  ])("steps once by the mean of the gradients accumulated%s", (_, clipping, limit) => {
    using accumulated = new Trial(wasm, kind, { ...options, ...clipping, accumulate: 3 });
    using mean = new Trial(wasm, kind, options);
    const third = Math.fround(1 / 3);
    const means: Gradients = (update, name) => {
      const [a, b, c] = [0, 1, 2].map((i) => wild(update * 3 + i, name)) as [Float32Array, Float32Array, Float32Array];
      const sums = a.map((x, i) => Math.fround(x + (b[i] as number)) + (c[i] as number));
      return sums.map((sum) => third * Math.max(Math.min(sum, limit), -limit));
    };
    for (let update = 0; update < 30; update++) {
      const before = accumulated.values;
      accumulated.run(wild, update * 3, update * 3 + 2);
      expect(accumulated.values).toEqual(before);
      expect(accumulated.optimizer.steps).toBe(update);
      accumulated.run(wild, update * 3 + 2, update * 3 + 3);
      mean.loss = () => (someLoss(update * 3) + someLoss(update * 3 + 1) + someLoss(update * 3 + 2)) / 3;
      expect(accumulated.values).toEqual(mean.run(means, update, update + 1).values);
    }
    expect(accumulated.optimizer.steps).toBe(30);
  });

  test("goes on from a state in the middle of an accumulation", () => {
    const accumulating = { ...options, accumulate: 4 };
    using first = new Trial(wasm, kind, accumulating);
    using second = new Trial(wasm, kind, accumulating);
    first.run(wild, 0, 22);
    for (const { name, value } of second.parameters) value.set(first.parameters.get(name).value);
    second.optimizer.load(throughJSON(first.optimizer.state()));
    expect(second.run(wild, 22, 60).everything).toEqual(first.run(wild, 22, 60).everything);
    expect(first.optimizer.steps).toBe(15);
  });

  test("maximizes by descending on the negated gradient", () => {
    expect(outcome(60, kind, { ...options, maximize: true })).toEqual(
      outcome(
        60,
        kind,
        options,
        mapped(wild, (g) => -g),
        (step) => -someLoss(step),
      ),
    );
  });

  test.each(Object.entries(row.scheduled))("%s follows a schedule", (option, [before, later]) => {
    const AT = 30;
    const values = { before: { ...options, [option]: before }, later: { ...options, [option]: later } };
    // A run whose value changes is one run up to there, and another with the new value from its state on.
    using first = new Trial(wasm, kind, values.before);
    using second = new Trial(wasm, kind, values.later);
    first.run(wild, 0, AT);
    for (const { name, value } of second.parameters) value.set(first.parameters.get(name).value);
    second.optimizer.load(first.optimizer.state());
    const expected = second.run(wild, AT, 60).everything;
    const unchanged = outcome(60, kind, values.before);
    if (row.fixed?.includes(option)) expect(expected).toEqual(unchanged);
    else expect(expected).not.toEqual(unchanged);
    const schedule = { kind: "piecewiseConstant", boundaries: [AT], rates: [before, later] };
    expect(outcome(60, kind, { ...options, [option]: schedule })).toEqual(expected);
    expect(outcome(60, kind, { ...options, [option]: (step: number) => (step < AT ? before : later) })).toEqual(expected);
  });

  test("tells the learning rate it used, counted in updates", () => {
    const learningRate = { kind: "piecewiseConstant", boundaries: [1, 2], rates: [0.5, 0.25, 0.125] };
    using trial = new Trial(wasm, kind, { ...options, learningRate, accumulate: 2 });
    const { optimizer } = trial;
    expect([optimizer.learningRate, optimizer.learningRates["gain"]]).toEqual([Number.NaN, Number.NaN]);
    const seen: number[] = [];
    trial.run(wild, 0, 6, () => seen.push(optimizer.learningRate));
    if (row.findsRate) {
      expect(seen[0]).toBeNaN();
      for (const rate of seen.slice(1)) expect(Number.isFinite(rate)).toBe(true);
      expect([seen[2], seen[4]]).toEqual([seen[1], seen[3]]);
    } else expect(seen).toEqual([Number.NaN, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });

  where(!row.movesAtZero)("a learning rate of 0 moves nothing", () => {
    using trial = new Trial(wasm, kind, replaced(kind, options, { learningRate: 0 }));
    const start = trial.values;
    expect(trial.run(wild, 0, 20).values).toEqual(start);
  });

  test("refuses the state of another optimizer and changes nothing", () => {
    using trial = new Trial(wasm, kind, { ...options, accumulate: 2 });
    trial.run(wild, 0, 21);
    const before = trial.everything;
    const { state } = before;
    const [slot, tensors] = (Object.entries(state.slots).find(
      ([name, slot]) => name !== "accumulated" && (Object.values(slot)[0]?.length as number) > 0,
    ) ?? Object.entries(state.slots)[0]) as [string, Record<string, Float32Array>];
    const lengths = Object.fromEntries(
      Object.entries(SHAPES).map(
        ([name, shape]) => [name, rule.lengths?.(slot, shape, trial.optimizer.description as never) ?? count(shape)] as const,
      ),
    );
    for (const [name, { length }] of Object.entries(tensors)) expect(length).toBe(lengths[name]);
    const [first, { length }] = Object.entries(tensors)[0] as [string, Float32Array];
    const { [slot]: _, ...otherSlots } = state.slots;
    const { gain: __, ...otherTensors } = tensors;
    const short = { ...tensors, [first]: new Float32Array(length - 1) };
    const wrong: [object, string | RegExp][] = [
      [{ kind: "adagrand" }, `the state is of "adagrand", this optimizer is "${kind}"`],
      [{ step: -1 }, "the state's step must be a whole number from 0 to 9007199254740991, got -1"],
      [{ step: 0.5 }, "the state's step must be a whole number from 0 to 9007199254740991, got 0.5"],
      [{ step: "7" }, 'the state\'s step must be a whole number from 0 to 9007199254740991, got "7"'],
      [{ accumulated: 2 }, "the state's accumulated must be a whole number from 0 to 1, got 2"],
      [{ slots: otherSlots }, `the state of ${slot} for "${first}" must have ${length} elements, got none`],
      [
        { slots: { ...state.slots, [slot]: otherTensors } },
        `the state of ${slot} for "gain" must have ${lengths["gain"]} elements, got none`,
      ],
      [{ slots: { ...state.slots, [slot]: short } }, `the state of ${slot} for "${first}" must have ${length} elements, got ${length - 1}`],
      [{ slots: { ...state.slots, [slot]: { ...tensors, [first]: "x".repeat(length) } } }, /elements, got "x+/],
      [{ slots: { ...state.slots, [slot]: { ...tensors, [first]: new BigInt64Array(length) } } }, "elements, got an object"],
      [
        { slots: { ...state.slots, [slot]: { ...tensors, stranger: new Float32Array(1) } } },
        `the state has ${slot} for "stranger", which this optimizer does not`,
      ],
      [{ slots: undefined }, /./],
      [{ slots: null }, /./],
      [{ scalars: undefined }, `the state's scalars must be an array of ${state.scalars.length}, got undefined`],
      [{ scalars: [...state.scalars, {}] }, /scalars must be an array of \d, got an array of \d/],
      [{ plateaus: undefined }, "the state's plateaus must be an array of"],
    ];
    for (const [change, message] of wrong) {
      const error = thrown(() => trial.optimizer.load({ ...state, ...change } as OptimizerState)) as Error;
      expect(error, error.stack ?? "").toBeInstanceOf(CheckpointError);
      expect(error.message).toMatch(message);
      expect(trial.everything).toEqual(before);
    }
    expect(thrown(() => trial.optimizer.load(null as never))).toBeInstanceOf(CheckpointError);
  });

  test.each([
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, 2],
  ])("stops at a gradient of %d before anything moves, when its norm is taken (accumulate %i)", (bad, accumulate) => {
    using trial = new Trial(wasm, kind, { ...options, clipNorm: 1, accumulate });
    trial.run(wild, 0, 8);
    const before = trial.everything;
    const broken = mapped(wild, (g) => (g === 0 ? g : bad));
    const error = thrown(() => trial.run(broken, 8, 8 + accumulate));
    expect(error).toBeInstanceOf(DivergedError);
    expect(trial.values).toEqual(before.values);
    expect(trial.optimizer.steps).toBe(before.state.step);
    expect(trial.run(wild, 8, 8 + accumulate).optimizer.findNonFinite()).toBeUndefined();
  });

  test("takes its memory when it is made, none in a step, and gives all of it back", () => {
    const { available } = wasm.arena;
    const trial = new Trial(wasm, kind, { ...options, accumulate: 2, ...elementRates });
    const taken = wasm.arena.available;
    trial.run(wild, 0, 40);
    expect(wasm.arena.available).toBe(taken);
    trial.optimizer.dispose();
    trial.optimizer.dispose();
    for (const use of [
      () => trial.optimizer.step(),
      () => trial.optimizer.state(),
      () => trial.optimizer.gradientNorm,
      () => trial.optimizer.elementRates("gain"),
      () => trial.optimizer.toEvaluation(),
      () => trial.optimizer.toTraining(),
    ]) {
      expect(thrown(use)).toBeInstanceOf(DisposedError);
    }
    trial.dispose();
    expect(wasm.arena.available).toBe(available);
  });

  test("survives the growth of the memory", () => {
    using trial = new Trial(wasm, kind, options);
    trial.run(wild, 0, 10);
    using _ = wasm.vector(wasm.arena.memory.buffer.byteLength / 4 + 1);
    expect(trial.run(wild, 10, 20).everything).toEqual(outcome(20, kind, options));
  });

  test("gives back what it took when its state does not fit", () => {
    const { available } = wasm.arena;
    const everything = { ...options, accumulate: 2, ...elementRates };
    const withRoomFor = (vectors: number) => {
      let left = vectors;
      const vector = (length: number) => {
        if (left-- === 0) throw new OutOfMemoryError(length * 4, 0);
        return wasm.vector(length);
      };
      return Object.create(wasm, { vector: { value: vector } }) as Engine;
    };
    let vectors = 0;
    const tooSmall = () => {
      try {
        new Trial(withRoomFor(vectors), kind, everything).dispose();
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
        expect(wasm.arena.available).toBe(available);
        return true;
      }
    };
    while (tooSmall()) vectors++;
    expect(vectors).toBeGreaterThanOrEqual(5);
  });
});

test("elementRates() says what is missing", () => {
  using trial = new Trial(wasm, "adam", { groups: [{ match: "*.bias", elementRates: true }] });
  expect(thrown(() => trial.optimizer.elementRates("gain"))).toBeInstanceOf(OptionError);
  expect(() => trial.optimizer.elementRates("gain")).toThrow('elementRates needs a group with elementRates: true that matches "gain"');
  expect(() => trial.optimizer.elementRates("gian")).toThrow('parameters has no tensor "gian" (did you mean gain?)');
});

test("gradientNorm is measured when nobody needed it before", () => {
  using trial = new Trial(wasm, "sgd", {});
  trial.run(wild, 0, 1);
  const squares = Object.keys(SHAPES).flatMap((name) => [...wild(0, name)].map((g) => g * g));
  expect(trial.optimizer.gradientNorm).toBeCloseTo(Math.sqrt(squares.reduce((sum, square) => sum + square)), 9);
});
