import { text } from "../../generated/samples/digits.js";

/** Pixels of a side. */
const SIDE = 8;
/** Signs of a row: its pixels and its digit. */
const SIGNS = SIDE * SIDE + 1;

/**
 * 1,797 handwritten digits: 64 pixels from 0 to 16, row by row from the top, and the `digit`. The text of a CSV file.
 *
 * E. Alpaydin, C. Kaynak, *Optical Recognition of Handwritten Digits* (test part), UCI Machine Learning Repository, CC BY 4.0.
 *
 * @example
 * const { training, validation } = datasetsFromCSV(digits(), { target: "digit" });
 */
export function digits(): string {
  const lines = [[...Array.from({ length: SIDE * SIDE }, (_, i) => `pixel${Math.floor(i / SIDE)}${i % SIDE}`), "digit"].join()];
  for (let at = 0; at < text.length; at += SIGNS)
    lines.push(Array.from(text.slice(at, at + SIGNS), (sign) => Number.parseInt(sign, 17)).join());
  return `${lines.join("\n")}\n`;
}
