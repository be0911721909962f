// Cautious steps (Liang et al. 2024): of a step d that was made apart from the values, the part that goes against the gradient G = scale g.
//   opposing  how many elements of d have the sign opposite to G's
//   cautious  p += gain d - shrink p, with 0 in place of d where it does not oppose G
import { add, and, gt, load, lt, mul, pmax, pmin, splat, store, sub } from "../lanes";

export function opposing(d: usize, g: usize, n: usize, scale: f32): i32 {
  const SCALE = splat(scale);
  let COUNT = i32x4.splat(0);
  // a lane of a mask is -1
  for (let i: usize = 0; i < n << 2; i += 16) COUNT = i32x4.sub(COUNT, opposes(load(d + i), mul(SCALE, load(g + i))));
  return i32x4.extract_lane(COUNT, 0) + i32x4.extract_lane(COUNT, 1) + i32x4.extract_lane(COUNT, 2) + i32x4.extract_lane(COUNT, 3);
}

@inline
function cautiousVector(p: usize, g: usize, d: usize, GAIN: v128, SHRINK: v128, SCALE: v128): void {
  const P = load(p), D = load(d);
  const U = and(mul(GAIN, D), opposes(D, mul(SCALE, load(g))));
  store(p, add(P, sub(U, mul(SHRINK, P))));
}

export function cautious(p: usize, g: usize, d: usize, n: usize, gain: f32, shrink: f32, scale: f32): void {
  const GAIN = splat(gain), SHRINK = splat(shrink), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    cautiousVector(p + i, g + i, d + i, GAIN, SHRINK, SCALE);
    cautiousVector(p + i + 16, g + i + 16, d + i + 16, GAIN, SHRINK, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) cautiousVector(p + i, g + i, d + i, GAIN, SHRINK, SCALE);
}

/** Where one of both is below 0 and the other above; NaN is neither. */
@inline
function opposes(d: v128, g: v128): v128 { return and(lt(pmin(d, g), splat(0)), gt(pmax(d, g), splat(0))); }
