import type { Redis, RedisOptions } from "ioredis";
import { EngineError, OptionError } from "../../../options/errors.js";
import { show } from "../../../options/options.js";
import { connectError, lastingError, type QueueError } from "./errors.js";
import type { QueueConnection } from "./types.js";

/** Connections to one Redis. */
export interface Connections {
  /** Host, port and database, without user and password. */
  readonly place: string;
  readonly client: Redis;
  /** Another one, for commands that block. */
  another(): Redis;
  close(): void;
}

/** Milliseconds between attempts to reconnect, at the most. */
const PAUSE = 2000;

/**
 * Connects, and fails at once where that cannot be; a connection that is lost later is made again for as long as it takes, and commands wait for it.
 *
 * @param lasting called with an error that waiting does not help against.
 */
export async function connect(connection: QueueConnection, lasting: (error: QueueError) => void): Promise<Connections> {
  const { Redis } = await library();
  const place = placeOf(connection);
  let settled = false;
  // BullMQ's own copies of a connection end with it
  let closed = false;
  const options = {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt: number) => (settled && !closed ? Math.min(PAUSE, 50 << Math.min(attempt, 8)) : null),
    // a server that loads its data is asked again at most every so often
    maxLoadingRetryTime: PAUSE,
  } satisfies RedisOptions;
  const client = typeof connection === "string" ? new Redis(connection, options) : new Redis({ ...connection, ...options });
  const opened = [client];
  const watch = (redis: Redis) => {
    redis.on("error", (error) => {
      const known = lastingError(error, place);
      if (settled && known !== undefined) lasting(known);
    });
  };
  watch(client);
  let reason: unknown;
  client.on("error", (error) => {
    reason ??= error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw connectError(reason ?? error, place);
  }
  settled = true;
  return {
    place,
    client,
    another: () => {
      const more = client.duplicate();
      watch(more);
      opened.push(more);
      return more;
    },
    close: () => {
      closed = true;
      for (const one of opened) one.disconnect();
    },
  };
}

/** The libraries, which a program that uses this installs. */
export async function library() {
  try {
    return await import("./library.js");
  } catch (error) {
    throw new EngineError("stepsize/bullmq needs two packages beside it: npm install bullmq ioredis", { cause: error });
  }
}

const SCHEMES = new Set(["redis:", "rediss:"]);

/** Where a connection leads, in words that may be shown. @throws OptionError for what is none. */
export function placeOf(connection: QueueConnection): string {
  const example = "a URL as redis://host:port/0, or rediss:// for TLS";
  if (typeof connection === "string") {
    const url = URL.canParse(connection) ? new URL(connection) : undefined;
    // what cannot be read may hold a password, and is not shown
    if (url === undefined || !SCHEMES.has(url.protocol) || url.hostname === "" || !/^\/?\d*$/.test(url.pathname))
      throw new OptionError("queue.connection", undefined, `must be ${example}`);
    return `${url.hostname}:${url.port || 6379}/${url.pathname.slice(1) || 0}`;
  }
  if (typeof connection !== "object" || connection === null)
    throw new OptionError("queue.connection", undefined, `must be ${example}, or options of ioredis, got ${typeof connection}`);
  const { host = "127.0.0.1", port = 6379, db = 0, path, sentinels, name } = connection;
  if (sentinels !== undefined) return `${show(name ?? "mymaster")} by sentinels, database ${db}`;
  return path === undefined ? `${host}:${port}/${db}` : `${path}/${db}`;
}
