import { OptionError } from "../options/errors.js";
import { boolean, type Fields, integer, number, oneOf, optional, show } from "../options/options.js";
import { text } from "./checks.js";
import type { Decimal } from "./numbers.js";

/** How a CSV file is written. What is left out is guessed from its first lines, and `notes` of the table say what was guessed. */
export interface ParseOptions {
  /** The sign between two cells. Default: a comma, a semicolon, a tab or a bar, whichever cuts the lines into equally many cells; blanks between numbers. */
  delimiter?: string;
  /** The sign between the whole of a number and its fraction, "." or ",". Default: a comma where cells are written as 1,5 or 1.234,5. */
  decimal?: Decimal;
  /** Whether the first line names the columns. Default: unless it looks like data; columns are then called column 1, column 2, ... */
  header?: boolean;
  /** Lines to leave out at the beginning. Default: comments with # and a title in front of the header. */
  skip?: number;
  /** Lines that start with it are comments and left out, wherever they stand. Default: none. */
  comment?: string;
  /** Bytes that the table and a data set made of it may take. Default: no limit. */
  memory?: number;
  /** An encoder, whose file tells how this one is probably written where it does not tell by itself. */
  like?: { readonly decimal: Decimal };
}

export type ParseSettings = ParseOptions & { memory: number };

export const parseFields: Fields<ParseSettings> = {
  delimiter: optional({
    ...text(),
    read(value, path) {
      const delimiter = text().read(value, path);
      if (/["\r\n]/.test(delimiter)) throw new OptionError(path, value, `must not hold a quote or a line break, got ${show(value)}`);
      return delimiter;
    },
  }),
  decimal: optional(oneOf(undefined, [".", ","])),
  header: optional(boolean(undefined)),
  skip: optional(integer(undefined, { min: 0 })),
  comment: optional(text()),
  memory: {
    fallback: Number.POSITIVE_INFINITY,
    read: (value, path) => (value === Number.POSITIVE_INFINITY ? value : number(undefined, { above: 0 }).read(value, path)),
  },
  like: optional({
    fallback: undefined,
    read(value, path) {
      const decimal = (value as { decimal?: unknown } | null)?.decimal;
      return { decimal: oneOf(undefined, [".", ","]).read(decimal, `${path}.decimal`) };
    },
  }),
};
