import type * as Sync from "node:fs";
import type * as Files from "node:fs/promises";

/** Which call of the file system fails, on what path, how, and after how many that succeed. */
export const fault = { call: "", code: "", path: /./, after: 0 };

/** From now on a call fails. */
export function failing(call: string, code: string, path = /./, after = 0): void {
  Object.assign(fault, { call, code, path, after });
}

/** Nothing fails any more. */
export function mended(): void {
  fault.call = "";
}

function fail(call: string, path: string): void {
  if (fault.call !== call || !fault.path.test(path) || fault.after-- > 0) return;
  throw Object.assign(new Error(`injected ${fault.code}`), { code: fault.code });
}

/** Whether the next such call will fail. */
const isNext = (call: string, path: string) => fault.call === call && fault.path.test(path) && fault.after <= 0;

/** `node:fs/promises` with faults. */
export function faultyFiles(real: typeof Files): typeof Files {
  const checked =
    <A extends unknown[], R>(call: string, action: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      fail(call, String(args[0]));
      return action(...args);
    };
  return {
    ...real,
    rename: checked("rename", real.rename),
    mkdir: checked("mkdir", real.mkdir) as typeof real.mkdir,
    writeFile: checked("write", real.writeFile),
    open: async (path, flags) => {
      fail("open", String(path));
      const file = await real.open(path, flags);
      const { writeFile, sync, close } = file;
      file.writeFile = async (data) => {
        // half of it arrives
        if (isNext("write", String(path))) await writeFile.call(file, (data as Uint8Array).slice(0, (data as Uint8Array).length / 2));
        fail("write", String(path));
        return writeFile.call(file, data);
      };
      file.sync = async () => {
        fail("fsync", String(path));
        return sync.call(file);
      };
      file[Symbol.asyncDispose] = async () => {
        await close.call(file);
        fail("close", String(path));
      };
      return file;
    },
  };
}

/** `node:fs` with faults in the calls that write. */
export function faultySync(real: typeof Sync): typeof Sync {
  const paths = new Map<number, string>();
  const pathOf = (file: number) => paths.get(file) ?? "";
  return {
    ...real,
    openSync: (path, flags, mode) => {
      fail("open", String(path));
      const file = real.openSync(path, flags, mode);
      paths.set(file, String(path));
      return file;
    },
    writeSync: ((file: number, bytes: Uint8Array, at: number) => {
      if (isNext("write", pathOf(file))) real.writeSync(file, bytes, at, Math.ceil((bytes.length - at) / 2));
      fail("write", pathOf(file));
      return real.writeSync(file, bytes, at);
    }) as typeof real.writeSync,
    writeFileSync: ((path: URL, bytes: Uint8Array) => {
      if (isNext("write", String(path))) real.writeFileSync(path, bytes.slice(0, bytes.length / 2));
      fail("write", String(path));
      real.writeFileSync(path, bytes);
    }) as typeof real.writeFileSync,
    closeSync: (file) => {
      const path = pathOf(file);
      paths.delete(file);
      real.closeSync(file);
      fail("close", path);
    },
  };
}
