// Four f32 lanes under short names: the only file that says f32x4. All of them vanish at compile time.

@inline export function load(p: usize): v128 { return v128.load(p); }
@inline export function store(p: usize, x: v128): void { v128.store(p, x); }
@inline export function splat(x: f32): v128 { return f32x4.splat(x); }
@inline export function loadSplat(p: usize): v128 { return v128.load32_splat(p); }

@inline export function add(a: v128, b: v128): v128 { return f32x4.add(a, b); }
@inline export function sub(a: v128, b: v128): v128 { return f32x4.sub(a, b); }
@inline export function mul(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
@inline export function div(a: v128, b: v128): v128 { return f32x4.div(a, b); }
@inline export function sqrt(a: v128): v128 { return f32x4.sqrt(a); }
@inline export function neg(a: v128): v128 { return f32x4.neg(a); }
@inline export function abs(a: v128): v128 { return f32x4.abs(a); }
@inline export function nearest(a: v128): v128 { return f32x4.nearest(a); }

/** b < a ? b : a, so a stays where they are equal or one is NaN: a single instruction, unlike `min`. */
@inline export function pmin(a: v128, b: v128): v128 { return f32x4.pmin(a, b); }
/** a < b ? b : a. */
@inline export function pmax(a: v128, b: v128): v128 { return f32x4.pmax(a, b); }

@inline export function lt(a: v128, b: v128): v128 { return f32x4.lt(a, b); }
@inline export function le(a: v128, b: v128): v128 { return f32x4.le(a, b); }
@inline export function gt(a: v128, b: v128): v128 { return f32x4.gt(a, b); }
@inline export function eq(a: v128, b: v128): v128 { return f32x4.eq(a, b); }
@inline export function and(a: v128, b: v128): v128 { return v128.and(a, b); }
/** a and not b: a where the mask b is clear. */
@inline export function andnot(a: v128, b: v128): v128 { return v128.andnot(a, b); }
@inline export function or(a: v128, b: v128): v128 { return v128.or(a, b); }
@inline export function xor(a: v128, b: v128): v128 { return v128.xor(a, b); }
@inline export function select(a: v128, b: v128, mask: v128): v128 { return v128.bitselect(a, b, mask); }

/** Masks and what they do to numbers, by names that say what one number becomes: formulas (elementwise/) use these. */
@inline export function both(a: v128, b: v128): v128 { return v128.and(a, b); }
@inline export function either(a: v128, b: v128): v128 { return v128.or(a, b); }
/** x where the mask is set, otherwise 0. */
@inline export function keepWhere(x: v128, mask: v128): v128 { return v128.and(x, mask); }
/** 0 where the mask is set, otherwise x. */
@inline export function zeroWhere(x: v128, mask: v128): v128 { return v128.andnot(x, mask); }
/** -x where the mask is set, otherwise x. */
@inline export function negateWhere(x: v128, mask: v128): v128 { return v128.xor(x, v128.and(mask, splat(-0.0))); }
/** Where one of both is below 0 and the other above; NaN is neither. */
@inline export function opposes(a: v128, b: v128): v128 { return v128.and(lt(pmin(a, b), splat(0)), gt(pmax(a, b), splat(0))); }
/** x as oneOr takes it: the bits in which it differs from 1. */
@inline export function fromOne(x: v128): v128 { return v128.xor(splat(1), x); }
/** a where whereA is set, b where whereB is, otherwise 1; a and b by fromOne, and never both set: two operations less than two selects. */
@inline export function oneOr(a: v128, whereA: v128, b: v128, whereB: v128): v128 {
  return v128.xor(splat(1), v128.or(v128.and(a, whereA), v128.and(b, whereB)));
}

/** x no larger than `most` and no smaller than `least`; NaN stays. */
@inline export function clamp(x: v128, least: v128, most: v128): v128 { return pmax(pmin(x, most), least); }

/** 1 above 0, -1 below, x itself where it is 0 or NaN, as Math.sign: twice times 2^100 even the least denormal is larger than 1. */
@inline export function sign(x: v128): v128 {
  const HUGE = splat(1.2676506e30);
  return clamp(mul(mul(x, HUGE), HUGE), splat(-1), splat(1));
}

/** A float from each of four places, and to each. */
@inline export function gather(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  return v128.load32_lane(p3, v128.load32_lane(p2, v128.load32_lane(p1, v128.load32_zero(p0), 1), 2), 3);
}
@inline export function scatter(p0: usize, p1: usize, p2: usize, p3: usize, x: v128): void {
  v128.store32_lane(p0, x, 0);
  v128.store32_lane(p1, x, 1);
  v128.store32_lane(p2, x, 2);
  v128.store32_lane(p3, x, 3);
}

/** The first `count` lanes (1 to 3) at p, the others 0: reads nothing behind them. */
@inline export function loadFirst(p: usize, count: usize): v128 {
  if (count == 1) return v128.load32_zero(p);
  const X = v128.load64_zero(p);
  return count == 2 ? X : v128.load32_lane(p + 8, X, 2);
}
/** Stores the first `count` lanes (1 to 3) and nothing behind them. */
@inline export function storeFirst(p: usize, x: v128, count: usize): void {
  if (count == 1) v128.store32_lane(p, x, 0);
  else {
    v128.store64_lane(p, x, 0);
    if (count == 3) v128.store32_lane(p + 8, x, 2);
  }
}
/** As load and store, of `left` lanes where fewer than four are left. */
@inline export function loadLeft(p: usize, left: usize): v128 { return left < 4 ? loadFirst(p, left) : load(p); }
@inline export function storeLeft(p: usize, x: v128, left: usize): void { if (left < 4) storeFirst(p, x, left); else store(p, x); }
/** The first `count` lanes set, the others clear (count 1 to 3): what is left of a last, partial vector. */
@inline export function first(count: usize): v128 { return i32x4.gt_s(i32x4.splat(<i32>count), i32x4(0, 1, 2, 3)); }

/** x where |x| > limit (or x is NaN), otherwise 0: keeps denormals from building up. */
@inline export function flushed(x: v128, limit: v128): v128 { return andnot(x, le(abs(x), limit)); }

/** The lower two lanes and the upper two in float64, for sums. */
@inline export function lower(x: v128): v128 { return f64x2.promote_low_f32x4(x); }
@inline export function upper(x: v128): v128 { return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1)); }
/** The products of the lower and of the upper lanes in float64, where they are exact. */
@inline export function lowerProduct(a: v128, b: v128): v128 { return f64x2.mul(lower(a), lower(b)); }
@inline export function upperProduct(a: v128, b: v128): v128 { return f64x2.mul(upper(a), upper(b)); }
/** The sum of four sums: (0 + 2) + (1 + 3). */
@inline export function total(s01: v128, s23: v128): f64 {
  const S = f64x2.add(s01, s23);
  return f64x2.extract_lane(S, 0) + f64x2.extract_lane(S, 1);
}

/** The largest lane. */
@inline export function largest(x: v128): f32 {
  x = pmax(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pmax(x, i32x4.shuffle(x, x, 1, 0, 3, 2)), 0);
}

/** Four bfloat16 at p as float32. */
@inline export function bfloat16s(p: usize): v128 { return i32x4.shl(v128.load16x4_u(p), 16); }
/** Stores four lanes of 16 bits. */
@inline export function storeBfloat16s(p: usize, x: v128): void { v128.store64_lane(p, i16x8.narrow_i32x4_u(x, x), 0); }
