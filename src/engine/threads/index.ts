import { core } from "../../generated/core-threads.js";
import type { Kernels } from "../engine.js";
import { instantiate } from "../instantiate.js";
import { unpack } from "../packed.js";
import { type Kernel, Pool } from "./pool.js";
import { splitOver } from "./split.js";

const PAGES = 65_536;

export interface ThreadedCore {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** Ends the workers. */
  dispose(): void;
}

/** Why threads cannot be had here, in words; undefined when they can. */
export function obstacle(): string | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) {
    return "SharedArrayBuffer is not available; a page needs the headers COOP and COEP";
  }
  return undefined;
}

/** The kernels over a shared memory, with `threads - 1` workers. */
export async function startThreads(threads: number): Promise<ThreadedCore> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: PAGES, shared: true });
  const module = await WebAssembly.compile(unpack(core));
  const exports = await instantiate(module, { env: { memory } });
  const kernels = Object.entries(exports).filter((entry): entry is [string, Kernel] => typeof entry[1] === "function");
  const pool = await Pool.start(module, memory, kernels, threads);
  return { kernels: splitOver(pool, kernels), memory, dispose: () => pool.dispose() };
}
