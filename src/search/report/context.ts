import type { ColumnSummary } from "../../data/csv.js";

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
  readonly backend: { readonly name: string; readonly reason: string };
  readonly host: string;
  readonly run: unknown;
}
