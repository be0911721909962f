import { type RunningWorker, startProgram } from "../../engine/workers.js";
import { DisposedError, EngineError } from "../../options/errors.js";
import { errorOf } from "../../options/plain-error.js";
import type { StepRecord, TrainProgress } from "../records.js";
import { type FromWorker, type Requests, STOPPED, type Standing, type ToWorker } from "./protocol.js";

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What is heard while an epoch is under way. */
export interface Listeners {
  onStep?: ((step: StepRecord) => void) | undefined;
  onProgress?: ((progress: TrainProgress) => void) | undefined;
}

/** That a request ended since it was asked to. */
export class StoppedByRequest extends Error {}

/** Requests to a worker and their answers. */
export class Connection {
  readonly #worker: RunningWorker<ToWorker>;
  readonly #pending = new Map<number, Pending>();
  readonly #onStanding: (standing: Standing) => void;
  #listeners: Listeners = {};
  #last = 0;
  #dead: Error | undefined;

  constructor(program: string, onStanding: (standing: Standing) => void) {
    this.#onStanding = onStanding;
    this.#worker = startProgram(program, {
      hear: (message: FromWorker) => this.#hear(message),
      died: (why) => this.#end(new EngineError(`the worker that trains is dead (${why}): start another, and restore a checkpoint`)),
    });
  }

  ask<K extends keyof Requests>(request: K, argument: Requests[K]["argument"]): Promise<Requests[K]["result"]> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#worker.keep(true);
      this.#pending.set(id, { resolve, reject });
      try {
        this.#worker.post({ id, request, argument });
      } catch (error) {
        this.#settle(id);
        reject(error);
      }
    });
  }

  /** Asks a training that is under way to stop, where no memory says so. */
  stop(): void {
    this.#worker.post({ id: 0, request: "stop", argument: undefined });
  }

  listen(listeners: Listeners): void {
    this.#listeners = listeners;
  }

  dispose(): void {
    this.#end(new DisposedError("trainer"));
    this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    if ("steps" in message) for (const step of message.steps) this.#listeners.onStep?.(step);
    else if ("progress" in message) this.#listeners.onProgress?.(message.progress);
    else {
      const pending = this.#settle(message.id);
      if (message.standing !== undefined) this.#onStanding(message.standing);
      if (!("error" in message)) pending?.resolve(message.result as never);
      else pending?.reject(message.error === STOPPED ? new StoppedByRequest() : errorOf(message.error));
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.keep(false);
    return pending;
  }

  #end(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
