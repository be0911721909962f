import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { main, runNode } from "../support/cli.js";

const golden: string = JSON.parse(readFileSync(new URL("../golden/runs.json", import.meta.url), "utf8"))["ten steps"];

test("prints a document whose self-test gives the golden hash on both backends", async () => {
  const { code, out, err } = await runNode(main, ["doctor", "--json"], ".");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { backend, reason, simd, threads, isolated, memory, speed, selfTest } = JSON.parse(out);
  expect({ backend, reason, simd, isolated }).toEqual({
    backend: "wasm",
    reason: "WebAssembly with SIMD compiled",
    simd: true,
    isolated: null,
  });
  expect(threads).toMatchObject({ available: true, reason: "WebAssembly with SIMD compiled, 2 threads" });
  expect(memory.machine).toBeGreaterThan(memory.heap / 64);
  expect(speed.js).toBeGreaterThan(0);
  expect(speed.wasm).toBeGreaterThan(0);
  const expected = golden.slice(0, 16);
  expect(selfTest).toEqual({ expected, wasm: expected, js: expected, passed: true });
});

test("says why there is no wasm, in words", () => {
  const out = execFileSync(process.execPath, ["--jitless", main, "doctor"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  expect(out).toContain("backend    js: WebAssembly cannot be had here (ReferenceError: WebAssembly is not defined)");
  expect(out).toContain("SIMD       no");
  expect(out).toContain("one is used: threads need WebAssembly");
  expect(out).toMatch(new RegExp(`^self-test  JavaScript ${golden.slice(0, 16)}: as it must be$`, "m"));
});
