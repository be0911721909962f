// What this machine can do, measured in the run that it is compared with: memory bandwidth and the multiply-add peak of four lanes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare } from "./measure.js";

const root = fileURLToPath(new URL("..", import.meta.url));

export function describeMachine() {
  const engine = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}, V8 ${process.versions.v8}`;
  return {
    processor: os.cpus()[0]?.model ?? "unknown",
    cores: os.cpus().length,
    system: `${os.type()} ${os.arch()}`,
    engine,
    date: new Date().toISOString().slice(0, 10),
    // of the last minute, five and fifteen, before anything is timed: a busy machine makes no record
    load: os.loadavg().map((x) => Number(x.toFixed(2))),
  };
}

function compilePeak() {
  const folder = mkdtempSync(join(os.tmpdir(), "stepsize-bench-"));
  try {
    const out = join(folder, "peak.wasm");
    const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
    const options = [
      join(root, "bench/peak.ts"),
      "--config",
      "none",
      "--runtime",
      "stub",
      "--noAssert",
      "-O3",
      "--enable",
      "simd",
      "--outFile",
      out,
    ];
    execFileSync(process.execPath, [asc, ...options], { stdio: ["ignore", "ignore", "inherit"] });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(out)));
    exports.memory.grow(1);
    return exports;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let compiled;

/**
 * The multiply-add peak as calls to be timed beside others, and `of` their times the better in operations a nanosecond (GF/s). A call makes at
 * least so many operations: what is compared with the peak had better be timed in stretches as long, since short ones find a machine's best moments.
 */
export function peakCalls(operations = 0) {
  compiled ??= compilePeak();
  const steps = 1_000;
  const times = Math.max(1, Math.round(operations / (96 * steps)));
  const repeat = (call) => () => {
    for (let i = 0; i < times; i++) call();
  };
  return {
    calls: {
      "peak in registers": repeat(() => compiled.multiplyAdd(steps, 0.5, 0.25)),
      "peak from L1": repeat(() => compiled.outerProducts(1024, steps, 0.5, 0.25)),
    },
    of: (results) => (times * 96 * steps) / Math.min(results["peak in registers"].min, results["peak from L1"].min),
  };
}

/** The peak, and the bandwidths by number of elements in bytes a nanosecond (GB/s). */
export function measureMachine(sizes) {
  const peak = peakCalls();
  return { peak: peak.of(compare(peak.calls)), bandwidth: sizes.map((n) => ({ n, ...bandwidth(n) })) };
}

/** What a copy moves: an element read, an element written. */
export const COPY_BYTES = 8;

/** A copy of so many elements, to be timed beside what should be as fast as memory. */
export function copyCall(n) {
  const { pointers } = arrays(n);
  return () => compiled.copy(pointers[0], pointers[1], n);
}

function bandwidth(n) {
  const {
    pointers: [px, py, pz],
    views: [x, y, z],
  } = arrays(n);
  const times = compare({
    copy: () => compiled.copy(px, py, n),
    triad: () => compiled.triad(px, py, pz, n, 0.5),
    update: () => compiled.update(px, n, 1),
    copyJs: () => z.set(y),
    triadJs: () => triad(x, y, z, 0.5),
  });
  const width = { copy: COPY_BYTES, triad: 12, update: 8, copyJs: COPY_BYTES, triadJs: 12 };
  return Object.fromEntries(Object.entries(times).map(([name, { min }]) => [name, (width[name] * n) / min]));
}

/** Three arrays in the memory of what is compiled. */
function arrays(n) {
  compiled ??= compilePeak();
  const start = 1 << 16;
  const missing = start + 12 * n - compiled.memory.buffer.byteLength;
  if (missing > 0) compiled.memory.grow(Math.ceil(missing / 65536));
  const pointers = [0, 1, 2].map((i) => start + i * 4 * n);
  return { pointers, views: pointers.map((pointer) => new Float32Array(compiled.memory.buffer, pointer, n).fill(1)) };
}

function triad(x, y, z, a) {
  for (let i = 0; i < z.length; i++) z[i] = x[i] + a * y[i];
}
