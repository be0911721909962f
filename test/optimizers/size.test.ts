import { expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { optimizerFromJSON, rules } from "../../src/optimizers/index.js";
import { table, together } from "./table.js";
import { type Gradients, mapped, Trial, wildGradients } from "./trial.js";

const engine = await load({ backend: "wasm" });
const STEPS = 150;
/** Numbers within a decade, some of them 0. */
const even = mapped(wildGradients(STEPS, 20261129), (g) => Math.sign(g) * (0.1 + (Math.abs(Math.log10(Math.abs(g) || 1)) % 1)));
/** What would make a step depend on the size of gradients, turned off. */
const PLAIN = { epsilon: 1e-36, epsilon1: 1e-36, epsilonRoot: 0, minimumNorm: 0, initialAccumulator: 0, weightDecay: 0 };

/** What an optimizer makes of gradients of a size. */
function values(kind: string, size: number): number[] {
  const { fields } = rules.get(kind) ?? { fields: {} };
  const plain = Object.fromEntries(Object.entries(PLAIN).filter(([name]) => name in fields));
  using trial = new Trial(engine, kind, { ...{ ...table, ...together }[kind]?.required, ...plain });
  const sized: Gradients = mapped(even, (g) => g * size);
  trial.run(sized, 0, STEPS).optimizer.toEvaluation();
  return Object.values(trial.values).flatMap((value) => [...value]);
}

/** The largest difference, relative where values are large. */
function between(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number)) / (1e-3 + Math.abs(x))));
}

/** The kinds whose step does not depend on the size of gradients, while all there is fits well into float32. */
const invariant = [...rules.keys()].filter((kind) => kind !== "cocob" && between(values(kind, 1), values(kind, 2 ** -10)) < 1e-6);

test("kinds that divide by roots of squares are among those whose step has no size", () => {
  for (const kind of [
    "adam",
    "adafactor",
    "adamMini",
    "adamp",
    "ftrl",
    "grams",
    "prodigy",
    "scheduleFreeRadam",
    "sm3",
    "soap",
    "stableAdamw",
  ])
    expect(invariant).toContain(kind);
});

/** Powers of two beyond which float32 does not hold what a kind keeps: prodigy's squares times d0^2, and the products of SOAP's factors. */
const ENDS: Readonly<Record<string, number>> = { prodigy: -30, soap: -30 };

test.each(invariant)("%s steps as far with gradients of 1e-14, whose squares live as long as their means", (kind) => {
  const one = values(kind, 1);
  for (const power of [-20, -30, -40, -46]) {
    if (power >= (ENDS[kind] ?? -46)) expect(between(one, values(kind, 2 ** power)), `2^${power}`).toBeLessThan(1e-5);
  }
});

test("mars, whose clipping sees the size of gradients, steps as far with the smallest as with small ones", () => {
  expect(between(values("mars", 2 ** -10), values("mars", 2 ** -46))).toBeLessThan(1e-5);
});

test("cocob with its least epsilon bets nothing on a gradient of 0, and refuses one whose square float32 does not hold", () => {
  using trial = new Trial(engine, "cocob", { epsilon: 1e-18 });
  const before = trial.values;
  trial.run((_, name) => new Float32Array(trial.parameters.get(name).value.length), 0, 40);
  expect(trial.values).toEqual(before);
  expect(() => optimizerFromJSON({ kind: "cocob", epsilon: 9e-19 })).toThrow(
    "optimizer.epsilon must be a number at least 1e-18, got 9e-19",
  );
});
