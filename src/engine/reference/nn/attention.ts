// The twin of assembly/nn/attention.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { FORWARD, f, flushed, type Heap, sumOf, TINY } from "../heap.js";
import { transpose } from "../linalg/dense.js";
import { product } from "../linalg/product.js";
import { copyColumns } from "../linalg/rows.js";
import { exp } from "../math.js";

export function attend(heap: Heap): Kernels["attend"] {
  return (joint, cosines, sines, shares, mixed, spare, rows, steps, heads, head, scale, causal) => {
    const other = spare + steps * head * 4;
    scale = f(scale);
    eachHead(joint, mixed, shares, rows, steps, heads, head, (q, k, v, out, p, width) => {
      const pitch = 3 * width;
      if (cosines) for (const x of [q, k]) turn(heap, x, pitch, cosines, sines, steps, head >> 1, 1);
      copyColumns(heap)(k, spare, steps, head, pitch, head);
      transpose(heap)(spare, other, steps, head);
      copyColumns(heap)(v, spare, steps, head, pitch, head);
      eachGroup(steps, causal, (i, count, end) => {
        const row = p + i * steps * 4;
        product(heap, q + i * pitch * 4, pitch, 1, other, steps, row, steps, count, head, end, 0, 0, 0, FORWARD);
        for (let j = 0; j < count; j++) softmax(heap, row + j * steps * 4, causal ? i + j + 1 : steps, end, scale);
        product(heap, row, steps, 1, spare, head, out + i * width * 4, width, count, end, head, 0, 0, 0, FORWARD);
      });
    });
  };
}

export function attendGradient(heap: Heap): Kernels["attendGradient"] {
  return (joint, cosines, sines, shares, mixed, spare, rows, steps, heads, head, scale, causal) => {
    const other = spare + steps * head * 4;
    const slopes = other + steps * head * 4;
    scale = f(scale);
    eachHead(joint, mixed, shares, rows, steps, heads, head, (q, k, v, out, p, width) => {
      const pitch = 3 * width;
      const transposed = (c: number) =>
        eachGroup(steps, causal, (i, count) => {
          const from = causal ? i : 0;
          const [start, b] = [p + (from * steps + i) * 4, spare + from * head * 4];
          product(heap, start, 1, steps, b, head, c + i * pitch * 4, pitch, count, steps - from, head, 0, 0, 0, TINY);
        });
      copyColumns(heap)(v, spare, steps, head, pitch, head);
      transpose(heap)(spare, other, steps, head);
      copyColumns(heap)(out, spare, steps, head, width, head);
      transposed(v);
      eachGroup(steps, 1, (i, count, end) => {
        product(heap, spare + i * head * 4, head, 1, other, steps, slopes, steps, count, head, causal ? end : steps, 0, 0, 0, FORWARD);
        for (let j = 0; j < count; j++)
          softmaxGradient(heap, p + (i + j) * steps * 4, slopes + j * steps * 4, causal ? i + j + 1 : steps, scale);
      });
      copyColumns(heap)(k, other, steps, head, pitch, head);
      copyColumns(heap)(q, spare, steps, head, pitch, head);
      eachGroup(steps, causal, (i, count, end) => {
        product(heap, p + i * steps * 4, steps, 1, other, head, q + i * pitch * 4, pitch, count, end, head, 0, 0, 0, FORWARD);
      });
      transposed(k);
      if (cosines) for (const x of [q, k]) turn(heap, x, pitch, cosines, sines, steps, head >> 1, -1);
    });
  };
}

/** Visits the places of queries, keys, values, what the head puts out and shares of each head, with the width of all heads. */
function eachHead(
  joint: number,
  mixed: number,
  shares: number,
  rows: number,
  steps: number,
  heads: number,
  head: number,
  visit: (q: number, k: number, v: number, out: number, p: number, width: number) => void,
): void {
  const width = heads * head;
  for (let pair = 0; pair < rows * heads; pair++) {
    const [row, at] = [Math.floor(pair / heads) * steps * width * 4, (pair % heads) * head * 4];
    const q = joint + 3 * row + at;
    visit(q, q + width * 4, q + width * 8, mixed + row + at, shares + pair * steps * steps * 4, width);
  }
}

/** Visits the steps that go together: from which one on, how many, and how many are summed over for them. */
function eachGroup(steps: number, causal: number, visit: (i: number, count: number, end: number) => void): void {
  const together = causal ? Math.max(8, (steps >> 6) << 3) : steps;
  for (let i = 0; i < steps; i += together) {
    const count = Math.min(together, steps - i);
    visit(i, count, causal ? i + count : steps);
  }
}

function softmax(heap: Heap, x: number, count: number, end: number, scale: number): void {
  const v = heap.f32;
  x >>>= 2;
  let max = -Infinity;
  for (let j = 0; j < count; j++) if (max < (v[x + j] as number)) max = v[x + j] as number;
  const sum = sumOf(count, (j) => {
    v[x + j] = exp(f(scale * f((v[x + j] as number) - max)));
    return v[x + j] as number;
  });
  const share = f(1 / sum);
  for (let j = 0; j < count; j++) v[x + j] = flushed(f((v[x + j] as number) * share), TINY);
  v.fill(0, x + count, x + end);
}

function softmaxGradient(heap: Heap, p: number, g: number, count: number, scale: number): void {
  const v = heap.f32;
  p >>>= 2;
  g >>>= 2;
  const sum = sumOf(count, (j) => f((v[p + j] as number) * (v[g + j] as number)));
  for (let j = 0; j < count; j++) v[p + j] = flushed(f(scale * f((v[p + j] as number) * f((v[g + j] as number) - sum))), TINY);
}

function turn(heap: Heap, x: number, xStride: number, cosines: number, sines: number, rows: number, half: number, direction: number): void {
  const v = heap.f32;
  x >>>= 2;
  cosines >>>= 2;
  sines >>>= 2;
  for (let r = 0; r < rows; r++, x += xStride, cosines += half, sines += half) {
    for (let j = 0; j < half; j++) {
      const [a, b] = [v[x + j] as number, v[x + half + j] as number];
      const c = v[cosines + j] as number;
      const s = f(direction * (v[sines + j] as number));
      v[x + j] = f(a * c) - f(b * s);
      v[x + half + j] = f(b * c) + f(a * s);
    }
  }
}
