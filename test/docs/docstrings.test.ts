import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as stepsize from "../../src/entries/index.js";
import * as kinds from "../../src/generated/schedules.js";
import { rules, wrappers } from "../../src/optimizers/index.js";

interface Docstring {
  readonly file: string;
  readonly name: string;
  readonly paragraphs: readonly string[];
  readonly example: string | undefined;
}

const { docstrings } = (await import(new URL("../../scripts/docstrings.js", import.meta.url).href)) as {
  docstrings(folder: string): Docstring[];
};
const entries = docstrings(fileURLToPath(new URL("../../src/optimizers", import.meta.url)));
const plain = ["schedules", "numerics"].flatMap((room) => docstrings(fileURLToPath(new URL(`../../src/${room}`, import.meta.url))));
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<unknown>;

/** Runs an example with everything that the library exports in scope, and `parameters`; returns the value of a last expression. */
async function run(code: string): Promise<unknown> {
  const shapes = code.includes('"x"') ? { x: [4] } : { weight: [2, 3] };
  const scope = { ...stepsize, parameters: new stepsize.Parameters(await stepsize.load(), shapes) };
  const names = Object.keys(scope);
  const lines = code.split("\n");
  const last = lines.map((line) => /^[^\s)}\]]/.test(line)).lastIndexOf(true);
  if (!/^((const|let|for|if|await for)\b|\/\/)/.test(lines[last] as string)) lines[last] = `return ${lines[last]}`;
  return new AsyncFunction(...names, lines.join("\n"))(...Object.values(scope));
}

describe("the example in the docstring of", () => {
  const examples = entries.filter(({ example }) => example !== undefined);

  test.each(examples)("$name runs", async ({ name, example }) => {
    const result = await run(example as string);
    const isDescription = typeof result === "object" && result !== null && "kind" in result;
    if (isDescription) expect(JSON.parse(JSON.stringify(result))).toMatchObject({ kind: name });
  });

  test("every optimizer is there", () => {
    const documented = examples.map(({ name }) => name);
    for (const kind of [...rules.keys(), ...wrappers.keys()]) expect(documented).toContain(kind);
  });
});

describe("of schedules and line searches, the example of", () => {
  const examples = plain.filter(({ name, example }) => example !== undefined && name in stepsize);

  test.each(examples)("$name runs", async ({ name, example }) => {
    const result = await run(example as string);
    if (name in kinds) expect(typeof result === "number" || (result as stepsize.ScheduleDescription).kind in kinds).toBe(true);
    const shown = /\/\/ (-?[\d.]+)$/.exec(example as string)?.[1];
    if (shown !== undefined) expect(result).toBeCloseTo(Number(shown), 6);
  });

  test("every kind of schedule is there", () => {
    const documented = examples.map(({ name }) => name);
    expect(Object.keys(kinds).filter((kind) => !documented.includes(kind))).toEqual([]);
  });
});

describe("docs/schedules.md", () => {
  const page = readFileSync(new URL("../../docs/schedules.md", import.meta.url), "utf8");
  const snippets = [...page.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1] as string);

  test.each(snippets)("%s", async (snippet) => {
    const code = snippet.replace(/^import .*$/m, "");
    await new AsyncFunction(...Object.keys(stepsize), "losses", code)(...Object.values(stepsize), [0.5, 0.4, 0.4]);
  });
});
