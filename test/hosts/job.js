/** Ten steps of a small network, as a user would write them; the hash of its weights is the same on every host. */
export async function train({ load, adamw, dataset, mlp, Trainer }, options) {
  const engine = await load(options);
  const rows = Array.from({ length: 40 }, (_, i) => [i % 7, i % 5, i % 3]);
  const training = dataset(rows, rows.map(([a, b, c]) => (a + b + c) % 2 === 0)); // biome-ignore format: one line
  const model = mlp({ inputs: 3, hidden: [8], outputs: 2, activation: "tanh" });
  const run = { model, loss: "crossEntropy", optimizer: adamw({ learningRate: 0.01 }), batchSize: 8, epochs: 2, seed: 1 };
  const trainer = new Trainer(engine, run, { training });
  await trainer.train();
  const hash = await crypto.subtle.digest("SHA-256", trainer.model.parameters.values.view.slice());
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { steps: trainer.optimizer.steps, backend: engine.backend, reason: engine.reason, hash: hex };
}
