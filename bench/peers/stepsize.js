import { adagrad, adam, adamax, load, mlp, Network, Optimizer, Parameters, rmsprop, sgd } from "../../dist/entries/index.js";
import { RATE } from "./problem.js";

/** As tfjs has them, whose epsilons stand inside the root but for Adam's. */
const optimizers = {
  adam: () => adam({ learningRate: RATE }),
  momentum: () => sgd({ learningRate: RATE, momentum: 0.9 }),
  sgd: () => sgd({ learningRate: RATE }),
  adagrad: () => adagrad({ learningRate: RATE, initialAccumulator: 0.1, epsilon: 1e-7, epsilonInside: true }),
  rmsprop: () => rmsprop({ learningRate: RATE, rho: 0.9, epsilon: 1e-7, epsilonInside: true }),
  adamax: () => adamax({ learningRate: RATE }),
};

export async function start() {
  const engine = await load();
  return {
    name: "stepsize",
    step(kind, p, g) {
      const parameters = new Parameters(engine, { p: [p.length] });
      parameters.get("p").value.set(p);
      parameters.get("p").gradient.set(g);
      const optimizer = new Optimizer(parameters, optimizers[kind]());
      return {
        run: () => optimizer.step(),
        value: () => parameters.get("p").value,
        dispose() {
          optimizer.dispose();
          parameters.dispose();
        },
      };
    },
    network({ sizes, rows }, weights, batches) {
      const description = mlp({ inputs: sizes[0], hidden: sizes.slice(1, -1), outputs: sizes.at(-1), activation: "relu" });
      const network = new Network(engine, description, "crossEntropy", { rows, seed: 1 });
      for (const [i, { w, b }] of weights.entries()) {
        network.parameters.get(`layers.${i}.weight`).value.set(w);
        network.parameters.get(`layers.${i}.bias`).value.set(b);
      }
      const optimizer = new Optimizer(network.parameters, adam({ learningRate: RATE }));
      const data = batches.map(({ x, t }) => {
        const [features, targets] = [engine.vector(x.length), engine.vector(t.length)];
        features.view.set(x);
        new Int32Array(targets.view.buffer, targets.pointer, t.length).set(t);
        return { rows, featuresPointer: features.pointer, targetsPointer: targets.pointer, step: 0, vectors: [features, targets] };
      });
      let next = 0;
      return {
        run() {
          const loss = network.train(data[next++ % data.length]);
          optimizer.step();
          return loss;
        },
        dispose() {
          optimizer.dispose();
          network.dispose();
          for (const { vectors } of data) for (const vector of vectors) vector.dispose();
        },
      };
    },
  };
}
