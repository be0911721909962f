import type { Activation, CheckedRun } from "stepsize";
import { runFromJSON } from "stepsize";
import type { CSVParts } from "stepsize/data";
import { namesOf, type Source, type Splitting } from "../data/read.js";
import { SAMPLE_NAMES, type SampleName } from "../data/samples.js";
import { quoted } from "../ui/quoted.js";
import { plainOf, readWalker, type Walker, walkerOf } from "../ui/walker.js";

/** A run as its form has it. */
export interface RunState {
  readonly walker: Walker;
  /** Rates that a hand set while it trained: the first step that uses each, from 0. */
  readonly changes: readonly (readonly [step: number, rate: number])[];
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly dropout: number;
  readonly batchSize: number;
  readonly epochs: number;
}

/** All that decides what is seen, but for files that a person opened: it is in the address. */
export interface State extends Splitting {
  /** "file" stands for a file, which no link can bring along. */
  readonly data: SampleName | "file";
  readonly runs: readonly RunState[];
}

const RUN: RunState = {
  walker: walkerOf("adam", 0.01),
  changes: [],
  hidden: [16, 16],
  activation: "tanh",
  dropout: 0,
  batchSize: 32,
  epochs: 100,
};

const START: State = { data: "moons", validation: 0.15, test: 0.15, seed: 1, runs: [RUN] };

/** @throws Error or OptionError that says what is wrong with a link. */
export function readState(value: unknown): State {
  if (value === undefined) return START;
  const { data, validation, test, seed, runs } = { ...START, ...(value as Partial<State>) };
  if (data !== "file" && !SAMPLE_NAMES.includes(data as SampleName)) throw new Error(`there are no data called ${data}`);
  if (!Array.isArray(runs) || runs.length < 1 || runs.length > 2) throw new Error("one or two runs can be shown");
  return { data, validation, test, seed, runs: runs.map((run) => readRunState(run)) };
}

function readRunState(value: Partial<RunState>): RunState {
  const given = { ...RUN, ...value };
  const run = { ...given, walker: readWalker(given.walker) };
  // whatever is wrong with sizes and rates is said by the library
  describeRun(run, 1, { inputs: 2, outputs: 2, classes: true });
  return run;
}

interface Sizes {
  readonly inputs: number;
  readonly outputs: number;
  readonly classes: boolean;
}

export function sizesOf({ training }: CSVParts): Sizes {
  return { inputs: training.columns, outputs: training.outputs, classes: training.task === "classification" };
}

/** The run of a form as plain data. Its rate is one that a hand can set, unless it follows a schedule. */
export function plainRun(run: RunState, seed: number, { inputs, outputs, classes }: Sizes): Record<string, unknown> {
  const { walker, changes, hidden, activation, dropout, batchSize, epochs } = run;
  const schedule = walker.schedule ?? { kind: "manual", rate: walker.rate, ...(changes.length > 0 && { changes }) };
  return {
    model: { kind: "mlp", inputs, hidden, outputs, activation, ...(dropout > 0 && { dropout }) },
    loss: classes ? "crossEntropy" : "meanSquared",
    optimizer: plainOf({ ...walker, schedule: schedule as never }),
    batchSize,
    epochs,
    seed,
  };
}

/** @throws OptionError */
export function describeRun(run: RunState, seed: number, sizes: Sizes): CheckedRun {
  return runFromJSON(plainRun(run, seed, sizes));
}

export function faultOf(run: RunState, seed: number): string | undefined {
  try {
    describeRun(run, seed, { inputs: 2, outputs: 2, classes: true });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The words of a command line that does the same. */
export function commandOf(run: RunState, source: Source, { validation, test, seed }: Splitting): string {
  const { file, target, missing } = namesOf(source);
  const { walker, changes, hidden, activation, dropout, batchSize, epochs } = run;
  const { around, kind, options, rate, schedule } = walker;
  if (around !== "") return `# the command line has no ${around}: copy as code instead`;
  const { optimizer } = plainRun(run, seed, { inputs: 1, outputs: 1, classes: true }) as { optimizer: Record<string, unknown> };
  const set = Object.entries({ ...options, ...(optimizer["fallback"] !== undefined && { fallback: optimizer["fallback"] }) });
  const by = schedule ?? (changes.length > 0 ? { kind: "manual", rate, changes } : undefined);
  const words = [
    ...["stepsize", "train", file, "--target", target],
    ...(missing === "error" ? [] : ["--missing", missing]),
    ...["--hidden", hidden.join(","), "--activation", activation],
    ...(dropout > 0 ? ["--dropout", String(dropout)] : []),
    ...["--optimizer", kind],
    ...set.flatMap(([name, value]) => ["--set", `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`]),
    ...(by === undefined ? ["--rate", String(rate)] : typeof by === "number" ? ["--rate", String(by)] : ["--schedule", JSON.stringify(by)]),
    ...["--batch-size", String(batchSize), "--epochs", String(epochs), "--seed", String(seed)],
    ...(validation === 0.15 ? [] : ["--validation", String(validation)]),
    ...(test === 0.15 ? [] : ["--test", String(test)]),
  ];
  return words.map(quoted).join(" ");
}

/** A program that does the same, and prints the same hash of weights. */
export function codeOf(run: RunState, source: Source, { validation, test, seed }: Splitting, sizes: Sizes): string {
  const { file, target, missing } = namesOf(source);
  const options = { target, ...(missing !== "error" && { missing }), validation, test, seed };
  return `import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { load, runFromJSON, Trainer } from "stepsize";
import { datasetsFromCSV } from "stepsize/data";

const data = datasetsFromCSV(readFileSync(${JSON.stringify(file)}, "utf8"), ${JSON.stringify(options)});
const run = runFromJSON(${JSON.stringify(plainRun(run, seed, sizes), null, 2)});
const trainer = new Trainer(await load(), run, data);
for await (const { epoch, loss, validation } of trainer.epochs()) console.log(epoch, loss, validation?.score);
console.log("weights", createHash("sha256").update(trainer.model.parameters.values.view).digest("hex"));
`;
}
