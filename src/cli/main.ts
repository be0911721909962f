#!/usr/bin/env node
import { explain } from "./errors.js";
import { program } from "./program.js";

// a reader that closed its end, as `| head` does, has had enough
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

try {
  await program().parseAsync();
} catch (error) {
  const { message, code } = explain(error);
  if (message !== "") process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
