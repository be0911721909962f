import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { optimizerFromJSON, rules, wrappers } from "../../src/optimizers/index.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import type { OptimizerDescription } from "../../src/optimizers/rule.js";
import { CheckpointError, DivergedError, OptionError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";
import { table } from "./table.js";
import { SHAPES, someLoss, wildGradients } from "./trial.js";

const backends = [await load({ backend: "wasm" }), await load({ backend: "js" })];
const wild = wildGradients(80, 11);
const BROKEN = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** An optimizer in one's own loop; `plant` changes the gradients of a step before it is made. */
class Loop implements Disposable {
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;

  constructor(engine: (typeof backends)[number], description: OptimizerDescription, closely?: boolean) {
    this.parameters = new Parameters(engine, SHAPES);
    for (const { value } of this.parameters) value.fill(0.5);
    this.optimizer = new Optimizer(this.parameters, description, {}, closely);
  }

  step(step: number, plant?: () => void): boolean {
    const closure = () => {
      for (const { name, gradient } of this.parameters) gradient.set(wild(step, name));
      plant?.();
      return someLoss(step);
    };
    return this.optimizer.step(needsClosure(this.optimizer.description) ? closure : closure());
  }

  get everything() {
    return { values: this.parameters.values.view.slice(), state: this.optimizer.state() };
  }

  [Symbol.dispose](): void {
    this.optimizer.dispose();
    this.parameters.dispose();
  }
}

function needsClosure({ kind, optimizer }: OptimizerDescription): boolean {
  return (
    kind === "sam" || rules.get(kind)?.needs === "closure" || (optimizer !== undefined && needsClosure(optimizer as OptimizerDescription))
  );
}

const all = [
  ...[...rules.keys()].map((kind) => [kind, { kind, ...table[kind]?.required }] as const),
  ...[...wrappers.keys()].map((kind) => [kind, { kind, optimizer: { kind: "sgd", learningRate: 0.01 } }] as const),
];
/** The same with a guard, which belongs to the optimizer inside. */
function guarded(json: { kind: string; optimizer?: object }, guard: string): OptimizerDescription {
  return optimizerFromJSON(json.optimizer === undefined ? { ...json, guard } : { ...json, optimizer: { ...json.optimizer, guard } });
}

describe.each(all)("%s", (kind, json) => {
  test.each(backends)("a gradient that is not finite is named, and nothing has moved ($backend)", (engine) => {
    for (const value of BROKEN) {
      using loop = new Loop(engine, optimizerFromJSON(json), true);
      for (let step = 0; step < 3; step++) loop.step(step);
      const before = loop.everything;
      const error = thrown(() =>
        loop.step(3, () => {
          loop.parameters.get("b.weight").gradient[5] = value;
        }),
      ) as DivergedError;
      expect(error).toBeInstanceOf(DivergedError);
      // what goes around may itself have spread it over the tensor
      expect(error).toMatchObject({ what: "the gradient of b.weight", step: 3, details: { source: "gradient", tensor: "b.weight" } });
      if (!["adaptiveGradientClipping", "centralize"].includes(kind)) expect(error.details).toMatchObject({ index: 5, value });
      expect(error.message).toContain(`${value} at [`);
      if (kind !== "lbfgs") expect(loop.everything).toEqual(before);
    }
  });

  test('"skip" leaves the update out as if it had not been', () => {
    const [engine] = backends as [(typeof backends)[number]];
    using loop = new Loop(engine, guarded(json, "skip"));
    using other = new Loop(engine, guarded(json, "skip"));
    for (let step = 0; step < 12; step++) {
      const isBroken = step % 4 === 1;
      const moved = loop.step(step, () => {
        if (isBroken) loop.parameters.get("a.weight").gradient[0] = Number.NaN;
      });
      expect(moved).toBe(!isBroken);
      if (!isBroken) other.step(step);
    }
    expect(loop.everything).toEqual(other.everything);
    expect(loop.optimizer.guarded).toMatchObject({ hits: 3, last: { what: "the gradient of a.weight" } });
  });
});

test("in one's own loop a NaN is found at the latest after 32 updates", () => {
  for (const engine of backends) {
    using loop = new Loop(engine, adam());
    const error = thrown(() => {
      for (let step = 0; step < 64; step++)
        loop.step(step, () => {
          if (step === 5) loop.parameters.get("gain").gradient[0] = Number.NaN;
        });
    }) as DivergedError;
    expect(error).toMatchObject({ what: "gain", step: 32, details: { source: "value", tensor: "gain", index: 0, value: Number.NaN } });
    expect(error.details.gradientNorms).toHaveLength(1);
  }
});

test("a gradient whose square is infinite is found in the state, before it freezes a weight for ever", () => {
  for (const [engine, stateDtype] of backends.flatMap((engine) => [[engine, "float32"] as const, [engine, "bfloat16"] as const])) {
    using loop = new Loop(engine, adam({ stateDtype }));
    const error = thrown(() => {
      for (let step = 0; step < 32; step++)
        loop.step(step, () => {
          if (step === 20) loop.parameters.get("a.bias").gradient[2] = 1e20;
        });
    }) as DivergedError;
    expect(error).toMatchObject({
      what: "squares of a.bias",
      step: 32,
      details: { source: "state", slot: "squares", tensor: "a.bias", index: 2, value: Number.POSITIVE_INFINITY, learningRate: 1e-3 },
    });
    expect(error.message).toMatch(/a gradient was too large for its square: try clipNorm/);
  }
});

describe('"restore"', () => {
  const restoring = adam({ learningRate: 0.01, guard: "restore" });

  test("goes back to the last snapshot and halves the rate; both backends alike", () => {
    const [first, second] = backends.map((engine) => {
      using loop = new Loop(engine, restoring);
      for (let step = 0; step < 32; step++) loop.step(step);
      const snapshot = loop.everything;
      for (let step = 32; step < 64; step++) {
        const moved = loop.step(step, () => {
          if (step === 40) loop.parameters.get("a.bias").gradient[2] = 1e20;
        });
        expect(moved).toBe(step < 63);
      }
      expect(loop.everything).toEqual({ ...snapshot, state: { ...snapshot.state, rateFactor: 0.5 } });
      for (let step = 64; step < 80; step++) loop.step(step);
      expect(loop.optimizer.learningRate).toBe(0.005);
      expect(loop.optimizer.steps).toBe(32 + 16);
      return loop.everything;
    });
    expect(first).toEqual(second);
  });

  test("answers a loss that is not finite too", () => {
    using loop = new Loop(backends[0] as (typeof backends)[number], restoring);
    loop.step(0);
    expect(loop.optimizer.step(Number.NaN)).toBe(false);
    expect(loop.optimizer.steps).toBe(0);
    expect(loop.optimizer.guarded.last).toMatchObject({ what: "the loss", details: { value: Number.NaN } });
  });

  test("gives up after ten returns, and says so", () => {
    using loop = new Loop(backends[0] as (typeof backends)[number], restoring);
    loop.step(0);
    const error = thrown(() => {
      for (let i = 0; i < 20; i++) loop.optimizer.step(Number.POSITIVE_INFINITY);
    }) as DivergedError;
    expect(loop.optimizer.guarded.hits).toBe(10);
    expect(error.message).toMatch(/10 returns to a snapshot with lower rates did not help$/);
  });

  test("its lowered rate is part of the state", () => {
    const [engine] = backends as [(typeof backends)[number]];
    using loop = new Loop(engine, restoring);
    loop.step(0);
    loop.optimizer.step(Number.NaN);
    using other = new Loop(engine, restoring);
    other.optimizer.load(loop.optimizer.state());
    other.step(0);
    expect(other.optimizer.learningRate).toBe(0.005);
    const wrong = { ...loop.optimizer.state(), rateFactor: 0 };
    expect(() => other.optimizer.load(wrong)).toThrow(CheckpointError);
  });
});

test('"off" looks at the loss alone', () => {
  using loop = new Loop(backends[0] as (typeof backends)[number], sgd({ guard: "off" }), true);
  loop.step(0, () => {
    loop.parameters.get("gain").gradient[0] = Number.NaN;
  });
  expect(loop.parameters.get("gain").value[0]).toBeNaN();
  expect(() => loop.optimizer.step(Number.NaN)).toThrow("the loss is not finite after step 1 (NaN; ");
});

test("an unknown action, and a guard of a group or of a fallback, are refused", () => {
  expect(() => adam({ guard: "ignore" as never })).toThrow('adam.guard must be one of throw, skip, restore, off, got "ignore"');
  expect(thrown(() => adam({ groups: [{ match: "*", guard: "skip" } as never] }))).toBeInstanceOf(OptionError);
  expect(() => optimizerFromJSON({ kind: "muon", fallback: { kind: "adamw", guard: "skip" } })).toThrow(
    "optimizer.fallback must be a plain optimizer",
  );
});
