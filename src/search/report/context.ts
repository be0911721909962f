import { type ColumnSummary, type CSVParts, noteText, type Voice } from "../../data/csv.js";
import type { Standardizer } from "../../data/standardize.js";
import type { SearchData } from "../trial.js";

/** Data, backend and run, as plain JSON: the head of every document that is written. */
export interface Context {
  readonly stepsize: string;
  readonly file: string;
  readonly data: {
    readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
    readonly features: readonly string[];
    readonly target: string;
    readonly task: string;
    readonly classes?: readonly string[];
    /** Of a quantity: what one unit of its standardised form is in the units of the file. */
    readonly scale?: number;
    /** Guesses, columns left out and cells filled, in the words of the command line. */
    readonly notes: readonly string[];
    /** The content and the use of each column of the file. */
    readonly columns: readonly ColumnSummary[];
  };
  /** Of documents that programs write, only where it is known. */
  readonly backend?: { readonly name: string; readonly reason: string };
  readonly host?: string;
  readonly run: unknown;
}

/** What a document says of data; its notes are in the words of a voice. */
export function dataContext({ training, validation, test, encoder, notes, summary }: CSVParts, voice: Voice): Context["data"] {
  const { target } = encoder;
  return {
    rows: { training: training.rows, validation: validation.rows, test: test?.rows ?? 0 },
    features: training.featureNames,
    target: target.name,
    task: target.task,
    ...(target.task === "classification" ? { classes: target.classes } : { scale: target.scaler.scale[0] as number }),
    notes: notes.map((note) => noteText(note, voice)),
    columns: summary,
  };
}

/** The same of data sets that came from no file. */
export function setContext({ training, validation, test }: SearchData, target: string, scaler?: Standardizer): Context["data"] {
  return {
    rows: { training: training.rows, validation: validation?.rows ?? 0, test: test?.rows ?? 0 },
    features: training.featureNames,
    target,
    task: training.task,
    ...(training.task === "classification" ? { classes: training.classes } : { scale: scaler?.scale[0] ?? 1 }),
    notes: [],
    columns: [],
  };
}
