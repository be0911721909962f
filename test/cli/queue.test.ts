import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { readLines, writeLine } from "../../src/search/ledger.js";
import { iris, main, runNode, scratch } from "../support/cli.js";
import { startRedis, type TestRedis } from "../support/redis.js";

const cwd = scratch();
const cli = (...args: string[]) => runNode(main, args, cwd);
const path = (name: string) => join(cwd, name);
const flags = ["search", iris, "-t", "species", "--epochs", "6", "--rates", "1e-3:1:4", "--repeats", "2", "--trials", "8", "--no-report"];
/** The lines of a ledger but for their checksums and its own name, in an order of their own. */
const lines = (name: string) =>
  readFileSync(path(name), "utf8")
    .trimEnd()
    .replaceAll(/"crc":"\w+",/g, "")
    .replaceAll(name, "ledger")
    .split("\n")
    .sort();
let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis("--requirepass", "secret");
  await cli(...flags, "--ledger", "alone.jsonl");
});
afterAll(() => redis[Symbol.asyncDispose]());
const url = () => redis.url.replace("//", "//:secret@");

describe("search --queue", () => {
  test("has the answer and the ledger of one machine, and tells nobody the password", async () => {
    const worker = spawn(process.execPath, [main, "worker", "--queue", url(), "--concurrency", "2"], { cwd });
    onTestFinished(() => void worker.kill("SIGKILL"));
    let out = "";
    worker.stdout.on("data", (text) => {
      out += text;
    });
    const ended = new Promise((resolve) => worker.on("close", resolve));
    const there = await cli(...flags, "--json");
    await cli(...flags, "--ledger", "queue.jsonl", "--queue", url());
    expect(lines("queue.jsonl")).toEqual(lines("alone.jsonl"));
    const here = await runNode(main, [...flags, "--json", "--keep", "0"], cwd, { STEPSIZE_QUEUE: url() });
    expect(here).toMatchObject({ code: 0, out: there.out });
    worker.kill("SIGTERM");
    expect(await ended).toBe(143);
    expect(out).toMatch(/^worker at 127\.0\.0\.1:\d+\/0, 2 trials side by side; stepsize \d/);
    const said = `${there.out}${here.out}${here.err}${out}${readFileSync(path("queue.jsonl"), "utf8")}`;
    expect(said).not.toMatch(/secret|--queue/);
  });

  test("refuses what does not fit together, in a line", async () => {
    const wrong = async (...more: string[]) => (await cli(...flags, ...more)).err;
    expect(await wrong("--store", "here")).toBe("stepsize: --store needs --queue\n");
    expect(await wrong("--queue", url(), "--workers", "2")).toMatch(/^stepsize: --workers are threads of this process/);
    expect(await wrong("--queue", "redis://:secret@host:6379/first")).toBe(
      "stepsize: --queue must be a URL as redis://host:port/0, or rediss:// for TLS\n",
    );
    expect(await wrong("--queue", redis.url)).toMatch(/^stepsize: Redis at .* refuses this user name or password: .*\n$/);
    expect(await cli("worker")).toMatchObject({ code: 2, err: expect.stringMatching(/--queue is missing/) });
    expect(await cli("worker", "--queue", url(), "--concurrency", "0")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^stepsize: --concurrency must/),
    });
  });
});

describe("verify", () => {
  test("finds a changed bit, other data, and nothing else", async () => {
    expect(await cli("verify", "alone.jsonl")).toMatchObject({ code: 0, out: "8 of 8 trials of alone.jsonl, run again: the same bits\n" });
    expect((await cli("verify", "alone.jsonl", "--sample", "3")).out).toMatch(/^3 of 8 trials/);
    const { entries } = readLines(readFileSync(path("alone.jsonl")));
    const changed = entries.map((entry) => {
      const { result } = entry as { result?: { weights: string; seed: number } };
      return result?.seed === 2 ? { ...(entry as object), result: { ...result, weights: "0".repeat(16) } } : (entry as object);
    });
    writeFileSync(path("changed.jsonl"), changed.map(writeLine).join(""));
    const found = await cli("verify", "changed.jsonl");
    expect(found).toMatchObject({ code: 1, err: "stepsize: 4 of 8 trials of changed.jsonl differ when they are run again\n" });
    expect(found.out).toMatch(/^rate 0\.001, seed 2: weights 0{16} in the ledger, weights [0-9a-f]{16} here$/m);
    writeFileSync(path("other.csv"), readFileSync(iris, "utf8").replace(/^5\.1/m, "5.2"));
    expect(await cli("verify", "alone.jsonl", "other.csv")).toMatchObject({ code: 2, err: expect.stringMatching(/are not the data of/) });
    expect(await cli("verify", "nowhere.jsonl")).toMatchObject({ code: 2, err: expect.stringMatching(/no such file/) });
  });
});

describe("export", () => {
  test("writes tables with a row for each trial", async () => {
    expect((await cli("export", "alone.jsonl", "a.csv")).out).toBe("a.csv: 8 trials of alone.jsonl\n");
    const [head, ...rows] = readFileSync(path("a.csv"), "utf8").trimEnd().split("\n");
    expect(head).toMatch(/^key,rate,seed,split,combination,state,epochs,training_loss,/);
    expect(rows).toHaveLength(8);
    await cli("export", "alone.jsonl", "a.parquet");
    const bytes = readFileSync(path("a.parquet"));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const read = await parquetReadObjects({ file });
    const text = read.map((row) =>
      Object.values(row)
        .map((value) => value ?? "")
        .join(","),
    );
    expect(text).toEqual(rows);
  });

  test("writes a study of which the search's rate is the best that is feasible", async () => {
    await cli("export", "alone.jsonl", "a.log");
    const { best, rates } = JSON.parse((await cli("report", "alone.jsonl", "--json", "--no-report")).out);
    const entries = readFileSync(path("a.log"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const trials = entries.filter(({ op_code }) => op_code === 4);
    expect(trials.map(({ params }) => params.learningRate)).toEqual(rates.map(({ rate }: { rate: number }) => rate));
    const feasible = trials.filter(({ state, system_attrs }) => state === 1 && system_attrs.constraints[0] <= 0);
    const lowest = feasible.reduce((one, other) => (other.value < one.value ? other : one));
    expect(lowest.params.learningRate).toBe(best.rate);
    expect(Object.keys(lowest.intermediate_values)).toHaveLength(6);
  });

  test("writes runs in folders", async () => {
    await cli("export", "alone.jsonl", "runs", "--format", "mlflow");
    const experiment = parse(readFileSync(path("runs/1/meta.yaml"), "utf8"));
    expect(experiment).toMatchObject({ experiment_id: "1", name: "alone", lifecycle_stage: "active" });
    expect((await cli("export", "alone.jsonl", "a.txt")).err).toMatch(/^stepsize: --format is missing: a\.txt does not say what to write/);
    expect((await cli("export", "alone.jsonl", "alone.jsonl", "--format", "csv")).err).toMatch(/it is the file that is read/);
  });
});

test("deploy/compose.yaml has Redis, workers and a search that wait for it", () => {
  const file = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), "utf8");
  const { services, volumes } = parse(file("compose.yaml"), { merge: true });
  expect(Object.keys(services)).toEqual(["redis", "worker", "search"]);
  for (const name of ["worker", "search"]) {
    expect(services[name].depends_on).toEqual({ redis: { condition: "service_healthy" } });
    expect(services[name].environment.STEPSIZE_QUEUE).toMatch(/^redis:\/\/:\$\{REDIS_PASSWORD\}@redis:6379\/0$/);
    expect(services[name].build.context).toBe(".");
  }
  expect(services.redis.healthcheck.test[1]).toContain("ping");
  expect(services.redis.command.at(-1)).toContain("--maxmemory-policy noeviction");
  expect(services.redis.volumes).toEqual([`${Object.keys(volumes)[0]}:/data`]);
  expect(file("Dockerfile")).toMatch(/^FROM node:/m);
});
