import type { Source } from "./read.js";

type File = Extract<Source, { file: Blob }>;

const STORE = "files";
const KEY = "handed";

/** What a browser keeps for these pages alone; nothing where it keeps nothing, as in some private windows. */
async function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const opening = indexedDB.open("stepsize", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const database = await asked(opening);
    const result = await asked(act(database.transaction(STORE, mode).objectStore(STORE)));
    database.close();
    return result;
  } catch {
    return undefined;
  }
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** As it is kept: bytes, since not every browser keeps files. */
type Kept = Omit<File, "file"> & { readonly bytes: ArrayBuffer };

/** Hands a file that a person opened on to the next of these pages. */
export async function handOn({ file, ...rest }: File): Promise<void> {
  const kept: Kept = { ...rest, bytes: await file.arrayBuffer() };
  await inStore("readwrite", (store) => store.put(kept, KEY));
}

/** The file that a page before this one handed on, once. */
export async function takeHanded(): Promise<File | undefined> {
  const kept = await inStore<Kept | undefined>("readonly", (store) => store.get(KEY));
  if (kept === undefined) return undefined;
  await inStore("readwrite", (store) => store.delete(KEY));
  const { bytes, ...rest } = kept;
  return { ...rest, file: new Blob([bytes]) };
}
