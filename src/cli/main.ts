#!/usr/bin/env node
import { explain, FileError } from "./errors.js";
import { program } from "./program.js";
import { printableLines } from "./terminal.js";

for (const [stream, name] of [
  [process.stdout, "the standard output"],
  [process.stderr, "the standard error"],
] as const) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // a reader that closed its end, as `| head` does, has had enough; what is to be saved is still finished
    if (error.code !== "EPIPE") process.exit(tell(new FileError("write", name, error)));
  });
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}

function tell(error: unknown): number {
  const { message, code } = explain(error);
  if (message !== "") process.stderr.write(`${printableLines(message)}\n`);
  return code;
}
