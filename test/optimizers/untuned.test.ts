import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { accuracy, PROTOCOLS } from "../support/crossValidation.js";
import { table, untuned } from "./table.js";

const engine = await load({ backend: "wasm" });

test("every optimizer that finds its rate is tried", () => {
  const found = Object.entries(table).flatMap(([kind, { findsRate }]) => (findsRate ? [kind] : []));
  expect(untuned.map(({ kind }) => kind)).toEqual(expect.arrayContaining(found));
});

describe.each(Object.entries(PROTOCOLS))("of %s, all held out once, 96 % are read with defaults", (_, protocol) => {
  test.each(untuned.map((optimizer) => [JSON.stringify(optimizer), optimizer] as const))("by %s", async (_, optimizer) => {
    expect(await accuracy(engine, optimizer, protocol, 1)).toBeGreaterThanOrEqual(0.96);
  });
});
