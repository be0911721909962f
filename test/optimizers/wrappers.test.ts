import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { Random } from "../../src/numerics/random.js";
import { optimizerFromJSON, wrappers } from "../../src/optimizers/index.js";
import { adam, adamw } from "../../src/optimizers/kinds/adam.js";
import { lamb } from "../../src/optimizers/kinds/lamb.js";
import { laprop } from "../../src/optimizers/kinds/laprop.js";
import { lbfgs } from "../../src/optimizers/kinds/lbfgs.js";
import { muon } from "../../src/optimizers/kinds/muon.js";
import { normuon } from "../../src/optimizers/kinds/normuon.js";
import { novograd } from "../../src/optimizers/kinds/novograd.js";
import { prodigy } from "../../src/optimizers/kinds/prodigy.js";
import { scheduleFreeSgd } from "../../src/optimizers/kinds/scheduleFree.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import type { OptimizerDescription } from "../../src/optimizers/rule.js";
import { ema, swa } from "../../src/optimizers/wrappers/averages.js";
import { cautious } from "../../src/optimizers/wrappers/cautious.js";
import { cautiousDecay, correctedDecay, decoupledDecay } from "../../src/optimizers/wrappers/decay.js";
import { emaNesterov } from "../../src/optimizers/wrappers/emaNesterov.js";
import { hyperball } from "../../src/optimizers/wrappers/hyperball.js";
import { lookahead } from "../../src/optimizers/wrappers/lookahead.js";
import { mechanic } from "../../src/optimizers/wrappers/mechanic.js";
import { gradientNoise } from "../../src/optimizers/wrappers/noise.js";
import { primalAveraging, scheduleFree } from "../../src/optimizers/wrappers/primal.js";
import { sam } from "../../src/optimizers/wrappers/sam.js";
import { adaptiveGradientClipping, centralize, tensorClipping } from "../../src/optimizers/wrappers/units.js";
import { DivergedError, OptionError } from "../../src/options/errors.js";
import { cosine } from "../../src/schedules/index.js";

const engines = { wasm: await load({ backend: "wasm" }), js: await load({ backend: "js" }) };
const SHAPES = { weight: [5, 7], bias: [5], kernel: [2, 3, 4], gain: [] };
const momentum = sgd({ learningRate: 0.02, momentum: 0.9 });
const decayed = adamw({
  learningRate: 0.01,
  weightDecay: 0.1,
  clipNorm: 1,
  groups: [
    { match: "bias", weightDecay: 0 },
    { match: "gain", elementRates: true },
  ],
});

/** Every wrapper, alone and in company. */
const CASES: Record<string, OptimizerDescription> = {
  lookahead: lookahead({ optimizer: decayed, syncPeriod: 4, slowStepSize: 0.7 }),
  "lookahead, state reset": lookahead({ optimizer: adam({ learningRate: 0.01 }), syncPeriod: 3, resetState: true }),
  "lookahead, shared": lookahead({ optimizer: prodigy() }),
  sam: sam({ optimizer: decayed, rho: 0.1, syncPeriod: 3 }),
  "sam, climbing, accumulated": sam({ optimizer: sgd({ learningRate: 1e-3, maximize: true, accumulate: 2 }) }),
  ema: ema({ optimizer: decayed, decay: 0.9, start: 5 }),
  "ema, debiased": ema({ optimizer: momentum, debias: true }),
  "ema, shared": ema({ optimizer: prodigy(), decay: 0.9 }),
  swa: swa({ optimizer: momentum, start: 7, every: 3 }),
  cautious: cautious({ optimizer: decayed }),
  cautiousDecay: cautiousDecay({ optimizer: decayed }),
  "cautious decay of laprop": cautiousDecay({ optimizer: laprop({ learningRate: 0.01, weightDecay: 0.3 }) }),
  decoupledDecay: decoupledDecay({ optimizer: sgd({ learningRate: 0.02, momentum: 0.9, weightDecay: 0.3 }) }),
  gradientNoise: gradientNoise({ optimizer: decayed, variance: 0.02, seed: 3 }),
  "gradientNoise, shared": gradientNoise({ optimizer: prodigy({ clipNorm: 0.5 }), decay: 1 }),
  tensorClipping: tensorClipping({ optimizer: decayed, norm: 0.5 }),
  correctedDecay: correctedDecay({ optimizer: adamw({ learningRate: cosine({ rate: 0.02, steps: 90 }), weightDecay: 0.3 }) }),
  "corrected and cautious decay of normuon": correctedDecay({
    optimizer: cautiousDecay({
      optimizer: normuon({ learningRate: cosine({ rate: 0.02, steps: 90 }), weightDecay: 0.3, fallback: adamw({ learningRate: 0.01 }) }),
    }),
    peak: 0.05,
  }),
  hyperball: hyperball({ optimizer: adamw({ learningRate: 0.01, clipNorm: 1, groups: [{ match: "bias", weightDecay: 0 }] }) }),
  "hyperball of muon": hyperball({ optimizer: muon({ learningRate: 0.01, fallback: adamw({ learningRate: 0.01 }) }) }),
  "cautious muon": cautious({ optimizer: muon({ learningRate: 0.02, fallback: adamw({ learningRate: 0.01 }) }) }),
  mechanic: mechanic({ optimizer: adamw({ learningRate: 1, clipNorm: 1, groups: [{ match: "bias", weightDecay: 0 }] }) }),
  "mechanic with scalar state inside, averaged": ema({
    optimizer: mechanic({
      optimizer: novograd({ learningRate: 0.1, groups: [{ match: "bias", beta1: 0.8 }] }),
      initialScale: 0.01,
      betas: 3,
    }),
    decay: 0.9,
  }),
  centralize: centralize({ optimizer: decayed }),
  "centralize, columns": centralize({ optimizer: prodigy(), units: "columns" }),
  adaptiveGradientClipping: adaptiveGradientClipping({ optimizer: decayed, clipping: 0.1 }),
  "adaptiveGradientClipping, columns": adaptiveGradientClipping({ optimizer: momentum, clipping: 0.05, units: "columns" }),
  scheduleFree: scheduleFree({ optimizer: sgd({ learningRate: 0.05, clipNorm: 1, groups: [{ match: "bias", learningRate: 0.1 }] }) }),
  "scheduleFree of muon, all options": scheduleFree({
    optimizer: centralize({ optimizer: muon({ learningRate: 0.01, fallback: adamw({ learningRate: 0.01 }) }) }),
    momentum: 0.8,
    weightDecay: 0.1,
    stepPower: 1,
    ratePower: 0,
  }),
  primalAveraging: primalAveraging({
    optimizer: adamw({ learningRate: 0.01, weightDecay: 0.1, clipNorm: 1, groups: [{ match: "bias", weightDecay: 0 }] }),
    decay: 0.95,
  }),
  emaNesterov: emaNesterov({
    optimizer: adamw({ learningRate: cosine({ rate: 0.02, steps: 900 }), weightDecay: 0.1, groups: [{ match: "bias", weightDecay: 0 }] }),
    warmupSteps: 7,
    restStep: 800,
    decay: 0.9,
  }),
  "emaNesterov of muon": emaNesterov({
    optimizer: muon({ learningRate: 0.01, fallback: adamw({ learningRate: 0.01 }) }),
    ahead: 1,
    followRate: false,
  }),
  "all together": ema({
    optimizer: lookahead({ optimizer: sam({ optimizer: cautious({ optimizer: centralize({ optimizer: decayed }) }) }) }),
    decay: 0.95,
  }),
};

/** An optimizer and a noisy quadratic: minimum of element i at -0.5, curvature 0.3 to 1. */
class Bench implements Disposable {
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  #step = 0;

  constructor(
    backend: keyof typeof engines,
    description: OptimizerDescription,
    readonly noise = 0.1,
  ) {
    this.parameters = new Parameters(engines[backend], SHAPES);
    for (const { name, value } of this.parameters) {
      const random = new Random(3, name);
      for (let i = 0; i < value.length; i++) value[i] = random.uniform() + 0.5;
    }
    this.optimizer = new Optimizer(this.parameters, description);
  }

  get values(): Record<string, Float32Array> {
    return Object.fromEntries([...this.parameters].map(({ name, value }) => [name, value.slice()]));
  }

  run(from: number, to: number): this {
    for (this.#step = from; this.#step < to; this.#step++) this.optimizer.step(this.closure);
    return this;
  }

  readonly closure = (): number => {
    let loss = 0;
    for (const { name, value, gradient } of this.parameters) {
      const random = new Random(this.#step, name);
      value.forEach((x, i) => {
        const curvature = 0.3 + 0.1 * (i % 8);
        loss += (curvature * (x + 0.5) ** 2) / 2;
        gradient[i] = curvature * (x + 0.5) + this.noise * (random.uniform() - 0.5);
      });
    }
    return loss;
  };

  [Symbol.dispose](): void {
    this.optimizer.dispose();
    this.parameters.dispose();
  }
}

test("every wrapper is tried", () => {
  const tried = new Set(Object.values(CASES).map(({ kind }) => kind));
  expect([...tried].sort()).toEqual([...wrappers.keys()].sort());
});

describe.each(Object.entries(CASES))("%s", (_, description) => {
  test("gives the same bits in both backends, through JSON", () => {
    using a = new Bench("wasm", description);
    using b = new Bench("js", optimizerFromJSON(JSON.parse(JSON.stringify(description))));
    for (let from = 0; from < 1000; from += 100) {
      expect(a.run(from, from + 100).values).toEqual(b.run(from, from + 100).values);
      expect(a.optimizer.state()).toEqual(b.optimizer.state());
      a.optimizer.toEvaluation();
      b.optimizer.toEvaluation();
      expect(a.values).toEqual(b.values);
      a.optimizer.toTraining();
      b.optimizer.toTraining();
    }
    for (const value of Object.values(a.values)) expect(value.every(Number.isFinite)).toBe(true);
  });

  test("goes on from its state with the same bits", () => {
    using whole = new Bench("wasm", description);
    using first = new Bench("wasm", description);
    using second = new Bench("wasm", description);
    first.run(0, 41);
    second.optimizer.load(first.optimizer.state());
    for (const { name, value } of second.parameters) value.set(first.parameters.get(name).value);
    expect(second.run(41, 100).values).toEqual(whole.run(0, 100).values);
    expect(second.optimizer.state()).toEqual(whole.optimizer.state());
  });

  test("shows values to evaluate and gives the trained ones back, bit by bit", () => {
    using shown = new Bench("wasm", description);
    using plain = new Bench("wasm", description);
    for (let step = 0; step < 30; step++) {
      shown.optimizer.toEvaluation();
      shown.optimizer.toTraining();
      expect(shown.run(step, step + 1).values).toEqual(plain.run(step, step + 1).values);
    }
  });

  test("gives all of its memory back", () => {
    const { available } = engines.wasm.arena;
    new Bench("wasm", description).run(0, 5)[Symbol.dispose]();
    expect(engines.wasm.arena.available).toBe(available);
  });
});

test("averages are nearer to the minimum than what they are averages of", () => {
  for (const description of [ema({ optimizer: momentum, decay: 0.99 }), swa({ optimizer: momentum, start: 500 })]) {
    using bench = new Bench("wasm", description, 5);
    bench.run(0, 1500);
    const distance = () => [...bench.parameters].flatMap(({ value }) => [...value]).reduce((sum, x) => sum + (x + 0.5) ** 2, 0);
    const trained = distance();
    bench.optimizer.toEvaluation();
    expect(distance()).toBeLessThan(trained / 4);
  }
});

describe("wrong use", () => {
  const refused: [string, () => unknown, string][] = [
    ["cautious lamb", () => cautious({ optimizer: lamb() }), "cautious.optimizer cannot be lamb: its step depends on the values"],
    ["mechanic prodigy", () => mechanic({ optimizer: prodigy() }), "mechanic.optimizer cannot be prodigy: it finds its rate by itself"],
    ["mechanic with elementRates", () => mechanic({ optimizer: decayed }), "mechanic.optimizer cannot have groups with elementRates"],
    ["lookahead mechanic", () => lookahead({ optimizer: mechanic({ optimizer: adam() }) }), "lookahead.optimizer cannot be mechanic"],
    ["cautious prodigy", () => cautious({ optimizer: prodigy() }), "cautious.optimizer cannot be prodigy"],
    ["cautious ema", () => cautious({ optimizer: ema({ optimizer: adam() }) }), "cautious.optimizer cannot be ema"],
    ["mechanic sam", () => mechanic({ optimizer: sam({ optimizer: adam() }) }), "mechanic.optimizer cannot be sam: put mechanic inside"],
    ["cautious sam", () => cautious({ optimizer: sam({ optimizer: adam() }) }), "cautious.optimizer cannot be sam: put cautious inside"],
    ["sam lbfgs", () => sam({ optimizer: lbfgs() }), "sam.optimizer cannot be lbfgs"],
    ["lookahead lbfgs", () => lookahead({ optimizer: lbfgs() }), "lookahead.optimizer cannot be lbfgs"],
    [
      "ema scheduleFreeSgd",
      () => ema({ optimizer: scheduleFreeSgd() }),
      "ema.optimizer cannot be scheduleFreeSgd: it keeps values of its own",
    ],
    ["ema swa", () => ema({ optimizer: swa({ optimizer: adam() }) }), "ema.optimizer cannot be swa"],
    ["centralize twice", () => centralize({ optimizer: centralize({ optimizer: adam() }) }), "has centralize inside already"],
    ["no optimizer", () => ema({} as never), "ema.optimizer is missing"],
    ["a plain object", () => ema({ optimizer: { kind: "adam" } as never }), "must come from a factory"],
    ["a rate outside", () => ema({ optimizer: adam(), learningRate: 1 } as never), "ema.learningRate is not an option"],
    [
      "a wrong option inside JSON",
      () => optimizerFromJSON({ kind: "ema", optimizer: { kind: "adam", beta1: 2 } }),
      "optimizer.optimizer.beta1",
    ],
    ["lbfgs with clipNorm", () => lbfgs({ clipNorm: 1 } as never), "lbfgs.clipNorm cannot be set"],
    ["lbfgs with groups", () => lbfgs({ groups: [{ match: "a", learningRate: 1 }] }), "lbfgs.groups[0].learningRate cannot be"],
    ["a wrapped fallback", () => muon({ fallback: ema({ optimizer: adam() }) }), "muon.fallback must be a plain optimizer"],
    ["a clipping fallback", () => muon({ fallback: adam({ clipNorm: 1 }) }), "muon.fallback must be a plain optimizer"],
    ["muon on a vector", () => new Bench("wasm", muon()), "muon.fallback is needed for bias, which is not a matrix"],
    ["two coefficients", () => muon({ coefficients: [1, 2] }), "muon.coefficients must be three numbers"],
  ];
  test.each(refused)("%s", (_, use, message) => {
    expect(use).toThrow(OptionError);
    expect(use).toThrow(message);
  });

  test.each([lbfgs(), sam({ optimizer: adam() })])("$kind without a closure", (description) => {
    using bench = new Bench("wasm", description);
    const before = bench.values;
    for (const given of [undefined, 1])
      expect(() => bench.optimizer.step(given)).toThrow(`closure is needed by ${description.kind}: call step(() => {`);
    expect(bench.values).toEqual(before);
  });

  test("a loss that is not finite, or no number", () => {
    using bench = new Bench("wasm", adam());
    const before = bench.values;
    expect(() => bench.optimizer.step(() => Number.NaN)).toThrow(DivergedError);
    expect(() => bench.optimizer.step(() => "1" as never)).toThrow('loss must be a number, got "1" from the closure');
    expect(() => bench.optimizer.step((() => {}) as never)).toThrow("loss must be a number, got undefined from the closure");
    expect(() => bench.optimizer.step((async () => 1) as never)).toThrow("loss must be a number, got an object from the closure");
    expect(bench.values).toEqual(before);
  });
});

test("a closure is called once where none is needed, and its loss can be read", () => {
  using bench = new Bench("wasm", adam());
  let calls = 0;
  expect(bench.optimizer.loss).toBeNaN();
  bench.optimizer.step(() => {
    calls++;
    return bench.closure();
  });
  expect(calls).toBe(1);
  expect(bench.optimizer.loss).toBeGreaterThan(0);
  bench.optimizer.step(0.25);
  expect(bench.optimizer.loss).toBe(0.25);
});

test("a step that fails leaves values, state and the rates shown as they were", () => {
  for (const description of [...Object.values(CASES), lbfgs(), prodigy(), adam({ learningRate: cosine({ rate: 0.1, steps: 9 }) })]) {
    using bench = new Bench("wasm", description);
    bench.run(0, 4);
    const shown = () => [bench.values, bench.optimizer.state(), bench.optimizer.learningRate, bench.optimizer.learningRates];
    const before = shown();
    const failing = () => {
      bench.closure();
      throw new Error("mine");
    };
    expect(() => bench.optimizer.step(() => Number.NaN)).toThrow(DivergedError);
    expect(() => bench.optimizer.step(failing)).toThrow("mine");
    expect(shown()).toEqual(before);
  }
});

test("the rates shown after load() are not known until the next step", () => {
  using a = new Bench("wasm", momentum);
  using b = new Bench("wasm", momentum);
  b.run(0, 3).optimizer.load(a.run(0, 5).optimizer.state());
  expect([b.optimizer.learningRate, b.optimizer.learningRates["bias"]]).toEqual([Number.NaN, Number.NaN]);
  expect(b.run(5, 6).optimizer.learningRate).toBe(0.02);
});

describe("lbfgs", () => {
  const sets = [
    lbfgs({ learningRate: 0.5, maxIterations: 4, historySize: 3 }),
    lbfgs({ maxIterations: 5, historySize: 5, lineSearch: "strongWolfe", groups: [{ match: "gain", frozen: true }] }),
    lbfgs({ maxIterations: 3, historySize: 4, lineSearch: "strongWolfe", maximize: true, learningRate: 1e-3 }),
  ];

  test.each(sets)("gives the same bits in both backends, and goes on from its state", (description) => {
    using a = new Bench("wasm", description, 0.01);
    using b = new Bench("js", description, 0.01);
    using c = new Bench("wasm", description, 0.01);
    a.run(0, 20);
    b.run(0, 20);
    expect(a.values).toEqual(b.values);
    expect(a.optimizer.state()).toEqual(b.optimizer.state());
    c.optimizer.load(a.optimizer.state());
    for (const { name, value } of c.parameters) value.set(a.parameters.get(name).value);
    expect(c.run(20, 40).values).toEqual(a.run(20, 40).values);
  });

  test.each([20, 3])("a closure that throws leaves the values, and what it goes on from (history of %i)", (historySize) => {
    for (const lineSearch of ["none", "strongWolfe"] as const) {
      const description = lbfgs({ maxIterations: 5, historySize, lineSearch });
      for (const call of [1, 2, 3, 5]) {
        using bench = new Bench("wasm", description, 0.01);
        using untouched = new Bench("wasm", description, 0.01);
        bench.run(0, 2);
        const before = [bench.values, bench.optimizer.steps, bench.optimizer.state().scalars];
        let calls = 0;
        const failing = () => {
          if (++calls === call) throw new Error("mine");
          return bench.closure();
        };
        expect(() => bench.optimizer.step(failing)).toThrow("mine");
        const pairs = (state: object[]) => state.map((scalars) => ({ ...scalars, pairs: undefined }));
        expect([bench.values, bench.optimizer.steps]).toEqual(before.slice(0, 2));
        expect(pairs([...bench.optimizer.state().scalars])).toEqual(pairs(before[2] as object[]));
        bench.run(2, 6);
        if (historySize === 20) expect(bench.values).toEqual(untouched.run(0, 6).values);
        expect(bench.optimizer.findNonFinite()).toBeUndefined();
      }
    }
  });

  test("solves a quadratic of condition 1e4, and Rosenbrock's function", () => {
    const problems: [string, number[], (x: Float32Array, gradient: Float32Array) => number, number[]][] = [
      [
        "quadratic",
        Array(10).fill(1),
        (x, gradient) => {
          let loss = 0;
          x.forEach((value, i) => {
            const curvature = [1, 3, 10, 30, 100, 300, 1000, 3000, 5000, 1e4][i] as number;
            loss += (curvature * value * value) / 2;
            gradient[i] = curvature * value;
          });
          return loss;
        },
        Array(10).fill(0),
      ],
      [
        "rosenbrock",
        [-1.2, 1],
        ([x, y], gradient) => {
          const [a, b] = [x as number, (y as number) - (x as number) ** 2];
          gradient.set([-400 * a * b - 2 * (1 - a), 200 * b]);
          return 100 * b * b + (1 - a) ** 2;
        },
        [1, 1],
      ],
    ];
    for (const [name, start, objective, minimum] of problems) {
      using parameters = new Parameters(engines.wasm, { x: [start.length] });
      parameters.get("x").value.set(start);
      using optimizer = new Optimizer(parameters, lbfgs({ lineSearch: "strongWolfe", historySize: 10 }));
      for (let step = 0; step < 10; step++) optimizer.step(() => objective(parameters.get("x").value, parameters.get("x").gradient));
      for (const [i, x] of parameters.get("x").value.entries()) expect(Math.abs(x - (minimum[i] as number)), name).toBeLessThan(1e-3);
    }
  });
});
