#!/usr/bin/env node
import { explain } from "./errors.js";
import { program } from "./program.js";

// @assemblyscript/loader asks whether it was given a Response, at which Node 20 starts its HTTP client, and that crashes where address space
// is short (ulimit -v); without it, such a machine falls back to JavaScript
Reflect.deleteProperty(globalThis, "Response");

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
