// The twin of assembly/optimizers/rprop.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function rprop(heap: Heap): Kernels["rprop"] {
  return (p, g, s, before, n, minus, plus, least, most, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    s >>>= 2;
    before >>>= 2;
    minus = f(minus);
    plus = f(plus);
    least = f(least);
    most = f(most);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(scale * (x[g + i] as number));
      const S = x[s + i] as number;
      const agrees = Math.sign(G) * (x[before + i] as number);
      const factor = agrees > 0 ? plus : agrees < 0 ? minus : 1;
      const grown = f(S * factor);
      const high = most < grown ? most : grown;
      const low = least < S ? least : S;
      const step = high < low ? low : high;
      const kept = agrees < 0 ? 0 : G;
      x[s + i] = step;
      x[before + i] = kept;
      x[p + i] = (x[p + i] as number) - f(Math.sign(kept) * step);
    }
  };
}
