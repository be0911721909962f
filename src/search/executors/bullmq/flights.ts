import type { Queue } from "bullmq";
import { errorOf } from "../../../options/plain-error.js";
import type { EpochRecord } from "../../../training/records.js";
import { dataFingerprint } from "../../ledger.js";
import type { TrialResult } from "../../trial.js";
import type { Job, Work } from "../executor.js";
import { throwFirst } from "./blobs.js";
import type { Connections } from "./connection.js";
import { QueueError } from "./errors.js";
import { jobKey, keys } from "./keys.js";
import type { Luggage } from "./luggage.js";
import { idOf, readAnswer, type TrialAnswer, writeMessage } from "./message.js";

/** A call of `run`. */
interface Call {
  readonly work: Work;
  /** The fingerprint of its data. */
  readonly data: string;
  fail(error: unknown): void;
}

/** A trial that somebody asked for. */
interface Task {
  readonly job: Job;
  readonly call: Call;
  done(result: TrialResult): void;
}

/** A trial on the queue, or with a worker. */
interface Flight {
  readonly id: string;
  readonly tasks: Set<Task>;
  /** The last epoch that was told. */
  told: number;
  /** How often it came back without an answer. */
  returns: number;
}

/** Trials on the queue for each that workers run side by side, so that none of them waits, and at the least. */
const AHEAD = 4;
const LEAST = 16;
/** As many are asked for, or put on the queue, in one go. */
const BATCH = 100;
/** A trial that came back so often without an answer has a reason. */
const RETURNS = 3;

/** The trials that are on their way, each until its answer is there. */
export class Flights {
  readonly #connections: Connections;
  readonly #queue: Queue;
  readonly #luggage: Luggage;
  readonly #keep: number;
  readonly #slots: () => number;
  readonly #doubt: (error: unknown) => void;
  readonly #waiting: Task[] = [];
  readonly #flights = new Map<string, Flight>();
  /** Those whose answers are there, to be read in one go. */
  #landed = new Set<string>();
  #advancing = false;

  /** @param slots how many trials workers run side by side now. */
  constructor(
    connections: Connections,
    queue: Queue,
    luggage: Luggage,
    keep: number,
    slots: () => number,
    doubt: (error: unknown) => void,
  ) {
    this.#connections = connections;
    this.#queue = queue;
    this.#luggage = luggage;
    this.#keep = keep;
    this.#slots = slots;
    this.#doubt = doubt;
  }

  run(jobs: readonly Job[], work: Work): Promise<readonly TrialResult[]> {
    return new Promise((resolve, reject) => {
      const results: TrialResult[] = [];
      let left = jobs.length;
      const end = (settle: () => void) => {
        left = 0;
        work.signal?.removeEventListener("abort", abort);
        settle();
      };
      const call: Call = {
        work,
        data: dataFingerprint(work.data),
        fail: (error) => {
          if (left === 0) return;
          end(() => reject(error));
          void this.#drop(call).catch(this.#doubt);
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
        this.#waiting.push({ job, call, done });
      });
      this.#go();
    });
  }

  /** The answer to a trial is there. */
  landed(id: string): void {
    if (!this.#flights.has(id)) return;
    if (this.#landed.size === 0) setImmediate(() => void this.#collect().catch(this.#doubt));
    this.#landed.add(id);
  }

  /** Epochs of a trial that runs. */
  heard(id: string, data: unknown): void {
    const flight = this.#flights.get(id);
    if (flight !== undefined && Array.isArray(data)) this.#tell(flight, data as EpochRecord[]);
  }

  /** A trial came back without an answer, as one whose data are not there any more does. */
  failed(id: string, reason: string): void {
    const flight = this.#flights.get(id);
    if (flight === undefined) return;
    void this.#again(flight, reason).catch(this.#doubt);
  }

  /** Looks after what events do not tell, since they were missed or since Redis lost what it knew. */
  async check(): Promise<void> {
    const { client } = this.#connections;
    for (const data of new Set([...this.#tasks()].map(({ call }) => call.work.data))) await this.#luggage.refresh(data);
    const flights = [...this.#flights.values()];
    for (let i = 0; i < flights.length; i += BATCH) {
      const some = flights.slice(i, i + BATCH);
      const pipeline = client.pipeline();
      for (const { id } of some) pipeline.exists(keys.result(id)).hmget(jobKey(id), "timestamp", "failedReason");
      const answers = await pipeline.exec();
      throwFirst(answers);
      for (const [j, flight] of some.entries()) {
        if (!this.#flights.has(flight.id)) continue;
        const [time, reason] = (answers?.[2 * j + 1]?.[1] ?? []) as (string | null)[];
        if (answers?.[2 * j]?.[1] === 1) this.landed(flight.id);
        else if (typeof reason === "string") await this.#again(flight, reason);
        // it may have landed between the two questions
        else if (time === null && (await client.exists(keys.result(flight.id))) === 0) await this.#add([flight]);
      }
    }
    this.#go();
  }

  /** Ends all calls. */
  async fail(error: unknown): Promise<void> {
    const calls = new Set([...this.#tasks(), ...this.#waiting].map(({ call }) => call));
    for (const call of calls) call.fail(error);
    await this.#drops;
  }

  *#tasks(): Generator<Task> {
    for (const { tasks } of this.#flights.values()) yield* tasks;
  }

  #go(): void {
    if (this.#advancing || this.#waiting.length === 0) return;
    this.#advancing = true;
    void this.#advance()
      .catch(this.#doubt)
      .finally(() => {
        this.#advancing = false;
      });
  }

  /** Puts what waits on the queue, as far as workers need it. */
  async #advance(): Promise<void> {
    for (;;) {
      const room = Math.max(LEAST, AHEAD * this.#slots()) - this.#flights.size;
      const some = this.#waiting.splice(0, Math.min(BATCH, room));
      if (some.length === 0) return;
      const begun: Flight[] = [];
      for (const task of some) {
        const id = idOf(task.job, task.call.data);
        const known = this.#flights.get(id);
        if (known !== undefined) {
          known.tasks.add(task);
          continue;
        }
        const flight = { id, tasks: new Set([task]), told: task.job.from?.epoch ?? 0, returns: 0 };
        this.#flights.set(id, flight);
        begun.push(flight);
      }
      const missing = await this.#read(begun);
      await this.#add(missing);
    }
  }

  async #add(flights: readonly Flight[]): Promise<void> {
    const jobs = [];
    for (const { id, tasks } of flights) {
      const [task] = tasks;
      if (task === undefined) continue;
      const { job, call } = task;
      const { run, rate, repeat, seed, split, until, from } = job;
      try {
        const message = {
          ...{ run, rate, repeat, seed, split },
          ...(until !== undefined && { until }),
          ...(from && { from: await this.#luggage.checkpoint(from) }),
          data: await this.#luggage.data(call.work.data),
          keep: this.#keep,
          listened: [...tasks].some(({ call }) => call.work.onEpoch !== undefined),
        };
        jobs.push({ name: "trial", data: writeMessage(message), opts: { jobId: id, removeOnComplete: true } });
      } catch (error) {
        this.#doubt(error);
        call.fail(error);
      }
    }
    if (jobs.length > 0) await this.#queue.addBulk(jobs);
  }

  async #again(flight: Flight, reason: string): Promise<void> {
    await this.#queue.remove(flight.id);
    const [task] = flight.tasks;
    if (task === undefined) return;
    if (++flight.returns >= RETURNS) {
      const { rate, repeat } = task.job;
      const error = new QueueError(`workers cannot run the trial of rate ${rate}, repeat ${repeat}: ${reason}`);
      for (const { call } of [...flight.tasks]) call.fail(error);
      return;
    }
    await this.#luggage.refresh(task.call.work.data);
    await this.#add([flight]);
  }

  async #collect(): Promise<void> {
    const landed = [...this.#landed].flatMap((id) => this.#flights.get(id) ?? []);
    this.#landed = new Set();
    await this.#read(landed);
    this.#go();
  }

  /** Reads the answers that are there; gives the flights without one. */
  async #read(flights: readonly Flight[]): Promise<Flight[]> {
    if (flights.length === 0) return [];
    const { client } = this.#connections;
    const texts = await client.mget(flights.map(({ id }) => keys.result(id)));
    const spent: string[] = [];
    const missing: Flight[] = [];
    for (const [i, flight] of flights.entries()) {
      const text = texts[i];
      if (typeof text !== "string") {
        missing.push(flight);
        continue;
      }
      const answer = readAnswer(text);
      // what may come out otherwise next time is not kept for it
      if (this.#keep === 0 || "error" in answer || answer.result.lost !== undefined)
        spent.push(keys.result(flight.id), keys.begun(flight.id));
      if (!(await this.#settle(flight, answer))) {
        spent.push(keys.result(flight.id));
        missing.push(flight);
      }
    }
    if (spent.length > 0) await client.unlink(spent);
    return missing;
  }

  /** False where its checkpoint is not there any more. */
  async #settle(flight: Flight, answer: TrialAnswer): Promise<boolean> {
    if ("error" in answer) {
      this.#flights.delete(flight.id);
      for (const { call } of [...flight.tasks]) call.fail(errorOf(answer.error));
      return true;
    }
    const checkpoint = answer.checkpoint && (await this.#luggage.fetch(answer.checkpoint).catch(() => null));
    if (checkpoint === null) return false;
    // somebody else may have been here meanwhile
    if (!this.#flights.delete(flight.id)) return true;
    this.#tell(flight, answer.result.history);
    const result = { ...answer.result, ...(checkpoint && { checkpoint }) };
    for (const task of flight.tasks) {
      this.#listen(task, () => task.call.work.onTrial?.(task.job, result));
      task.done(result);
    }
    return true;
  }

  /** Tells epochs that were not told yet. */
  #tell(flight: Flight, epochs: readonly EpochRecord[]): void {
    for (const epoch of epochs) {
      if (epoch.epoch <= flight.told) continue;
      flight.told = epoch.epoch;
      for (const task of [...flight.tasks]) this.#listen(task, () => task.call.work.onEpoch?.(task.job, epoch));
    }
  }

  /** What a listener throws ends its search, as it does in one thread. */
  #listen({ call }: Task, listener: () => void): void {
    try {
      listener();
    } catch (error) {
      call.fail(error);
    }
  }

  #drops: Promise<unknown> = Promise.resolve();

  /** Forgets a call, and takes what nobody else asks for off the queue; what runs goes on, and its result is kept. */
  #drop(call: Call): Promise<void> {
    this.#waiting.splice(0, this.#waiting.length, ...this.#waiting.filter((task) => task.call !== call));
    const unwanted: string[] = [];
    for (const flight of this.#flights.values()) {
      for (const task of flight.tasks) if (task.call === call) flight.tasks.delete(task);
      if (flight.tasks.size > 0) continue;
      this.#flights.delete(flight.id);
      unwanted.push(flight.id);
    }
    const dropped = Promise.all(unwanted.map((id) => this.#queue.remove(id))).then(() => {});
    this.#drops = Promise.allSettled([this.#drops, dropped]);
    return dropped;
  }
}
