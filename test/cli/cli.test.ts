import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SearchDocument, TrainDocument } from "../../src/search/report/document.js";
import { readCheckpoint } from "../../src/training/checkpoint.js";
import { digits, interrupted, iris, main, penguins, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const at = (name: string) => join(cwd, name);
const cli = (...args: string[]) => runNode(main, args, cwd);
const hash = (name: string) =>
  createHash("sha256")
    .update(readFileSync(at(name)))
    .digest("hex");

async function searched(...args: string[]): Promise<SearchDocument> {
  const { code, out, err } = await cli("search", ...args, "--json", "--no-report");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

const verdicts = ({ rates }: SearchDocument) => new Map(rates.map(({ rate, verdict }) => [rate, verdict]));

describe("search", () => {
  test("on digits with Adam: 1e-6 is too low, 1 too high, and the best rate reads 96 % of held-out digits", async () => {
    const document = await searched(digits, "--target", "digit");
    const verdict = verdicts(document);
    expect(verdict.get(1e-6)).toBe("too low");
    expect(verdict.get(1e-5)).toBe("too low");
    expect(["too high", "erratic"]).toContain(verdict.get(0.1));
    expect(["too high", "erratic"]).toContain(verdict.get(1));
    expect(document.best?.test?.score).toBeGreaterThanOrEqual(0.96);
    expect(document.data.rows).toEqual({ training: 1257, validation: 270, test: 270 });
  });

  test("on digits with SGD, whose momentum is 0.9 unless given", async () => {
    const document = await searched(digits, "--target", "digit", "--optimizer", "sgd");
    expect((document.run as { optimizer: object }).optimizer).toMatchObject({ kind: "sgd", momentum: 0.9 });
    expect(verdicts(document).get(1e-6)).toBe("too low");
    expect(verdicts(document).get(1)).toBe("diverged");
    expect(document.best?.test?.score).toBeGreaterThanOrEqual(0.95);
    const { run } = await searched(iris, "-t", "species", "-o", "sgd", "--momentum", "0.5", "--epochs", "1", "--rates", "0.1,0.2");
    expect((run as { optimizer: object }).optimizer).toMatchObject({ momentum: 0.5 });
  });

  test.each([
    ["iris", iris, "adam", []],
    ["iris", iris, "sgd", []],
    ["penguins", penguins, "adam", ["--missing", "mean"]],
    ["penguins", penguins, "sgd", ["--missing", "mean"]],
  ])("on %s (%s, %s)", async (_, file, optimizer, options) => {
    const document = await searched(file, "--target", "species", "--optimizer", optimizer, ...options);
    expect(verdicts(document).get(1e-6)).toBe("too low");
    expect(document.best?.validation?.score).toBeGreaterThan(0.9);
    expect(document.best?.test?.score).toBeGreaterThan(0.9);
  });

  test("of a quantity gives R² and an error in the units of the file", async () => {
    const { out } = await cli("search", penguins, "-t", "body_mass_g", "--missing", "drop", "--rates", "0.001:0.01:3", "--no-report");
    expect(out).toMatch(/on 50 held-out rows: R² 0\.\d+, error \d+ \(root mean square, in the units of body_mass_g\)/);
    const document = await searched(penguins, "-t", "body_mass_g", "--missing", "drop", "--rates", "0.001:0.01:3");
    expect(document.data.scale).toBeGreaterThan(500);
    expect(document.scoreName).toBe("r2");
  });

  test("in words: data, backend, table, chart, best rate, report; no progress and no colours when piped", async () => {
    const { code, out, err } = await cli("search", iris, "-t", "species");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).not.toContain("\u001b");
    for (const words of [
      "150 rows, 4 features, 3 classes of species",
      "104 rows to train on, 23 to validate, 23 held out for the test",
      "network 4-64-3 relu, 515 parameters; adam; batches of 32, 30 epochs, seed 1",
      "backend wasm: ",
      "training loss hardly moved: ",
      "accuracy on validation rows against learning rate",
      "★ to use",
      "Use 0.0316. ",
      "; always the most frequent class: ",
      "train with it:\n  stepsize train ",
      "iris.csv -t species --rate 0.0316227766017\n",
      "on 23 held-out rows: accuracy",
      "report: report.html",
    ])
      expect(out).toContain(words);
    expect(existsSync(at("report.html"))).toBe(true);
  });

  test.each([60, 100, 120])("keeps to %d columns", async (columns) => {
    const { out } = await runNode(main, ["search", iris, "-t", "species", "-o", "sgd", "--rates", "1e-6:1e3:10"], cwd, {
      COLUMNS: String(columns),
    });
    const plain = out
      .split("\n")
      .slice(4)
      .filter((line) => !line.startsWith("  stepsize train "));
    expect(Math.max(...plain.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  });

  test.each([
    ["differences", 120, "0.01,0.03,0.1", true],
    ["none", 120, "1e-6,0.1", false],
    ["no reasons, being narrow", 40, "0.01,0.03,0.1", false],
  ])("explains the ± of a table that shows %s", async (_, columns, rates, explained) => {
    const { out } = await runNode(main, ["search", iris, "-t", "species", "--rates", rates, "--no-report"], cwd, {
      COLUMNS: String(columns),
    });
    expect(/ ± \d+\.\d points beside/.test(out)).toBe(explained);
    expect(out.includes("±: one standard error; good: ")).toBe(explained);
  });

  test("quietly prints the best rate alone", async () => {
    const { out } = await cli("search", iris, "-t", "species", "--quiet", "--no-report");
    expect(Number(out)).toBeGreaterThan(0);
    expect(out.trim().split("\n")).toHaveLength(1);
  });

  test("gives the same document in both backends, and twice", async () => {
    const args = [iris, "-t", "species", "--rates", "0.001,0.1", "--repeats", "2", "--epochs", "5", "--dropout", "0.1"];
    const [a, b, js] = [await searched(...args), await searched(...args), await searched(...args, "--backend", "js")];
    expect(b).toEqual(a);
    expect({ ...js, backend: a.backend }).toEqual(a);
    expect(a.rates[0]?.trials.map(({ seed }) => seed)).toEqual([1, 2]);
  });

  test("follows a schedule, whose height is the rate searched for", async () => {
    const { rates } = await searched(iris, "-t", "species", "--schedule", "cosine:end=0.1", "--warmup", "5", "--rates", "0.01");
    const history = rates[0]?.trials[0]?.history ?? [];
    expect(Math.max(...history.map(({ learningRate }) => learningRate as number))).toBeLessThanOrEqual(0.01);
    expect(history.at(-1)?.learningRate).toBeLessThan(0.0011);
  });

  test("follows a schedule whose rates stand inside it", async () => {
    const schedule = '{"kind":"warmup","steps":5,"then":{"kind":"cosine","rate":1,"steps":90}}';
    const { rates } = await searched(iris, "-t", "species", "--schedule", schedule, "--rates", "0.01");
    const history = rates[0]?.trials[0]?.history ?? [];
    expect(Math.max(...history.map(({ learningRate }) => learningRate as number))).toBeCloseTo(0.01, 3);
  });

  test("of few rows takes all of them in a batch, of outliers says what it is worth, of one rate draws no chart", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i === 20 ? 1e9 : (i * i) % 11}`);
    writeFileSync(at("few.csv"), `x,y\n${rows.join("\n")}\n`);
    const { code, out } = await cli("search", "few.csv", "-t", "y", "--task", "regression", "--rates", "0.01", "--no-report");
    expect(code).toBe(0);
    expect(out).toContain("batches of 28,");
    expect(out).toContain("These rows cannot decide: no rate is seen to be better than guessing on 6 validation rows");
    expect(out).not.toContain("│");
    expect(out).not.toMatch(/\d{8}/);
  });

  test("Ctrl-C stops it with 130 and writes nothing", async () => {
    const args = ["search", digits, "-t", "digit", "--epochs", "2000", "--report", "never.html"];
    const { code, err } = await interrupted(args, cwd, "SIGINT");
    expect({ code, err }).toEqual({
      code: 130,
      err: "stepsize: interrupted: the search wrote nothing (--ledger FILE keeps every trial that is done)\n",
    });
    expect(existsSync(at("never.html"))).toBe(false);
  });
});

describe("the report", () => {
  const evil = '<script>alert("1")</script>';

  test("stands alone: no address, nothing loaded, a policy that forbids it", async () => {
    await cli("search", iris, "-t", "species", "--report", "alone.html");
    await cli("train", iris, "-t", "species", "-r", "0.01", "--schedule", "cosine", "--report", "train.html", "-q");
    for (const name of ["alone.html", "train.html"]) {
      const page = readFileSync(at(name), "utf8");
      expect(page).not.toMatch(/https?:|\bsrc=|\bhref=|@import|url\(/);
      expect(page).toContain("default-src &#39;none&#39;");
      expect(page).toContain("prefers-color-scheme: dark");
      expect(page).toContain('"seed": 1'.replaceAll('"', "&#34;"));
    }
    const page = readFileSync(at("alone.html"), "utf8");
    for (const words of [
      "<h1>Use 0.0316.</h1>",
      "Train with it:",
      'data-copy="command"',
      "held-out row",
      "Training loss by epoch",
      "Validation loss by epoch",
      "training loss</th>",
      "too low",
      "backend wasm",
      "The run, as the document",
      // the run to copy has the rate to use
      "&#34;learningRate&#34;: 0.0316227766017,",
    ])
      expect(page).toContain(words);
  });

  test("escapes whatever the data is called", async () => {
    const text = readFileSync(iris, "utf8").replace("petal_width_cm,species", `${evil.replaceAll('"', "'")},kind</script>`);
    writeFileSync(at("evil.csv"), text.replaceAll("setosa", "<b>setosa</b>"));
    const { code } = await cli("search", "evil.csv", "-t", "kind</script>", "--report", "evil.html");
    expect(code).toBe(0);
    const page = readFileSync(at("evil.html"), "utf8");
    expect(page).not.toContain("<script>alert");
    expect(page).not.toContain("<b>setosa");
    expect(page).not.toContain("kind</script>");
    expect(page.match(/<\/script>/g)).toHaveLength(3);
    const json = /<script type="application\/json" id="document">(.*?)<\/script>/s.exec(page)?.[1] as string;
    expect(JSON.parse(json).data.target).toBe("kind</script>");
  });
});

describe("train and predict", () => {
  test("classes of iris and back", async () => {
    const trained = await cli("train", iris, "-t", "species", "-r", "0.01", "--save", "iris.safetensors");
    expect(trained).toMatchObject({ code: 0, err: "" });
    for (const words of ["training loss", "learning rate 0.01 throughout", "held out    accuracy", "saved: iris.safetensors"])
      expect(trained.out).toContain(words);
    const { code, out, err } = await cli("predict", "iris.safetensors", iris);
    expect(code).toBe(0);
    const [header, ...rows] = out.trim().split("\n");
    expect(header).toBe("prediction,probability");
    expect(rows).toHaveLength(150);
    const truth = readFileSync(iris, "utf8").trim().split("\n").slice(1);
    const right = rows.filter((row, i) => row.split(",")[0] === truth[i]?.split(",").at(-1)).length;
    expect(err).toBe(`accuracy ${((100 * right) / 150).toFixed(1)} % on 150 rows whose species the file has\n`);
    expect(right).toBeGreaterThan(140);
    for (const row of rows) expect(Number(row.split(",")[1])).toBeGreaterThan(1 / 3);
  });

  test("species of penguins, of which texts are unknown, cells missing and the target not there", async () => {
    await cli("train", penguins, "-t", "species", "-r", "0.01", "--missing", "mean", "--save", "penguins.safetensors", "-q");
    writeFileSync(
      at("new.csv"),
      "island,beak_length_mm,beak_depth_mm,flipper_length_mm,body_mass_g,sex\nBiscoe,,14.8,220,5150,FEMALE\nZavodovski,38,18,187,3900,\n",
    );
    const refused = await cli("predict", "penguins.safetensors", "new.csv");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('new.csv: row 2, column island: "Zavodovski" does not occur in the training rows');
    const { out, err } = await cli("predict", "penguins.safetensors", "new.csv", "--unknown", "ignore", "--output", "answer.csv");
    expect({ out, err }).toEqual({ out: "", err: "" });
    expect(readFileSync(at("answer.csv"), "utf8")).toMatch(/^prediction,probability\nGentoo,[\d.]+\n\w+,[\d.]+\n$/);
  });

  test("a quantity in the units of the file, as JSON", async () => {
    const rows = readFileSync(penguins, "utf8").trim().split("\n");
    const complete = rows.filter((row) => !/,,|,$|,\.$/.test(row));
    expect(complete.length).toBeLessThan(rows.length);
    writeFileSync(at("complete.csv"), complete.join("\n"));
    const weight = ["-t", "body_mass_g", "--missing", "drop", "--missing-values", ",.", "--exclude", "species,island"];
    await cli("train", penguins, ...weight, "-r", "0.01", "--save", "mass.safetensors", "-q");
    const { code, out, err } = await cli("predict", "mass.safetensors", "complete.csv", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { predictions, score, target } = JSON.parse(out);
    expect(target).toBe("body_mass_g");
    expect(predictions).toHaveLength(complete.length - 1);
    for (const { prediction } of predictions) expect(prediction).toBeGreaterThan(2000);
    expect(score).toMatchObject({ name: "r2", rows: complete.length - 1 });
    expect(score.value).toBeGreaterThan(0.7);
  });

  test("labels with commas and quotes come back quoted", async () => {
    const text = readFileSync(iris, "utf8").replaceAll("setosa", '"set, ""osa"""');
    writeFileSync(at("quoted.csv"), text);
    await cli("train", "quoted.csv", "-t", "species", "-r", "0.01", "--save", "quoted.safetensors", "-q");
    const { out } = await cli("predict", "quoted.safetensors", "quoted.csv");
    expect(out.split("\n")[1]).toMatch(/^"set, ""osa""",[\d.]+$/);
  });

  test("standard input, tabs and a schedule as JSON", async () => {
    const tabs = readFileSync(iris, "utf8").replaceAll(",", "\t");
    writeFileSync(at("tabs.tsv"), tabs);
    const schedule = '{"kind":"oneCycle","rate":0.03}';
    const script = `"${process.execPath}" "${main}" train - -t species --delimiter tab --schedule '${schedule}' --save tabs.st --json < tabs.tsv`;
    const document: TrainDocument = JSON.parse(execFileSync("sh", ["-c", script], { cwd, encoding: "utf8" }));
    expect(document.steps).toBe(120);
    expect(Math.max(...document.rates.map(({ rate }) => rate))).toBeCloseTo(0.03, 3);
    expect((document.run as { optimizer: { learningRate: object } }).optimizer.learningRate).toMatchObject({
      kind: "oneCycle",
      steps: 120,
    });
    // the delimiter is in the file
    expect((await cli("predict", "tabs.st", "tabs.tsv")).code).toBe(0);
  });

  test("early stopping keeps the best epoch", async () => {
    const { out } = await cli("train", iris, "-t", "species", "-r", "0.1", "--epochs", "200", "--patience", "5", "--json");
    const { history, keptEpoch }: TrainDocument = JSON.parse(out);
    expect(history.length).toBeLessThan(200);
    expect(history.length - (keptEpoch as number)).toBe(5);
  });
});

describe("interrupted", () => {
  const run = [digits, "-t", "digit", "-r", "0.003", "--schedule", "cosine", "--dropout", "0.1", "--epochs", "2000"];

  test("Ctrl-C saves between two steps, and the resumed run ends with the same bits", { timeout: 120_000 }, async () => {
    const stopped = await interrupted(["train", ...run, "--save", "half.safetensors"], cwd, "SIGINT");
    expect(stopped.code).toBe(130);
    expect(stopped.err).toMatch(/^stepsize: interrupted after step \d+, saved to half\.safetensors; go on with: stepsize train .*\n$/);
    const { progress } = readCheckpoint(readFileSync(at("half.safetensors")));
    expect(progress["finished"]).toBe(false);
    const resume = /go on with: stepsize (.*)\n/.exec(stopped.err)?.[1]?.split(" ") as string[];
    const resumed = await cli(...resume);
    expect(resumed.out).toMatch(/resumed after step \d+\n/);
    expect(resumed.code).toBe(0);
    await cli("train", ...run, "--save", "whole.safetensors", "-q");
    expect(hash("half.safetensors")).toBe(hash("whole.safetensors"));
  });

  test("without --save it says so; and SIGTERM is 143", async () => {
    const args = ["train", digits, "-t", "digit", "-r", "0.003", "--epochs", "5000"];
    const stopped = await interrupted(args, cwd, "SIGTERM");
    expect(stopped.code).toBe(143);
    expect(stopped.err).toContain("nothing was saved (--save keeps what was trained)");
  });

  test("what is resumed must be the same run on the same data", async () => {
    await cli("train", iris, "-t", "species", "-r", "0.01", "--epochs", "3", "--save", "run.safetensors", "-q");
    const again = await cli("train", iris, "-t", "species", "-r", "0.01", "--epochs", "3", "--resume", "run.safetensors");
    expect(again.out).toContain("resumed after step 12: the run is finished");
    const shorter = await cli("train", iris, "--epochs", "2", "--resume", "run.safetensors");
    expect(shorter).toMatchObject({
      code: 2,
      err: "stepsize: --epochs differs from the run that is resumed, which goes on as it was: leave --epochs out\n",
    });
    writeFileSync(at("other.csv"), readFileSync(iris, "utf8").replace("5.1,3.5", "5.2,3.5").replace("4.9,3.0", "4.1,3.0"));
    const other = await cli("train", "other.csv", "--resume", "run.safetensors");
    expect(other.err).toContain("other.csv is not the data that run.safetensors was trained on");
    const [head, first, second, ...rest] = readFileSync(iris, "utf8").split("\n");
    writeFileSync(at("order.csv"), [head, second, first, ...rest].join("\n"));
    const order = await cli("train", "order.csv", "--resume", "run.safetensors");
    expect(order.err).toContain("order.csv is not the data that run.safetensors was trained on");
  });

  test.runIf(existsSync("/dev/full"))("a full disk leaves the old file as it was", async () => {
    const { code, err } = await cli("train", iris, "-t", "species", "-r", "0.01", "--epochs", "1", "--save", "/dev/full", "-q");
    expect({ code, err }).toEqual({ code: 2, err: "stepsize: cannot write /dev/full: no space is left on the disk\n" });
    expect(readdirSync(cwd).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("the program", () => {
  test("can be executed", () => {
    expect(() => accessSync(main, constants.X_OK)).not.toThrow();
    expect(readFileSync(main, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test("is quiet when its reader has had enough", () => {
    const script = `"${process.execPath}" "${main}" predict iris.safetensors "${iris}" 2>err | head -1; cat err`;
    expect(execFileSync("sh", ["-c", script], { cwd, encoding: "utf8" })).toMatch(/^prediction,probability\n(accuracy [^\n]*\n)?$/);
  });

  test("finishes what is to be saved though nobody reads", () => {
    const script = `"${process.execPath}" "${main}" train "${iris}" -t species -r 0.01 --epochs 2 --save unread.safetensors | true`;
    execFileSync("sh", ["-c", script], { cwd });
    expect(existsSync(at("unread.safetensors"))).toBe(true);
  });

  test.runIf(existsSync("/dev/full"))("says in a line that its output could not be written", () => {
    const script = `"${process.execPath}" "${main}" predict iris.safetensors "${iris}" 2>err >/dev/full; echo $?; tail -n 1 err`;
    const out = execFileSync("sh", ["-c", script], { cwd, encoding: "utf8" });
    expect(out).toBe("2\nstepsize: cannot write the standard output: no space is left on the disk\n");
  });
});
