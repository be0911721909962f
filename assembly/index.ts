// The kernel table: what is generated from elementwise/, and what is written by hand. Argument order is law: p, g, ...state, n, learning rate,
// other scalars.

export * from "./generated/index";
export { finiteBfloat16, flushBfloat16 } from "./linalg/bfloat16";
export { dense, denseBiasGradient, denseInputGradient, denseWeightGradient, transpose } from "./linalg/dense";
export { dotDecayed, squaredDistance, sumSquaresDecayed } from "./linalg/estimates";
// product is called by parts, and no kernel (scripts/parts.js)
export { product, scratch } from "./linalg/product";
export { dot, finite, maxAbs, sumAbs, sumSquares } from "./linalg/reductions";
export { addRows, copyColumns } from "./linalg/rows";
export { centralizeColumns, centralizeRows, clipColumns, clipRows, factorSquares } from "./linalg/units";
export { copy, fill, firstColumn } from "./linalg/vectors";
export { attend, attendGradient } from "./nn/attention";
export { dropout, gather, shuffle } from "./nn/batches";
export { gruStep, gruStepGradient } from "./nn/gru";
export { binaryCrossEntropy, crossEntropy, huber, meanAbsolute, meanSquared } from "./nn/losses";
export { affineColumns, columnDots, normalizeRows, normalizeRowsGradient } from "./nn/normalization";
export { patches, patchesGradient, pool, poolGradient } from "./nn/windows";
export { adafactorMatrix } from "./optimizers/adafactor";
export { momentsBfloat16, momentsLargestBfloat16 } from "./optimizers/bfloat16";
export { momo, momoAdam } from "./optimizers/momo";
export { opposing } from "./optimizers/opposing";
export { dadaptAdam, dadaptSgd, prodigy } from "./optimizers/prodigy";
export { sm3Matrix } from "./optimizers/sm3";
export { sparseAdam } from "./optimizers/sparseAdam";
