// What one writes with ml-matrix: its products, and plain loops over its rows for the rest.
import { Matrix } from "ml-matrix";
import { plain } from "../plain.js";
import { RATE, version } from "./problem.js";

export async function start() {
  return {
    name: "ml-matrix",
    setup: `ml-matrix ${version("ml-matrix")}: its products, plain loops over its rows for the rest`,
    network({ sizes, rows }, weights, batches) {
      const layers = weights.map(({ w, b, inputs, outputs }) => ({ w: Matrix.from1DArray(inputs, outputs, w), b: Matrix.rowVector(b) }));
      const updates = layers.map(({ w, b }) => [w, b].map(adam));
      const data = batches.map(({ x, t }) => ({ x: Matrix.from1DArray(rows, sizes[0], x), t }));
      let count = 0;
      return {
        run() {
          const { x, t } = data[count++ % data.length];
          const inputs = [];
          let a = x;
          for (const [i, { w, b }] of layers.entries()) {
            inputs.push(a);
            a = a.mmul(w).addRowVector(b);
            if (i + 1 < layers.length) relu(a);
          }
          const loss = crossEntropy(a, t);
          for (let i = layers.length - 1; i >= 0; i--) {
            const dw = inputs[i].transpose().mmul(a);
            const db = Matrix.rowVector(a.sum("column"));
            if (i > 0) {
              a = a.mmul(layers[i].w.transpose());
              gate(a, inputs[i]);
            }
            updates[i][0](dw, count);
            updates[i][1](db, count);
          }
          return loss;
        },
        dispose() {},
      };
    },
  };
}

/** Adam over the rows of a matrix. */
function adam({ data }) {
  const steps = data.map((row) => plain.adam(RATE, row.length));
  return (gradient, t) => {
    for (let i = 0; i < data.length; i++) steps[i](data[i], gradient.data[i], t);
  };
}

function relu({ data }) {
  for (const row of data) for (let j = 0; j < row.length; j++) if (row[j] < 0) row[j] = 0;
}

function gate({ data }, y) {
  for (let i = 0; i < data.length; i++) for (let j = 0; j < data[i].length; j++) if (!(y.data[i][j] > 0)) data[i][j] = 0;
}

/** Turns logits into their gradients. */
function crossEntropy({ data }, t) {
  let loss = 0;
  for (let i = 0; i < data.length; i++) {
    const row = data[i];
    let max = -Infinity;
    for (const z of row) if (z > max) max = z;
    let sum = 0;
    loss -= row[t[i]] - max;
    for (let j = 0; j < row.length; j++) {
      row[j] = Math.exp(row[j] - max);
      sum += row[j];
    }
    loss += Math.log(sum);
    for (let j = 0; j < row.length; j++) row[j] = (row[j] / sum - (j === t[i] ? 1 : 0)) / data.length;
  }
  return loss / data.length;
}
