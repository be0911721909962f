import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explain, FailedError } from "../../src/cli/errors.js";
import { flagOf } from "../../src/cli/flags.js";
import { iris, main, penguins, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const lines = readFileSync(iris, "utf8").split("\n");
const write = (name: string, text: string | Uint8Array) => {
  writeFileSync(join(cwd, name), text);
  return name;
};
/** iris with another line `at` (the header is 0). */
const changed = (name: string, at: number, line: string) => write(name, lines.map((old, i) => (i === at ? line : old)).join("\n"));

const species = ["--target", "species"];
const onIris = (...options: string[]) => ["search", iris, ...species, "--no-report", ...options];

describe("wrong input is one clear line and exit code 2", () => {
  test.each<[string, string[], string]>([
    [
      "NaN in a cell",
      ["search", changed("nan.csv", 6, "5.1,NaN,1,1,setosa"), ...species],
      "nan.csv: row 6, column sepal_width_cm: the cell is missing",
    ],
    [
      "infinity in a cell",
      ["search", changed("inf.csv", 6, "5.1,-Inf,1,1,setosa"), ...species],
      'inf.csv: row 6, column sepal_width_cm: "-Inf" is not a finite number',
    ],
    [
      "a number too large for a float",
      ["search", changed("huge.csv", 3, "1e39,1,1,1,setosa"), ...species],
      "huge.csv: row 3, column sepal_length_cm: 1e39 is beyond the range of 32-bit floats",
    ],
    [
      "a missing label",
      ["search", changed("label.csv", 9, "1,1,1,1,"), ...species],
      "label.csv: row 9, column species: the target is missing",
    ],
    ["missing cells", ["search", penguins, ...species], "column beak_length_mm: the cell is missing"],
    ["an empty file", ["search", write("empty.csv", ""), ...species], "empty.csv: the CSV file is empty"],
    ["a header alone", ["search", write("header.csv", "a,b\n"), "--target", "b"], "header.csv: the CSV file has a header and no rows"],
    ["a ragged row", ["search", changed("ragged.csv", 17, "1,2"), ...species], "ragged.csv: row 17 has 2 cells, the header has 5"],
    ["a column that is not there", ["search", iris, "--target", "spcies"], 'there is no column "spcies" (did you mean species?)'],
    ["no target", ["search", iris], "--target is missing: which column is to be predicted?"],
    ["a file that is not there", ["search", "no.csv", ...species], "cannot read no.csv: there is no such file or directory"],
    ["a directory", ["search", ".", ...species], "cannot read .: it is a directory"],
    [
      "an empty ledger",
      ["report", write("empty.jsonl", "")],
      "cannot read empty.jsonl: it holds no ledger yet, not even a whole first line",
    ],
    [
      "no option of a loss",
      ["train", iris, ...species, "--rate", "1", "--loss", "focal:gama=2"],
      "--loss gama is not an option (did you mean gamma?)",
    ],
    ["a loss without what it needs", ["train", iris, ...species, "--rate", "1", "--loss", "quantile"], "--loss quantiles is missing"],
    ...["poisson", "hinge", "binaryCrossEntropy"].map((loss): [string, string[], string] => [
      `${loss} of a quantity`,
      ["train", iris, "--target", "petal_width_cm", "--rate", "1", "--loss", loss],
      `--loss cannot be ${loss} of a quantity: it needs`,
    ]),
    [
      "a file that is no text",
      ["search", write("bytes.csv", Uint8Array.of(0xff, 0xfe, 0)), ...species],
      "bytes.csv: the file is not UTF-16LE text throughout",
    ],
    [
      "a damaged archive",
      ["search", write("bad.csv.gz", Uint8Array.of(0x1f, 0x8b, 1, 2)), ...species],
      "cannot read bad.csv.gz: its gzip data is damaged",
    ],
    [
      "a quote that is none",
      ["search", write("quote.csv", 'a;"b;c"\n1;2"\n'), "--target", "a"],
      "quote.csv: row 1: a quote is out of place; quote the whole cell and write quotes inside of it twice",
    ],
    ["a schedule without a kind", onIris("--schedule", '{"__proto__":{"kind":"cosine"}}'), "It must have a kind"],
    ["no file", ["search"], "missing required argument 'file'"],
    ["an unknown command", ["serch"], "unknown command 'serch' (Did you mean search?)"],
    ["an unknown flag", onIris("--optimiser", "sgd"), "unknown option '--optimiser' (Did you mean --optimizer?)"],
    ["an unknown optimizer", onIris("--optimizer", "sdg"), "--optimizer must be one of acprop, "],
    ["an unknown option", onIris("--set", "bta1=0.9"), "--set bta1 is not an option (did you mean beta1?)"],
    ["beta 1", onIris("--set", "beta1=1"), "--set beta1 must be a number at least 0 and less than 1, got 1"],
    ["epsilon 0", onIris("--set", "epsilon=0"), "--set epsilon must be a number greater than 0, got 0"],
    ["a setting without a value", onIris("--set", "beta1"), "It must be key=value."],
    ["the rate as a setting", onIris("--set", "learningRate=1"), "--set learningRate is given with --rate, --rates or --schedule"],
    ["momentum where there is none", onIris("--momentum", "0.9"), "adam has no momentum: leave --momentum out"],
    ["a rate of -1", onIris("--rates", "0.1,-1"), "--rates must be a number greater than 0, got -1"],
    ["a rate of -1 to train with", ["train", iris, ...species, "--rate", "-1"], "--rate must be a number at least 0, got -1"],
    ["a grid that falls", onIris("--rates", "1:0.1:3"), "--rates to must be greater than from (1), got 0.1"],
    ["rates that are none", onIris("--rates", "a"), "option '--rates <from:to:count>' argument 'a' is invalid. It must be a number."],
    ["half a hidden unit", onIris("--hidden", "2.5"), "--hidden must be a positive integer, got 2.5"],
    ["a network too large for memory", onIris("--hidden", "2000000000"), "of memory were requested"],
    ["layers too large for memory", onIris("--hidden", "40000,40000"), "of memory were requested"],
    [
      "a batch larger than the data",
      onIris("--batch-size", "500"),
      "--batch-size must be at most the 104 rows of the training data, got 500",
    ],
    ["no epochs", onIris("--epochs", "0"), "--epochs must be a positive integer, got 0"],
    ["nothing to learn from", onIris("--validation", "0.5", "--test", "0.5"), "--test must leave rows for training"],
    [
      "an unknown way to fill cells",
      onIris("--missing", "mena"),
      '--missing must be one of error, drop, mean, median, mode, got "mena" (did you mean mean?)',
    ],
    ["an unknown backend", onIris("--backend", "wsm"), '--backend must be one of wasm, js, got "wsm" (did you mean wasm?)'],
    ["an unknown schedule", onIris("--schedule", "cosin"), '--schedule must be a kind of schedule, got "cosin" (did you mean cosine?)'],
    ["half a schedule", onIris("--schedule", "step"), "--schedule every is missing"],
    ["broken JSON", onIris("--schedule", "{kind"), "It is not valid JSON"],
    ["no rate", ["train", iris, ...species], "--rate is missing: give a learning rate, or find one with: stepsize search"],
    ["a schedule without a rate", ["train", iris, ...species, "--schedule", "cosine"], "--schedule cosine needs a --rate"],
    [
      "a report that cannot be written",
      ["search", iris, ...species, "--report", "no/where.html"],
      "cannot write no/where.html: there is no such file or directory",
    ],
    [
      "a report in place of the data",
      ["search", changed("copy.csv", -1, ""), ...species, "--report", "copy.csv"],
      "cannot write copy.csv: it is the file that is read",
    ],
    [
      "a model that cannot be saved",
      ["train", iris, ...species, "--rate", "0.1", "--save", "no/where"],
      "cannot write no/where: there is no such file or directory",
    ],
    ["a model that is none", ["predict", iris, iris], "no safetensors file"],
  ])("%s", async (_, args, message) => {
    const { code, out, err } = await runNode(main, args, cwd);
    expect(err).toContain(message);
    expect(err).toMatch(/^stepsize: [^\n]+\n$/);
    expect(err).not.toMatch(/^\s+at /m);
    expect(out).not.toContain("NaN");
    expect(code).toBe(2);
  });

  test("a class that the model does not know is no reason not to predict", async () => {
    await runNode(main, ["train", iris, ...species, "--rate", "0.01", "--epochs", "2", "--save", "small.safetensors"], cwd);
    const { code, out, err } = await runNode(main, ["predict", "small.safetensors", changed("rose.csv", 2, "1,1,1,1,rose")], cwd);
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(151);
    expect(err).toContain('no score: row 2, column species: "rose" is not a class of the training rows');
  });
});

describe("other ends", () => {
  test("a run that diverges says what to do and exits with 1", async () => {
    const { code, err } = await runNode(
      main,
      ["train", iris, ...species, "--optimizer", "sgd", "--rate", "1e30", "--save", "no.safetensors"],
      cwd,
    );
    expect(err).toMatch(
      /^stepsize: the .* is not finite after step \d+ \(.*learning rate 1e\+30.*\): the run diverged, .*a lower learning rate.*\n$/,
    );
    expect(code).toBe(1);
    await expect(async () => readFileSync(join(cwd, "no.safetensors"))).rejects.toThrow(/ENOENT/);
  });

  test("a search in which every rate diverges shows its table and exits with 1", async () => {
    const { code, out, err } = await runNode(main, onIris("--optimizer", "sgd", "--rates", "1e29,1e30"), cwd);
    expect(out).toContain("✕ diverged");
    expect(err).toBe("stepsize: every rate diverged: try lower rates (--rates), or check the data\n");
    expect(code).toBe(1);
  });

  test("a bug shows its stack and exits with 70", () => {
    const { message, code } = explain(new TypeError("x is not a function"));
    expect(message).toMatch(/please report it\nTypeError: x is not a function\n\s+at /);
    expect(code).toBe(70);
    expect(explain(new FailedError("a\nb"))).toEqual({ message: "stepsize: a b", code: 1 });
    expect(explain(new RangeError("Array buffer allocation failed")).code).toBe(2);
  });

  test("help and version exit with 0", async () => {
    expect(await runNode(main, ["--version"], cwd)).toMatchObject({ code: 0, err: "" });
    const { code, out } = await runNode(main, ["search", "--help"], cwd);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, " ")).toContain("sgd here: 0.9 unless");
  });

  test.each([
    ["run.batchSize", "--batch-size"],
    ["run.earlyStopping.patience", "--patience"],
    ["mlp.hidden[1]", "--hidden"],
    ["search.rates[0]", "--rates"],
    ["csv.validation", "--validation"],
    ["optimizer.learningRate.then.steps", "--schedule then.steps"],
    ["run.optimizer.beta1", "--set beta1"],
    ["elsewhere", "elsewhere"],
  ])("%s is %s", (field, flag) => {
    expect(flagOf(field)).toBe(flag);
  });
});
