import { readFileSync, writeFileSync } from "node:fs";
import { Script } from "node:vm";
import { Crc32 } from "../training/crc32.js";
import { isNode } from "./compiler.js";

declare global {
  interface ImportMeta {
    /** Keeps the code of the program for its next start. V8 takes it only under the options that it was made with: call this before one is set. */
    keepCode?(): void;
  }
}

/** What a module that is run as a script has in the place of what `import` means in a module. */
interface Import {
  (path: string): Promise<unknown>;
  meta: Pick<ImportMeta, "url" | "keepCode">;
}

/**
 * Runs a module's text that scripts/as-script.js made a script of, and gives what it exports. Of what the command line takes to start beyond Node itself, two
 * fifths are V8 compiling the program: the code is kept in a file beside the script, for one Node on one kind of machine, by the first process that comes to its
 * end or to `keepCode`, and taken by those after it. Whoever can write there can write the script too. Where nothing can be written, and with
 * NODE_DISABLE_COMPILE_CACHE, every start takes as long as the first. Node's own `module.enableCompileCache` came with 22.1.
 */
export function runScript(url: string, load: (path: string) => Promise<unknown>): Record<string, unknown> {
  const { version, platform, arch, env } = process;
  const source = readFileSync(new URL(url));
  const keeps = isNode && !env["NODE_DISABLE_COMPILE_CACHE"];
  const file = new URL(`${url}.${version}-${platform}-${arch}`);
  const code = keeps ? codeIn(file, source) : undefined;
  const script = new Script(source.toString("latin1"), { filename: url, ...(code && { cachedData: code }) });
  let missing = keeps && script.cachedDataRejected !== false;
  const keepCode = () => {
    if (missing) keep(script, file, source);
    missing = false;
  };
  if (missing) process.once("exit", keepCode);
  return script.runInThisContext()(Object.assign(load, { meta: { url, keepCode } }) satisfies Import);
}

/** What stands behind the code: V8 itself compares no more of the script than its length, and ends the process over damaged code, as that of a process that was killed. */
const checksum = (source: Buffer, code: Buffer) => new Crc32().add(source).add(code).toString();
const DIGITS = 8;

function codeIn(file: URL, source: Buffer): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    const code = bytes.subarray(0, -DIGITS);
    return bytes.toString("latin1", code.length) === checksum(source, code) ? code : undefined;
  } catch {
    return undefined;
  }
}

function keep(script: Script, file: URL, source: Buffer): void {
  try {
    // where nothing can be written, no time goes into the code
    writeFileSync(file, "");
    const code = script.createCachedData();
    writeFileSync(file, Buffer.concat([code, Buffer.from(checksum(source, code))]));
  } catch {
    // the next start takes as long as this one
  }
}
