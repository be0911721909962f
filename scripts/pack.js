// Bytes as text for src/engine/packed.ts, which says why.
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((character) => !'"\\$`<'.includes(character));
/** So many stand for a byte each, the others begin one of two. */
const SINGLES = CHARACTERS.length - 2;

/** Which bytes are frequent, and behind it the text of the bytes. */
export function pack(bytes) {
  const order = orderOf(bytes);
  const frequent = new Set(order.slice(0, SINGLES));
  const digits = Array.from({ length: 64 }, (_, i) => [0, 1, 2, 3].reduce((sum, bit) => sum + (frequent.has(4 * i + bit) << bit), 0));
  return digits.map((digit) => digit.toString(16)).join("") + texts(bytes, order);
}

/** All bytes, first those that a character each stands for, which are the most frequent. */
export function orderOf(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const ranked = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const rising = (part) => part.sort((a, b) => a - b);
  return [...rising(ranked.slice(0, SINGLES)), ...rising(ranked.slice(SINGLES))];
}

/** The text of bytes in a given order of theirs. */
export function texts(bytes, order) {
  const codes = [];
  for (const [rank, byte] of order.entries()) {
    const more = rank - SINGLES;
    const prefix = CHARACTERS[SINGLES + Math.floor(more / CHARACTERS.length)];
    codes[byte] = more < 0 ? CHARACTERS[rank] : prefix + CHARACTERS[more % CHARACTERS.length];
  }
  return Array.from(bytes, (byte) => codes[byte]).join("");
}
