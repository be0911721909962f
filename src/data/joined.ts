/** Arrays of numbers one behind the other, in a new one. */
export function joined<T extends Uint8Array | Uint32Array | Float32Array>(
  parts: readonly ArrayLike<number>[],
  Vector: new (length: number) => T,
): T {
  const whole = new Vector(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
