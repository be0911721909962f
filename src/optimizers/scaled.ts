import type { Kernels } from "../engine/load.js";

/** y = a x, whatever stood in y. */
export function copyScaled(kernels: Kernels, x: number, y: number, n: number, a: number): void {
  kernels.copy(x, y, n);
  if (a !== 1) kernels.scale(y, n, a);
}
