import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { DivergedError, type EpochRecord, load, type Network, type StepRecord, Trainer } from "stepsize";
import { type CSVParts, noteText } from "stepsize/data";
import { readParts, type Source, type Splitting } from "../data/read.js";
import type { Computing } from "../ui/engine-note.js";
import { describeRun, type RunState, sizesOf } from "./state.js";

export type Command =
  | { readonly kind: "open"; readonly run: RunState; readonly source: Source; readonly splitting: Splitting }
  /** Steps a second; Infinity for as many as there can be. */
  | { readonly kind: "go"; readonly speed: number }
  | { readonly kind: "pause" }
  | { readonly kind: "step"; readonly count: number }
  | { readonly kind: "rate"; readonly rate: number }
  | { readonly kind: "save" }
  /** What was told is on the screen. */
  | { readonly kind: "drawn" };

export interface Opened {
  readonly kind: "opened";
  readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
  readonly sizes: ReturnType<typeof sizesOf>;
  readonly classes: readonly string[] | null;
  readonly parameters: number;
  readonly totalSteps: number;
  readonly notes: readonly string[];
  readonly engine: Computing;
  /** Features of the training rows and their classes, where there are two features. */
  readonly points: { readonly features: Float32Array; readonly targets: ArrayLike<number> } | null;
}

export interface Progress {
  readonly kind: "progress";
  readonly steps: readonly (StepRecord & { readonly norm: number })[];
  readonly epochs: readonly EpochRecord[];
  readonly picture: Picture | null;
  readonly state: "paused" | "running" | "finished" | "diverged";
  readonly why?: string;
  /** SHA-256 of the weights as they stand, unless it trains. */
  readonly weights?: string;
  readonly changes: readonly (readonly [number, number])[];
  readonly test?: { readonly loss: number; readonly score?: number };
}

/** What the network has learnt, to be drawn. */
export type Picture =
  | {
      readonly kind: "plane";
      readonly side: number;
      readonly frame: readonly [number, number, number, number];
      readonly outputs: Float32Array;
    }
  | { readonly kind: "weights"; readonly units: number; readonly values: Float32Array };

export type Message =
  | Opened
  | Progress
  | { readonly kind: "saved"; readonly bytes: Uint8Array }
  | { readonly kind: "failed"; readonly message: string };

/** Milliseconds between two messages while it trains, at the least: a page that is slow to draw gets fewer. */
const FRAME = 60;
/** Milliseconds after which messages that wait are read. */
const TURN = 20;
const SIDE = 48;
/** Pictures of a digit's 8 by 8 cells. */
const CELLS = 64;

type Reply = (message: Message, transfer?: Transferable[]) => void;

let session: Session | undefined;
/** Commands are done one after the other: those that come while a run is opened wait for it. */
let before: Promise<void> = Promise.resolve();

export function serve(command: Command, reply: Reply): void {
  before = before.then(() => obey(command, reply)).catch((error: Error) => reply({ kind: "failed", message: error.message }));
}

async function obey(command: Command, reply: Reply): Promise<void> {
  if (command.kind === "open") {
    session?.close();
    session = undefined;
    session = await Session.open(command, reply);
  } else session?.take(command);
}

/** A run under way. */
class Session {
  readonly #trainer: Trainer;
  readonly #parts: CSVParts;
  readonly #open: Extract<Command, { kind: "open" }>;
  readonly #reply: Reply;
  readonly #steps: AsyncGenerator<StepRecord, void, undefined>;
  #speed = 0;
  /** How many steps are to be made although it is paused. */
  #wanted = 0;
  #pumping = false;
  #told = 0;
  #drawn = true;
  #records: Progress["steps"][number][] = [];
  #end: { state: "finished" | "diverged"; why?: string } | undefined;

  static async open(command: Extract<Command, { kind: "open" }>, reply: Reply): Promise<Session> {
    const engine = await load();
    const parts = await readParts(command.source, command.splitting);
    return new Session(new Trainer(engine, describeRun(command.run, command.splitting.seed, sizesOf(parts)), parts), parts, command, reply);
  }

  private constructor(trainer: Trainer, parts: CSVParts, open: Extract<Command, { kind: "open" }>, reply: Reply) {
    this.#trainer = trainer;
    this.#parts = parts;
    this.#open = open;
    this.#reply = reply;
    this.#steps = trainer.steps();
    const { training, validation, test, encoder, notes } = parts;
    const { engine } = trainer.model.parameters;
    reply({
      kind: "opened",
      rows: { training: training.rows, validation: validation.rows, test: test?.rows ?? 0 },
      sizes: sizesOf(parts),
      classes: encoder.target.task === "classification" ? encoder.target.classes.map(String) : null,
      parameters: trainer.model.parameters.names.reduce((sum, name) => sum + trainer.model.parameters.get(name).value.length, 0),
      totalSteps: Math.ceil(training.rows / trainer.run.batchSize) * trainer.run.epochs,
      notes: notes.map((note) => noteText(note)),
      engine: { backend: engine.backend, reason: engine.reason },
      points:
        training.columns === 2 && training.task === "classification" ? { features: training.features, targets: training.targets } : null,
    });
    this.#tell();
  }

  take(command: Exclude<Command, { kind: "open" }>): void {
    if (command.kind === "rate") this.#trainer.setLearningRate(command.rate);
    else if (command.kind === "save") this.#save();
    else if (command.kind === "pause") this.#speed = 0;
    else if (command.kind === "drawn") this.#drawn = true;
    else {
      if (command.kind === "go") this.#speed = command.speed;
      else this.#wanted += command.count;
      if (!this.#pumping) void this.#pump();
    }
  }

  close(): void {
    this.#speed = 0;
    this.#wanted = 0;
    this.#end ??= { state: "finished" };
    this.#trainer.dispose();
  }

  /** Steps until it is told to pause, or the run ends. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    let due = performance.now();
    let told = due;
    let turned = due;
    while (this.#end === undefined && (this.#speed > 0 || this.#wanted > 0)) {
      await this.#step();
      if (this.#wanted > 0) this.#wanted--;
      const now = performance.now();
      if (this.#drawn && now - told >= FRAME) {
        this.#drawn = false;
        this.#tell();
        told = now;
      }
      due = Math.max(due + 1000 / this.#speed, now - TURN);
      if (due > now || now - turned >= TURN) {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(FRAME, due - now))));
        turned = performance.now();
      }
    }
    this.#pumping = false;
    this.#tell();
  }

  async #step(): Promise<void> {
    try {
      const { value, done } = await this.#steps.next();
      if (value) this.#records.push({ ...value, norm: this.#trainer.optimizer.gradientNorm });
      if (done || this.#trainer.finished) this.#end = { state: "finished" };
    } catch (error) {
      if (this.#end !== undefined) return;
      if (!(error instanceof DivergedError)) throw error;
      this.#end = { state: "diverged", why: error.message };
    }
  }

  #tell(): void {
    if (this.#trainer.model.parameters.disposed) return;
    const { history, optimizer, model } = this.#trainer;
    const state = this.#end?.state ?? (this.#pumping && (this.#speed > 0 || this.#wanted > 0) ? "running" : "paused");
    const test = this.#end?.state === "finished" && this.#parts.test !== undefined ? this.#trainer.evaluate(this.#parts.test) : undefined;
    this.#reply({
      kind: "progress",
      steps: this.#records,
      epochs: history.slice(this.#told),
      picture: this.#picture(),
      state,
      changes: optimizer.rateChanges.map(({ step, rate }) => [step, rate] as const),
      ...(this.#end?.why !== undefined && { why: this.#end.why }),
      ...(state !== "running" && { weights: bytesToHex(sha256(bytesOf(model.parameters.values.view))) }),
      ...(test !== undefined && { test }),
    });
    this.#told = history.length;
    this.#records = [];
  }

  #picture(): Picture | null {
    const { training } = this.#parts;
    const { model, optimizer } = this.#trainer;
    if (this.#open.source && "sample" in this.#open.source && this.#open.source.sample === "digits" && training.columns === CELLS) {
      const { value, shape } = model.parameters.get("layers.0.weight");
      return { kind: "weights", units: shape[1] as number, values: value.slice() };
    }
    if (training.columns !== 2 || training.task !== "classification") return null;
    const frame = frameOf(training.features);
    const { evaluating } = optimizer;
    if (!evaluating) optimizer.toEvaluation();
    try {
      return { kind: "plane", side: SIDE, frame, outputs: (model as Network).predict(gridOf(frame)) };
    } finally {
      if (!evaluating) optimizer.toTraining();
    }
  }

  /** Writes what `stepsize train --save` writes, so that `stepsize predict` reads it. */
  #save(): void {
    const { run, source, splitting } = this.#open;
    const { encoder, training, validation, test } = this.#parts;
    const hash = sha256.create().update(new TextEncoder().encode(JSON.stringify(encoder)));
    for (const part of [training, validation, test])
      if (part) hash.update(bytesOf(part.features)).update(bytesOf(part.targets as Float32Array));
    const { hidden, activation, dropout, batchSize, epochs, walker } = run;
    const settings = {
      target: encoder.target.name,
      ...splitting,
      hidden,
      activation,
      dropout,
      optimizer: walker.kind,
      epochs,
      batchSize,
      ...("missing" in source && source.missing !== "error" && { missing: source.missing }),
    };
    const bytes = this.#trainer.checkpoint(JSON.parse(JSON.stringify({ encoder, settings, fingerprint: bytesToHex(hash.digest()) })));
    this.#reply({ kind: "saved", bytes }, [bytes.buffer]);
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** What lies around points, with a margin. */
function frameOf(features: Float32Array): [number, number, number, number] {
  let [x0, x1, y0, y1] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < features.length; i += 2) {
    const [x, y] = [features[i] as number, features[i + 1] as number];
    [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x), Math.min(y0, y), Math.max(y1, y)];
  }
  const margin = 0.08 * Math.max(x1 - x0, y1 - y0);
  return [x0 - margin, x1 + margin, y0 - margin, y1 + margin];
}

/** The middles of cells, row by row from the top. */
function gridOf([x0, x1, y0, y1]: readonly [number, number, number, number]): Float32Array {
  const grid = new Float32Array(2 * SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      grid[2 * (row * SIDE + column)] = x0 + ((column + 0.5) / SIDE) * (x1 - x0);
      grid[2 * (row * SIDE + column) + 1] = y1 - ((row + 0.5) / SIDE) * (y1 - y0);
    }
  }
  return grid;
}
