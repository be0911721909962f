/** In front of every key. The braces put all of them into one slot of a Redis Cluster. */
export const PREFIX = "{stepsize}";
export const QUEUE = "trials";

const under = (kind: string) => (name: string) => `${PREFIX}:${kind}:${name}`;

/** What stands in Redis besides the keys of BullMQ's queue; each has a time after which it is gone. */
export const keys = {
  /** Result of a trial, by its id. */
  result: under("result"),
  /** The marks of those that began a trial and have not come to its end. */
  begun: under("begun"),
  /** How many workers ended with trials that were sound, as they showed later. */
  innocent: `${PREFIX}:innocent`,
  /** Bytes under their hash, in chunks. */
  blob: under("blob"),
  /** The version that all who use this Redis have. */
  version: `${PREFIX}:version`,
  /** The names of those that are there, and a key of each for as long as it lives. */
  names: under("names"),
  worker: under("worker"),
  producer: under("producer"),
} as const;

/** The key of BullMQ's job. */
export const jobKey = under(QUEUE);
