import { describe, expect, test } from "vitest";
import { OptionError } from "../../src/options/errors.js";
import { boolean, type Fields, integer, list, number, oneOf, optional, readOptions, show, suggest } from "../../src/options/options.js";
import { thrown } from "../support/errors.js";

interface Options {
  rate: number;
  count: number;
  mode: "sum" | "mean";
  flag: boolean;
  sizes: readonly number[];
  limit: number | undefined;
}

const fields: Fields<Options> = {
  rate: number(0.1, { min: 0, below: 1 }),
  count: integer(3, { min: 1 }),
  mode: oneOf("mean", ["sum", "mean"]),
  flag: boolean(false),
  sizes: list([], integer(undefined, { min: 0, max: 9 })),
  limit: optional(number(undefined, { above: 0 })),
};
const read = (given: unknown) => readOptions<Options>("thing", given, fields);

describe("readOptions", () => {
  test("fills in defaults, leaves out what is optional, and freezes", () => {
    const options = read({});
    expect(options).toEqual({ rate: 0.1, count: 3, mode: "mean", flag: false, sizes: [] });
    expect(Object.keys(options)).not.toContain("limit");
    expect(Object.isFrozen(options)).toBe(true);
    expect(Object.isFrozen(options.sizes)).toBe(true);
  });

  test("keeps what is given, undefined being as good as left out", () => {
    const given = { kind: "thing", rate: 0, count: 1, mode: "sum", flag: true, sizes: [0, 9], limit: undefined };
    expect(read(given)).toEqual({ rate: 0, count: 1, mode: "sum", flag: true, sizes: [0, 9] });
    expect(read({ limit: 1e-9 }).limit).toBe(1e-9);
  });

  test("does not see inherited keys, and makes none of its own out of __proto__", () => {
    expect(read(Object.create({ rate: 0.9 })).rate).toBe(0.1);
    const error = thrown(() => read(JSON.parse('{ "__proto__": { "rate": 0.9 } }')));
    expect(error).toHaveProperty("message", "thing.__proto__ is not an option; known options: rate, count, mode, flag, sizes, limit");
  });

  test("asks for what has no default", () => {
    const asked: Fields<{ steps: number }> = { steps: integer(undefined, { min: 1 }) };
    expect(() => readOptions("cosine", {}, asked)).toThrow("cosine.steps is missing");
  });

  test.each<[unknown, string, string]>([
    [{ rate: -1 }, "thing.rate", "must be a number at least 0 and less than 1, got -1"],
    [{ rate: 1 }, "thing.rate", "must be a number at least 0 and less than 1, got 1"],
    [{ rate: Number.NaN }, "thing.rate", "must be a number at least 0 and less than 1, got NaN"],
    [{ rate: Number.POSITIVE_INFINITY }, "thing.rate", "must be a number at least 0 and less than 1, got Infinity"],
    [{ rate: "0.1" }, "thing.rate", 'must be a number at least 0 and less than 1, got "0.1"'],
    [{ rate: null }, "thing.rate", "must be a number at least 0 and less than 1, got null"],
    [{ rate: 1n }, "thing.rate", "must be a number at least 0 and less than 1, got 1"],
    [{ count: 0 }, "thing.count", "must be a positive integer, got 0"],
    [{ count: 2.5 }, "thing.count", "must be a positive integer, got 2.5"],
    [{ count: 2 ** 53 }, "thing.count", "must be a positive integer, got 9007199254740992"],
    [{ mode: "means" }, "thing.mode", 'must be one of sum, mean, got "means" (did you mean mean?)'],
    [{ mode: 1 }, "thing.mode", "must be one of sum, mean, got 1"],
    [{ flag: 1 }, "thing.flag", "must be true or false, got 1"],
    [{ sizes: 3 }, "thing.sizes", "must be an array, got 3"],
    [{ sizes: [1, 10] }, "thing.sizes[1]", "must be an integer at least 0 and at most 9, got 10"],
    [{ limit: 0 }, "thing.limit", "must be a number greater than 0, got 0"],
    [{ rates: 0.1 }, "thing.rates", "is not an option (did you mean rate?)"],
    [{ momentum: 0.1 }, "thing.momentum", "is not an option; known options: rate, count, mode, flag, sizes, limit"],
  ])("refuses %o", (given, field, expectation) => {
    const error = thrown(() => read(given)) as OptionError;
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ name: "OptionError", field, message: `${field} ${expectation}` });
  });

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [0.1, "0.1"],
    ["adam", '"adam"'],
    [[1, 2], "an array of 2"],
    [() => 0, "a function"],
  ])("refuses %o in place of the options", (given, shown) => {
    expect(() => read(given)).toThrow(new OptionError("thing", given, `must be an object of options, got ${shown}`));
  });
});

test("lists may ask for a number of entries", () => {
  expect(() => list(undefined, number(undefined), 2).read([1], "rates")).toThrow("rates must have at least 2 entries, got 1");
});

test.each([
  ["lerningRate", " (did you mean learningRate?)"],
  ["LEARNINGRATE", " (did you mean learningRate?)"],
  ["betta1", " (did you mean beta1?)"],
  ["xyz", ""],
])("the option that %s is nearest to", (word, hint) => {
  expect(suggest(word, ["learningRate", "beta1", "beta2"])).toBe(hint);
});

test.each([
  ["lr", ["learningRate"], "learningRate"],
  ["lr", ["rate", "steps"], "rate"],
  ["T_max", ["rate", "steps"], "steps"],
  ["eps", ["beta1", "epsilon"], "epsilon"],
  ["gamma", ["every", "factor"], "factor"],
])("what other libraries call %s", (word, known, ours) => {
  expect(suggest(word, known)).toBe(` (did you mean ${ours}?)`);
});

test("shows values short and without throwing", () => {
  expect(show("x".repeat(50))).toBe(`"${"x".repeat(40)}…"`);
  expect(show({ toString: 0 })).toBe("an object");
  expect(show(Symbol("s"))).toBe("Symbol(s)");
});

test("what was meant is the known word that the fewest letters part from, by whatever was done to them", () => {
  const known = ["weightDecay", "learningRate", "beta1", "momentum"];
  const changes: Readonly<Record<string, (word: string, at: number) => string>> = {
    inserted: (word, at) => `${word.slice(0, at)}q${word.slice(at)}`,
    deleted: (word, at) => word.slice(0, at) + word.slice(at + 1),
    replaced: (word, at) => `${word.slice(0, at)}q${word.slice(at + 1)}`,
  };
  for (const word of known) {
    for (const change of Object.values(changes))
      for (let at = 0; at < word.length; at++) expect(suggest(change(word, at), known)).toBe(` (did you mean ${word}?)`);
    // a third of its letters, and two in any case
    const few = Math.floor(Math.max(2, word.length / 3));
    expect(suggest("q".repeat(few) + word, [word])).toBe(` (did you mean ${word}?)`);
    expect(suggest("q".repeat(few + 1) + word, [word])).toBe("");
    expect(suggest(word.slice(few), [word])).toBe(` (did you mean ${word}?)`);
    expect(suggest(word.slice(few + 1), [word])).toBe("");
  }
  expect(suggest("momentum", [])).toBe("");
});
