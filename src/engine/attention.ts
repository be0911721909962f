/** The floats of spare memory that each row takes in `attend` and `attendGradient` (assembly/nn/attention.ts). */
export function spareOf(steps: number, head: number): number {
  return (2 * head + 8 + (steps >> 3)) * steps;
}
