import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as everything from "../../src/entries/index.js";
import { minimize } from "../../src/entries/minimize.js";
import * as optimizers from "../../src/entries/optimizers.js";
import * as schedules from "../../src/entries/schedules.js";

type Row = string | { readonly ours: string; readonly note: string } | { readonly not: string };
type Lists<Of> = { readonly optimizers: Of; readonly schedules: Of };

const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/peers/${name}.json`, import.meta.url), "utf8"));
const names = read("names") as Record<string, Lists<readonly string[]> & { version: string }>;
const { reasons, ...rows } = read("rows") as { reasons: Record<string, string> } & Record<string, Lists<Record<string, Row>>>;

const ours: Record<string, unknown> = { ...schedules, ...optimizers, ...everything };
/** Evaluates a call of ours. */
function evaluate(code: string): unknown {
  return new Function(...Object.keys(ours), `"use strict"; return (${code});`)(...Object.values(ours));
}

const lists = Object.entries(names).flatMap(([library, own]) =>
  (["optimizers", "schedules"] as const).map((what) => [library, what, own[what], rows[library]?.[what] ?? {}] as const),
);
const calls = lists.flatMap(([library, what, , own]) =>
  Object.entries(own).flatMap(([name, row]) => {
    const code = typeof row === "string" ? row : "ours" in row ? row.ours : undefined;
    return code === undefined ? [] : [[`${library}'s ${name}`, code, what] as const];
  }),
);

/** The calls in a page's table of other names. */
function callsByOtherNames(page: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), "utf8");
  const [, section = ""] = /## By other names\n(.*?)\n## /s.exec(text) ?? [];
  const cells = section.split("\n").flatMap((line) => (line.startsWith("| ") ? [line.split(" | ").slice(1).join(" | ")] : []));
  return cells.flatMap((cell) => [...cell.matchAll(/`([a-zA-Z]+\(.*?\))`/g)].map(([, call]) => call as string));
}

test.each([...callsByOtherNames("optimizers"), ...callsByOtherNames("schedules")])("%s is there", (code) => {
  const x0 = [1];
  const f = ([x]: ArrayLike<number> & Iterable<number>) => (x as number) ** 2;
  const names = { ...ours, minimize, f, x0 };
  const made = new Function(...Object.keys(names), `"use strict"; return (${code});`)(...Object.values(names)) as {
    kind?: string;
    success?: boolean;
  };
  expect(made.success ?? typeof made.kind === "string").toBe(true);
});

test("both pages have such a table", () => {
  for (const page of ["optimizers", "schedules"]) expect(callsByOtherNames(page).length).toBeGreaterThan(6);
});

describe("names elsewhere", () => {
  test.each(lists)("every one of %s's %s has a row, and there are no others", (_, __, list, own) => {
    expect(Object.keys(own)).toEqual(list);
    expect(list.length).toBeGreaterThan(5);
  });

  test.each(calls)("%s is %s", (_, code) => {
    const made = evaluate(code) as { kind?: unknown } | number;
    expect(typeof made === "function" || typeof made === "number" || typeof made.kind === "string").toBe(true);
  });

  test("every reason is one that is given, and each is used", () => {
    const used = lists.flatMap(([, , , own]) =>
      Object.values(own).flatMap((row) => (typeof row === "object" && "not" in row ? [row.not] : [])),
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(reasons).sort());
  });

  test("what is said to be in one package alone is", () => {
    const plain = (name: string) => name.toLowerCase().replaceAll("_", "");
    for (const [library, what, , own] of lists) {
      const others = lists.filter(([other, kind]) => other !== library && kind === what).flatMap(([, , list]) => list.map(plain));
      for (const [name, row] of Object.entries(own))
        if (typeof row === "object" && "not" in row && row.not === "alone") expect(others).not.toContain(plain(name));
    }
  });

  test("the page is what the rows say", () => {
    execFileSync(process.execPath, ["scripts/elsewhere.js", "--check"], { cwd: new URL("../..", import.meta.url) });
  });
});
