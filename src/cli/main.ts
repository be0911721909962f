#!/usr/bin/env node
// From 22.1 on, Node keeps the code that V8 makes of a program for the next start, in the folder for temporary files, where it is asked to.
// NODE_DISABLE_COMPILE_CACHE=1 turns it off.
const module = process.getBuiltinModule("node:module") as { enableCompileCache?(): unknown };
module.enableCompileCache?.();

const { run } = await import("./run.js");
await run();
