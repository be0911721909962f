import { type Activation, type CheckedRun, logspace, runFromJSON } from "stepsize";
import type { CSVParts } from "stepsize/data";
import { namesOf, type Source, type Splitting } from "../data/read.js";
import { SAMPLE_NAMES, type SampleName } from "../data/samples.js";
import { sizesOf } from "../playground/state.js";
import { quoted } from "../ui/quoted.js";
import { plainOf, readWalker, type Walker, walkerOf } from "../ui/walker.js";

/** All that decides a search, but for files that a person opened: it is in the address. */
export interface State extends Splitting {
  readonly data: SampleName | "file";
  readonly walker: Walker;
  readonly schedule: "none" | "cosine" | "warmup";
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly epochs: number;
  readonly batchSize: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Runs for each rate at the least; undefined: one, and more on small data. */
  readonly repeats?: number;
}

/** As the command line begins. */
const START: State = {
  data: "digits",
  walker: walkerOf("adam"),
  schedule: "none",
  hidden: [64],
  activation: "relu",
  epochs: 30,
  batchSize: 32,
  validation: 0.15,
  test: 0.15,
  seed: 1,
  from: 1e-6,
  to: 1,
  count: 13,
};

/** @throws Error or OptionError that says what is wrong with a link. */
export function readState(value: unknown): State {
  if (value === undefined) return START;
  const given = { ...START, ...(value as Partial<State>) };
  if (given.data !== "file" && !SAMPLE_NAMES.includes(given.data as SampleName)) throw new Error(`there are no data called ${given.data}`);
  const state = { ...given, walker: readWalker(given.walker) };
  ratesOf(state);
  return state;
}

export function ratesOf({ from, to, count }: State): number[] {
  return count === 1 ? [from] : logspace(from, to, count);
}

/** The run that is searched, as the command line makes it of the same settings. */
export function describeRun(state: State, parts: CSVParts): CheckedRun {
  const { walker, schedule, hidden, activation, epochs, seed } = state;
  const { inputs, outputs, classes } = sizesOf(parts);
  const batchSize = Math.min(state.batchSize, parts.training.rows);
  const steps = Math.ceil(parts.training.rows / batchSize) * epochs;
  const { learningRate: _, ...core } = plainOf({ ...walker, around: "" });
  const ahead = Math.max(1, Math.round(steps / 20));
  const rates = {
    none: undefined,
    cosine: { kind: "cosine", rate: 1, steps },
    warmup: { kind: "warmup", steps: ahead, then: { kind: "cosine", rate: 1, steps: Math.max(1, steps - ahead) } },
  }[schedule];
  const optimizer = rates === undefined ? core : { ...core, learningRate: rates };
  return runFromJSON({
    model: { kind: "mlp", inputs, hidden, outputs, activation },
    loss: classes ? "crossEntropy" : "meanSquared",
    optimizer: walker.around === "" ? optimizer : { kind: walker.around, optimizer },
    batchSize,
    epochs,
    seed,
  });
}

/** A command line that does the same. */
export function commandOf(command: "search" | "train", state: State, source: Source, run: CheckedRun | undefined, rate?: number): string {
  if (state.walker.around !== "") return `# the command line has no ${state.walker.around}`;
  return ["stepsize", command, ...wordsOf(command, state, source, run, rate)].map(quoted).join(" ");
}

/** Its words. */
export function wordsOf(
  command: "search" | "train",
  state: State,
  source: Source,
  run: CheckedRun | undefined,
  rate?: number,
): readonly string[] {
  const { file, target, missing } = namesOf(source);
  const { walker, schedule, hidden, activation, epochs, batchSize, seed, from, to, count, repeats } = state;
  const ahead = run === undefined ? undefined : (run.optimizer as unknown as { learningRate: { steps: number } }).learningRate.steps;
  const options = walker.kind === "sgd" && walker.options["momentum"] === undefined ? { momentum: 0, ...walker.options } : walker.options;
  return [
    ...[file, "--target", target],
    ...(missing === "error" ? [] : ["--missing", missing]),
    ...(hidden.join() === "64" ? [] : ["--hidden", hidden.join(",")]),
    ...(activation === "relu" ? [] : ["--activation", activation]),
    ...(walker.kind === "adam" ? [] : ["--optimizer", walker.kind]),
    ...Object.entries(options).flatMap(([name, value]) => [
      "--set",
      `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`,
    ]),
    ...(schedule === "none" ? [] : ["--schedule", "cosine"]),
    ...(schedule === "warmup" && ahead !== undefined ? ["--warmup", String(ahead)] : []),
    ...(epochs === 30 ? [] : ["--epochs", String(epochs)]),
    ...(batchSize === 32 ? [] : ["--batch-size", String(batchSize)]),
    ...(seed === 1 ? [] : ["--seed", String(seed)]),
    ...(rate !== undefined
      ? ["--rate", String(rate)]
      : from === 1e-6 && to === 1 && count === 13
        ? []
        : ["--rates", `${from}:${to}:${count}`]),
    ...(command === "train" || repeats === undefined ? [] : ["--repeats", String(repeats)]),
  ];
}
