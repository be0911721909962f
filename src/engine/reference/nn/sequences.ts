// The twin of assembly/nn/sequences.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, flushed, type Heap, TINY } from "../heap.js";
import { exp, sigmoid, tanh } from "../math.js";

export function softmaxRows(heap: Heap): Kernels["softmaxRows"] {
  return (x, rows, columns, scale, causal) => {
    const v = heap.f32;
    x >>>= 2;
    scale = f(scale);
    for (let r = 0; r < rows; r++, x += columns) {
      const count = causal ? Math.min(r + 1, columns) : columns;
      let max = -Infinity;
      for (let j = 0; j < count; j++) if (max < (v[x + j] as number)) max = v[x + j] as number;
      const s: [number, number, number, number] = [0, 0, 0, 0];
      for (let j = 0; j < count; j++) {
        const e = exp(f(scale * f((v[x + j] as number) - max)));
        s[j & 3] = f((s[j & 3] as number) + e);
        v[x + j] = e;
      }
      const share = f(1 / f(f(s[0] + s[2]) + f(s[1] + s[3])));
      for (let j = 0; j < count; j++) v[x + j] = flushed(f((v[x + j] as number) * share), TINY);
      for (let j = count; j < columns; j++) v[x + j] = 0;
    }
  };
}

export function softmaxRowsGradient(heap: Heap): Kernels["softmaxRowsGradient"] {
  return (p, g, rows, columns, scale) => {
    const v = heap.f32;
    p >>>= 2;
    g >>>= 2;
    scale = f(scale);
    for (let r = 0; r < rows; r++, p += columns, g += columns) {
      const s: [number, number, number, number] = [0, 0, 0, 0];
      for (let j = 0; j < columns; j++) s[j & 3] = f((s[j & 3] as number) + f((v[p + j] as number) * (v[g + j] as number)));
      const sum = f(f(s[0] + s[2]) + f(s[1] + s[3]));
      for (let j = 0; j < columns; j++) v[g + j] = flushed(f(scale * f((v[p + j] as number) * f((v[g + j] as number) - sum))), TINY);
    }
  };
}

export function rotateRows(heap: Heap): Kernels["rotateRows"] {
  return (x, cosines, sines, rows, half, direction) => {
    const v = heap.f32;
    x >>>= 2;
    cosines >>>= 2;
    sines >>>= 2;
    direction = f(direction);
    for (let r = 0; r < rows; r++, x += 2 * half, cosines += half, sines += half) {
      for (let j = 0; j < half; j++) {
        const [a, b] = [v[x + j] as number, v[x + half + j] as number];
        const c = v[cosines + j] as number;
        const s = f(direction * (v[sines + j] as number));
        v[x + j] = f(a * c) - f(b * s);
        v[x + half + j] = f(b * c) + f(a * s);
      }
    }
  };
}

export function gruStep(heap: Heap): Kernels["gruStep"] {
  return (a, c, h, out, gates, rows, units) => {
    const v = heap.f32;
    a >>>= 2;
    c >>>= 2;
    h >>>= 2;
    out >>>= 2;
    gates >>>= 2;
    const [one, two, three] = [units, 2 * units, 3 * units];
    for (let r = 0; r < rows; r++, a += three, c += three, gates += three, h += one, out += one) {
      for (let j = 0; j < units; j++) {
        const sum = (at: number) => f((v[a + at + j] as number) + (v[c + at + j] as number));
        const reset = sigmoid(sum(0));
        const z = sigmoid(sum(one));
        const n = tanh(f((v[a + two + j] as number) + f(reset * (v[c + two + j] as number))));
        const next = f(n + f(z * f((v[h + j] as number) - n)));
        v[gates + j] = flushed(reset, TINY);
        v[gates + one + j] = flushed(z, TINY);
        v[gates + two + j] = n;
        v[out + j] = flushed(next, TINY);
      }
    }
  };
}

export function gruStepGradient(heap: Heap): Kernels["gruStepGradient"] {
  return (gates, c, h, g, da, dc, dh, rows, units) => {
    const v = heap.f32;
    gates >>>= 2;
    c >>>= 2;
    h >>>= 2;
    g >>>= 2;
    da >>>= 2;
    dc >>>= 2;
    dh >>>= 2;
    const [one, two, three] = [units, 2 * units, 3 * units];
    for (let i = 0; i < rows; i++, gates += three, c += three, da += three, dc += three, h += one, g += one, dh += one) {
      for (let j = 0; j < units; j++) {
        const [r, z, n] = [v[gates + j] as number, v[gates + one + j] as number, v[gates + two + j] as number];
        const slope = v[g + j] as number;
        const dn = flushed(f(f(slope * f(1 - z)) * f(1 - f(n * n))), TINY);
        const dr = flushed(f(f(dn * (v[c + two + j] as number)) * f(r * f(1 - r))), TINY);
        const dz = flushed(f(f(slope * f((v[h + j] as number) - n)) * f(z * f(1 - z))), TINY);
        v[da + j] = dr;
        v[dc + j] = dr;
        v[da + one + j] = dz;
        v[dc + one + j] = dz;
        v[da + two + j] = dn;
        v[dc + two + j] = flushed(f(dn * r), TINY);
        v[dh + j] = flushed(f(slope * z), TINY);
      }
    }
  };
}
