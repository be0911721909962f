import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

const PATH = process.env.PATH.split(delimiter);

/** The path of a program in the first of the folders that has it, if any does. */
export function find(name, folders = PATH) {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a program in a process group of its own, which `stop` ends with all that it started. */
export function start([command, ...args], options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (text) => {
      output[stream] += text;
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code: code ?? signal, ...output }));
  ended.catch(() => {});
  return {
    child,
    output,
    /** Comes to exit code and output; rejects when the program cannot be started. */
    ended,
    stop() {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // it has ended by itself
      }
    },
  };
}

/** Runs a program to its end and returns what it printed; `silent` ones must print nothing on standard error. */
export async function run(command, { timeout, silent = false, ...options } = {}) {
  const program = start(command, options);
  try {
    const { code, stdout, stderr } = await within(timeout, program.ended);
    if (code !== 0 || (silent && stderr !== "")) throw new Error(`${command.join(" ")} ended with ${code}:\n${stderr || stdout}`);
    return stdout;
  } finally {
    program.stop();
  }
}

/** Waits until a program has printed what matches a pattern; rejects when it ends before. */
export function printed(program, pattern, timeout) {
  const match = new Promise((resolve) => {
    const look = () => {
      const found = pattern.exec(program.output.stdout);
      if (found) resolve(found);
    };
    program.child.stdout.on("data", look);
    look();
  });
  const ended = program.ended.then(({ code, stderr }) => {
    throw new Error(`ended with ${code} before it printed ${pattern}:\n${stderr}`);
  });
  ended.catch(() => {});
  return within(timeout, Promise.race([match, ended]));
}

/** What a promise comes to, unless that takes longer. */
export async function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    if (milliseconds !== undefined) timer = setTimeout(() => reject(new Error(`no result within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Where Debian may have put the programs of a library: the name of the folder holds the processor's. */
export function libraryFolders(name) {
  return readdirSync("/usr/lib").map((folder) => join("/usr/lib", folder, name));
}
