import { readFileSync, writeFileSync } from "node:fs";

/** Writes a file unless it holds just this already: what is built from it then stays as it is. */
export function writeIfChanged(path, text) {
  let old;
  try {
    old = readFileSync(path, "utf8");
  } catch {}
  if (old !== text) writeFileSync(path, text);
}
