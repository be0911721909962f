// The entry point "stepsize/numerics": functions with the same bits on every engine, random numbers from a seed, and line searches.
export * from "../numerics/index.js";
export { cos, exp, log, pow, powi } from "../numerics/math.js";
export { Random } from "../numerics/random.js";
