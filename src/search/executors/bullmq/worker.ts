import { availableParallelism } from "node:os";
import type { Job as QueueJob, Worker } from "bullmq";
import type { Backend } from "../../../engine/engine.js";
import type { StartedWorker } from "../../../engine/workers.js";
import { DisposedError, EngineError } from "../../../options/errors.js";
import { listener } from "../../../options/listeners.js";
import { integer, number, oneOf, optional, readOptions } from "../../../options/options.js";
import type { EpochRecord } from "../../../training/records.js";
import { dataFingerprint } from "../../ledger.js";
import type { SearchData, TrialResult } from "../../trial.js";
import { type WorkersExecutor, type WorkersOptions, workersExecutor } from "../workers.js";
import { type Blobs, MissingBlobError, RedisBlobs, sharedBlobs, throwFirst } from "./blobs.js";
import { type Connections, connect, library, placeOf } from "./connection.js";
import { lastingError, QueueError } from "./errors.js";
import { connectionField, place } from "./fields.js";
import { Gate } from "./gate.js";
import { keys, PREFIX, QUEUE } from "./keys.js";
import { keptFor } from "./luggage.js";
import { failure, idOf, lostTrial, readMessage, type TrialAnswer, type TrialMessage, writeAnswer } from "./message.js";
import { unpackData } from "./parcel.js";
import { Presence } from "./presence.js";
import type { QueueConnection, QueueNotice } from "./types.js";

export interface BullmqWorkerOptions {
  /** Where Redis is: a URL as `redis://user:password@host:port/0`, `rediss://` for TLS, or options of ioredis. */
  connection: QueueConnection;
  /** How many trials run side by side, each in a thread of its own, from 1. Default: the number of processors. */
  concurrency?: number;
  /** Where trials run: `"wasm"` or `"js"`. Default: wasm if available. */
  backend?: Backend;
  /** The folder or URL where data lie that are not in Redis, as this machine calls it. Default: none. */
  store?: string;
  /** Starts a thread on the file `stepsize/trial-worker`, for bundlers that do not find it by themselves. Default: the file beside this one. */
  start?: () => StartedWorker;
  /** Seconds after which the trials of a worker that gives no sign of life are given to another, at least 1. Default: 30. */
  takeOver?: number;
  /** Called with what a person should know: the connection is lost or there again, a trial was taken over. */
  onNotice?: (notice: QueueNotice) => void;
}

/** A worker on a queue. */
export interface BullmqWorker extends AsyncDisposable {
  readonly concurrency: number;
  /** Trials that were run to their end here. */
  readonly trials: number;
  /** Connects and begins to work; gives host, port and database. */
  open(): Promise<string>;
  /** Rejects when the worker cannot go on; resolves when it is closed. */
  readonly ended: Promise<void>;
  /** Gives trials that are under way back to the queue, and ends. */
  close(): Promise<void>;
}

/**
 * Runs trials that `bullmqExecutor` puts on a queue, until it is closed: on as many machines as there are, all with the same version of stepsize. What runs is data
 * and no code: run documents, rows and numbers, each checked by its hash.
 *
 * Each trial runs in a thread. One that has ended three workers is not begun again: its result says that it is lost. While Redis cannot be reached a worker waits and
 * keeps what it has done.
 *
 * @throws OptionError for a wrong option; QueueError, from `open` and `ended`, where Redis cannot be reached at first, refuses the password, is full, or serves
 *   another version of stepsize.
 * @example
 * import { bullmqWorker } from "stepsize/bullmq";
 *
 * const worker = bullmqWorker({ connection: "redis://localhost:6379/0", concurrency: 2 });
 * await worker.open();
 * process.once("SIGTERM", () => worker.close());
 * await worker.ended;
 */
export function bullmqWorker(options: BullmqWorkerOptions): BullmqWorker {
  const checked = readOptions<BullmqWorkerOptions>("bullmqWorker", options, {
    connection: connectionField,
    concurrency: integer(availableParallelism(), { min: 1, max: 1024 }),
    backend: optional(oneOf<Backend>(undefined, ["wasm", "js"])),
    store: optional(place),
    start: listener<() => StartedWorker>(),
    takeOver: number(30, { min: 1 }),
    onNotice: listener<(notice: QueueNotice) => void>(),
  });
  placeOf(checked.connection);
  return new TrialWorker(checked);
}

/** A trial is lost that was begun so often without coming to an end, and as often again as workers are seen to end without its like being to blame. */
const LIVES = 3;
/** Of a trial beside which its process ran no other. */
const ALONE = "alone";
/** Seconds for which it is known how often. */
const MEMORY = 86_400;
/** Milliseconds between two words on the epochs of a trial. */
const PAUSE = 250;
/** Data sets that a worker holds. */
const SETS = 3;
/** Milliseconds for giving trials back. */
const TIDY = 5000;

/** What is connected. */
interface Opened {
  readonly connections: Connections;
  readonly presence: Presence;
  readonly worker: Worker;
}

class TrialWorker implements BullmqWorker {
  readonly concurrency: number;
  readonly #options: Readonly<BullmqWorkerOptions>;
  readonly #notice: (notice: QueueNotice) => void;
  readonly #pool: WorkersExecutor;
  readonly #gate = new Gate();
  readonly #stop = new AbortController();
  readonly #data = new Map<string, Promise<SearchData>>();
  readonly #shared: Blobs | undefined;
  readonly ended: Promise<void>;
  #end: { resolve(): void; reject(error: unknown): void } = { resolve: () => {}, reject: () => {} };
  #opening: Promise<Opened> | undefined;
  #closing: Promise<void> | undefined;
  #trials = 0;

  constructor(options: Readonly<BullmqWorkerOptions>) {
    const { concurrency, backend, store, start, onNotice } = options;
    this.#options = options;
    this.concurrency = concurrency as number;
    this.#notice = onNotice ?? (() => {});
    this.#pool = workersExecutor({
      workers: this.concurrency,
      ...(backend && { backend }),
      ...(start && { start }),
    } satisfies WorkersOptions);
    this.#shared = store === undefined ? undefined : sharedBlobs(store);
    this.ended = new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
    });
    // who does not listen is not to be ended by it
    this.ended.catch(() => {});
  }

  get trials(): number {
    return this.#trials;
  }

  async open(): Promise<string> {
    if (this.#closing !== undefined) throw new DisposedError("worker");
    this.#opening ??= this.#connect();
    return (await this.#opening).connections.place;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(): Promise<Opened> {
    const { Worker, WaitingError } = await library();
    const connections = await connect(this.#options.connection, (error) => this.#fail(error));
    const hooks = { notice: this.#notice, fail: (error: QueueError) => this.#fail(error), beat: async () => {} };
    const presence = new Presence(connections, "worker", this.concurrency, hooks);
    try {
      await presence.enter();
    } catch (error) {
      connections.close();
      throw lastingError(error, connections.place) ?? error;
    }
    this.#pool.prepare(this.concurrency);
    const blobs = new RedisBlobs(connections.client, keptFor(0));
    const lock = 1000 * (this.#options.takeOver as number);
    const process = async (job: QueueJob, token?: string) => {
      try {
        await this.#run(job, connections, blobs);
      } catch (error) {
        const lasting = error instanceof MissingBlobError ? undefined : lastingError(error, connections.place);
        if (lasting !== undefined) this.#fail(lasting);
        if (lasting === undefined && !this.#stop.signal.aborted) throw error;
        // another worker has it at once, where Redis takes anything
        await job.moveToWait(token as string).catch(() => {});
        throw new WaitingError();
      }
    };
    const worker = new Worker(QUEUE, process, {
      ...{ prefix: PREFIX, connection: connections.client, skipVersionCheck: true, concurrency: this.concurrency },
      ...{ lockDuration: lock, stalledInterval: lock / 2, runRetryDelay: 1000 },
      // how often one may die is counted here, since one that was silent has not
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    worker.on("stalled", (id) => this.#notice({ kind: "takenOver", text: `took over trial ${id}, whose worker gives no sign of life` }));
    worker.on("error", (error) => {
      const lasting = lastingError(error, connections.place);
      if (lasting !== undefined) this.#fail(lasting);
    });
    return { connections, presence, worker };
  }

  #fail(error: QueueError): void {
    this.#end.reject(error);
    void this.close();
  }

  async #close(): Promise<void> {
    this.#stop.abort(new DisposedError("worker"));
    const opened = await this.#opening?.catch(() => undefined);
    if (opened !== undefined) {
      const { connections, presence, worker } = opened;
      const tidy = Promise.allSettled([worker.close(), presence.leave()]);
      // without Redis others take over in time
      await Promise.race([tidy, new Promise((resolve) => setTimeout(resolve, TIDY).unref())]);
      connections.close();
    }
    this.#pool.dispose();
    this.#end.resolve();
  }

  async #run(job: QueueJob, { client }: Connections, blobs: RedisBlobs): Promise<void> {
    const id = job.id as string;
    const message = readMessage(job.data);
    const begun = keys.begun(id);
    const answers = await client.multi().smembers(begun).get(keys.innocent).exists(keys.result(id)).exec();
    throwFirst(answers);
    const [marks, innocent, known] = (answers ?? []).map(([, answer]) => answer) as [string[], string | null, number];
    if (known === 1) return;
    const suspect = marks.length > 0;
    const mark = `${crypto.randomUUID()} ${suspect || this.concurrency === 1 ? ALONE : "beside others"}`;
    await client.multi().sadd(begun, mark).expire(begun, MEMORY).exec().then(throwFirst);
    try {
      const lost = marks.length >= LIVES + Number(innocent) ? `its run ended ${marks.length} workers` : undefined;
      const answer = lost === undefined ? await this.#answer(job, id, message, suspect, blobs) : { result: lostTrial(message, lost) };
      await client.multi().set(keys.result(id), writeAnswer(answer), "EX", keptFor(message.keep)).unlink(begun).exec().then(throwFirst);
      const shown = lost === undefined ? marks.filter((other) => other.endsWith(ALONE)).length : 0;
      if (shown > 0) await client.multi().incrby(keys.innocent, shown).expire(keys.innocent, keptFor(0)).exec().then(throwFirst);
      this.#trials++;
    } catch (error) {
      // this worker lives
      await client.srem(begun, mark);
      throw error;
    }
  }

  /** Runs a trial; alone in this process, if one of its kind did not come to its end: what ends the process is then known. */
  async #answer(job: QueueJob, id: string, message: TrialMessage, suspect: boolean, blobs: RedisBlobs): Promise<TrialAnswer> {
    const leave = await (suspect ? this.#gate.alone() : this.#gate.together());
    try {
      const data = await this.#dataOf(message, blobs);
      if (idOf(message as never, dataFingerprint(data)) !== id) throw new QueueError(`trial ${id} is not what its id says`);
      const { from, listened } = message;
      const checkpoint = from && { epoch: from.epoch, checkpoint: await blobs.get(from) };
      const { run, rate, repeat, seed, split, until } = message;
      const own = {
        ...{ run, rate, repeat, seed, split },
        ...(until !== undefined && { until }),
        ...(checkpoint && { from: checkpoint }),
      };
      const told = listened ? progressOf(job) : undefined;
      const [result] = await this.#pool.run([own], {
        data,
        signal: this.#stop.signal,
        ...(told && { onEpoch: (_, epoch) => told(epoch) }),
      });
      const { checkpoint: bytes, ...rest } = result as TrialResult;
      return { result: rest, ...(bytes && { checkpoint: await blobs.put(bytes) }) };
    } catch (error) {
      if (this.#stop.signal.aborted || error instanceof QueueError || lastingError(error, "") !== undefined) throw error;
      // a thread that ends has a name in the pool's message
      if (error instanceof EngineError && error.message.startsWith("the trial of")) return { result: lostTrial(message, error.message) };
      return failure(error);
    } finally {
      leave();
    }
  }

  #dataOf({ data }: TrialMessage, blobs: Blobs): Promise<SearchData> {
    const { hash, shared } = data;
    const known = this.#data.get(hash);
    // the one that was used last is the last to go
    this.#data.delete(hash);
    const source = shared ? this.#shared : blobs;
    if (source === undefined)
      throw new MissingBlobError("data are not in Redis but in a shared store: start the worker with --store and its folder or URL");
    const got = known ?? source.get(data).then(unpackData);
    this.#data.set(hash, got);
    got.catch(() => this.#data.delete(hash));
    for (const old of [...this.#data.keys()].slice(0, -SETS)) this.#data.delete(old);
    return got;
  }
}

/** Tells epochs, those of a quarter of a second in one go. */
function progressOf(job: QueueJob): (epoch: EpochRecord) => void {
  let untold: EpochRecord[] = [];
  let last = performance.now();
  return (epoch) => {
    untold.push(epoch);
    if (performance.now() - last < PAUSE) return;
    last = performance.now();
    // one that nobody waits for any more is not there
    void job.updateProgress(untold as object[]).catch(() => {});
    untold = [];
  };
}
