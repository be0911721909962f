// A model of your own through the Trainer: anything that fills gradients and returns a loss. Here a parabola y = a x² + b x + c.
import { adam, dataset, load, Parameters, Trainer } from "stepsize";

function parabola(engine) {
  const parameters = new Parameters(engine, { a: [1], b: [1], c: [1] });
  const coefficients = () => ["a", "b", "c"].map((name) => parameters.get(name).value[0]);

  /** The mean squared error over a batch; `each` sees every x with the derivative of the loss by the prediction. */
  function loss({ rows, features, targets }, each) {
    const [a, b, c] = coefficients();
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const x = features[i];
      const error = a * x * x + b * x + c - targets[i];
      sum += (error * error) / rows;
      each?.(x, (2 * error) / rows);
    }
    return sum;
  }

  return {
    parameters,
    train(batch) {
      const slope = [0, 0, 0];
      const value = loss(batch, (x, d) => {
        slope[0] += d * x * x;
        slope[1] += d * x;
        slope[2] += d;
      });
      ["a", "b", "c"].forEach((name, i) => {
        parameters.get(name).gradient[0] = slope[i];
      });
      return value;
    },
    evaluate: (batch) => ({ loss: loss(batch) }),
    dispose: () => parameters.dispose(),
  };
}

const xs = Array.from({ length: 100 }, (_, i) => i / 50 - 1);
const data = {
  training: dataset(
    xs.map((x) => [x]),
    xs.map((x) => 3 * x * x - 2 * x + 0.5),
    { task: "regression" },
  ),
};

const trainer = new Trainer(await load(), { model: parabola, optimizer: adam({ learningRate: 0.05 }), batchSize: 20, epochs: 200 }, data);
await trainer.train();
const found = Object.fromEntries([...trainer.model.parameters].map(({ name, value }) => [name, Number(value[0].toFixed(3))]));
console.log(`loss ${trainer.history.at(-1).loss.toExponential(1)}`, found);
