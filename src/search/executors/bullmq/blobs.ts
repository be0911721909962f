import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { QueueError } from "./errors.js";
import { keys } from "./keys.js";

/** Bytes that lie somewhere under the hash of their contents. */
export interface BlobReference {
  /** The SHA-256 in hexadecimal digits. */
  readonly hash: string;
  readonly bytes: number;
}

/** A place where bytes are kept under their hash, and checked by it when they are read. */
export interface Blobs {
  /** Brings bytes there, unless they are there already. */
  put(bytes: Uint8Array): Promise<BlobReference>;
  /** @throws MissingBlobError */
  get(reference: BlobReference): Promise<Uint8Array>;
}

/** What is not there, or not what it should be: whoever has it must bring it again. */
export class MissingBlobError extends QueueError {}

function referenceTo(bytes: Uint8Array): BlobReference {
  return { hash: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

function checked(bytes: Uint8Array, { hash, bytes: count }: BlobReference, where: string): Uint8Array {
  if (bytes.length !== count || referenceTo(bytes).hash !== hash)
    throw new MissingBlobError(`what lies in ${where} under ${hash} is not that: its hash differs`);
  return bytes;
}

const CHUNK = 1 << 20;

/** In Redis, as the fields of a hash, a megabyte each; `size` comes last, so that what is half there is not taken for the whole. */
export class RedisBlobs implements Blobs {
  readonly #client: Redis;
  /** Seconds for which they stay after they were last put. */
  readonly #keep: number;

  constructor(client: Redis, keep: number) {
    this.#client = client;
    this.#keep = keep;
  }

  async put(bytes: Uint8Array): Promise<BlobReference> {
    const reference = referenceTo(bytes);
    const key = keys.blob(reference.hash);
    if (await this.refresh(reference)) return reference;
    for (let i = 0; i * CHUNK < bytes.length; i++) {
      const { buffer, byteOffset } = bytes.subarray(i * CHUNK);
      const chunk = Buffer.from(buffer, byteOffset, Math.min(CHUNK, bytes.length - i * CHUNK));
      await this.#client.multi().hset(key, String(i), chunk).expire(key, this.#keep).exec().then(throwFirst);
    }
    await this.#client.hset(key, "size", bytes.length);
    return reference;
  }

  /** Keeps them for longer; false where they are not. */
  async refresh({ hash, bytes }: BlobReference): Promise<boolean> {
    const key = keys.blob(hash);
    const answers = await this.#client.multi().hget(key, "size").hlen(key).expire(key, this.#keep).exec();
    throwFirst(answers);
    const [size, fields] = answers?.map(([, answer]) => answer) ?? [];
    return Number(size) === bytes && fields === Math.ceil(bytes / CHUNK) + 1;
  }

  async get(reference: BlobReference): Promise<Uint8Array> {
    const key = keys.blob(reference.hash);
    const bytes = new Uint8Array(reference.bytes);
    for (let i = 0; i * CHUNK < bytes.length; i++) {
      const chunk = await this.#client.hgetBuffer(key, String(i));
      if (chunk === null || chunk.length !== Math.min(CHUNK, bytes.length - i * CHUNK))
        throw new MissingBlobError(`Redis does not have the data ${reference.hash} any more`);
      bytes.set(chunk, i * CHUNK);
    }
    return checked(bytes, reference, "Redis");
  }

  async drop({ hash }: BlobReference): Promise<void> {
    await this.#client.unlink(keys.blob(hash));
  }
}

/** The first error among the answers of a transaction. */
export function throwFirst(answers: readonly [error: Error | null, answer: unknown][] | null): void {
  for (const [error] of answers ?? []) if (error !== null) throw error;
}

/** A folder that all machines share, or a URL below which a server has such a folder, which is only read then. */
export function sharedBlobs(place: string): Blobs {
  return /^https?:\/\//.test(place) ? new UrlBlobs(place) : new FolderBlobs(place);
}

class FolderBlobs implements Blobs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(bytes: Uint8Array): Promise<BlobReference> {
    const reference = referenceTo(bytes);
    const path = join(this.#folder, reference.hash);
    const there = await stat(path).catch(() => undefined);
    if (there?.size === bytes.length) return reference;
    const temporary = `${path}.${randomUUID()}`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, path);
    } catch (error) {
      // in what is no folder there is nothing to remove either
      await rm(temporary, { force: true }).catch(() => {});
      throw new QueueError(`cannot write data to ${this.#folder}: ${(error as Error).message}`, { cause: error });
    }
    return reference;
  }

  async get(reference: BlobReference): Promise<Uint8Array> {
    const bytes = await readFile(join(this.#folder, reference.hash)).catch((error) => {
      throw new MissingBlobError(`${this.#folder} does not have the data ${reference.hash}`, { cause: error });
    });
    return checked(bytes, reference, this.#folder);
  }
}

class UrlBlobs implements Blobs {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/*$/, "/");
  }

  async put(bytes: Uint8Array): Promise<BlobReference> {
    const reference = referenceTo(bytes);
    await this.get(reference).catch((error) => {
      const how = "write them with a folder in place of the URL, and bring that to the server";
      throw new QueueError(`${(error as Error).message}: ${how}`, { cause: error });
    });
    return reference;
  }

  async get(reference: BlobReference): Promise<Uint8Array> {
    const { host } = new URL(this.#url);
    const url = new URL(reference.hash, this.#url);
    const answer = await fetch(url).catch((error) => {
      throw new MissingBlobError(`cannot read data from ${host}: ${error.cause?.message ?? error.message}`, { cause: error });
    });
    if (!answer.ok) throw new MissingBlobError(`${host} does not have the data ${reference.hash} (status ${answer.status})`);
    return checked(new Uint8Array(await answer.arrayBuffer()), reference, host);
  }
}
