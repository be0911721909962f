import { explain } from "./errors.js";
import { printableLines } from "./terminal.js";

/** Prints an error, over a progress bar where there is one, and leaves its exit code to the process. */
export function tell(error: unknown): void {
  const { message, code } = explain(error);
  const over = process.stderr.isTTY ? "\r\u001b[K" : "";
  if (message !== "") process.stderr.write(`${over}${printableLines(message)}\n`);
  process.exitCode = code;
}

/** The error that an action throws; undefined when it throws none. What was computed is told before such an error is thrown. */
export async function attempt(action: () => Promise<void>): Promise<unknown> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return error;
  }
}
