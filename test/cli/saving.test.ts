import { spawn } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import type * as Files from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FileError } from "../../src/cli/errors.js";
import { checkOutputs, writeWhole } from "../../src/cli/write.js";
import { fingerprint } from "../../src/search/fingerprint.js";
import { readCheckpoint } from "../../src/training/checkpoint.js";
import { interrupted, iris, main, runNode, scratch } from "../support/cli.js";
import { failing, mended } from "../support/faults.js";

vi.mock("node:fs/promises", async (original) => (await import("../support/faults.js")).faultyFiles(await original<typeof Files>()));
afterEach(mended);

const cwd = scratch();
const at = (name: string) => join(cwd, name);
const cli = (...args: string[]) => runNode(main, args, cwd);
const names = (folder = cwd) => readdirSync(folder).sort();

describe("writeWhole", () => {
  test.each(
    ["open", "write", "fsync", "close", "rename"].flatMap((call) =>
      ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES"].map((code) => [call, code]),
    ),
  )("when %s fails with %s, is one line, keeps the old file and leaves nothing over", async (call, code) => {
    const folder = at(`${call}-${code}`);
    mkdirSync(folder);
    const path = join(folder, "model");
    writeFileSync(path, "old");
    failing(call as string, code as string);
    const error = await writeWhole(path, "new and longer").catch((error: unknown) => error);
    mended();
    expect(error).toBeInstanceOf(FileError);
    expect((error as FileError).message).toMatch(new RegExp(`^cannot write ${path}: [^\\n]+$`));
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(names(folder)).toEqual(["model"]);
    await writeWhole(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("keeps mode, and follows links to where they lead, files that are not there yet included", async () => {
    const folder = at("links");
    mkdirSync(join(folder, "deep"), { recursive: true });
    writeFileSync(join(folder, "deep", "secret"), "old");
    chmodSync(join(folder, "deep", "secret"), 0o640);
    symlinkSync("deep/secret", join(folder, "link"));
    symlinkSync("deep/later", join(folder, "dangling"));
    await writeWhole(join(folder, "link"), "new");
    await writeWhole(join(folder, "dangling"), "made");
    expect(statSync(join(folder, "deep", "secret")).mode & 0o777).toBe(0o640);
    expect(names(join(folder, "deep"))).toEqual(["later", "secret"]);
    expect(readFileSync(join(folder, "deep", "later"), "utf8")).toBe("made");
  });

  test("clears what a killed process left, and nothing that a living one is writing", async () => {
    const folder = at("litter");
    mkdirSync(folder);
    const prefix = `.stepsize-${fingerprint(Buffer.from("model"))}-`;
    const dead = 2 ** 22 + 1;
    for (const id of [dead, process.ppid]) writeFileSync(join(folder, `${prefix}${id}.tmp`), "half");
    await writeWhole(join(folder, "model"), "whole");
    expect(names(folder)).toEqual([`${prefix}${process.ppid}.tmp`, "model"]);
  });
});

test("a process that is killed while it saves leaves the old file or the new one, and no litter after the next save", {
  timeout: 240_000,
}, async () => {
  const folder = at("kills");
  mkdirSync(folder);
  const path = join(folder, "model");
  const text = (n: number) => `${n};`.padEnd(400_000, String(n % 10));
  const module = join(folder, "..", "write.cjs");
  const source = fileURLToPath(new URL("../../src/cli/write.ts", import.meta.url));
  buildSync({ entryPoints: [source], outfile: module, bundle: true, platform: "node", format: "cjs", target: "node20" });
  const program = `
    const { writeWhole } = await import(${JSON.stringify(pathToFileURL(module).href)});
    process.stdout.write("ready");
    for (let n = Number(process.argv[1]); ; n++) await writeWhole(${JSON.stringify(path)}, \`\${n};\`.padEnd(400000, String(n % 10)));`;
  let last = 0;
  const kills = Number(process.env["STEPSIZE_KILLS"] ?? 40);
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, String(last + 1)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("close", (code) => reject(new Error(`ended by itself with ${code}`)));
    });
    await new Promise((resolve) => setTimeout(resolve, (kill * 7) % 40));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    if (!names(folder).includes("model")) continue;
    const found = readFileSync(path, "utf8");
    last = Number.parseInt(found, 10);
    expect(found.length).toBe(400_000);
    expect(found).toBe(text(last));
  }
  expect(last).toBeGreaterThan(0);
  await writeWhole(path, "end");
  expect(names(folder)).toEqual(["model"]);
});

describe("before a run, files are refused that", () => {
  writeFileSync(at("data.csv"), "x");
  symlinkSync(at("data.csv"), at("by-link.csv"));
  linkSync(at("data.csv"), at("hard.csv"));
  mkdirSync(at("folder"));
  const output = (path: string, flag = "--save") => ({ flag, path });

  test.each([
    ["are read", output(at("data.csv")), "it is the file that is read"],
    ["are read under another name", output(join(cwd, "folder", "..", "data.csv")), "it is the file that is read"],
    ["are read, by a link", output(at("by-link.csv")), "it is the file that is read"],
    ["are read, by a hard link", output(at("hard.csv")), "it is the file that is read"],
    ["are folders", output(at("folder")), "it is a directory"],
    ["have too long a name", output(at("n".repeat(300))), "the name is too long"],
    ["lie in no folder", output(at("nowhere/model")), "there is no such file or directory"],
  ])("%s", async (_, given, why) => {
    const before = names();
    await expect(checkOutputs([given], [at("data.csv")])).rejects.toThrow(`cannot write ${given.path}: ${why}`);
    expect(names()).toEqual(before);
  });

  test("are written twice", async () => {
    const outputs = [output(at("m")), output(join(cwd, "folder", "..", "m"), "--report")];
    await expect(checkOutputs(outputs, [])).rejects.toThrow(/m: --save names it too$/);
  });

  test("but a long name that fits, a new file and a device are fine", async () => {
    await checkOutputs([output(at("n".repeat(245))), output("/dev/null"), output("/dev/null", "--report")], [at("data.csv")]);
  });
});

describe("train", () => {
  const small = [iris, "-t", "species", "-r", "0.01", "--epochs", "12"];

  test("--save-every and --keep leave the last ones and the best beside the model", async () => {
    const { code, err } = await cli("train", ...small, "--save", "k.safetensors", "--save-every", "2", "--keep", "3", "--quiet");
    expect([code, err]).toEqual([0, ""]);
    expect(names().filter((name) => name.startsWith("k."))).toEqual(
      ["k.best", "k.epoch-10", "k.epoch-6", "k.epoch-8", "k"].map((name) => `${name}.safetensors`).sort(),
    );
    expect(readCheckpoint(readFileSync(at("k.epoch-8.safetensors"))).progress.history.length).toBe(8);
    expect((await cli("predict", "k.best.safetensors", iris)).code).toBe(0);
    expect((await cli("train", ...small, "--save-every", "2")).err).toMatch(/--save-every needs --save/);
    expect((await cli("train", ...small, "--save", "k.safetensors", "--save-every", "0")).err).toMatch(
      /--save-every must be a positive integer/,
    );
  });

  test("a run that diverges leaves its best epoch", async () => {
    const { code, err } = await cli(
      "train",
      iris,
      "-t",
      "species",
      "-o",
      "sgd",
      "--epochs",
      "60",
      "--save",
      "d.safetensors",
      "--hidden",
      "8",
      "--schedule",
      '{"kind":"piecewiseConstant","boundaries":[40],"rates":[0.1,1e30]}',
    );
    expect(code).toBe(1);
    expect(err).toMatch(/not finite.*its best epoch, \d+ with a loss of [\d.]+, is saved to d\.safetensors/);
    expect((await cli("predict", "d.safetensors", iris)).code).toBe(0);
  });

  test("--resume with more epochs trains a finished run on, to the bits of a run that had them", async () => {
    await cli("train", ...small, "--save", "short.safetensors");
    const { code, err } = await cli("train", iris, "--resume", "short.safetensors", "--epochs", "20", "--save", "long.safetensors");
    expect([code, err]).toEqual([0, ""]);
    await cli("train", ...small.slice(0, -1), "20", "--save", "whole.safetensors");
    expect(Buffer.compare(readFileSync(at("long.safetensors")), readFileSync(at("whole.safetensors")))).toBe(0);
    expect((await cli("train", iris, "--resume", "long.safetensors", "--epochs", "5")).err).toMatch(/--epochs differs from the run/);
  });

  test("the terminal's end saves as Ctrl-C does", { timeout: 60_000 }, async () => {
    const stopped = await interrupted(["train", ...small.slice(0, -1), "100000", "--save", "hup.safetensors"], cwd, "SIGHUP");
    expect(stopped.code).toBe(129);
    expect(stopped.err).toMatch(/interrupted after step \d+, saved to hup\.safetensors/);
    expect(readCheckpoint(readFileSync(at("hup.safetensors"))).progress.finished).toBe(false);
  });

  test("a full disk for the report costs the report alone", async () => {
    const { code, out, err } = await cli("train", ...small, "--save", "full.safetensors", "--report", "/dev/full");
    expect(code).toBe(2);
    expect(out).toMatch(/held out {4}accuracy/);
    expect(out).toMatch(/saved: full\.safetensors/);
    expect(err).toMatch(/^stepsize: cannot write \/dev\/full: no space is left on the disk\n$/);
  });
});
