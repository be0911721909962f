// What the machine can do: compiled by the bench for itself, no part of the core.

/** Twelve chains of a multiply and an add in registers (two more would spill), enough to hide the latency: 96 operations a step, no memory. */
export function multiplyAdd(steps: i32, a: f32, b: f32): f32 {
  const A = f32x4.splat(a),
    B = f32x4.splat(b);
  let s0 = A,
    s1 = A,
    s2 = A,
    s3 = A,
    s4 = A,
    s5 = A,
    s6 = A,
    s7 = A,
    s8 = A,
    s9 = A,
    s10 = A,
    s11 = A;
  for (let i = 0; i < steps; i++) {
    s0 = f32x4.add(f32x4.mul(s0, A), B);
    s1 = f32x4.add(f32x4.mul(s1, A), B);
    s2 = f32x4.add(f32x4.mul(s2, A), B);
    s3 = f32x4.add(f32x4.mul(s3, A), B);
    s4 = f32x4.add(f32x4.mul(s4, A), B);
    s5 = f32x4.add(f32x4.mul(s5, A), B);
    s6 = f32x4.add(f32x4.mul(s6, A), B);
    s7 = f32x4.add(f32x4.mul(s7, A), B);
    s8 = f32x4.add(f32x4.mul(s8, A), B);
    s9 = f32x4.add(f32x4.mul(s9, A), B);
    s10 = f32x4.add(f32x4.mul(s10, A), B);
    s11 = f32x4.add(f32x4.mul(s11, A), B);
  }
  const S = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)));
  const T = f32x4.add(S, f32x4.add(f32x4.add(s8, s9), f32x4.add(s10, s11)));
  return f32x4.extract_lane(T, 0) + f32x4.extract_lane(T, 1) + f32x4.extract_lane(T, 2) + f32x4.extract_lane(T, 3);
}

/** The same work as a matrix product has it at its best: six rows by two vectors, the rows' operands read from the first level of cache. */
export function outerProducts(x: usize, steps: usize, a: f32, b: f32): f32 {
  const A = f32x4.splat(a),
    B = f32x4.splat(b);
  let s00 = A,
    s01 = A,
    s10 = A,
    s11 = A,
    s20 = A,
    s21 = A;
  let s30 = A,
    s31 = A,
    s40 = A,
    s41 = A,
    s50 = A,
    s51 = A;
  for (let p = x, end = x + (steps << 4); p < end; p += 16) {
    const X0 = v128.load(p, 0);
    s00 = f32x4.add(s00, f32x4.mul(X0, A));
    s01 = f32x4.add(s01, f32x4.mul(X0, B));
    const X1 = v128.load(p, 16);
    s10 = f32x4.add(s10, f32x4.mul(X1, A));
    s11 = f32x4.add(s11, f32x4.mul(X1, B));
    const X2 = v128.load(p, 32);
    s20 = f32x4.add(s20, f32x4.mul(X2, A));
    s21 = f32x4.add(s21, f32x4.mul(X2, B));
    const X3 = v128.load(p, 48);
    s30 = f32x4.add(s30, f32x4.mul(X3, A));
    s31 = f32x4.add(s31, f32x4.mul(X3, B));
    const X4 = v128.load(p, 64);
    s40 = f32x4.add(s40, f32x4.mul(X4, A));
    s41 = f32x4.add(s41, f32x4.mul(X4, B));
    const X5 = v128.load(p, 80);
    s50 = f32x4.add(s50, f32x4.mul(X5, A));
    s51 = f32x4.add(s51, f32x4.mul(X5, B));
  }
  const S = f32x4.add(f32x4.add(f32x4.add(s00, s10), f32x4.add(s20, s30)), f32x4.add(f32x4.add(s40, s50), f32x4.add(s01, s11)));
  const T = f32x4.add(S, f32x4.add(f32x4.add(s21, s31), f32x4.add(s41, s51)));
  return f32x4.extract_lane(T, 0) + f32x4.extract_lane(T, 1) + f32x4.extract_lane(T, 2) + f32x4.extract_lane(T, 3);
}

/** y = x: 8 bytes an element, 12 where a store first fetches the line. */
export function copy(x: usize, y: usize, n: usize): void {
  for (let i: usize = 0; i < n << 2; i += 32) {
    const A = v128.load(x + i),
      B = v128.load(x + i + 16);
    v128.store(y + i, A);
    v128.store(y + i + 16, B);
  }
}

/** z = x + a y: 12 bytes an element. */
export function triad(x: usize, y: usize, z: usize, n: usize, a: f32): void {
  const A = f32x4.splat(a);
  for (let i: usize = 0; i < n << 2; i += 32) {
    v128.store(z + i, f32x4.add(v128.load(x + i), f32x4.mul(A, v128.load(y + i))));
    v128.store(z + i + 16, f32x4.add(v128.load(x + i + 16), f32x4.mul(A, v128.load(y + i + 16))));
  }
}

/** x = a x: 8 bytes an element, every line written was read, as in an optimizer's step. */
export function update(x: usize, n: usize, a: f32): void {
  const A = f32x4.splat(a);
  for (let i: usize = 0; i < n << 2; i += 32) {
    v128.store(x + i, f32x4.mul(A, v128.load(x + i)));
    v128.store(x + i + 16, f32x4.mul(A, v128.load(x + i + 16)));
  }
}
