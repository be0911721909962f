// Averaged SGD (Polyak and Juditsky 1992): G = scale g + decay p
//   p -= shrink p + rate G;  average = keep average + fresh p
// shrink = lambda x rate; keep = 1 - fresh, and 0 until the averaging begins.
import { add, load, mul, splat, store, sub } from "../lanes";

export function asgd(
  p: usize, g: usize, average: usize, n: usize, rate: f32, shrink: f32, keep: f32, fresh: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), SHRINK = splat(shrink), KEEP = splat(keep), FRESH = splat(fresh), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const X = sub(P, add(mul(SHRINK, P), mul(RATE, G)));
    store(p + i, X);
    store(average + i, add(mul(KEEP, load(average + i)), mul(FRESH, X)));
  } while ((i += 16) < n << 2);
}
