import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { iris, main, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const cli = (...args: string[]) => runNode(main, args, cwd);
const page = (name: string) => readFileSync(join(cwd, name), "utf8");
const search = ["search", iris, "-t", "species", "--epochs", "6", "--repeats", "1"];
const ratesOf = (text: string) => (JSON.parse(text) as { rates: { rate: number }[] }).rates.map(({ rate }) => rate);

test("range-test says where to look, and prints the search of it", async () => {
  const { code, out, err } = await cli("range-test", iris, "-t", "species", "--report", "range.html");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const [, line = ""] = /search there with:\n {2}stepsize (search .*)\n/.exec(out) ?? [];
  expect(line).toMatch(/^search .*iris\.csv -t species --rates 1e-\d+:1e-?\d+:\d+$/);
  for (const words of ["<h1>Look between", "Search there with:", line, 'id="range"']) expect(page("range.html")).toContain(words);
  expect(await cli(...line.split(" "), "--quiet", "--no-report")).toMatchObject({ code: 0, err: "" });
});

describe("search", () => {
  test("widens a grid only when asked to, also from a ledger", async () => {
    const narrow = [...search, "--rates", "1e-5,1e-4,1e-3", "--json", "--no-report"];
    expect(ratesOf((await cli(...narrow)).out)).toEqual([1e-5, 1e-4, 1e-3]);
    const wide = await cli(...narrow, "--widen", "--ledger", "wide.jsonl");
    expect(ratesOf(wide.out).length).toBeGreaterThan(3);
    const shown = await cli("report", "wide.jsonl", "--json", "--no-report");
    expect(JSON.parse(shown.out).rates).toEqual(JSON.parse(wide.out).rates);
    expect(await cli(...narrow, "--widen", "--ledger", "wide.jsonl")).toEqual(wide);
    const few = await cli(...narrow, "--widen", "--trials", "4", "--ledger", "wide.jsonl");
    expect(ratesOf(few.out)).toHaveLength(4);
  });

  test("marks the theory in the page, and trains without the flags of the search", async () => {
    const { code, out } = await cli(
      ...search,
      "--rates",
      "1e-3:1:4",
      "-o",
      "sgd",
      "--theory",
      "--zoom",
      "--prune",
      "--report",
      "theory.html",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/theory: full-batch steps are stable up to/);
    expect(out).toMatch(/\n {2}stepsize train \S+iris\.csv -t species --epochs 6 -o sgd --rate \S+\n/);
    expect(page("theory.html")).toContain("Theory beside the trials");
  });

  test("--vary takes optimizers that are none without an option that is set, in place of one that was typed", async () => {
    const wrappers = ["--set", "optimizer=adam", "--vary", "optimizer=ema,lookahead", "--rates", "1e-2", "--quiet", "--no-report"];
    for (const typed of [[], ["-o", "ema"]]) {
      const { code, out, err } = await cli(...search, ...typed, ...wrappers);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toMatch(
        /^stepsize train \S+iris\.csv -t species --epochs 6 --set optimizer=adam --optimizer (ema|lookahead) --rate 0\.01\n$/,
      );
      expect((await cli(...out.trim().split(" ").slice(1), "--quiet")).code).toBe(0);
    }
  });

  test("--vary compares combinations, with a budget for each", async () => {
    const vary = ["--vary", "batchSize=16,32", "--vary", "optimizer=adam,sgd", "--rates", "1e-3,1e-2,1e-1"];
    const { code, out, err } = await cli(...search, ...vary, "--prune", "--trials", "5", "--report", "study.html");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /train the best with:\n {2}stepsize train \S+iris\.csv -t species --epochs 6 --batch-size (16|32) --optimizer (adam|sgd) --rate \S+\n/,
    );
    for (const words of [
      "<h1>",
      "What suits species?",
      "Every combination over its learning rates",
      "batchSize against optimizer",
      'id="command"',
    ])
      expect(page("study.html")).toContain(words);
    for (const shown of [out, page("study.html")]) {
      const differs = / ± \d+\.\d\s+points/.test(shown);
      expect(shown.includes("±: one standard error; good: ")).toBe(differs);
    }
  });
});
