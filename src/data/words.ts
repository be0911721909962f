import { DataError } from "../options/errors.js";
import { demand } from "../options/options.js";

/** An option that a sentence speaks of: the library writes `missing: "mean"`, the command line `--missing mean`. */
export interface OptionName {
  readonly option: string;
  readonly value?: OptionValue;
}

/** A value of an option. */
export type OptionValue = string | number | boolean | readonly string[];

/** A sentence, in which options are named by whoever prints it. */
export type Words = readonly (string | OptionName)[];

/** Whose words options are named in. */
export type Voice = "library" | "command line";

export function option(name: string, value?: OptionValue): OptionName {
  return value === undefined ? { option: name } : { option: name, value };
}

/** The sentence in the words of the library or of the command line. */
export function say(words: Words, voice: Voice): string {
  const right = Array.isArray(words) && words.every((part) => typeof (part?.option ?? part) === "string");
  demand(right, "words", words, "an array of texts and options");
  return words.map((part) => (typeof part === "string" ? part : nameOption(part, voice))).join("");
}

function nameOption({ option, value }: OptionName, voice: Voice): string {
  if (voice === "library") return value === undefined ? option : `${option}: ${JSON.stringify(value)?.replaceAll(',"', ', "')}`;
  const flag = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (typeof value === "boolean") return value ? `--${flag}` : `--no-${flag}`;
  if (value === undefined) return `--${flag}`;
  if (typeof value !== "object") return `--${flag} ${quoted(String(value))}`;
  // names with commas are given as a JSON list
  return `--${flag} ${quoted(value.some((name) => name.includes(",")) ? JSON.stringify(value) : value.join(","))}`;
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w.,:/@%+=-]+$/.test(word) ? word : `"${word.replace(/[\\"$`]/g, "\\$&")}"`;
}

/** A DataError whose advice names options: its message is the library's, `words` make the command line's. */
export class AdvisedDataError extends DataError {
  constructor(
    readonly words: Words,
    row?: number,
    column?: string,
  ) {
    super(say(words, "library"), row, column);
  }
}

/** The advised error of one cell; `row` counts from 1. */
export function advisedCellError(row: number, column: string, words: Words): AdvisedDataError {
  return new AdvisedDataError([`row ${row}, column ${column}: `, ...words], row, column);
}
