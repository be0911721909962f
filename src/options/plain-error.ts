import * as errors from "./errors.js";
import { show } from "./options.js";

/** An error as another thread can be sent it. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** What else it has, such as `field` and `value`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined, fields: {} };
  const { name, message, stack } = error;
  // a value that is an object is no field that is listed
  const all = error instanceof errors.OptionError ? { ...error, value: error.value } : error;
  const fields = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, sendable(value)]));
  return { name, message, stack, fields };
}

/** What cannot be sent, such as a function, is put into words. */
function sendable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return show(value);
  }
}

/** The error again, of its own class. */
export function errorOf({ name, message, stack, fields }: PlainError): Error {
  const error = Object.assign(new Error(message), fields);
  // as OptionError has it: a value that is an object is no field that is listed
  if (name === "OptionError" && Object(fields["value"]) === fields["value"]) Object.defineProperty(error, "value", { enumerable: false });
  const known = (errors as unknown as Record<string, typeof Error>)[name];
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype);
  else error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** What anything that was thrown says. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
