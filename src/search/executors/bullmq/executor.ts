import type { Queue, QueueEvents } from "bullmq";
import { DisposedError } from "../../../options/errors.js";
import { listener } from "../../../options/listeners.js";
import { integer, optional, readOptions } from "../../../options/options.js";
import type { TrialResult } from "../../trial.js";
import { type Executor, type Job, refuseFunctions, type Work } from "../executor.js";
import { type Connections, connect, library, placeOf } from "./connection.js";
import { lastingError, type QueueError } from "./errors.js";
import { connectionField, place } from "./fields.js";
import { Flights } from "./flights.js";
import { PREFIX, QUEUE } from "./keys.js";
import { Luggage } from "./luggage.js";
import { Presence } from "./presence.js";
import type { QueueConnection, QueueNotice, Roster } from "./types.js";

export interface BullmqOptions {
  /** Where Redis is: a URL as `redis://user:password@host:port/0`, `rediss://` for TLS, or options of ioredis. */
  connection: QueueConnection;
  /**
   * A folder that all machines share, or a URL below which a server has such a folder: where data lie under their hash, instead of in Redis. Workers are told their
   * own name for it. Default: Redis.
   */
  store?: string;
  /** Seconds for which results stay in Redis, so that another search finds them; 0 clears them away as soon as they are read. Default: 3600. */
  keep?: number;
  /** Called with what a person should know: the connection is lost or there again, there are no workers, there are others. */
  onNotice?: (notice: QueueNotice) => void;
}

/** Trials on a queue. */
export interface BullmqExecutor extends Executor, AsyncDisposable {
  /** Connects, which `run` does by itself; gives what there is to work with. */
  open(): Promise<Roster>;
  /** Takes what waits off the queue, and what nobody else needs out of Redis. */
  close(): Promise<void>;
}

/**
 * Runs the trials of a search on any number of machines: puts them on a queue of BullMQ in Redis, from which workers (`bullmqWorker`, or `stepsize worker`) take
 * them. Results are those of one thread, to the bit.
 *
 * A trial has an id of its content, so that one that is queued, running or done already is not run again. Data are brought once, under the hash of their bytes. A
 * worker that dies, and Redis while it cannot be reached, cost time and no trial; one that ends its worker three times is `lost`, a result with its reason. No more
 * trials are queued than workers need: four for each that they run side by side, at least 16.
 *
 * Needs the packages `bullmq` and `ioredis` beside it. It is for Node.
 *
 * @throws OptionError for a wrong option and, from a run, for a run that holds functions, which cannot be sent (the search then runs in its own thread); QueueError
 *   where Redis cannot be reached at first, refuses the password, is full, or serves another version of stepsize; what `runTrial` throws.
 * @example
 * import { searchLearningRate } from "stepsize";
 * import { bullmqExecutor } from "stepsize/bullmq";
 *
 * const executor = bullmqExecutor({ connection: "redis://localhost:6379/0" });
 * const { best } = await searchLearningRate(run, { training, validation }, { executor });
 * await executor.close();
 */
export function bullmqExecutor(options: BullmqOptions): BullmqExecutor {
  const checked = readOptions<BullmqOptions>("bullmqExecutor", options, {
    connection: connectionField,
    store: optional(place),
    keep: integer(3600, { min: 0 }),
    onNotice: listener<(notice: QueueNotice) => void>(),
  });
  placeOf(checked.connection);
  return new Producer(checked.connection, checked.keep as number, checked.store, checked.onNotice ?? (() => {}));
}

/** Events that BullMQ keeps; what is missed is asked for. */
const EVENTS = 1000;

/** What is connected. */
interface Opened {
  readonly connections: Connections;
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly presence: Presence;
  readonly luggage: Luggage;
  readonly flights: Flights;
}

class Producer implements BullmqExecutor {
  readonly remote = true;
  readonly #connection: QueueConnection;
  readonly #keep: number;
  readonly #store: string | undefined;
  readonly #notice: (notice: QueueNotice) => void;
  #opening: Promise<Opened> | undefined;
  #closed = false;
  #failed: QueueError | undefined;
  #roster: Roster = { workers: 0, slots: 0 };
  /** The number of workers that was told last. */
  #told: number | undefined;

  constructor(connection: QueueConnection, keep: number, store: string | undefined, notice: (notice: QueueNotice) => void) {
    this.#connection = connection;
    this.#keep = keep;
    this.#store = store;
    this.#notice = notice;
  }

  async open(): Promise<Roster> {
    await this.#open();
    return this.#roster;
  }

  async run(jobs: readonly Job[], work: Work): Promise<readonly TrialResult[]> {
    work.signal?.throwIfAborted();
    for (const { run } of jobs) refuseFunctions(run);
    const { flights } = await this.#open();
    if (this.#failed !== undefined) throw this.#failed;
    return flights.run(jobs, work);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    if (opened === undefined) return;
    const { connections, flights, presence, queue, events, luggage } = opened;
    const tidy = async () => {
      await flights.fail(new DisposedError("executor"));
      await presence.leave();
      if (await presence.isAlone()) {
        if (this.#keep === 0) await luggage.drop();
        await clear(connections, queue);
      }
    };
    // without Redis nothing is tidied, and what is there expires
    await Promise.race([tidy().catch(() => {}), pause(TIDY)]);
    connections.close();
    await Promise.allSettled([events.close(), queue.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): Promise<Opened> {
    if (this.#closed) throw new DisposedError("executor");
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  async #connect(): Promise<Opened> {
    const { Queue, QueueEvents } = await library();
    const fail = (error: QueueError) => {
      this.#failed ??= error;
      void opened?.flights.fail(error);
    };
    let opened: Opened | undefined;
    const connections = await connect(this.#connection, fail);
    const hooks = { notice: this.#notice, fail, beat: () => this.#beat(opened) };
    const presence = new Presence(connections, "producer", 0, hooks);
    try {
      await presence.enter();
    } catch (error) {
      connections.close();
      throw lastingError(error, connections.place) ?? error;
    }
    const shared = { prefix: PREFIX, skipVersionCheck: true };
    const queue = new Queue(QUEUE, { ...shared, connection: connections.client, streams: { events: { maxLen: EVENTS } } });
    const events = new QueueEvents(QUEUE, { ...shared, connection: connections.another() });
    const doubt = (error: unknown) => {
      const lasting = lastingError(error, connections.place);
      if (lasting !== undefined) fail(lasting);
    };
    queue.on("error", doubt);
    events.on("error", doubt);
    const luggage = new Luggage(connections.client, this.#keep, this.#store);
    const flights = new Flights(connections, queue, luggage, this.#keep, () => this.#roster.slots, doubt);
    events.on("completed", ({ jobId }) => flights.landed(jobId));
    events.on("progress", ({ jobId, data }) => flights.heard(jobId, data));
    events.on("failed", ({ jobId, failedReason }) => flights.failed(jobId, failedReason));
    opened = { connections, queue, events, presence, luggage, flights };
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), this.#beat(opened)]);
    return opened;
  }

  async #beat(opened: Opened | undefined): Promise<void> {
    if (opened === undefined) return;
    const { connections, presence, flights } = opened;
    this.#roster = await presence.roster();
    const { workers, slots } = this.#roster;
    if (workers !== this.#told) {
      this.#told = workers;
      const { place } = connections;
      if (workers === 0) this.#notice({ kind: "noWorkers", text: `no worker is at ${place}: start some with stepsize worker --queue` });
      else {
        const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
        this.#notice({ kind: "workers", text: `${many(workers, "worker")} at ${place}: ${many(slots, "trial")} side by side` });
      }
    }
    await flights.check();
  }
}

/** Milliseconds for tidying up. */
const TIDY = 5000;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

/** Takes away the keys of BullMQ's queue when nothing is in it; workers that wait do not need them. */
async function clear({ client }: Connections, queue: Queue): Promise<void> {
  const counts = await queue.getJobCounts("wait", "active", "delayed", "prioritized", "failed", "completed");
  if (Object.values(counts).some((count) => count > 0)) return;
  await client.unlink(["meta", "events", "id", "marker", "stalled", "stalled-check"].map((name) => queue.toKey(name)));
}
