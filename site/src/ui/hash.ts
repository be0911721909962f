/** What JSON is full of, in signs that need no escape in an address. */
const SIGNS = { "%22": "'", "%3A": ":", "%2C": ",", "%7B": "(", "%7D": ")" };

/** What stands behind the # of an address: it is never sent to a server. */
export function encode(state: unknown): string {
  const escaped = encodeURIComponent(JSON.stringify(state)).replace(/['()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return Object.entries(SIGNS).reduce((text, [code, sign]) => text.replaceAll(code, sign), escaped);
}

/** @throws SyntaxError for what `encode` did not make. */
export function decode(hash: string): unknown {
  const text = Object.entries(SIGNS).reduce((text, [code, sign]) => text.replaceAll(sign, code), hash.replace(/^#/, ""));
  return JSON.parse(decodeURIComponent(text));
}
