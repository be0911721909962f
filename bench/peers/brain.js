// brain.js trains sigmoid-like outputs on squared error, a pattern at a time: as many patterns as a batch has rows, with its own Adam. Another
// sum than the others', so only the fall of its error is checked.
import brain from "brain.js";
import { RATE, version } from "./problem.js";

export async function start() {
  return {
    name: "brain.js",
    setup: `brain.js ${version("brain.js")}: Adam, one pattern after the other, squared error`,
    other: true,
    network({ sizes, rows }, _weights, batches) {
      const net = new brain.NeuralNetwork({
        inputSize: sizes[0],
        hiddenLayers: sizes.slice(1, -1),
        outputSize: sizes.at(-1),
        activation: "relu",
      });
      net.sizes = sizes;
      net.initialize();
      net.updateTrainingOptions({ praxis: "adam", learningRate: RATE });
      net._setupAdam?.();
      const data = batches.map(({ x, t }) =>
        Array.from({ length: rows }, (_, row) => ({
          input: x.subarray(row * sizes[0], (row + 1) * sizes[0]),
          output: Float32Array.from({ length: sizes.at(-1) }, (_, j) => (t[row] === j ? 1 : 0)),
        })),
      );
      let next = 0;
      return {
        run() {
          let error = 0;
          for (const pattern of data[next++ % data.length]) error += net.trainPattern(pattern, true);
          return error / rows;
        },
        dispose() {},
      };
    },
  };
}
