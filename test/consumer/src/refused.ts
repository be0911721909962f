// What must not compile.
import { adamw, cosine, load, mlp, Optimizer, Parameters } from "stepsize";

const parameters = new Parameters(await load(), { weight: [4] });
// @ts-expect-error no optimizer is made without a factory
new Optimizer(parameters, "adamw");
// @ts-expect-error nor of plain data, which optimizerFromJSON reads
new Optimizer(parameters, { kind: "adamw" });
// @ts-expect-error what an option of a description is, is known
adamw().beta1.toFixed();
// @ts-expect-error an option of no optimizer
adamw({ lerningRate: 0.1 });
// @ts-expect-error a rate in words
cosine({ rate: "high", steps: 10 });
// @ts-expect-error a schedule without its length
cosine({ rate: 0.1 });
// @ts-expect-error an activation that there is not
mlp({ inputs: 2, outputs: 2, activation: "softmax" });
