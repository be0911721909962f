import type { EpochRecord, Executor, Job, TrialResult, Work } from "stepsize";
import { startWorker } from "../ui/work.js";
import type { Answer, Order } from "./task.js";

/** Runs trials in workers, as many as there are processors: the results are those of one thread, to the bit. */
export function workersOfPage(count = navigator.hardwareConcurrency || 2): Executor & { readonly count: number; end(): void } {
  const workers: Worker[] = [];
  const known = new WeakMap<Worker, Set<number>>();
  const end = () => {
    for (const worker of workers.splice(0)) worker.terminate();
  };
  return {
    count,
    end,
    run(jobs, work) {
      const results: TrialResult[] = [];
      let [next, open] = [0, jobs.length];
      while (workers.length < Math.min(count, jobs.length)) {
        const worker = startWorker("trials");
        post(worker, { kind: "run", run: JSON.parse(JSON.stringify(work.run)) });
        known.set(worker, new Set());
        workers.push(worker);
      }
      return new Promise((resolve, reject) => {
        const fail = (error: unknown) => {
          end();
          reject(error);
        };
        work.signal?.addEventListener("abort", () => fail(work.signal?.reason), { once: true });
        if (open === 0) resolve(results);
        const give = (worker: Worker) => {
          const id = next++;
          const job = jobs[id];
          if (job === undefined) return;
          send(worker, id, job, work, known.get(worker) as Set<number>);
        };
        for (const worker of workers) {
          worker.onmessage = ({ data }: MessageEvent<Answer>) => {
            const job = jobs[data.id] as Job;
            if ("epoch" in data) work.onEpoch?.(job, data.epoch as EpochRecord);
            else if ("error" in data) fail(new Error(data.error));
            else {
              results[data.id] = data.result;
              work.onTrial?.(job, data.result);
              open--;
              if (open === 0) resolve(results);
              else give(worker);
            }
          };
          worker.onerror = ({ message }) => fail(new Error(message || "a worker could not be started"));
          give(worker);
        }
      });
    },
  };
}

function send(worker: Worker, id: number, { rate, repeat, seed }: Job, work: Work, known: Set<number>): void {
  if (!known.has(repeat)) {
    post(worker, { kind: "data", repeat, data: work.dataOf(repeat) });
    known.add(repeat);
  }
  post(worker, { kind: "trial", id, rate, repeat, seed });
}

function post(worker: Worker, order: Order): void {
  worker.postMessage(order);
}
