/** Characters that scripts escape, or that mean something in a page: all others from the blank to the tilde stand for bytes. */
const LEFT_OUT = '"\\$`<';
/** So many hexadecimal digits at the head of the text say, bit by bit, which of the 256 bytes are frequent. */
export const HEAD = 64;

/**
 * Bytes from the text that scripts/pack.js makes of them: the frequent ones are a character each, the others two, so that what is compressed on its way
 * stays as small as the bytes themselves (in base64, which breaks up what repeats, it is a third more). In JavaScript, because a page's `connect-src`
 * may forbid fetching data: URLs.
 */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
  const ranks = new Uint8Array(128);
  let characters = 0;
  for (let code = 32; code < 127; code++) if (!LEFT_OUT.includes(String.fromCharCode(code))) ranks[code] = characters++;
  const singles = characters - 2;
  const isFrequent = (byte: number) => (Number.parseInt(text[byte >>> 2] as string, 16) >>> (byte & 3)) & 1;
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const order = [...all.filter(isFrequent), ...all.filter((byte) => !isFrequent(byte))];
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = HEAD; at < text.length; at++) {
    let rank = ranks[text.charCodeAt(at)] as number;
    if (rank >= singles) rank = singles + (rank - singles) * characters + (ranks[text.charCodeAt(++at)] as number);
    bytes[length++] = order[rank] as number;
  }
  return bytes.slice(0, length);
}
