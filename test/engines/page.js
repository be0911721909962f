import { run } from "./harness.js";

/** The runs in a module worker. */
function inWorker() {
  return new Promise((resolve, reject) => {
    const worker = new Worker("worker.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
  });
}

async function results() {
  try {
    return { page: await run("full"), worker: await inWorker() };
  } catch (error) {
    return { error: `${error}\n${error.stack}` };
  }
}

await fetch("/result", { method: "POST", body: JSON.stringify(await results()) });
