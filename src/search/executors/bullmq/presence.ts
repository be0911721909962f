import { randomUUID } from "node:crypto";
import { coreHash, version } from "../../../generated/hash.js";
import { throwFirst } from "./blobs.js";
import type { Connections } from "./connection.js";
import { lastingError, QueueError } from "./errors.js";
import { keys } from "./keys.js";
import type { QueueNotice, Roster } from "./types.js";

/** Milliseconds between two signs of life. */
const BEAT = 5000;
/** Milliseconds without an answer of Redis before a person is told. */
const SILENCE = 3000;
/** Seconds after the last sign of life until somebody counts as gone. */
const LIFE = 30;

/** Trials of other versions, or of other kernels, may have other bits. */
const OWN = `${version}, core ${coreHash}`;

/** That somebody is there, told to the others as long as it lives, and what is noticed on that occasion. */
export class Presence {
  readonly #connections: Connections;
  readonly #kind: "worker" | "producer";
  readonly #name = randomUUID();
  readonly #slots: number;
  readonly #notice: (notice: QueueNotice) => void;
  readonly #fail: (error: QueueError) => void;
  readonly #onBeat: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  /** Since when Redis does not answer. */
  #silent: number | undefined;
  #left = false;

  /**
   * @param slots the trials that a worker runs side by side; 0 of a producer.
   * @param hooks `beat` is called with every sign of life, and after an interruption.
   */
  constructor(
    connections: Connections,
    kind: "worker" | "producer",
    slots: number,
    hooks: { notice(notice: QueueNotice): void; fail(error: QueueError): void; beat(): Promise<void> },
  ) {
    this.#connections = connections;
    this.#kind = kind;
    this.#slots = slots;
    this.#notice = hooks.notice;
    this.#fail = hooks.fail;
    this.#onBeat = hooks.beat;
    connections.client.on("close", () => this.#silence());
    connections.client.on("ready", () => {
      if (this.#silent !== undefined) this.#beatNow();
    });
  }

  /** @throws QueueError where others of another version are. */
  async enter(): Promise<void> {
    try {
      await this.#announce();
    } catch (error) {
      this.#left = true;
      throw error;
    }
    this.#timer = setTimeout(() => this.#beatNow(), BEAT);
  }

  async leave(): Promise<void> {
    this.#left = true;
    clearTimeout(this.#timer);
    await this.#connections.client.multi().srem(keys.names(this.#kind), this.#name).unlink(this.#own).exec();
  }

  /** The workers that are there. */
  async roster(): Promise<Roster> {
    const all = await this.#there("worker");
    return { workers: all.length, slots: all.reduce((sum, slots) => sum + slots, 0) };
  }

  /** Whether nobody else has work to be done. */
  async isAlone(): Promise<boolean> {
    return (await this.#there("producer")).length <= (this.#left ? 0 : 1);
  }

  get #own(): string {
    return keys[this.#kind](this.#name);
  }

  /** The numbers of those that are there; who is gone is forgotten. */
  async #there(kind: "worker" | "producer"): Promise<number[]> {
    const { client } = this.#connections;
    const names = await client.smembers(keys.names(kind));
    if (names.length === 0) return [];
    const found = await client.mget(names.map((name) => keys[kind](name)));
    const gone = names.filter((_, i) => found[i] === null);
    if (gone.length > 0) await client.srem(keys.names(kind), ...gone);
    return found.flatMap((text) => (text === null ? [] : [Number(text)]));
  }

  async #announce(): Promise<void> {
    const { client, place } = this.#connections;
    const names = keys.names(this.#kind);
    const answers = await client
      .multi()
      .set(keys.version, OWN, "EX", 2 * LIFE, "NX")
      .get(keys.version)
      .exec();
    throwFirst(answers);
    const there = answers?.[1]?.[1];
    if (there !== OWN)
      throw new QueueError(
        `Redis at ${place} serves stepsize ${there}, this is ${OWN}: use the same version on all machines, or another database, as in redis://host:port/1`,
      );
    await client
      .multi()
      .expire(keys.version, 2 * LIFE)
      .set(this.#own, this.#slots, "EX", LIFE)
      .sadd(names, this.#name)
      .expire(names, 2 * LIFE)
      .exec()
      .then(throwFirst);
  }

  #beatNow(): void {
    clearTimeout(this.#timer);
    void this.#beat();
  }

  async #beat(): Promise<void> {
    const late = setTimeout(() => this.#silence(), SILENCE);
    try {
      await this.#announce();
      clearTimeout(late);
      if (this.#left) return;
      if (this.#silent !== undefined) {
        const seconds = Math.round((performance.now() - this.#silent) / 1000);
        this.#silent = undefined;
        this.#notice({ kind: "back", text: `Redis at ${this.#connections.place} is there again after ${seconds} s` });
      }
      await this.#onBeat();
    } catch (error) {
      const lasting = error instanceof QueueError ? error : lastingError(error, this.#connections.place);
      if (lasting !== undefined && !this.#left) this.#fail(lasting);
      // others pass: the next sign of life tells
    } finally {
      clearTimeout(late);
      if (!this.#left) this.#timer = setTimeout(() => this.#beatNow(), BEAT);
    }
  }

  #silence(): void {
    if (this.#left || this.#silent !== undefined) return;
    this.#silent = performance.now();
    this.#notice({ kind: "waiting", text: `waiting for Redis at ${this.#connections.place}, which does not answer` });
  }
}
