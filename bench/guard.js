// The cost of the guard: steps with it against the same without, of optimizers alone and of a whole training step, as the trainer makes it.
import { load } from "../dist/engine/load.js";
import { Parameters } from "../dist/engine/parameters.js";
import { adamw } from "../dist/optimizers/kinds/adam.js";
import { sgd } from "../dist/optimizers/kinds/sgd.js";
import { Optimizer } from "../dist/optimizers/optimizer.js";
import { compare, filled, sameBits } from "./measure.js";
import { networks, trainable } from "./training.js";

const PERIOD = 256;

export async function measureGuard() {
  const engine = await load({ backend: "wasm" });
  const rows = [];
  for (const [name, make] of Object.entries({ sgd, adamw })) {
    for (const n of [1 << 10, 1 << 14, 1 << 16]) {
      const [watched, alone] = ["throw", "off"].map((guard) => stepping(engine, n, make({ learningRate: 1e-6, guard })));
      rows.push({ name, size: n, ...measured(watched, alone) });
    }
  }
  const [watched, alone] = ["throw", "off"].map((guard) =>
    trainable(engine, networks[0], 1e-6, undefined, (parameters) => new Optimizer(parameters, adamw({ guard }), {}, true)),
  );
  rows.push({ name: networks[0].name, size: "", ...measured(watched, alone) });
  return rows;
}

function measured(watched, alone) {
  for (let step = 0; step < 3; step++) for (const { step } of [watched, alone]) step();
  sameBits("with and without the guard", watched.parameters.values.view, alone.parameters.values.view);
  const times = compare({ watched: () => watched.step(), alone: () => alone.step() }, PERIOD);
  for (const { dispose } of [watched, alone]) dispose();
  return times;
}

function stepping(engine, n, description) {
  const parameters = new Parameters(engine, { weight: [n] });
  const { value, gradient } = parameters.get("weight");
  value.set(filled(n, 1));
  gradient.set(filled(n, 2));
  const optimizer = new Optimizer(parameters, description);
  return {
    parameters,
    step: () => optimizer.step(),
    dispose() {
      optimizer.dispose();
      parameters.dispose();
    },
  };
}
