import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { printable, printableLines } from "../../src/cli/terminal.js";
import { main, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const TITLE = "\x1b]0;owned\x07";

test("what moves a terminal is written out", () => {
  expect(printableLines(`a${TITLE}b\n\tc\x9b2J\u202e\x1b[31mred`)).toBe("a\\u{1b}]0;owned\\u{7}b\n\\u{9}c\\u{9b}2J\\u{202e}\\u{1b}[31mred");
  expect(printable("two\nlines")).toBe("two\\u{a}lines");
});

describe("a file whose names hold escape sequences", () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${Math.sin(i)},${i % 2 ? `no${TITLE}` : `yes${TITLE}`}`);
  writeFileSync(join(cwd, "evil.csv"), [`x${TITLE},y${TITLE}`, ...rows].join("\n"));
  const target = `y${TITLE}`;

  test.each([
    ["search", ["search", "evil.csv", "--target", target, "--rates", "0.01", "--epochs", "2", "--no-report"], 0],
    ["train", ["train", "evil.csv", "--target", target, "--rate", "0.01", "--epochs", "2"], 0],
    ["a wrong target", ["search", "evil.csv", "--target", `z${TITLE}`], 2],
    ["a wrong option", ["search", "evil.csv", "--target", target, "--optimizer", `sgd${TITLE}`], 2],
    ["a file that is not there", ["search", `none${TITLE}.csv`, "--target", "y"], 2],
    ["a wrong flag", ["search", "evil.csv", `--targe${TITLE}`, "y"], 2],
    ["a wrong command", [`sear${TITLE}`], 2],
  ])("%s sends none of them to the terminal", async (_, args, expected) => {
    const { code, out, err } = await runNode(main, args, cwd);
    expect(code).toBe(expected);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
    expect(out + err).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(out + err).toContain("owned");
  });
});
