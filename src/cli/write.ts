import { mkdir, open, readdir, readlink, realpath, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fingerprint } from "../search/fingerprint.js";
import { FileError } from "./errors.js";
import { printable } from "./terminal.js";

/** A file that a command writes, and the flag that names it. */
export interface Output {
  readonly flag: string;
  readonly path: string;
}

/**
 * Writes a file whole or not at all: into a hidden file beside it, which then takes its name. Mode and owner of a file that was there stay, and
 * what a killed process left of an earlier attempt is cleared away. What is no regular file, such as a pipe, is written to.
 *
 * @throws FileError; a file that was there is as it was then, and nothing is left over.
 */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  try {
    const target = await targetOf(path);
    const old = await stat(target).catch(() => undefined);
    if (old !== undefined && !old.isFile()) return await writeFile(target, data);
    await clearLeftovers(target);
    const temporary = temporaryOf(target, process.pid);
    try {
      await using file = await open(temporary, "w");
      if (old !== undefined) {
        await file.chmod(old.mode);
        // only root may give files away
        await file.chown(old.uid, old.gid).catch(() => {});
      }
      await file.writeFile(data);
      await file.sync();
    } catch (error) {
      await remove(temporary);
      throw error;
    }
    await rename(temporary, target).catch(async (error) => {
      await remove(temporary);
      throw error;
    });
    await syncFolder(dirname(target));
  } catch (error) {
    throw new FileError("write", path, error);
  }
}

/**
 * Refuses files that could not be written in the end, before a long run rather than after it: in a folder that cannot be written to, under
 * a name that is too long, and those that are read, or written twice, whatever links or names they go by.
 *
 * @throws FileError
 */
export async function checkOutputs(outputs: readonly (Output | undefined)[], inputs: readonly string[]): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) for (const key of await identities(input)) taken.set(key, "it is the file that is read");
  for (const output of outputs) {
    if (output === undefined) continue;
    const { flag, path } = output;
    const keys = await identities(path);
    const clash = keys.map((key) => taken.get(key)).find((why) => why !== undefined);
    if (clash !== undefined) throw new FileError("write", path, clash);
    for (const key of keys) taken.set(key, `${flag} names it too`);
    try {
      await tryToWrite(path);
    } catch (error) {
      throw new FileError("write", path, error);
    }
  }
}

/** Makes what `writeWhole` makes beside a file, and takes it away again. */
async function tryToWrite(path: string): Promise<void> {
  const target = await targetOf(path);
  const old = await stat(target).catch(() => undefined);
  if (old?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  if (old !== undefined) await (await open(target, "r+")).close();
  if (old !== undefined && !old.isFile()) return;
  // as long a name as the file's own, which the system may find too long
  const longest = old === undefined ? target : temporaryOf(target, process.pid);
  await (await open(longest, old === undefined ? "wx" : "w")).close();
  await unlink(longest);
}

/**
 * Writes what is in a folder, files by their paths and empty folders by paths that end in a slash: all of it into a hidden folder beside it first, from which
 * each file takes its place. What else is in the folder stays.
 *
 * @throws FileError; what was not there is not there then, and every file that was is whole.
 */
export async function writeFolder(target: string, files: ReadonlyMap<string, string>): Promise<void> {
  const stage = temporaryOf(target, process.pid);
  const made: string[] = [];
  const make = async (folder: string) => {
    const first = await mkdir(folder, { recursive: true });
    if (first !== undefined) made.push(first);
  };
  try {
    await make(target);
    await clearLeftovers(target);
    for (const [path, text] of files) {
      if (path.endsWith("/")) continue;
      await mkdir(dirname(join(stage, path)), { recursive: true });
      await writeFile(join(stage, path), text);
    }
    for (const path of files.keys()) {
      const to = join(target, path);
      await make(path.endsWith("/") ? to : dirname(to));
      if (path.endsWith("/")) continue;
      const isNew = (await stat(to).catch(() => undefined)) === undefined;
      await rename(join(stage, path), to);
      if (isNew) made.push(to);
    }
  } catch (error) {
    for (const path of made) await remove(path);
    throw new FileError("write", printable(target), error);
  } finally {
    await remove(stage);
  }
}

/** Takes away what a write that failed has made; what then fails as well would hide why. */
async function remove(path: string): Promise<void> {
  await rm(path, { force: true, recursive: true }).catch(() => {});
}

/** Where a path leads to, through links that lead to nothing yet as well. */
async function targetOf(path: string, links = 0): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined) return real;
  const link = await readlink(path).catch(() => undefined);
  if (link !== undefined && links < 40) return targetOf(resolve(dirname(path), link), links + 1);
  const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
  return join(folder, basename(path));
}

/** Keys that tell files apart: where it is, and which one it is on its disk. A pipe or a terminal may be named as often as one likes. */
async function identities(path: string): Promise<string[]> {
  if (path === "-") return [];
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found !== undefined && !found.isFile()) return [];
  return [await targetOf(path), ...(found === undefined ? [] : [`${found.dev}:${found.ino}`])];
}

/** Hidden, and of a length that does not depend on the file's name. */
function temporaryOf(target: string, process: number): string {
  return join(dirname(target), `${prefixOf(target)}${process}.tmp`);
}

function prefixOf(target: string): string {
  return `.stepsize-${fingerprint(Buffer.from(basename(target)))}-`;
}

/** Removes temporary files of the same target whose processes have ended. */
async function clearLeftovers(target: string): Promise<void> {
  const prefix = prefixOf(target);
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    const id = name.startsWith(prefix) ? Number(/^(\d+)\.tmp$/.exec(name.slice(prefix.length))?.[1]) : Number.NaN;
    if (id > 0 && !isAlive(id)) await remove(join(dirname(target), name));
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A name is safe once its folder is; some systems cannot open folders. */
async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, "r");
    await folder.sync();
  } catch {}
}
