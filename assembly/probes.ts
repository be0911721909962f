// exp and log over whole vectors, for the tests alone: a module of its own (build/probes.wasm), by which the functions of math.ts are measured.
import { load, store } from "./lanes";
import { exp as exp4, log as log4 } from "./math";

/** y = e^x */
export function exp(x: usize, y: usize, n: usize): void {
  for (let i: usize = 0; i < n << 2; i += 16) store(y + i, exp4(load(x + i)));
}

/** y = ln x */
export function log(x: usize, y: usize, n: usize): void {
  for (let i: usize = 0; i < n << 2; i += 16) store(y + i, log4(load(x + i)));
}
