// The optimizers that answers are judged for: how a program and the command line name them, and where their rates lie.
import { adagrad, adam, lion, rmsprop, sgd } from "../../dist/index.js";

export const OPTIMIZERS = {
  sgd: { description: sgd({ momentum: 0 }), flags: ["--optimizer", "sgd", "--momentum", "0"], from: 1e-4, to: 10 },
  momentum: { description: sgd({ momentum: 0.9 }), flags: ["--optimizer", "sgd", "--momentum", "0.9"], from: 1e-5, to: 1 },
  adam: { description: adam(), flags: ["--optimizer", "adam"], from: 1e-5, to: 1 },
  rmsprop: { description: rmsprop(), flags: ["--optimizer", "rmsprop"], from: 1e-5, to: 1 },
  lion: { description: lion(), flags: ["--optimizer", "lion"], from: 1e-6, to: 0.1 },
  adagrad: { description: adagrad(), flags: ["--optimizer", "adagrad"], from: 1e-4, to: 10 },
};
