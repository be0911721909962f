/**
 * Whether a name fits a pattern, in which each `*` stands for any characters, none included. Takes time in proportion to the product of both
 * lengths at the most, whatever the pattern.
 */
export function fitsPattern(pattern: string, name: string): boolean {
  let [p, n] = [0, 0];
  // where to go on when what follows the last star does not fit: one character further
  let [star, from] = [-1, 0];
  while (n < name.length) {
    if (pattern[p] === "*") {
      star = p++;
      from = n;
    } else if (p < pattern.length && pattern[p] === name[n]) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++from;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
