import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { optimizerFromJSON, rules } from "../../src/optimizers/index.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { OptionError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";
import { table } from "./table.js";

/** Options that follow schedules: those that reach a kernel, in float32. */
const scheduled = [...rules].flatMap(([kind, { fields }]) =>
  [
    "learningRate",
    ...Object.entries(fields).flatMap(([name, field]) => ((field as { isSchedulable?: boolean }).isSchedulable ? [name] : [])),
  ].map((name) => [kind, name] as const),
);

describe("an option that float32 cannot hold is refused by its name", () => {
  test.each(scheduled)("%s.%s", (kind, name) => {
    const make = (value: number) => optimizerFromJSON({ kind, ...table[kind]?.required, [name]: value });
    // too large, where the range of the option would let it through
    const large = thrown(() => make(1e39));
    expect(large).toBeInstanceOf(OptionError);
    expect((large as OptionError).field).toBe(`optimizer.${name}`);
    // too small, where 0 itself is refused
    let zero: unknown;
    try {
      make(0);
    } catch (error) {
      zero = error;
    }
    if (zero instanceof OptionError && /greater than 0/.test(zero.message)) {
      const small = thrown(() => make(1e-46)) as OptionError;
      expect(small.message).toMatch(new RegExp(`^optimizer\\.${name} must be at least 1\\.18e-38`));
    }
  });
});

test("a schedule that leaves the range stops the step before anything has moved", async () => {
  const parameters = new Parameters(await load(), { w: [4] });
  const optimizer = new Optimizer(parameters, adam({ learningRate: (step) => (step === 1 ? 1e39 : 0.1) }));
  parameters.get("w").gradient.fill(1);
  optimizer.step();
  const before = [...parameters.get("w").value];
  expect(() => optimizer.step()).toThrow("learningRate must be within the range of float32 (3.4e38), got 1e+39 at step 1");
  expect([...parameters.get("w").value]).toEqual(before);
});
