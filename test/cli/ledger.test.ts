import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openLedger } from "../../src/cli/ledger.js";
import { Random } from "../../src/numerics/random.js";
import { readLines, writeLine } from "../../src/search/ledger.js";
import { digits, interrupted, iris, main, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const cli = (...args: string[]) => runNode(main, args, cwd);
const flags = ["search", iris, "-t", "species", "--epochs", "10", "--rates", "1e-4:1:5", "--repeats", "2", "--trials", "10", "--no-report"];
const document = (text: string) => JSON.parse(text) as { rates: unknown };

describe("search --workers", () => {
  test("prints the same bytes for any number of them", async () => {
    const [one, two, many] = await Promise.all([1, 2, 8].map((count) => cli(...flags, "--json", "--workers", String(count))));
    expect(one?.code).toBe(0);
    expect([two?.out, many?.out]).toEqual([one?.out, one?.out]);
    expect(await cli(...flags, "--workers", "0")).toMatchObject({
      code: 2,
      err: "stepsize: --workers must be a positive integer, got 0\n",
    });
  });
});

describe("search --ledger", () => {
  const path = (name: string) => join(cwd, name);

  test("goes on from a file that was cut anywhere, with the same answer, and report shows it without the data", async () => {
    const whole = await cli(...flags, "--json", "--ledger", "whole.jsonl");
    expect(whole).toMatchObject({ code: 0, err: "" });
    const bytes = readFileSync(path("whole.jsonl"));
    const random = new Random(7);
    for (let i = 0; i < 10; i++) {
      const cut = Math.floor(random.uniform() * bytes.length);
      writeFileSync(path("whole.jsonl"), bytes.subarray(0, cut));
      const again = await cli(...flags, "--json", "--ledger", "whole.jsonl");
      expect(again.out, `cut at ${cut}`).toBe(whole.out);
      // every line once, in whatever order they came
      const lines = (file: string | Buffer) => String(file).trimEnd().split("\n").sort();
      expect(lines(readFileSync(path("whole.jsonl")))).toEqual(lines(bytes));
    }
    expect(await cli("report", "whole.jsonl", "--json", "--no-report")).toEqual(whole);
    const words = await cli("report", "whole.jsonl", "--report", "again.html");
    expect(words.out).toMatch(
      /10 runs in whole\.jsonl\ntrain with it:\n {2}stepsize train .*iris\.csv -t species --epochs 10 --rate 0\.\d+/,
    );
    expect(readFileSync(path("again.html"), "utf8")).toContain("Which learning rate for species?");
  });

  test("keeps the trials of a study, goes on from a file that was cut anywhere, and report shows it without the data", async () => {
    const study = ["search", iris, "-t", "species", "--epochs", "4", "--rates", "1e-3,0.03", "--repeats", "1", "--no-report"];
    const vary = ["--vary", "optimizer=adam,sgd", "--vary", "batchSize=16,30"];
    const ledger = ["--ledger", "study.jsonl", "--json"];
    const answer = async (...args: string[]) => {
      const { code, out } = await cli(...args);
      expect(code).toBe(0);
      return out;
    };
    const whole = await answer(...study, ...vary, "--json");
    expect(await answer(...study, ...vary, ...ledger)).toBe(whole);
    expect(await answer("report", "study.jsonl", "--json", "--no-report")).toBe(whole);
    expect(await answer("report", "study.jsonl", "--report", "study.html")).toMatch(
      /8 runs in study\.jsonl\ntrain the best with:\n {2}stepsize train .*--optimizer \w+ --batch-size \d+ --rate/,
    );
    expect(readFileSync(path("study.html"), "utf8")).toContain("batchSize");
    const bytes = readFileSync(path("study.jsonl"));
    const random = new Random(11);
    const lines = (file: string | Buffer) => String(file).trimEnd().split("\n").sort();
    for (let i = 0; i < 2; i++) {
      writeFileSync(path("study.jsonl"), bytes.subarray(0, Math.floor(random.uniform() * bytes.length)));
      expect(await answer(...study, ...vary, ...ledger)).toBe(whole);
      expect(lines(readFileSync(path("study.jsonl")))).toEqual(lines(bytes));
    }
    // the combinations that are begun are shown
    writeFileSync(path("study.jsonl"), bytes.subarray(0, bytes.length / 2));
    expect(await answer("report", "study.jsonl", "--no-report")).toMatch(/Of\s+\d\s+of\s+4\s+combinations\s+no\s+trial\s+has\s+ended:/);
    // the run itself is the same search, and so are other combinations
    await answer(...study, "--vary", "optimizer=adam,lion", ...ledger);
    const plain = await answer(...study, ...ledger);
    expect(plain).toBe(await answer(...study, "--json"));
    expect(await answer("report", "study.jsonl", "--json", "--no-report")).toBe(plain);
  });

  test("of a study can be run again, and written as a table that tells combinations apart", async () => {
    expect((await cli(...flags, "--vary", "batchSize=8,16", "--ledger", "several.jsonl")).code).toBe(0);
    const again = await cli("verify", "several.jsonl", "--sample", "4");
    expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^4 of \d+ trials of several\.jsonl, run again: the same bits\n$/) });
    expect((await cli("export", "several.jsonl", "study.csv")).code).toBe(0);
    const [head = "", ...rows] = readFileSync(path("study.csv"), "utf8").trim().split("\n");
    const at = head.split(",").indexOf("combination");
    expect(new Set(rows.map((row) => row.split(",")[at]))).toEqual(new Set(["batchSize=8", "batchSize=16"]));
    expect(await cli("export", "several.jsonl", "study.log")).toMatchObject({
      code: 2,
      err: expect.stringContaining("of a search --vary"),
    });
  });

  test("says at Ctrl-C how to go on, of a study too", async () => {
    const vary = ["--vary", "batchSize=8,16", "--ledger", "vary.jsonl"];
    const long = ["search", digits, "-t", "digit", "--epochs", "150", "--rates", "1e-3,1e-2", "--repeats", "1", "--no-report"];
    const stopped = await interrupted([...long, ...vary], cwd, "SIGINT", "vary.jsonl");
    expect(stopped.code).toBe(130);
    expect(stopped.err).toMatch(/vary\.jsonl has [1-9]\d* trials?; the same command goes on, stepsize report vary\.jsonl shows them\n$/);
    expect((await cli(...long, ...vary, "--json")).out).toBe((await cli(...long, ...vary.slice(0, 2), "--json")).out);
  });

  test("says of a spent budget, and of its ledger, which rates were not run", async () => {
    const few = ["search", iris, "-t", "species", "--trials", "2", "--no-report", "--ledger", "few.jsonl"];
    const { code, out } = await cli(...few);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, " ")).toMatch(/11 of 13 rates of the grid were not run.* note: not run: .*; a larger budget runs them/);
    const { headline, notRun, notes } = JSON.parse((await cli(...few, "--json")).out);
    expect([headline, notRun.length]).toEqual([expect.stringContaining("11 of 13 rates of the grid were not run"), 11]);
    expect(notes[0]).toMatchObject({ kind: "notRun", spent: true });
    expect((await cli("report", "few.jsonl", "--no-report")).out).toContain("11 of 13 rates");
    const quiet = await cli("report", "few.jsonl", "-q", "--no-report");
    expect(quiet).toMatchObject({ code: 0, out: "1\n", err: "note: 11 of 13 rates of the grid were not run\n" });
  });

  test("says at Ctrl-C how to go on, keeps what was done, and goes on after kill -9", async () => {
    const long = ["search", digits, "-t", "digit", "--epochs", "80", "--repeats", "1", "--no-report", "--ledger", "long.jsonl"];
    const stopped = await interrupted(long, cwd, "SIGINT", "long.jsonl");
    expect(stopped.code).toBe(130);
    expect(stopped.err).toMatch(
      /^stepsize: interrupted: long\.jsonl has [1-9]\d* trials?; the same command goes on, stepsize report long\.jsonl shows them\n$/,
    );
    const child = spawn(process.execPath, [main, ...long], { cwd, stdio: "ignore" });
    const killed = new Promise((resolve) => child.on("close", resolve));
    const timer = setInterval(() => {
      if (readFileSync(path("long.jsonl"), "utf8").split("\n").length > 6) child.kill("SIGKILL");
    }, 5);
    await killed;
    clearInterval(timer);
    const partly = await cli("report", "long.jsonl", "--json", "--no-report");
    expect(partly.code).toBe(0);
    const again = await cli(...long, "--json");
    expect(again.code).toBe(0);
    expect(document(again.out)).toEqual(document((await cli(...long.slice(0, -2), "--json")).out));
  });

  test("refuses a ledger of another search, and files that are none", async () => {
    await cli(...flags, "--ledger", "own.jsonl");
    const other = async (...args: string[]) => (await cli(...flags, "--ledger", "own.jsonl", ...args)).err;
    expect(await other("--epochs", "9")).toBe(
      "stepsize: own.jsonl belongs to another search: run.epochs is 10 in the ledger and 9 here; name another ledger\n",
    );
    expect(await other("--exclude", "sepal_length_cm")).toMatch(/run\.model\.inputs is 4 in the ledger and 3 here/);
    expect(await other("--validation", "0.3")).toMatch(/data\.rows\.training is \d+ in the ledger and \d+ here/);
    // other rates and more repeats are the same search
    expect(await other("--rates", "1e-4,0.5")).toBe("");
    writeFileSync(path("table.csv"), "a,b\n1,2\n");
    expect(await cli(...flags, "--ledger", "table.csv")).toMatchObject({ code: 2, err: expect.stringMatching(/no ledger/) });
    expect(readFileSync(path("table.csv"), "utf8")).toBe("a,b\n1,2\n");
    writeFileSync(path("word"), "abc");
    expect(await cli(...flags, "--ledger", "word")).toMatchObject({ code: 2, err: "stepsize: word is not a ledger of stepsize\n" });
    expect(await cli("report", "nowhere.jsonl")).toMatchObject({ code: 2, err: expect.stringMatching(/no such file/) });
    expect(await cli(...flags, "--ledger", iris)).toMatchObject({ code: 2, err: expect.stringMatching(/it is the file that is read/) });
    writeFileSync(path("changed.csv"), readFileSync(iris, "utf8").replace(/^5\.1/m, "5.2"));
    const changed = await cli(...flags.map((flag) => (flag === iris ? "changed.csv" : flag)), "--ledger", "own.jsonl");
    expect(changed.err).toMatch(/cells of the data, or how they are split, differ/);
  });

  test("refuses lines with a right checksum that no search writes, and changes nothing", async () => {
    await cli(...flags, "--ledger", "mine.jsonl");
    const { entries } = readLines(readFileSync(path("mine.jsonl")));
    const [head, ...rest] = entries as Record<string, unknown>[];
    const lines = (all: readonly unknown[]) => all.map((entry) => writeLine(entry as object)).join("");
    const heads = [
      null,
      5,
      [],
      {},
      { ledger: 2 },
      ...Object.keys(head as object).flatMap((key) => [
        { ...head, [key]: null },
        { ...head, [key]: 5 },
      ]),
    ];
    const wrong = [
      null,
      5,
      "x",
      [],
      {},
      { plan: 5, words: [] },
      { plan: {}, words: [] },
      { plan: { rates: [] } },
      { guess: 5, split: null },
    ];
    const trials = rest
      .filter((entry) => "key" in entry)
      .flatMap((entry) => [
        { ...entry, key: 5 },
        { ...entry, result: null },
        { ...entry, result: {} },
        { ...entry, result: { ...(entry["result"] as object), history: 3 } },
      ]);
    const files = [...heads.map((one) => lines([one, ...rest])), ...[...wrong, ...trials].map((one) => lines([...entries, one]))];
    for (const text of files) {
      writeFileSync(path("forged.jsonl"), text);
      expect(() => openLedger(path("forged.jsonl")), text.slice(0, 300)).toThrow(
        /^.*forged\.jsonl is not a ledger that this version reads$/,
      );
      expect(readFileSync(path("forged.jsonl"), "utf8")).toBe(text);
    }
    expect(openLedger(path("mine.jsonl"))?.results.size).toBeGreaterThan(0);
  });

  test.runIf(existsSync("/dev/full"))("on a device is written and not read: one that is full says so at once", async () => {
    expect(() => openLedger("/dev/zero")).toThrow("no such file");
    const { code, err } = await cli(...flags, "--ledger", "/dev/full");
    expect({ code, err }).toEqual({ code: 2, err: "stepsize: cannot write /dev/full: no space is left on the disk\n" });
  });
});
