// The twin of assembly/nn/gru.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, flushed, type Heap, TINY } from "../heap.js";
import { sigmoid, tanh } from "../math.js";

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
