import type { Kernels } from "../../generated/kernels.js";
import * as elementwise from "../../generated/twins/index.js";
import type { Memory } from "../memory.js";
import { Heap } from "./heap.js";
import { finiteBfloat16, flushBfloat16 } from "./linalg/bfloat16.js";
import * as dense from "./linalg/dense.js";
import * as estimates from "./linalg/estimates.js";
import * as reductions from "./linalg/reductions.js";
import * as rows from "./linalg/rows.js";
import { centralizeColumns, centralizeRows, clipColumns, clipRows, factorSquares } from "./linalg/units.js";
import * as vectors from "./linalg/vectors.js";
import * as attention from "./nn/attention.js";
import * as batches from "./nn/batches.js";
import * as gru from "./nn/gru.js";
import * as losses from "./nn/losses.js";
import * as normalization from "./nn/normalization.js";
import * as windows from "./nn/windows.js";
import * as adafactor from "./optimizers/adafactor.js";
import * as bfloat16 from "./optimizers/bfloat16.js";
import * as momo from "./optimizers/momo.js";
import * as opposing from "./optimizers/opposing.js";
import * as prodigy from "./optimizers/prodigy.js";
import * as sm3 from "./optimizers/sm3.js";
import * as sparseAdam from "./optimizers/sparseAdam.js";

/** The twins that scripts/kernels/ writes from the formulas, and those written by hand. */
const twins = {
  ...elementwise,
  ...vectors,
  ...reductions,
  ...estimates,
  finiteBfloat16,
  flushBfloat16,
  ...rows,
  ...dense,
  centralizeColumns,
  centralizeRows,
  clipColumns,
  clipRows,
  factorSquares,
  ...batches,
  ...losses,
  ...normalization,
  ...attention,
  ...gru,
  ...windows,
  ...adafactor,
  ...bfloat16,
  ...momo,
  ...opposing,
  ...prodigy,
  ...sm3,
  ...sparseAdam,
} satisfies { [K in keyof Kernels]: (heap: Heap) => Kernels[K] };

/** The kernel table in plain JavaScript, bit for bit what the wasm module computes: fallback and benchmark opponent. */
export function reference(memory: Memory): Kernels {
  const heap = new Heap(memory);
  return Object.fromEntries(Object.entries(twins).map(([name, twin]) => [name, twin(heap)])) as unknown as Kernels;
}
