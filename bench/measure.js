// Times opponents against each other: short rounds in turn, so that a busy neighbour or a changing clock meets all of them alike.
import { Bench } from "tinybench";

/**
 * How long one comparison takes: `rounds` turns of `samples` samples of at least `sample` milliseconds for each opponent, fewer where that would
 * take more than `budget` milliseconds. Samples are short so that some of them fall between the interruptions of a busy machine, and each
 * opponent's turn waits for a quiet moment, of at most `patience` milliseconds. Each is owed QUIET_TURNS of them: its last turns wait `longer` while it
 * has had fewer, as long as `allowance`, in all, is left.
 */
export const effort = { rounds: 20, samples: 20, sample: 0.1, warm: 50, budget: 300, patience: 25, longer: 1000, allowance: 240_000 };
const QUIET_TURNS = 6;

export function smoke() {
  Object.assign(effort, { rounds: 2, samples: 4, sample: 0.05, warm: 3, budget: 10, patience: 0, longer: 0 });
}

/**
 * How much longer than at its best a short loop may take in a quiet moment. On a virtual machine the other half of the core is somebody
 * else's, who comes and goes within tens of milliseconds and takes half of the instructions with him.
 */
const QUIET = 1.2;

/** Short work that tells whether it is quiet, by the least that it ever took. */
export class Probe {
  #work;
  #best = Infinity;

  constructor(work) {
    this.#work = work;
  }

  /** Waits for so many milliseconds at most. Returns whether it is quiet. */
  wait(patience) {
    if (this.#best === Infinity) for (let i = 0; i < 2_000; i++) this.#time();
    const end = performance.now() + patience;
    while (performance.now() < end) if (this.#time() < QUIET * this.#best) return true;
    return false;
  }

  #time() {
    const start = performance.now();
    this.#work();
    const took = performance.now() - start;
    this.#best = Math.min(this.#best, took);
    return took;
  }
}

/** Of the thread that times. */
const here = new Probe(instructions);

/** Waits before a turn of an opponent, at one place of its period. */
function waitForTurn(probe, { rounds, quiet, phases }, round, phase) {
  const isDue = rounds - round <= QUIET_TURNS - quiet[phase] && effort.allowance > 0;
  const start = performance.now();
  if (probe.wait(isDue ? Math.max(effort.patience, effort.longer / phases.length) : effort.patience)) quiet[phase]++;
  if (isDue) effort.allowance -= performance.now() - start;
}

/** As many instructions as the processor takes at once, with nothing to wait for. */
function instructions() {
  let [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6];
  for (let i = 0; i < 20_000; i++) {
    a = (a + i) | 0;
    b ^= i;
    c = (c + i) | 0;
    d ^= i;
    e = (e + i) | 0;
    f ^= i;
  }
  sink = a ^ b ^ c ^ d ^ e ^ f;
}

/** What nobody reads, so that the loop is not left out. */
export let sink = 0;

/**
 * @param opponents functions by name, each doing the work once.
 * @param period the number of calls after which work repeats, of all or by name: an optimizer flushes its state in every 32nd. Times are means
 *   over a whole period.
 * @param probe what must be quick before a turn.
 * @returns min and median of each, in nanoseconds a call.
 */
export function compare(opponents, period = 1, probe = here) {
  const periodOf = typeof period === "number" ? () => period : (name) => period[name] ?? 1;
  const entries = Object.entries(opponents).map(([name, call]) => schedule(name, call, periodOf(name)));
  for (let round = 0; round < effort.rounds; round++) {
    for (const entry of round % 2 ? [...entries].reverse() : entries) {
      if (round >= entry.rounds) continue;
      for (const [phase, times] of entry.phases.entries()) {
        waitForTurn(probe, entry, round, phase);
        times.push(...sample(entry));
      }
    }
  }
  return Object.fromEntries(entries.map(({ name, phases }) => [name, summary(phases)]));
}

/** Short calls are timed many at a time; of long ones each place in the period is timed by itself. */
function schedule(name, call, period) {
  let { calls, took } = calibrate(call, period);
  const phases = Array.from({ length: calls > period ? 1 : period }, () => []);
  if (phases.length > 1) calls = 1;
  const samples = phases.length > 1 ? 1 : Math.ceil(Math.min(effort.samples, effort.budget / effort.rounds / took));
  const rounds = Math.ceil(Math.min(effort.rounds, Math.max(3, effort.budget / samples / took)));
  return { name, calls, samples, rounds, phases, quiet: phases.map(() => 0), run: () => repeat(call, calls) };
}

function sample({ name, samples, calls, run }) {
  const bench = new Bench({ time: 0, iterations: samples, warmup: false, retainSamples: true });
  const [task] = bench.add(name, run).runSync();
  if (task.result.error) throw task.result.error;
  return task.result.latency.samples.map((milliseconds) => (milliseconds * 1e6) / calls);
}

function summary(phases) {
  const mean = (pick) => phases.reduce((sum, times) => sum + pick(times.sort((a, b) => a - b)), 0) / phases.length;
  return { min: mean((times) => times[0]), median: mean((times) => times[times.length >> 1]) };
}

/** The number of calls in a sample, and how long they took; also what warms the code up. */
function calibrate(call, period) {
  for (let calls = period; ; calls *= 2) {
    let took = Infinity;
    const warm = performance.now();
    do {
      const start = performance.now();
      repeat(call, calls);
      took = Math.min(took, performance.now() - start);
    } while (performance.now() - warm < effort.warm);
    if (took >= effort.sample) return { calls, took };
  }
}

function repeat(call, calls) {
  for (let i = 0; i < calls; i++) call();
}

/** Seeded numbers of about normal distribution: the same in every run. */
export function normals(seed) {
  let state = seed >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}

/** Such numbers in an array of their own. */
export function filled(length, seed, scale = 1) {
  const next = normals(seed);
  return Float32Array.from({ length }, () => next() * scale);
}

/** The same numbers again and again: to draw as many as memory holds would take longer than all the rest. Returns what was filled. */
export function tile(numbers, into) {
  for (let i = 0; i < into.length; i += numbers.length) into.set(numbers.subarray(0, into.length - i), i);
  return into;
}

/** Refuses to time what is wrong. */
export function sameBits(name, a, b) {
  const [x, y] = [a, b].map((array) =>
    array instanceof Uint16Array ? array : new Uint32Array(array.buffer, array.byteOffset, array.length),
  );
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== y[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) throw new Error(`${name}: element ${i} is ${a[i]} against ${b[i]}`);
  }
}

/** Agreement of different arithmetic: relative to the size of the vector's elements. */
export function agree(name, a, b, tolerance = 1e-5) {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    size = Math.max(size, Math.abs(b[i]));
  }
  if (!(difference <= tolerance * size)) throw new Error(`${name}: off by ${difference} at a size of ${size}`);
}
