/**
 * Ten steps of a small network, as a user would write them, here and in a worker; the hash of its weights is the same on every host. `worker` is the
 * hash of the weights that the worker gave, or what it said in its place; `turned` says whether a longer run let the host do something else.
 */
export async function train(stepsize, options, inWorker = true) {
  const { load, adamw, dataset, mlp, Trainer } = stepsize;
  const engine = await load(options);
  const rows = Array.from({ length: 40 }, (_, i) => [i % 7, i % 5, i % 3]);
  const training = dataset(rows, rows.map(([a, b, c]) => (a + b + c) % 2 === 0)); // biome-ignore format: one line
  const model = mlp({ inputs: 3, hidden: [8], outputs: 2, activation: "tanh" });
  const run = { model, loss: "crossEntropy", optimizer: adamw({ learningRate: 0.01 }), batchSize: 8, epochs: 2, seed: 1 };
  const trainer = new Trainer(engine, run, { training });
  await trainer.train();
  const hash = await hashOf(trainer.model);
  const worker = inWorker ? await trainThere(stepsize, engine, run, { training }).catch(String) : undefined;
  const turned = await turns(
    stepsize,
    engine,
    { ...run, model: mlp({ inputs: 3, hidden: [128, 128], outputs: 2 }), epochs: 1000 },
    { training },
  );
  return { steps: trainer.optimizer.steps, backend: engine.backend, reason: engine.reason, hash, worker, turned };
}

/** Trains until a timer is called, which it is when the trainer lets the event loop turn, or to the end. */
async function turns({ Trainer }, engine, run, data) {
  let turned = false;
  setTimeout(() => {
    turned = true;
  }, 0);
  const trainer = new Trainer(engine, run, data);
  for await (const _ of trainer.epochs()) if (turned) break;
  trainer.dispose();
  return turned;
}

async function trainThere({ loadModel, trainInWorker }, engine, run, data) {
  const trainer = await trainInWorker(run, data);
  try {
    await trainer.train();
    return await hashOf(loadModel(engine, await trainer.checkpoint()).model);
  } finally {
    trainer.dispose();
  }
}

async function hashOf(model) {
  const hash = await crypto.subtle.digest("SHA-256", model.parameters.values.view.slice());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
