import { PageWorker } from "./page-worker.js";

/** What a task does with a message; it may answer as often as it likes. */
export type Serve = (message: never, reply: (message: unknown, transfer?: Transferable[]) => void) => void;

/** A worker that does one kind of task. */
export function startWorker(task: string): Worker {
  return new PageWorker(new URL("worker.js", document.baseURI), { type: "module", name: task });
}

/** Questions to a worker that are answered once each, in order; a new question of the same kind makes an older one that waits needless. */
export class Asking<Question extends { kind: string }, Answer> {
  readonly #worker: Worker;
  #next = 0;
  readonly #latest = new Map<string, number>();
  readonly #open = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();

  constructor(task: string) {
    this.#worker = startWorker(task);
    this.#worker.onmessage = ({ data: { id, answer, error } }) => {
      const open = this.#open.get(id);
      this.#open.delete(id);
      if (error !== undefined) open?.reject(new Error(error));
      else open?.resolve(answer);
    };
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#open.values()) reject(new Error(message || "the worker could not be started"));
      this.#open.clear();
    };
  }

  /** The answer; undefined when the same kind of question was asked again before it came. */
  async ask(question: Question): Promise<Answer | undefined> {
    const id = this.#next++;
    this.#latest.set(question.kind, id);
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#worker.postMessage({ id, question });
    });
    return this.#latest.get(question.kind) === id ? answer : undefined;
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** A task that answers each question once. */
export function answering<Question, Answer>(answer: (question: Question) => Answer | Promise<Answer>) {
  return async ({ id, question }: { id: number; question: Question }, reply: (message: unknown) => void): Promise<void> => {
    try {
      reply({ id, answer: await answer(question) });
    } catch (error) {
      reply({ id, error: (error as Error).message });
    }
  };
}
