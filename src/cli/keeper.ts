import { readdir, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { DivergedError } from "../options/errors.js";
import { integer } from "../options/options.js";
import type { EpochRecord } from "../training/records.js";
import type { Trainer } from "../training/trainer.js";
import { FailedError, FileError, UsageError } from "./errors.js";
import type { Notes } from "./model-file.js";
import { attempt, tell } from "./tell.js";
import { writeWhole } from "./write.js";

/** Where and when a run is saved. */
export interface Saves {
  readonly path: string;
  /** Epochs between two saves; undefined: at the end only. */
  readonly every: number | undefined;
  /** How many of them stay as files of their own. */
  readonly keep: number;
}

/** Reads --save, --save-every and --keep. */
export function readSaves(path: string | undefined, every: number | undefined, keep: number | undefined): Saves | undefined {
  if (path === undefined && every !== undefined) throw new UsageError("--save-every needs --save, which says where");
  if (every === undefined && keep !== undefined) throw new UsageError("--keep needs --save-every, which says when");
  if (every !== undefined) integer(undefined, { min: 1 }).read(every, "--save-every");
  if (keep !== undefined) integer(undefined, { min: 1 }).read(keep, "--keep");
  return path === undefined ? undefined : { path, every, keep: keep ?? 0 };
}

/** Saves a run while it goes on, when it ends and when it diverges. */
export class Keeper {
  readonly #saves: Saves | undefined;
  readonly #trainer: Trainer;
  readonly #notes: Notes;
  /** The last error that was told. */
  #told = "";
  /** The checkpoint of the best epoch so far. */
  #best: { epoch: number; loss: number; bytes: Uint8Array } | undefined;

  constructor(saves: Saves | undefined, trainer: Trainer, notes: Notes) {
    this.#saves = saves;
    this.#trainer = trainer;
    this.#notes = notes;
  }

  /** After every epoch: notes the best, and saves when it is time. */
  async epoch({ epoch, loss, validation }: EpochRecord): Promise<void> {
    if (this.#saves === undefined) return;
    const { path, every, keep } = this.#saves;
    const watched = validation?.loss ?? loss;
    const isBest = this.#best === undefined || watched < this.#best.loss;
    const due = every !== undefined && epoch % every === 0 && !this.#trainer.finished;
    if (!isBest && !due) return;
    const bytes = this.#checkpoint();
    if (isBest) this.#best = { epoch, loss: watched, bytes };
    if (!due) return;
    try {
      await writeWhole(path, bytes);
      if (keep === 0) return;
      await writeWhole(besides(path, `epoch-${epoch}`), bytes);
      await writeWhole(besides(path, "best"), (this.#best as { bytes: Uint8Array }).bytes);
      await clearEpochs(path, keep);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      // the run goes on, and the next save may succeed
      if (error.message !== this.#told) tell(error);
      this.#told = error.message;
    }
  }

  /** At the end of the run. */
  async end(): Promise<void> {
    if (this.#saves !== undefined) await writeWhole(this.#saves.path, this.#checkpoint());
  }

  /** When a person stopped the run; says what was done. */
  async interrupted(): Promise<string> {
    if (this.#saves === undefined) return "nothing was saved (--save keeps what was trained)";
    return this.#inWords(() => this.end(), `saved to ${this.#saves.path}`);
  }

  /** When the run has diverged: saves its best epoch; gives the error to report. */
  async diverged(error: DivergedError): Promise<Error> {
    if (this.#saves === undefined || this.#best === undefined) return error;
    const { path } = this.#saves;
    const { epoch, loss, bytes } = this.#best;
    const saved = await this.#inWords(() => writeWhole(path, bytes), `is saved to ${path}`);
    return new FailedError(`${error.message}; its best epoch, ${epoch} with a loss of ${Number(loss.toPrecision(3))}, ${saved}`);
  }

  /** What became of a save. */
  async #inWords(save: () => Promise<void>, done: string): Promise<string> {
    const error = await attempt(save);
    if (error !== undefined && !(error instanceof FileError)) throw error;
    return error === undefined ? done : `is not saved: ${error.message}`;
  }

  #checkpoint(): Uint8Array {
    return this.#trainer.checkpoint(this.#notes);
  }
}

/** The name of a file beside another: m.safetensors gives m.best.safetensors. */
function besides(path: string, what: string): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}.${what}${extension}`);
}

/** The files of single epochs, the oldest first. */
async function epochFiles(path: string): Promise<string[]> {
  const [before, after] = besides(basename(path), "epoch-\0").split("\0") as [string, string];
  const epochOf = (name: string) =>
    name.startsWith(before) && name.endsWith(after) ? Number(name.slice(before.length, name.length - after.length)) : Number.NaN;
  const names = (await readdir(dirname(path))).filter((name) => Number.isInteger(epochOf(name)));
  return names.sort((a, b) => epochOf(a) - epochOf(b)).map((name) => join(dirname(path), name));
}

/** Removes the files of epochs but for the last ones. @throws FileError */
async function clearEpochs(path: string, keep: number): Promise<void> {
  try {
    for (const old of (await epochFiles(path)).slice(0, -keep)) await rm(old, { force: true });
  } catch (error) {
    throw new FileError("write", dirname(path), error);
  }
}
