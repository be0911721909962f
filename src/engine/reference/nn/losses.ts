// The twin of assembly/nn/losses.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, flushed, type Heap, sumOf, TINY } from "../heap.js";
import { exp, log, log1p, sigmoid } from "../math.js";

export function crossEntropy(heap: Heap): Kernels["crossEntropy"] {
  return (z, t, dz, rows, columns, scale) => {
    const v = heap.f32;
    const classes = heap.u32;
    z >>>= 2;
    t >>>= 2;
    dz >>>= 2;
    scale = f(scale);
    let total = 0;
    for (let r = 0; r < rows; r++, z += columns, dz += columns) {
      const max = exponentials(v, z, dz, columns);
      const sum = sumRow(v, dz, columns);
      normalize(v, dz, columns, sum, scale);
      const target = classes[t + r] as number;
      v[dz + target] = (v[dz + target] as number) - scale;
      total += f(log(sum) - f((v[z + target] as number) - max));
    }
    return total;
  };
}

function exponentials(v: Float32Array, z: number, y: number, columns: number): number {
  let max = -Infinity;
  for (let j = 0; j < columns; j++) if (max < (v[z + j] as number)) max = v[z + j] as number;
  for (let j = 0; j < columns; j++) v[y + j] = exp(f((v[z + j] as number) - max));
  return max;
}

function sumRow(v: Float32Array, y: number, columns: number): number {
  return sumOf(columns, (j) => v[y + j] as number);
}

function normalize(v: Float32Array, y: number, columns: number, sum: number, scale: number): void {
  const factor = f(scale / sum);
  for (let j = 0; j < columns; j++) v[y + j] = flushed(f((v[y + j] as number) * factor), TINY);
}

/** The sum of loss(z, t) over n elements in the documented order, with gradient(z, t) written into dz. */
function elementwise(
  heap: Heap,
  z: number,
  t: number,
  dz: number,
  n: number,
  loss: (Z: number, T: number) => number,
  gradient: (Z: number, T: number) => number,
): number {
  const v = heap.f32;
  z >>>= 2;
  t >>>= 2;
  dz >>>= 2;
  const s: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const Z = v[z + i] as number;
    const T = v[t + i] as number;
    s[i & 3] = (s[i & 3] as number) + loss(Z, T);
    v[dz + i] = flushed(gradient(Z, T), TINY);
  }
  return s[0] + s[2] + (s[1] + s[3]);
}

export function binaryCrossEntropy(heap: Heap): Kernels["binaryCrossEntropy"] {
  return (z, t, dz, n, scale) => {
    scale = f(scale);
    return elementwise(
      heap,
      z,
      t,
      dz,
      n,
      (Z, T) => f(f((Z < 0 ? 0 : Z) - f(Z * T)) + log1p(exp(-Math.abs(Z)))),
      (Z, T) => f(f(sigmoid(Z) - T) * scale),
    );
  };
}

export function meanSquared(heap: Heap): Kernels["meanSquared"] {
  return (z, t, dz, n, scale) => {
    const twice = f(2 * f(scale));
    return elementwise(
      heap,
      z,
      t,
      dz,
      n,
      (Z, T) => f(f(Z - T) * f(Z - T)),
      (Z, T) => f(f(Z - T) * twice),
    );
  };
}

export function meanAbsolute(heap: Heap): Kernels["meanAbsolute"] {
  return (z, t, dz, n, scale) => {
    scale = f(scale);
    return elementwise(
      heap,
      z,
      t,
      dz,
      n,
      (Z, T) => Math.abs(f(Z - T)),
      (Z, T) => f(Math.sign(f(Z - T)) * scale),
    );
  };
}

export function huber(heap: Heap): Kernels["huber"] {
  return (z, t, dz, n, delta, scale) => {
    delta = f(delta);
    scale = f(scale);
    const clamped = (D: number) => Math.max(Math.min(D, delta), -delta);
    return elementwise(
      heap,
      z,
      t,
      dz,
      n,
      (Z, T) => f(clamped(f(Z - T)) * f(f(Z - T) - f(0.5 * clamped(f(Z - T))))),
      (Z, T) => f(clamped(f(Z - T)) * scale),
    );
  };
}
