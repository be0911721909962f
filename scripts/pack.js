// Bytes as text for src/engine/packed.ts, which says why.
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((character) => !'"\\$`<'.includes(character));

/** The bytes by how often they occur, and behind it the text of the bytes. */
export function pack(bytes) {
  const order = orderOf(bytes);
  return Buffer.from(order).toString("hex") + texts(bytes, order);
}

/** All bytes, the most frequent first. */
export function orderOf(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  return [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
}

/** The text of bytes in a given order of theirs. */
export function texts(bytes, order) {
  const singles = CHARACTERS.length - 2;
  const codes = [];
  for (const [rank, byte] of order.entries()) {
    const more = rank - singles;
    const prefix = CHARACTERS[singles + Math.floor(more / CHARACTERS.length)];
    codes[byte] = more < 0 ? CHARACTERS[rank] : prefix + CHARACTERS[more % CHARACTERS.length];
  }
  return Array.from(bytes, (byte) => codes[byte]).join("");
}
