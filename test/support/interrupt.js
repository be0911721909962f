// Imported in front of the command line: sends it STEPSIZE_SIGNAL once it has written STEPSIZE_SIGN, to its output or to
// STEPSIZE_FILE, and has looked for events a few times since. The signal comes from within, so that it finds the process
// at work however slow or fast the machine and a parent are.
import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const { STEPSIZE_SIGN: sign, STEPSIZE_SIGNAL: signal, STEPSIZE_FILE: file } = process.env;
const TURNS = 5;

if (isMainThread) {
  let printed = "";
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = (text, ...rest) => {
    printed += text;
    return write(text, ...rest);
  };
  const written = () => {
    if (file === undefined) return printed;
    try {
      return readFileSync(file, "utf8");
    } catch {
      // not yet, or not any more: whether it can be written is tried before
      return "";
    }
  };
  let turns = 0;
  const timer = setInterval(() => {
    if (turns === 0 && !written().includes(sign)) return;
    if (++turns < TURNS) return;
    clearInterval(timer);
    process.kill(process.pid, signal);
  }, 1);
  timer.unref();
}
