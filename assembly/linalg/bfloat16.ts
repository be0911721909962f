// What keeps state in bfloat16, the upper half of a float32, sound.

/** As flush (linalg/vectors.ts): x = 0 where |x| <= limit. */
export function flushBfloat16(x16: usize, n: usize, limit: f32): void {
  const LIMIT = i16x8.splat(<i16>(reinterpret<u32>(limit) >> 16)), SIZE = i16x8.splat(0x7fff);
  let i: usize = 0;
  if (n) do {
    const X = v128.load(x16 + i);
    v128.store(x16 + i, v128.and(X, i16x8.gt_s(v128.and(X, SIZE), LIMIT)));
  } while ((i += 16) < n << 1);
}

/** 1 when every x[i] is finite, otherwise 0. */
export function finiteBfloat16(x16: usize, n: usize): i32 {
  const SIZE = i16x8.splat(0x7fff), INFINITE = i16x8.splat(0x7f80);
  for (let i: usize = 0; i < n << 1; i += 8) {
    if (!i16x8.all_true(i16x8.lt_s(v128.and(v128.load64_zero(x16 + i), SIZE), INFINITE))) return 0;
  }
  return 1;
}
