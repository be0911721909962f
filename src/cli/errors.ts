import { constants } from "node:os";
import { CommanderError } from "commander";
import { DivergedError, OptionError, StepsizeError } from "../options/errors.js";
import { flagOf } from "./flags.js";
import { printable } from "./terminal.js";

/** Exit codes: 1 for a run that came to nothing, 2 for wrong input, 70 for a fault of this program (EX_SOFTWARE). */
const FAILED = 1;
const WRONG = 2;
const BUG = 70;

/** A mistake on the command line itself. */
export class UsageError extends Error {}

/** A file that could not be read or written. */
export class FileError extends Error {
  /** Why, in words. */
  readonly reason: string;

  constructor(verb: "read" | "write", path: string, cause: unknown) {
    const reason = whyNot(cause);
    super(`cannot ${verb} ${path}: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** Every run diverged: there is nothing to choose from. */
export class FailedError extends Error {}

/** A person stopped the program. */
export class InterruptedError extends Error {
  constructor(
    readonly signal: "SIGINT" | "SIGTERM" | "SIGHUP",
    message: string,
  ) {
    super(message);
  }
}

/** The message and the exit code for an error. Only a bug shows its stack. */
export function explain(error: unknown): { message: string; code: number } {
  const line = (text: string) => `stepsize: ${oneLine(text)}`;
  // commander has printed its message
  if (error instanceof CommanderError) return { message: "", code: error.exitCode === 0 ? 0 : WRONG };
  if (error instanceof InterruptedError) return { message: line(error.message), code: 128 + constants.signals[error.signal] };
  if (error instanceof DivergedError) {
    return { message: line(`${error.message} (stepsize search finds the rates that work)`), code: FAILED };
  }
  if (error instanceof FailedError) return { message: line(error.message), code: FAILED };
  if (error instanceof OptionError) return { message: line(nameFlag(error)), code: WRONG };
  if (error instanceof StepsizeError || error instanceof UsageError || error instanceof FileError)
    return { message: line(error.message), code: WRONG };
  if (isOutOfMemory(error)) return { message: line("not enough memory: use fewer or smaller layers, or less data"), code: WRONG };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `stepsize: this is a fault of stepsize, please report it\n${stack}`, code: BUG };
}

/** Errors are one line, whatever a file or a person put into them. */
export function oneLine(text: string): string {
  return printable(text.trim().replace(/\s*[\r\n]+\s*/g, " "));
}

/** The message with the flag a person typed in place of the option of the library. */
function nameFlag({ field, message }: OptionError): string {
  return flagOf(field) + message.slice(field.length);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /allocation failed|array length|typed array length|out of memory/i.test(error.message);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "the name is too long",
};

function whyNot(cause: unknown): string {
  if (typeof cause === "string") return cause;
  // of a file that could then not be closed either
  if (cause instanceof Error && "suppressed" in cause) return whyNot(cause.suppressed);
  const { code, message } = cause as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}
