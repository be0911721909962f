/** Indices into the control block, an Int32Array on shared memory. */
export const JOB = 0; // rises by one with every job; workers wait for it to change
export const DONE = 1; // how many workers have done the job
export const FAILED = 2; // the number of a worker, from 1, whose kernel threw
export const CONTROL_LENGTH = 4;

/** Each worker has a slot of float64: the kernel's number, the number of arguments, the arguments. */
export const SLOT_LENGTH = 32;

/** Turns of a busy loop, some tens of microseconds, before a thread goes to sleep: training calls kernels faster than that. */
export const SPINS = 20_000;

/**
 * What a worker runs, as source text: a file of its own would have to be found by every bundler. It is started with
 * { module, memory, control, slots, index, names } and never returns: it waits, runs its part of a kernel, and says that it is done.
 */
export const workerSource = `
function work({ module, memory, control, slots, index, names }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.scratch.value = 0; // the panel below the arena is the calling thread's
  const kernels = names.map((name) => exports[name]);
  const slot = new Float64Array(slots, index * ${SLOT_LENGTH * 8}, ${SLOT_LENGTH});
  let seen = 0;
  for (;;) {
    for (let i = 0; i < ${SPINS} && Atomics.load(control, ${JOB}) === seen; i++);
    // a late notification of the job before may wake it: only a new number is a new job
    while (Atomics.load(control, ${JOB}) === seen) Atomics.wait(control, ${JOB}, seen);
    seen = Atomics.load(control, ${JOB});
    try {
      kernels[slot[0]](...slot.subarray(2, 2 + slot[1]));
    } catch {
      Atomics.store(control, ${FAILED}, index + 1);
    }
    Atomics.add(control, ${DONE}, 1);
    Atomics.notify(control, ${DONE});
  }
}
`;
