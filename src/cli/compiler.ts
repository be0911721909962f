import { setFlagsFromString } from "node:v8";

/** Bytes of bytecode; V8's own limit is 920. */
const INLINED = 300;

/**
 * Tells V8 to compile fewer of the functions that a function calls into it, in worker threads too. A training step is many small functions that call each other: by V8's own
 * limit, a search of two seconds spends as much processor time on compiling each into all that call it as on products, and its steps take as long
 * afterwards. Other engines have other compilers.
 */
export function limitInlining(): void {
  const { v8, bun, deno } = process.versions;
  if (v8 !== undefined && bun === undefined && deno === undefined) setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED}`);
}
