// Keeps a run where a page can: in IndexedDB, which survives a reload, and as a file to download and to open again. In Node it says so and ends; a page
// loads it as a module: <script type="module" src="save-in-browser.js"></script>, with an import map or a bundler that finds "stepsize".
import { adam, dataset, load, loadModel, mlp, Trainer } from "stepsize";

/** Opens the database, and makes its one store where it is new. */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("runs", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("checkpoints");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Does something with the store, and waits until it is on disk. */
async function withStore(mode, action) {
  const database = await openDatabase();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("checkpoints", mode);
      const request = action(transaction.objectStore("checkpoints"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const save = (name, bytes) => withStore("readwrite", (store) => store.put(bytes, name));

/** The bytes that were saved under a name, undefined where there are none. */
export const saved = (name) => withStore("readonly", (store) => store.get(name));

/** Offers bytes as a file; `await file.arrayBuffer()` of an `<input type="file">` reads them again. */
export function download(name, bytes) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Trains, saves after every epoch, and goes on where an earlier visit was interrupted. */
export async function trainAndSave(name, run, data, stopAfter = run.epochs) {
  const trainer = new Trainer(await load(), run, data);
  const before = await saved(name);
  if (before !== undefined) trainer.restore(before);
  for await (const { epoch } of trainer.epochs()) {
    await save(name, trainer.checkpoint());
    if (epoch === stopAfter) break;
  }
  const bytes = trainer.checkpoint();
  trainer.dispose();
  return bytes;
}

if (typeof indexedDB === "undefined") console.log("there is no IndexedDB here: open this in a page");
else {
  const rows = Array.from({ length: 60 }, (_, i) => [(i % 10) / 10, (i % 7) / 7]);
  const data = {
    training: dataset(
      rows,
      rows.map(([a, b]) => a > b),
    ),
  };
  const run = { model: mlp({ inputs: 2, hidden: [8], outputs: 2 }), loss: "crossEntropy", optimizer: adam(), batchSize: 16, epochs: 6 };
  // a visit that ends after two epochs, and one that goes on; beside it a run that was never interrupted
  await trainAndSave("interrupted", run, data, 2);
  const resumed = await trainAndSave("interrupted", run, data);
  const whole = await trainAndSave("whole", run, data);
  const same = resumed.length === whole.length && resumed.every((byte, i) => byte === whole[i]);
  // what a person downloads and opens again
  const file = await new Blob([resumed]).arrayBuffer();
  const { model } = loadModel(await load(), new Uint8Array(file));
  console.log(`saved in IndexedDB and gone on: ${same ? "the same bytes" : "other bytes"}, ${model.parameters.size} parameters`);
  model.dispose();
  if (typeof document !== "undefined") globalThis.downloadRun = () => download("run.safetensors", resumed);
}
