import type { Kernels } from "../../generated/kernels.js";
import type { Memory } from "../memory.js";
import { Heap } from "./heap.js";
import * as dense from "./linalg/dense.js";
import * as reductions from "./linalg/reductions.js";
import { centralizeColumns, centralizeRows, clipColumns, clipRows, factorSquares } from "./linalg/units.js";
import * as vectors from "./linalg/vectors.js";
import * as activations from "./nn/activations.js";
import * as batches from "./nn/batches.js";
import * as elementary from "./nn/elementary.js";
import * as losses from "./nn/losses.js";
import * as acprop from "./optimizers/acprop.js";
import * as adabelief from "./optimizers/adabelief.js";
import * as adadelta from "./optimizers/adadelta.js";
import * as adafactor from "./optimizers/adafactor.js";
import * as adagrad from "./optimizers/adagrad.js";
import * as adam from "./optimizers/adam.js";
import * as adamax from "./optimizers/adamax.js";
import * as adan from "./optimizers/adan.js";
import * as ademamix from "./optimizers/ademamix.js";
import * as adopt from "./optimizers/adopt.js";
import * as almeida from "./optimizers/almeida.js";
import * as asgd from "./optimizers/asgd.js";
import * as bfloat16 from "./optimizers/bfloat16.js";
import * as cautious from "./optimizers/cautious.js";
import * as cocob from "./optimizers/cocob.js";
import * as hypergradient from "./optimizers/hypergradient.js";
import * as lamb from "./optimizers/lamb.js";
import * as laprop from "./optimizers/laprop.js";
import * as lion from "./optimizers/lion.js";
import * as madgrad from "./optimizers/madgrad.js";
import * as mechanic from "./optimizers/mechanic.js";
import * as moments from "./optimizers/moments.js";
import * as momo from "./optimizers/momo.js";
import * as optimistic from "./optimizers/optimistic.js";
import * as prodigy from "./optimizers/prodigy.js";
import * as rmsprop from "./optimizers/rmsprop.js";
import * as rprop from "./optimizers/rprop.js";
import * as scheduleFree from "./optimizers/scheduleFree.js";
import * as sgd from "./optimizers/sgd.js";
import * as sign from "./optimizers/sign.js";
import * as sm3 from "./optimizers/sm3.js";
import * as sophia from "./optimizers/sophia.js";
import * as sparseAdam from "./optimizers/sparseAdam.js";
import * as yogi from "./optimizers/yogi.js";

const twins = {
  ...sgd,
  ...adagrad,
  ...adadelta,
  ...rmsprop,
  ...adam,
  ...bfloat16,
  ...prodigy,
  ...scheduleFree,
  ...cocob,
  ...momo,
  ...mechanic,
  ...hypergradient,
  ...almeida,
  ...adafactor,
  ...lamb,
  ...sm3,
  ...sparseAdam,
  ...cautious,
  centralizeColumns,
  centralizeRows,
  clipColumns,
  clipRows,
  factorSquares,
  ...acprop,
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
  ...dense,
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
