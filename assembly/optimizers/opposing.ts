// For cautious steps (elementwise/cautious.ts): how many elements of d have the sign opposite to that of G = scale g.
import { loadLeft, mul, opposes, splat } from "../lanes";

export function opposing(d: usize, g: usize, n: usize, scale: f32): i32 {
  const SCALE = splat(scale);
  let COUNT = i32x4.splat(0);
  // a lane of a mask is -1
  for (let i: usize = 0, left = n; left > 0; i += 16, left -= min(left, 4)) {
    COUNT = i32x4.sub(COUNT, opposes(loadLeft(d + i, left), mul(SCALE, loadLeft(g + i, left))));
  }
  return i32x4.extract_lane(COUNT, 0) + i32x4.extract_lane(COUNT, 1) + i32x4.extract_lane(COUNT, 2) + i32x4.extract_lane(COUNT, 3);
}
