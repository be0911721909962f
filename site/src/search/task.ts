import { load, searchLearningRate, type TrialResult, type Verdict } from "stepsize";
import { type ReportOptions, renderReport } from "stepsize/report";
import { searchSoFar } from "stepsize/search";
import { workersExecutor } from "stepsize/workers";
import { reportContext } from "../../../src/search/report/report-context.js";
import { readPlan } from "../../../src/search/search.js";
import { namesOf, readParts, type Source } from "../data/read.js";
import type { Computing } from "../ui/engine-note.js";
import { PageLedger } from "./ledger.js";
import { commandOf, describeRun, ratesOf, type State, wordsOf } from "./state.js";

export type Command =
  | { readonly kind: "search"; readonly state: State; readonly source: Source; readonly ledger?: Uint8Array; readonly host: string }
  | { readonly kind: "stop" };

/** A trial that has ended, in a few numbers. */
export interface Ended {
  readonly rate: number;
  /** Of validation rows; undefined where there is none. */
  readonly score?: number;
  /** Of training rows. */
  readonly loss?: number;
  readonly diverged: boolean;
}

export type Message =
  | { readonly kind: "begun"; readonly engine: Computing; readonly workers: number }
  | {
      readonly kind: "progress";
      readonly done: number;
      readonly total: number;
      /** The epoch that each rate under way has reached. */
      readonly running: readonly (readonly [rate: number, epoch: number])[];
      /** Since the last time. */
      readonly ended: readonly Ended[];
    }
  | ({ readonly kind: "answer" } & Answer)
  | { readonly kind: "failed"; readonly message: string; readonly ledger: string };

export interface Answer {
  /** Whether a person stopped it: the answer is then of the rates that had finished. */
  readonly stopped: boolean;
  readonly html: string;
  readonly best: number | null;
  readonly verdicts: readonly { readonly rate: number; readonly verdict: Verdict; readonly runs: number }[];
  /** The command that trains with the best rate. */
  readonly train: string | null;
  readonly seconds: number;
  readonly ledger: string;
}

/** Milliseconds between two messages, at the least. */
const FRAME = 100;

let abort: AbortController | undefined;

export function serve(command: Command, reply: (message: Message) => void): void {
  if (command.kind === "stop") abort?.abort();
  else void search(command, reply);
}

async function search({ state, source, ledger: before, host }: Extract<Command, { kind: "search" }>, reply: (message: Message) => void) {
  abort = new AbortController();
  const { signal } = abort;
  const executor = workersExecutor();
  const started = performance.now();
  let ledger: PageLedger | undefined;
  try {
    const engine = await load();
    reply({ kind: "begun", engine: { backend: engine.backend, reason: engine.reason }, workers: navigator.hardwareConcurrency || 1 });
    const data = await readParts(source, state);
    const run = describeRun(state, data);
    const options: ReportOptions = { run, data, name: namesOf(source).file, engine, host };
    const plan = readPlan({ rates: ratesOf(state), resplit: true, ...(state.repeats !== undefined && { repeats: state.repeats }) });
    ledger = new PageLedger(reportContext({ rates: [] }, options), run, data, plan, wordsOf("search", state, source, run), before);
    const progress = new Progress(reply);
    const result = await searchLearningRate(run, data, {
      ...plan,
      ledger,
      signal,
      executor: {
        remote: true,
        run: (jobs, work) =>
          executor.run(jobs, {
            ...work,
            onTrial(job, trial) {
              progress.end(trial);
              work.onTrial?.(job, trial);
            },
          }),
      },
      onEpoch: ({ rate, epoch, done, total }) => progress.epoch(rate, epoch.epoch, done, total),
    }).catch((error) => {
      if (!signal.aborted) throw error;
      return searchSoFar(run, data, ledger as PageLedger, plan);
    });
    if (result === undefined) throw new Error("Stopped before a rate had finished.");
    progress.tell();
    const best = result.best?.rate ?? null;
    const train = best === null ? null : commandOf("train", state, source, run, best);
    reply({
      kind: "answer",
      stopped: signal.aborted,
      html: renderReport(result, { ...options, ...(train !== null && { next: train }) }),
      best,
      verdicts: result.rates.map(({ rate, verdict, trials }) => ({ rate, verdict, runs: trials.length })),
      train,
      seconds: (performance.now() - started) / 1000,
      ledger: ledger.text,
    });
  } catch (error) {
    reply({ kind: "failed", message: (error as Error).message, ledger: ledger?.text ?? "" });
  } finally {
    executor.dispose();
  }
}

/** Tells the page now and then how far a search is. */
class Progress {
  readonly #reply: (message: Message) => void;
  readonly #running = new Map<number, number>();
  #ended: Ended[] = [];
  #counts = { done: 0, total: 1 };
  #told = 0;

  constructor(reply: (message: Message) => void) {
    this.#reply = reply;
  }

  epoch(rate: number, epoch: number, done: number, total: number): void {
    this.#running.set(rate, epoch);
    this.#counts = { done, total };
    if (performance.now() - this.#told >= FRAME) this.tell();
  }

  end({ rate, kept, history, divergence }: TrialResult): void {
    this.#running.delete(rate);
    const [score, loss] = [kept?.validation?.score, history.at(-1)?.loss];
    this.#ended.push({ rate, diverged: divergence !== null, ...(score !== undefined && { score }), ...(loss !== undefined && { loss }) });
  }

  tell(): void {
    this.#told = performance.now();
    this.#reply({ kind: "progress", ...this.#counts, running: [...this.#running], ended: this.#ended });
    this.#ended = [];
  }
}
