// The twin of assembly/nn/windows.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

type Visit = (place: number, at: number) => void;

/** Visits, window by window, every number of p with the place in x that it is of, -1 outside. */
function eachPatch(args: Parameters<Kernels["patches"]>, visit: Visit): void {
  const [, , rows, height, width, channels, depth, kernelHeight, kernelWidth, outHeight, outWidth, ...moves] = args;
  const [strideY, strideX, top, left, dilationY, dilationX] = moves;
  let p = 0;
  for (let r = 0; r < rows; r++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const [iy, ix] = [oy * strideY - top + ky * dilationY, ox * strideX - left + kx * dilationX];
            const inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
            const at = ((r * height + iy) * width + ix) * channels;
            for (let c = 0; c < depth; c++) visit(p++, inside ? at + c : -1);
          }
        }
      }
    }
  }
}

export function patches(heap: Heap): Kernels["patches"] {
  return (...args) => {
    const v = heap.f32;
    const [x, p] = [args[0] >>> 2, args[1] >>> 2];
    eachPatch(args, (place, at) => {
      v[p + place] = at < 0 ? 0 : (v[x + at] as number);
    });
  };
}

export function patchesGradient(heap: Heap): Kernels["patchesGradient"] {
  return (...args) => {
    const v = heap.f32;
    const [p, x] = [args[0] >>> 2, args[1] >>> 2];
    eachPatch(args, (place, at) => {
      if (at >= 0) v[x + at] = (v[x + at] as number) + (v[p + place] as number);
    });
  };
}

type Sizes = [number, number, number, number, number, number, number, number, number, number, number, number, number];

/** Visits every window with its channel: the place in y, those in x that it covers, and what a mean divides by. */
function eachWindow(sizes: Sizes, visit: (place: number, covered: readonly number[], share: number) => void): void {
  const [rows, height, width, channels, kernelHeight, kernelWidth, outHeight, outWidth, strideY, strideX, top, left, average] = sizes;
  let y = 0;
  for (let r = 0; r < rows; r++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let c = 0; c < channels; c++) {
          const covered: number[] = [];
          for (let iy = Math.max(oy * strideY - top, 0); iy < Math.min(oy * strideY - top + kernelHeight, height); iy++) {
            for (let ix = Math.max(ox * strideX - left, 0); ix < Math.min(ox * strideX - left + kernelWidth, width); ix++)
              covered.push(((r * height + iy) * width + ix) * channels + c);
          }
          visit(y++, covered, f(1 / (average === 1 ? kernelHeight * kernelWidth : covered.length)));
        }
      }
    }
  }
}

export function pool(heap: Heap): Kernels["pool"] {
  return (x, y, ...sizes) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    const average = sizes[12];
    eachWindow(sizes, (place, covered, share) => {
      let s = average ? 0 : -Infinity;
      for (const at of covered) {
        const value = v[x + at] as number;
        if (average) s = f(s + value);
        else if (s < value) s = value;
      }
      v[y + place] = average ? s * share : s;
    });
  };
}

export function poolGradient(heap: Heap): Kernels["poolGradient"] {
  return (x, y, dy, dx, ...sizes) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    dy >>>= 2;
    dx >>>= 2;
    const average = sizes[12];
    eachWindow(sizes, (place, covered, share) => {
      const slope = v[dy + place] as number;
      let found = false;
      for (const at of covered) {
        const here: boolean = !found && v[x + at] === v[y + place];
        const part = average ? f(slope * share) : here ? slope : 0;
        if (!average) found ||= here;
        v[dx + at] = (v[dx + at] as number) + part;
      }
    });
  };
}
