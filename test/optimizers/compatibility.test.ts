import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { refusalOf, traitsOf } from "../../src/optimizers/compatibility.js";
import { optimizerFromJSON, rules, wrappers } from "../../src/optimizers/index.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { OptionError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";
import { table } from "./table.js";

const pairs = [...wrappers.keys()].flatMap((wrapper) => [...rules.keys()].map((kind) => [wrapper, kind] as const));
const inside = (kind: string) => ({ kind, ...table[kind]?.required });

/** What wrappers keep for each parameter. */
const OWN_SLOTS: Readonly<Record<string, string>> = {
  ema: "average",
  swa: "average",
  lookahead: "slow",
  scheduleFree: "base",
  primalAveraging: "base",
  emaNesterov: "meanStep",
};

describe("every wrapper around every rule", () => {
  test.each(pairs)("%s around %s is made and stepped, or refused with the reason", async (wrapper, kind) => {
    const rule = rules.get(kind) as NonNullable<ReturnType<typeof rules.get>>;
    const refusal = refusalOf(wrapper, rule, {});
    const make = () => optimizerFromJSON({ kind: wrapper, optimizer: inside(kind) });
    if (refusal !== undefined) {
      const error = thrown(make);
      expect(error).toBeInstanceOf(OptionError);
      expect((error as Error).message).toBe(
        `optimizer.optimizer cannot be ${refusal.kind}: ${refusal.because}`.replace("optimizer.optimizer", `${wrapper}.optimizer`),
      );
      return;
    }
    const parameters = new Parameters(await load(), { w: [4, 4] });
    parameters.get("w").value.fill(1);
    const optimizer = new Optimizer(parameters, make());
    for (let t = 0; t < 3; t++) {
      optimizer.step(() => {
        parameters.get("w").gradient.fill(0.1);
        return 1 / (t + 1);
      });
    }
    expect(optimizer.findNonFinite()).toBeUndefined();
    // whatever slots of its own layout the rule has
    const own = OWN_SLOTS[wrapper];
    if (own !== undefined) expect(optimizer.slot(own).get("w")?.length).toBe(16);
    optimizer.dispose();
    parameters.dispose();
  });
});

test("a reason is given for a trait that the rule has, by a row that matters", () => {
  const used = new Set<string>();
  for (const [wrapper, kind] of pairs) {
    const rule = rules.get(kind) as NonNullable<ReturnType<typeof rules.get>>;
    const because = refusalOf(wrapper, rule, { resetState: true })?.because;
    if (because !== undefined) used.add(because);
    if (traitsOf(rule).size === 0) expect(because).toBeUndefined();
  }
  // what no rule alone has: a wrapper inside, as other tests try
  const wrapped = ["cautious", "cautiousDecay", "hyperball", "mechanic"].map((kind) => `put ${kind} inside of it instead`);
  expect(used.size + wrapped.length).toBe(16);
});
