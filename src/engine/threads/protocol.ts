/**
 * The state of a worker:
 *
 * IDLE -> READY (the calling thread has written its part) -> TAKEN (the worker computes it) -> IDLE
 *
 * A part that is READY may be taken back by the calling thread. A thread that goes to sleep says so (ASLEEP, WATCHED), so that only then the other wakes it.
 */
export const IDLE = 0;
export const READY = 1;
export const TAKEN = 2;
/** IDLE, and the worker sleeps until it is not. */
export const ASLEEP = 3;
/** TAKEN, and the calling thread sleeps until it is not. */
export const WATCHED = 4;
/** The kernel threw, and the worker has ended. */
export const FAILED = 5;

/** From one state to the next, in Int32: two cache lines, since processors fetch pairs of them. */
export const STATE_LENGTH = 32;

/** From one part to the next, in Float64. A part is the kernel's number and its arguments. */
export const PART_LENGTH = 32;

/**
 * The number of arguments that a part has room for. Kernels are called with all of them, since wasm ignores what is too many and a spread takes
 * 150 ns instead of 15.
 */
export const ARGUMENTS = 24;

/** Turns of a busy loop, a quarter of a millisecond, before a thread goes to sleep: training calls kernels faster than that. */
export const SPINS = 20_000;

/**
 * The program of a worker, as source text: a file of its own would have to be found by every bundler. It is started with
 * { module, memory, states, parts, names, thread, packed } and returns when a kernel fails.
 */
export const workerSource = `
function work({ module, memory, states, parts, names, thread, packed }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.scratch.value = packed;
  const kernels = names.map((name) => exports[name]);
  const state = new Int32Array(states, thread * ${STATE_LENGTH * 4}, 1);
  const part = new Float64Array(parts, thread * ${PART_LENGTH * 8}, ${PART_LENGTH});
  for (;;) {
    for (let spins = 0; Atomics.load(state, 0) !== ${READY}; spins++) {
      if (spins < ${SPINS}) continue;
      Atomics.compareExchange(state, 0, ${IDLE}, ${ASLEEP});
      Atomics.wait(state, 0, ${ASLEEP});
      spins = 0;
    }
    if (Atomics.compareExchange(state, 0, ${READY}, ${TAKEN}) !== ${READY}) continue;
    let after = ${FAILED};
    try {
      kernels[part[0]](${Array.from({ length: ARGUMENTS }, (_, i) => `part[${i + 1}]`)});
      after = ${IDLE};
    } catch {}
    if (Atomics.exchange(state, 0, after) === ${WATCHED}) Atomics.notify(state, 0);
    if (after === ${FAILED}) return;
  }
}
`;
