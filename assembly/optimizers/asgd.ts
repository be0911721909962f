// Averaged SGD (Polyak and Juditsky 1992): G = scale g + decay p
//   p -= shrink p + rate G;  average = keep average + fresh p
// shrink = lambda x rate; keep = 1 - fresh, and 0 until the averaging begins.
import { add, load, mul, splat, store, sub } from "../lanes";

@inline
function asgdVector(p: usize, g: usize, average: usize, RATE: v128, SHRINK: v128, KEEP: v128, FRESH: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p), A = load(average);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const X = sub(P, add(mul(SHRINK, P), mul(RATE, G)));
  store(p, X);
  store(average, add(mul(KEEP, A), mul(FRESH, X)));
}

export function asgd(
  p: usize, g: usize, average: usize, n: usize, rate: f32, shrink: f32, keep: f32, fresh: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), SHRINK = splat(shrink), KEEP = splat(keep), FRESH = splat(fresh), DECAY = splat(decay), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    asgdVector(p + i, g + i, average + i, RATE, SHRINK, KEEP, FRESH, DECAY, SCALE);
    asgdVector(p + i + 16, g + i + 16, average + i + 16, RATE, SHRINK, KEEP, FRESH, DECAY, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) asgdVector(p + i, g + i, average + i, RATE, SHRINK, KEEP, FRESH, DECAY, SCALE);
}
