import type { Redis } from "ioredis";
import type { SearchData } from "../../trial.js";
import type { Job } from "../executor.js";
import { type BlobReference, type Blobs, RedisBlobs, sharedBlobs } from "./blobs.js";
import type { TrialMessage } from "./message.js";
import { packData } from "./parcel.js";

/** Seconds for which what workers read stays at the least after somebody asked for it. */
const LEAST = 3600;

/** How long results and data stay. */
export const keptFor = (keep: number): number => Math.max(keep, LEAST);

/** What trials need besides their message: data and checkpoints, each brought once. */
export class Luggage {
  readonly #redis: RedisBlobs;
  readonly #shared: Blobs | undefined;
  /** The references of data sets that were brought. */
  readonly #data = new WeakMap<SearchData, Promise<TrialMessage["data"]>>();
  /** What was brought into Redis. */
  readonly #brought = new Map<string, BlobReference>();

  constructor(client: Redis, keep: number, store: string | undefined) {
    this.#redis = new RedisBlobs(client, keptFor(keep));
    this.#shared = store === undefined ? undefined : sharedBlobs(store);
  }

  /** Brings data; `again` where they may have been lost. */
  data(data: SearchData, again = false): Promise<TrialMessage["data"]> {
    const known = again ? undefined : this.#data.get(data);
    if (known !== undefined) return known;
    const brought = (async () => {
      const bytes = packData(data);
      if (this.#shared !== undefined) return { ...(await this.#shared.put(bytes)), shared: true };
      return { ...(await this.#put(bytes)), shared: false };
    })();
    this.#data.set(data, brought);
    // one that failed is tried again
    brought.catch(() => this.#data.delete(data));
    return brought;
  }

  /** Keeps data that are in use. */
  async refresh(data: SearchData): Promise<void> {
    const reference = await this.data(data);
    if (!reference.shared && !(await this.#redis.refresh(reference))) await this.data(data, true);
  }

  async checkpoint({ epoch, checkpoint }: NonNullable<Job["from"]>): Promise<NonNullable<TrialMessage["from"]>> {
    return { ...(await this.#put(checkpoint)), epoch };
  }

  /** The bytes of a checkpoint that a worker brought. */
  async fetch(reference: BlobReference): Promise<Uint8Array> {
    this.#brought.set(reference.hash, reference);
    return this.#redis.get(reference);
  }

  /** Takes away what was brought into Redis. */
  async drop(): Promise<void> {
    for (const reference of this.#brought.values()) await this.#redis.drop(reference);
    this.#brought.clear();
  }

  async #put(bytes: Uint8Array): Promise<BlobReference> {
    const reference = await this.#redis.put(bytes);
    this.#brought.set(reference.hash, reference);
    return reference;
  }
}
