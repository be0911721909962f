// Bytes as text for src/engine/packed.ts, which says why.
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((character) => !'"\\$`<'.includes(character));

export function pack(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const singles = CHARACTERS.length - 2;
  const texts = [];
  for (const [rank, byte] of order.entries()) {
    const more = rank - singles;
    const prefix = CHARACTERS[singles + Math.floor(more / CHARACTERS.length)];
    texts[byte] = more < 0 ? CHARACTERS[rank] : prefix + CHARACTERS[more % CHARACTERS.length];
  }
  return Buffer.from(order).toString("hex") + Array.from(bytes, (byte) => texts[byte]).join("");
}
