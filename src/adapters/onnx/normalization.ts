import type { Site } from "./site.js";

const epsilonOf = (site: Site) => site.layer["epsilon"] as number;

/** Over the last axis. */
export function writeLayerNorm(site: Site, x: string): string {
  const inputs = [x, site.weights("weight"), ...(site.layer["bias"] ? [site.weights("bias")] : [])];
  return site.add("LayerNormalization", inputs, { axis: { int: -1 }, epsilon: { float: epsilonOf(site) } });
}

/** Over the last axis, in operators of opset 17, which has no RMSNormalization yet. */
export function writeRmsNorm(site: Site, x: string): string {
  const mean = site.add("ReduceMean", [site.add("Mul", [x, x])], { axes: { ints: [-1] }, keepdims: { int: 1 } });
  const root = site.add("Sqrt", [site.add("Add", [mean, site.number("epsilon", epsilonOf(site))])]);
  return site.add("Mul", [site.add("Div", [x, root]), site.weights("weight")]);
}

/** By the running statistics; channels stand first. */
export function writeBatchNorm(site: Site, x: string): string {
  const inputs = [x, ...["weight", "bias", "runningMean", "runningVariance"].map((key) => site.weights(key))];
  return site.add("BatchNormalization", inputs, { epsilon: { float: epsilonOf(site) } });
}
