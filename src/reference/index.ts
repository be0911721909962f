import type { Kernels } from "../generated/kernels.js";
import type { Memory } from "../memory.js";
import { Heap } from "./heap.js";
import * as product from "./linalg/product.js";
import * as reductions from "./linalg/reductions.js";
import * as vectors from "./linalg/vectors.js";
import * as activations from "./nn/activations.js";
import * as batches from "./nn/batches.js";
import * as elementary from "./nn/elementary.js";
import * as losses from "./nn/losses.js";
import * as adabelief from "./optimizers/adabelief.js";
import * as adadelta from "./optimizers/adadelta.js";
import * as adagrad from "./optimizers/adagrad.js";
import * as adam from "./optimizers/adam.js";
import * as adamax from "./optimizers/adamax.js";
import * as adan from "./optimizers/adan.js";
import * as ademamix from "./optimizers/ademamix.js";
import * as adopt from "./optimizers/adopt.js";
import * as asgd from "./optimizers/asgd.js";
import * as laprop from "./optimizers/laprop.js";
import * as lion from "./optimizers/lion.js";
import * as madgrad from "./optimizers/madgrad.js";
import * as moments from "./optimizers/moments.js";
import * as optimistic from "./optimizers/optimistic.js";
import * as rmsprop from "./optimizers/rmsprop.js";
import * as rprop from "./optimizers/rprop.js";
import * as sgd from "./optimizers/sgd.js";
import * as sign from "./optimizers/sign.js";
import * as sophia from "./optimizers/sophia.js";
import * as yogi from "./optimizers/yogi.js";

const twins = {
  ...sgd,
  ...adagrad,
  ...adadelta,
  ...rmsprop,
  ...adam,
  ...adabelief,
  ...adamax,
  ...adan,
  ...ademamix,
  ...adopt,
  ...asgd,
  ...laprop,
  ...lion,
  ...madgrad,
  ...moments,
  ...optimistic,
  ...rprop,
  ...sign,
  ...sophia,
  ...yogi,
  ...vectors,
  ...reductions,
  ...product,
  ...activations,
  ...elementary,
  ...losses,
  ...batches,
} satisfies { [K in keyof Kernels]: (heap: Heap) => Kernels[K] };

/** The kernel table in plain JavaScript, bit for bit what the wasm module computes: oracle, fallback and benchmark opponent. */
export function reference(memory: Memory): Kernels {
  const heap = new Heap(memory);
  return Object.fromEntries(Object.entries(twins).map(([name, twin]) => [name, twin(heap)])) as unknown as Kernels;
}
