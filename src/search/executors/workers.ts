import type { Backend, Engine } from "../../engine/engine.js";
import { listenTo, type RunningWorker, type StartedWorker } from "../../engine/workers.js";
import { DisposedError, EngineError } from "../../options/errors.js";
import { integer, oneOf, optional, readOptions } from "../../options/options.js";
import { errorOf, messageOf } from "../../options/plain-error.js";
import type { SearchData, TrialResult } from "../trial.js";
import { type Executor, type Job, refuseFunctions, type Work } from "./executor.js";
import { firstPart, secondHalf } from "./halves.js";
import { workerHere } from "./here.js";
import type { FromWorker, ToWorker } from "./protocol.js";
import { sharedData } from "./shared-data.js";
import { engineField, lockFor, processors, released, startBeside, startField } from "./start.js";
import { Worth } from "./worth.js";

export interface WorkersOptions {
  /** How many trials run side by side, from 1. Default: the number of processors. No more workers are started than there are trials. */
  workers?: number;
  /** Where workers run: `"wasm"` or `"js"`. Default: wasm if available. */
  backend?: Backend;
  /**
   * An engine of this thread, which then takes part as one of the workers; others are started once the trials take longer than their start, about two seconds. In
   * between it answers others every few milliseconds. Default: none, so that this thread is free.
   */
  engine?: Engine;
  /**
   * Starts a worker on the file `stepsize/trial-worker`, for bundlers that do not find it by themselves. Default: the file beside this one, which
   * Node, Bun, Deno, Vite, webpack and Parcel find.
   */
  start?: () => StartedWorker;
}

/** Trials in a pool of workers. */
export interface WorkersExecutor extends Executor, Disposable {
  /** How many trials run side by side. */
  readonly workers: number;
  /** Why fewer run, where no more workers could be started and this thread, which takes part, goes on with those there are; otherwise null. */
  readonly shortfall: string | null;
  /** Starts workers before there is work for them. */
  prepare(trials: number): void;
  /** Ends the workers; what is under way fails. */
  dispose(): void;
}

/** A trial that has ended its worker so many times is not tried again; nor are workers that do not even start. */
const LIVES = 3;

/** A call of `run`. */
interface Call {
  readonly work: Work;
  readonly data: SearchData;
  /** It has come to its results or to an error: whoever made it may have closed what its listeners write to. */
  isOver(): boolean;
  fail(error: unknown): void;
}

interface Task {
  readonly id: number;
  readonly job: Job;
  /** What a worker is to do of it next: all of it, or a half. */
  readonly part: Job;
  readonly call: Call;
  done(result: TrialResult): void;
  /** The workers that have ended with it. */
  deaths: number;
}

interface Slot {
  readonly worker: RunningWorker<ToWorker>;
  /** Whether it is this thread. */
  readonly here: boolean;
  ready: boolean;
  /** What it has to do: what is under way, and perhaps what comes next. */
  tasks: Task[];
  /** The rows that it has. */
  data: SearchData | undefined;
}

/**
 * Runs the trials of a search in workers: threads of Node, Bun and Deno, Web Workers in browsers. Results are those of one thread, to the bit, since a
 * trial is a pure function; only the order in which they arrive differs, and nothing is decided by it.
 *
 * Data are sent to a worker once, over shared memory where there is such a thing; splits are made in the worker. A worker that ends by itself is replaced
 * and its trial runs again. A trial that would be left over in the end is trained in two parts. Workers start when they are first needed (with `engine` when they are worth it, or `prepare` asks for them) and keep no process alive while they are idle; `dispose()` ends them.
 *
 * @throws OptionError for a wrong option and, from a run, for a run that holds functions, which cannot be sent (the search then runs in its own
 *   thread); EngineError for a trial that has ended three workers, and where no worker can be started and this thread takes no part; what `runTrial` throws.
 * @example
 * import { searchLearningRate } from "stepsize";
 * import { workersExecutor } from "stepsize/workers";
 *
 * const executor = workersExecutor({ workers: 2 });
 * const { best } = await searchLearningRate(run, { training, validation }, { executor });
 * executor.dispose();
 */
export function workersExecutor(options: WorkersOptions = {}): WorkersExecutor {
  const checked = readOptions<WorkersOptions>("workersExecutor", options, {
    workers: integer(processors(), { min: 1, max: 1024 }),
    backend: optional(oneOf<Backend>(undefined, ["wasm", "js"])),
    engine: optional(engineField),
    start: optional(startField),
  });
  return new Pool({ ...checked, workers: checked.workers as number, start: checked.start ?? startBeside });
}

class Pool implements WorkersExecutor {
  readonly remote = true;
  readonly workers: number;
  shortfall: string | null = null;
  readonly #backend: Backend | undefined;
  readonly #engine: Engine | undefined;
  readonly #start: () => StartedWorker;
  readonly #slots: Slot[] = [];
  readonly #queue: Task[] = [];
  readonly #worth = new Worth(() => this.#advance());
  /** How many there are to be by now: where this thread takes part, others have to be asked for, or worth their start. */
  #wanted: number;
  #ids = 0;
  /** Workers that have ended before they were ready, since the last that was. */
  #stillborn = 0;
  #disposed = false;

  constructor({ workers, backend, engine, start }: WorkersOptions & Required<Pick<WorkersOptions, "workers" | "start">>) {
    this.workers = workers;
    this.#backend = backend;
    this.#engine = engine;
    this.#wanted = engine === undefined ? workers : 1;
    this.#start = start;
  }

  run(jobs: readonly Job[], work: Work): Promise<readonly TrialResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#disposed) throw new DisposedError("executor");
      work.signal?.throwIfAborted();
      for (const { run } of jobs) refuseFunctions(run);
      const results: TrialResult[] = [];
      let left = jobs.length;
      const end = (settle: () => void) => {
        left = 0;
        work.signal?.removeEventListener("abort", abort);
        settle();
      };
      const call: Call = {
        work,
        data: sharedData(work.data),
        isOver: () => left === 0,
        fail: (error) => {
          this.#drop(call);
          end(() => reject(error));
        },
      };
      const abort = () => call.fail(work.signal?.reason);
      work.signal?.addEventListener("abort", abort);
      if (left === 0) end(() => resolve(results));
      jobs.forEach((job, i) => {
        const done = (result: TrialResult) => {
          results[i] = result;
          left--;
          if (left === 0) end(() => resolve(results));
        };
        const part = firstPart(job, i, jobs.length, this.#wanted);
        this.#queue[part === job ? "push" : "unshift"]({ id: this.#ids++, job, part, call, done, deaths: 0 });
      });
      this.#advance();
    });
  }

  prepare(trials: number): void {
    integer(undefined, { min: 1 }).read(trials, "prepare.trials");
    const count = Math.min(this.workers, trials);
    this.#wanted = Math.max(this.#wanted, count);
    while (this.#slots.length < count && this.#mayAdd()) this.#add();
  }

  dispose(): void {
    this.#disposed = true;
    this.#worth.rest();
    const calls = new Set([...this.#queue, ...this.#slots.flatMap(({ tasks }) => tasks)].map(({ call }) => call));
    for (const call of calls) call.fail(new DisposedError("executor"));
    for (const { worker } of this.#slots.splice(0)) worker.terminate();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Gives what waits to who is idle. */
  #advance(): void {
    while (this.#queue.length > 0) {
      const free = this.#slots.find(({ tasks }) => tasks.length === 0) ?? this.#ahead();
      if (free !== undefined) this.#give(free, this.#queue.shift() as Task);
      else if (this.#mayAdd()) {
        try {
          this.#add();
        } catch (cause) {
          this.#failAll(cause);
        }
      } else return;
    }
  }

  /** A worker that is given its next trial already: where this thread takes part, it may be some time until it hears that the last one has ended. */
  #ahead(): Slot | undefined {
    const takesPart = this.#engine !== undefined && this.#slots.length === this.workers;
    // the last ones go to whoever is free first: one that waits behind a whole trial would be the last to end
    return takesPart && this.#queue.length > this.workers ? this.#slots.find(({ here, tasks }) => !here && tasks.length < 2) : undefined;
  }

  /** Whether there is to be another worker, in place of one that has ended or because it is worth its start. */
  #mayAdd(): boolean {
    if (this.shortfall !== null) return false;
    const count = this.#slots.length;
    if (count === this.#wanted && count < this.workers && this.#worth.isWorth(this.#queue.length)) this.#wanted++;
    return count < this.#wanted;
  }

  #add(): void {
    if (this.#engine !== undefined && this.#slots.every(({ here }) => !here)) return void this.#takePart(this.#engine);
    try {
      this.#addWorker();
    } catch (cause) {
      if (!this.#goesOn(cause)) throw cause;
    }
  }

  #takePart(engine: Engine): void {
    const worker = workerHere(
      engine,
      (message) => this.#hear(slot, message, undefined),
      () => slot.tasks,
    );
    const slot: Slot = { worker, here: true, ready: true, tasks: [], data: undefined };
    this.#slots.push(slot);
  }

  #addWorker(): void {
    const started = this.#start();
    const lock = lockFor(started);
    const worker = listenTo<ToWorker, FromWorker>(started, {
      hear: (message) => this.#hear(slot, message, lock),
      died: (why) => this.#buried(slot, why),
    });
    const slot: Slot = { worker, here: false, ready: false, tasks: [], data: undefined };
    worker.keep(false);
    worker.post({ kind: "start", backend: this.#backend, lock });
    this.#slots.push(slot);
  }

  #give(slot: Slot, task: Task): void {
    const { id, call, part } = task;
    const { run, rate, seed, split, until, from } = part;
    slot.tasks.push(task);
    slot.worker.keep(true);
    if (slot.here) this.#worth.begin();
    try {
      if (slot.data !== call.data) slot.worker.post({ kind: "data", data: call.data });
      slot.data = call.data;
      const listened = call.work.onEpoch !== undefined;
      slot.worker.post({ kind: "job", id, run, rate, seed, split, until, checkpoint: from?.checkpoint, listened });
    } catch (error) {
      // data that cannot be copied; nothing has reached the worker
      this.#done(slot, task);
      call.fail(error);
    }
  }

  #hear(slot: Slot, message: FromWorker, lock: string | undefined): void {
    if (message.kind === "ready") {
      slot.ready = true;
      this.#stillborn = 0;
      if (lock !== undefined) void released(lock).then(() => this.#buried(slot, "it ended"));
      return;
    }
    const task = slot.tasks.find(({ id }) => id === message.id);
    if (task === undefined) return;
    const { job, call } = task;
    if (message.kind === "epochs") {
      this.#tell(call, () => {
        for (const epoch of message.epochs) if (!call.isOver()) call.work.onEpoch?.(job, epoch);
      });
      return;
    }
    this.#done(slot, task);
    if (message.kind === "error") call.fail(errorOf(message.error));
    else if (!call.isOver()) {
      const rest = task.part === job ? undefined : secondHalf(job, message.result);
      if (rest) this.#queue.push({ ...task, id: this.#ids++, part: rest, deaths: 0 });
      else {
        this.#worth.end();
        this.#tell(call, () => call.work.onTrial?.(job, message.result));
        task.done(message.result);
      }
    }
    this.#advance();
  }

  /** What a listener throws ends its search, as it does in one thread. */
  #tell(call: Call, listener: () => void): void {
    try {
      listener();
    } catch (error) {
      call.fail(error);
    }
  }

  #done(slot: Slot, task: Task): void {
    slot.tasks.splice(slot.tasks.indexOf(task), 1);
    if (slot.tasks.length > 0) return;
    slot.worker.keep(false);
    if (slot.here) this.#worth.rest();
  }

  /** A worker has ended by itself: its trials are the next to run. */
  #buried(slot: Slot, why: string): void {
    const at = this.#slots.indexOf(slot);
    if (at < 0) return;
    this.#slots.splice(at, 1);
    this.#queue.unshift(...slot.tasks);
    const [task] = slot.tasks;
    if (task !== undefined) {
      const { rate, repeat } = task.job;
      if (slot.ready && ++task.deaths >= LIVES)
        task.call.fail(new EngineError(`the trial of rate ${rate}, repeat ${repeat}, ended ${LIVES} workers (${why})`));
    }
    if (!slot.ready && ++this.#stillborn >= LIVES && !this.#goesOn(why)) this.#failAll(why);
    this.#advance();
  }

  /** Where this thread takes part it goes on with the workers there are when no more can be started. */
  #goesOn(cause: unknown): boolean {
    if (this.#engine === undefined) return false;
    this.shortfall ??= messageOf(cause);
    return true;
  }

  #failAll(cause: unknown): void {
    this.#stillborn = 0;
    const why = messageOf(cause);
    const waiting = new Set([...this.#queue, ...this.#slots.flatMap(({ tasks }) => tasks)].map(({ call }) => call));
    const error = new EngineError(`workers cannot be started here (${why}): leave out the executor to run in this thread`, { cause });
    for (const call of waiting) call.fail(error);
  }

  /** Forgets a call: what waits is not begun, what runs is stopped between two steps. */
  #drop(call: Call): void {
    this.#queue.splice(0, this.#queue.length, ...this.#queue.filter((task) => task.call !== call));
    for (const { tasks, worker } of this.#slots)
      for (const { id, call: its } of tasks) if (its === call) worker.post({ kind: "abort", id });
  }
}
