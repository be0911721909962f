import { setFlagsFromString } from "node:v8";

/** Bytes of bytecode; V8's own limit is 920. */
const INLINED = 300;
/** Bytes of bytecode that a function runs through before it is compiled anew, with what was seen; the number of V8 11 is 67,584. */
const RUN_FIRST = 1_200_000;
/** Later V8s count calls of a function of medium length: by themselves, 400 for the first compiler and 3,000 for the second. */
const CALLS_FIRST = { maglev: 10_000, turbofan: 20_000 };

/** Bun and Deno have other compilers, or another that they keep to themselves. */
export const isNode = process.versions["bun"] === undefined && process.versions["deno"] === undefined;

/**
 * Tells V8 to compile fewer of the functions that a function calls into it, from now on and in worker threads too. A training step is many small functions that call each other: by V8's own
 * limit, a search of two seconds spends as much processor time on compiling each into all that call it as on products, and its steps take as long
 * afterwards.
 * Not before the data are read: with other options than those of its start, V8 takes none of Node's own modules from where they lie compiled, and a worker thread that is started then
 * takes 40 to 70 ms instead of 20 until it runs.
 */
export function limitInlining(): void {
  setFlag("max-inlined-bytecode-size-cumulative", INLINED);
}

/**
 * Tells V8 to compile later what is compiled for speed, from now on and in worker threads too: where every processor trains, its compilers take the time of training, in each thread
 * anew, and nine tenths of a step of some size are kernels, which do not wait for it. Beside a processor that has nothing else to do, they are worth it.
 */
export function compileLater(): void {
  if (Number.parseInt(process.versions.v8 ?? "", 10) < 12) setFlag("interrupt-budget", RUN_FIRST);
  else for (const [compiler, calls] of Object.entries(CALLS_FIRST)) setFlag(`invocation-count-for-${compiler}`, calls);
}

function setFlag(name: string, value: number): void {
  if (!isNode) return;
  import.meta.keepCode?.();
  setFlagsFromString(`--${name}=${value}`);
}
