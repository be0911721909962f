// What convolution and pooling do with windows of pictures x[rows × height × width × channels], channels running fastest. A window of
// kernelHeight × kernelWidth places, `dilation` apart, moves by `stride`; its first place is `top` and `left` outside. Outside are zeros, or
// nothing, for a maximum.
import { add, and, andnot, eq, load, loadLeft, mul, or, pmax, splat, store, storeLeft } from "../lanes";
import { addBytes, copyBytes } from "../linalg/rows";

/**
 * p[rows × outHeight × outWidth × (kernelHeight × kernelWidth × depth)]: for each place of a window what it covers of `depth` channels, of
 * which x points to the first. A product with the weights makes a convolution of it.
 */
export function patches(
  x: usize, p: usize, rows: i32, height: i32, width: i32, channels: i32, depth: i32, kernelHeight: i32, kernelWidth: i32,
  outHeight: i32, outWidth: i32, strideY: i32, strideX: i32, top: i32, left: i32, dilationY: i32, dilationX: i32,
): void {
  const bytes = <usize>depth << 2;
  const joined = dilationX == 1 && depth == channels;
  for (let r = 0; r < rows; r++, x += <usize>(height * width * channels) << 2) {
    for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
      const ix0 = ox * strideX - left;
      for (let ky = 0; ky < kernelHeight; ky++) {
        const iy = oy * strideY - top + ky * dilationY;
        const line = x + (<usize>(iy * width * channels) << 2);
        if (iy < 0 || iy >= height) {
          zero(p, bytes * kernelWidth);
          p += bytes * kernelWidth;
        } else if (joined && ix0 >= 0 && ix0 + kernelWidth <= width) {
          copyBytes(line + (<usize>(ix0 * channels) << 2), p, bytes * kernelWidth);
          p += bytes * kernelWidth;
        } else {
          for (let kx = 0; kx < kernelWidth; kx++, p += bytes) {
            const ix = ix0 + kx * dilationX;
            if (ix < 0 || ix >= width) zero(p, bytes);
            else copyBytes(line + (<usize>(ix * channels) << 2), p, bytes);
          }
        }
      }
    }
  }
}

/** Adds what patches would give back: x += p, place by place. */
export function patchesGradient(
  p: usize, x: usize, rows: i32, height: i32, width: i32, channels: i32, depth: i32, kernelHeight: i32, kernelWidth: i32,
  outHeight: i32, outWidth: i32, strideY: i32, strideX: i32, top: i32, left: i32, dilationY: i32, dilationX: i32,
): void {
  const bytes = <usize>depth << 2;
  for (let r = 0; r < rows; r++, x += <usize>(height * width * channels) << 2) {
    for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        const iy = oy * strideY - top + ky * dilationY;
        for (let kx = 0; kx < kernelWidth; kx++, p += bytes) {
          const ix = ox * strideX - left + kx * dilationX;
          if (iy >= 0 && iy < height && ix >= 0 && ix < width) addBytes(p, x + (<usize>((iy * width + ix) * channels) << 2), bytes);
        }
      }
    }
  }
}

/** y[rows × outHeight × outWidth × channels]: the largest of each window, or with `average` its mean: 1 counts places outside as zeros, 2 not at all. */
export function pool(
  x: usize, y: usize, rows: i32, height: i32, width: i32, channels: i32, kernelHeight: i32, kernelWidth: i32,
  outHeight: i32, outWidth: i32, strideY: i32, strideX: i32, top: i32, left: i32, average: i32,
): void {
  const column = <usize>channels << 2, line = column * width;
  for (let r = 0; r < rows; r++, x += line * height) {
    for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++, y += column) {
      const y0 = <usize>max(oy * strideY - top, 0), y1 = <usize>min(oy * strideY - top + kernelHeight, height);
      const x0 = <usize>max(ox * strideX - left, 0), x1 = <usize>min(ox * strideX - left + kernelWidth, width);
      const SHARE = splat(shareOf(average, kernelHeight * kernelWidth, <i32>((y1 - y0) * (x1 - x0))));
      const from = x + y0 * line, to = x + y1 * line, begin = x0 * column, end = x1 * column;
      for (let c: usize = 0; c < column; c += 16) {
        const rest = (column - c) >> 2;
        let S = splat(average ? 0 : -Infinity);
        for (let p = from; p < to; p += line) for (let q = p + begin + c; q < p + end; q += column) {
          const X = loadLeft(q, rest);
          S = average ? add(S, X) : pmax(S, X);
        }
        storeLeft(y + c, average ? mul(S, SHARE) : S, rest);
      }
    }
  }
}

/** Adds to dx what pool would give back of dy: to the first of the largest of each window, or to all of its places. */
export function poolGradient(
  x: usize, y: usize, dy: usize, dx: usize, rows: i32, height: i32, width: i32, channels: i32, kernelHeight: i32, kernelWidth: i32,
  outHeight: i32, outWidth: i32, strideY: i32, strideX: i32, top: i32, left: i32, average: i32,
): void {
  const column = <usize>channels << 2, line = column * width;
  for (let r = 0; r < rows; r++, x += line * height, dx += line * height) {
    for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++, y += column, dy += column) {
      const y0 = <usize>max(oy * strideY - top, 0), y1 = <usize>min(oy * strideY - top + kernelHeight, height);
      const x0 = <usize>max(ox * strideX - left, 0), x1 = <usize>min(ox * strideX - left + kernelWidth, width);
      const SHARE = splat(shareOf(average, kernelHeight * kernelWidth, <i32>((y1 - y0) * (x1 - x0))));
      const from = y0 * line, to = y1 * line, begin = x0 * column, end = x1 * column;
      for (let c: usize = 0; c < column; c += 16) {
        const rest = (column - c) >> 2;
        const G = average ? mul(loadLeft(dy + c, rest), SHARE) : loadLeft(dy + c, rest);
        const Y = average ? splat(0) : loadLeft(y + c, rest);
        let FOUND = splat(0);
        for (let p = from; p < to; p += line) for (let q = p + begin + c; q < p + end; q += column) {
          let D = G;
          if (!average) {
            const HERE = andnot(eq(loadLeft(x + q, rest), Y), FOUND);
            FOUND = or(FOUND, HERE);
            D = and(G, HERE);
          }
          storeLeft(dx + q, add(loadLeft(dx + q, rest), D), rest);
        }
      }
    }
  }
}

@inline
function shareOf(average: i32, all: i32, inside: i32): f32 { return <f32>1 / <f32>(average == 1 ? all : inside); }

function zero(to: usize, bytes: usize): void {
  const whole = bytes & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) store(to + i, splat(0));
  for (; i < bytes; i += 4) f32.store(to + i, 0);
}
