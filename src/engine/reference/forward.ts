import type { Kernels } from "../../generated/kernels.js";
import * as activations from "../../generated/twins/forward.js";
import { Engine } from "../engine.js";
import { Heap } from "./heap.js";
import { dense } from "./linalg/dense.js";
import { PlainMemory } from "./memory.js";

const twins = { dense, ...activations };

/** An engine of the twins with which dense networks predict, and no others. */
export function forwardEngine(): Engine {
  const memory = new PlainMemory();
  const heap = new Heap(memory);
  const kernels = Object.fromEntries(Object.entries(twins).map(([name, twin]) => [name, twin(heap)]));
  return new Engine("js", "stepsize/inference has the JavaScript twin only", kernels as unknown as Kernels, memory);
}
