import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { Command } from "commander";
import type { Engine } from "../engine/load.js";
import { unpack } from "../engine/packed.js";
import { adamw, dataset, load, mlp, Optimizer, Parameters, Trainer } from "../entries/index.js";
import { core } from "../generated/core.js";
import { version } from "../generated/hash.js";
import { count, short } from "../search/report/format.js";
import { FailedError } from "./errors.js";
import { hasher } from "./hash.js";
import { say } from "./terminal.js";

/** The hash that the self-test must give on every machine: "ten steps" of test/golden/runs.json. */
const GOLDEN = "06f2c6fd2e18d9e1";

/** Parameters in the timed step, and for how many milliseconds it is repeated: engines compile what has run often. */
const SIZE = 4096;
const PATIENCE = 200;

interface Diagnosis {
  readonly version: string;
  readonly runtime: string;
  readonly platform: string;
  readonly backend: string;
  readonly reason: string;
  readonly simd: boolean;
  readonly threads: { readonly processors: number; readonly available: boolean; readonly reason: string };
  /** Whether a page is cross-origin isolated; null outside of pages, where threads need no isolation. */
  readonly isolated: boolean | null;
  /** In bytes; null where there is no limit or none is known. */
  readonly memory: { readonly machine: number; readonly heap: number; readonly addresses: number | null };
  /** Nanoseconds per parameter of an AdamW step; null without WebAssembly. */
  readonly speed: { readonly wasm: number | null; readonly js: number };
  readonly selfTest: { readonly expected: string; readonly wasm: string | null; readonly js: string; readonly passed: boolean };
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("say what this machine can do, and whether it computes the right bits")
    .description(
      "Says which backend is used and why, what there is of SIMD, threads and memory, how fast the JavaScript fallback is, and whether a short " +
        "training gives the bits that it gives everywhere. Exit code 1 when it does not.",
    )
    .option("--json", "print one JSON document")
    .action(doctor);
}

async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const diagnosis = await diagnose();
  say(json ? JSON.stringify(diagnosis, null, 2) : describe(diagnosis));
  if (!diagnosis.selfTest.passed) throw new FailedError("the self-test gave other bits than it must: please report it");
}

async function diagnose(): Promise<Diagnosis> {
  const engine = await load();
  const wasm = engine.backend === "wasm" ? engine : undefined;
  const js = await load({ backend: "js" });
  const hashes = { wasm: wasm ? await selfTest(wasm) : null, js: await selfTest(js) };
  const { crossOriginIsolated: isolated = null } = globalThis as { crossOriginIsolated?: boolean };
  return {
    version,
    runtime: runtime(),
    platform: `${process.platform} ${process.arch}`,
    backend: engine.backend,
    reason: engine.reason,
    simd: typeof WebAssembly === "object" && WebAssembly.validate(unpack(core)),
    threads: await threads(),
    isolated,
    memory: { machine: totalmem(), heap: getHeapStatistics().heap_size_limit, addresses: addressLimit() },
    speed: { wasm: wasm ? time(wasm) : null, js: time(js) },
    selfTest: { expected: GOLDEN, ...hashes, passed: [hashes.wasm ?? GOLDEN, hashes.js].every((hash) => hash === GOLDEN) },
  };
}

function describe({ version, runtime, platform, backend, reason, simd, threads, isolated, memory, speed, selfTest }: Diagnosis): string[] {
  const gigabytes = (bytes: number) => `${short(bytes / 2 ** 30)} GiB`;
  const addresses = memory.addresses === null ? "" : `, addresses for ${gigabytes(memory.addresses)}`;
  const factor = speed.wasm === null ? "" : `, wasm ${short(speed.wasm)} ns: ${short(speed.js / speed.wasm)} times as fast`;
  const hashes = selfTest.wasm === null ? `JavaScript ${selfTest.js}` : `wasm ${selfTest.wasm}, JavaScript ${selfTest.js}`;
  return [
    `stepsize ${version}, ${runtime}, ${platform}`,
    `backend    ${backend}: ${reason}`,
    `SIMD       ${simd ? "yes" : "no"}`,
    `threads    ${count(threads.processors, "processor")}; ${threads.available ? "they can be used" : `one is used: ${threads.reason}`}`,
    `isolation  ${isolated === null ? "not a page: threads need none" : isolated ? "yes" : "no: the page lacks COOP and COEP"}`,
    `memory     ${gigabytes(memory.machine)} in the machine, heap up to ${gigabytes(memory.heap)}${addresses}${backend === "wasm" ? ", wasm up to 4 GiB" : ""}`,
    `speed      AdamW, a parameter: JavaScript ${short(speed.js)} ns${factor}`,
    `self-test  ${hashes}: ${selfTest.passed ? "as it must be" : `WRONG, expected ${selfTest.expected}`}`,
  ];
}

/** Ten steps of a small network; SHA-256 of its weights, shortened. */
async function selfTest(engine: Engine): Promise<string> {
  const rows = Array.from({ length: 40 }, (_, i) => [i % 7, i % 5, i % 3] as const);
  const labels = rows.map(([a, b, c]) => (a + b + c) % 2 === 0);
  const model = mlp({ inputs: 3, hidden: [8], outputs: 2, activation: "tanh" });
  const optimizer = adamw({ learningRate: 0.01 });
  const run = { model, loss: "crossEntropy", optimizer, batchSize: 8, epochs: 2, seed: 1 } as const;
  using trainer = new Trainer(engine, run, { training: dataset(rows, labels) });
  await trainer.train();
  return hasher("sha256").update(trainer.model.parameters.values.view).digest("hex").slice(0, GOLDEN.length);
}

/** The fastest of many AdamW steps, in nanoseconds a parameter. */
function time(engine: Engine): number {
  using parameters = new Parameters(engine, { weight: [SIZE] });
  using optimizer = new Optimizer(parameters, adamw());
  parameters.gradients.view.fill(0.01);
  let fastest = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    const start = performance.now();
    optimizer.step();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return (fastest * 1e6) / SIZE;
}

/** Tries two threads. */
async function threads(): Promise<Diagnosis["threads"]> {
  using engine = await load({ threads: 2 });
  const reason = engine.backend === "wasm" ? engine.reason : "threads need WebAssembly";
  return { processors: availableParallelism(), available: engine.threads === 2, reason };
}

function runtime(): string {
  const { bun, deno, node } = process.versions;
  return bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`;
}

/** The soft limit on the address space, as `ulimit -v` sets it. Linux alone tells. */
function addressLimit(): number | null {
  try {
    const [, limit] = /^Max address space +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}
