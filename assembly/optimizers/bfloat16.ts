// Adam and its relatives (elementwise/moments.ts) with means in bfloat16, the upper half of a float32: 20 instead of 28 bytes a parameter.
// What comes after the upper half is not cut off, nor rounded to nearest: with b2 = 0.999 a step changes v by less than half of its last
// place, and nearest rounding would leave v where it is for ever. A dither in [0, 1) of a last place is added before the cut, so that means
// are right in the mean. It is a sequence instead of random numbers, the upper half of turn + number x STRIDE, with a turn that rises by
// the step: multiples of numbers far from all fractions fill [0, 1) more evenly than random ones, and cost an addition.
import { add, bfloat16s, div, load, mul, pmax, splat, sqrt, store, storeBfloat16s, sub } from "../lanes";

/** By how much the dither rises from one element to the next: 0.7549, one over the plastic number. */
const STRIDE: u32 = 0xc13fa9a9;

/** The dithers of the elements `first` to `first` + 3, before the cut. */
@inline
function dithers(first: u32, turn: u32): v128 {
  return i32x4.add(i32x4.splat(<i32>(turn + first * STRIDE)), i32x4(0, <i32>STRIDE, <i32>(2 * STRIDE), <i32>(3 * STRIDE)));
}

/** x plus its dither, cut to bfloat16, in the lower half of each lane; every NaN is 0xffff, since the dither might make a number of it. */
@inline
function cut(x: v128, dither: v128): v128 { return i32x4.shr_u(v128.or(i32x4.add(x, dither), f32x4.ne(x, x)), 16); }

export function momentsBfloat16(
  p: usize, g: usize, m16: usize, v16: usize, n: usize, first: u32, turn: u32,
  near: f32, look: f32, b1: f32, a1: f32, b2: f32, a2: f32, k: f32, root: f32, epsilon: f32, decay: f32, shrink: f32, scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), K = splat(k);
  const ROOT = splat(root), EPSILON = splat(epsilon), DECAY = splat(decay), SHRINK = splat(shrink), SCALE = splat(scale);
  const NEXT = i32x4.splat(<i32>(4 * STRIDE));
  let D = dithers(first, turn);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, bfloat16s(m16 + (i >> 1))), mul(A1, G));
    const V = add(mul(B2, bfloat16s(v16 + (i >> 1))), mul(A2, mul(G, G)));
    const R = sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, V), ROOT)), EPSILON))));
    const D1 = i32x4.shr_u(D, 16);
    storeBfloat16s(m16 + (i >> 1), cut(M, D1));
    storeBfloat16s(v16 + (i >> 1), cut(V, D1));
    store(p + i, R);
    D = i32x4.add(D, NEXT);
  } while ((i += 16) < n << 2);
}

export function momentsLargestBfloat16(
  p: usize, g: usize, m16: usize, v16: usize, h16: usize, n: usize, first: u32, turn: u32,
  near: f32, look: f32, b1: f32, a1: f32, b2: f32, a2: f32, fresh: f32, k: f32, root: f32, epsilon: f32, decay: f32, shrink: f32,
  scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), FRESH = splat(fresh);
  const K = splat(k), ROOT = splat(root), EPSILON = splat(epsilon), DECAY = splat(decay), SHRINK = splat(shrink), SCALE = splat(scale);
  const NEXT = i32x4.splat(<i32>(4 * STRIDE));
  let D = dithers(first, turn);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, bfloat16s(m16 + (i >> 1))), mul(A1, G));
    const V = add(mul(B2, bfloat16s(v16 + (i >> 1))), mul(A2, mul(G, G)));
    const H = pmax(bfloat16s(h16 + (i >> 1)), mul(FRESH, V));
    const R = sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, H), ROOT)), EPSILON))));
    const D1 = i32x4.shr_u(D, 16);
    storeBfloat16s(m16 + (i >> 1), cut(M, D1));
    storeBfloat16s(v16 + (i >> 1), cut(V, D1));
    storeBfloat16s(h16 + (i >> 1), cut(H, D1));
    store(p + i, R);
    D = i32x4.add(D, NEXT);
  } while ((i += 16) < n << 2);
}
