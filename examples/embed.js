// Your gradients, our step: logistic regression whose gradients are computed here, by hand.
import { adamw, load, Optimizer, Parameters } from "stepsize";

const engine = await load();
console.log(`${engine.backend}: ${engine.reason}`);

const parameters = new Parameters(engine, { weight: [2], bias: [1] });
const optimizer = new Optimizer(parameters, adamw({ learningRate: 0.1, groups: [{ match: "bias", weightDecay: 0 }] }));

// is the point above the line y = x - 0.5 ?
const points = Array.from({ length: 200 }, (_, i) => [((i * 37) % 100) / 100, ((i * 61) % 97) / 97]);
const labels = points.map(([x, y]) => (y > x - 0.5 ? 1 : 0));

for (let step = 0; step < 300; step++) {
  const { value: w, gradient: dw } = parameters.get("weight");
  const { value: b, gradient: db } = parameters.get("bias");
  dw.fill(0);
  db.fill(0);
  points.forEach((x, i) => {
    const error = (1 / (1 + Math.exp(-(w[0] * x[0] + w[1] * x[1] + b[0]))) - labels[i]) / points.length;
    dw[0] += error * x[0];
    dw[1] += error * x[1];
    db[0] += error;
  });
  optimizer.step();
}

const { value: w } = parameters.get("weight");
const { value: b } = parameters.get("bias");
const right = points.filter((x, i) => w[0] * x[0] + w[1] * x[1] + b[0] > 0 === (labels[i] === 1)).length;
console.log(`${optimizer.steps} steps, last rate ${optimizer.learningRate}: ${right} of ${points.length} points are on the right side`);
