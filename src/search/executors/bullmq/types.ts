// Apart from what imports the packages, whose types a program without them does not have.

/** A URL, or options, as ioredis takes them. */
export type QueueConnection = string | Readonly<Record<string, unknown>>;

/** A thing to know that is no error: the connection is lost or there again, or there is nobody to work. */
export interface QueueNotice {
  readonly kind: "waiting" | "back" | "noWorkers" | "workers" | "takenOver";
  /** In a sentence without its end. */
  readonly text: string;
}

/** What there is to work with. */
export interface Roster {
  readonly workers: number;
  /** Trials that they run side by side, in all. */
  readonly slots: number;
}
