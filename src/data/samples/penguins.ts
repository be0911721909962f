import { text } from "../../generated/samples/penguins.js";

/**
 * 344 penguins: `species`, island, measures, sex and year, with cells missing. The text of a CSV file.
 *
 * A. Horst et al., *palmerpenguins*, CC0.
 *
 * @example
 * const { training, validation } = datasetsFromCSV(penguins(), { target: "species", missing: "mean" });
 */
export function penguins(): string {
  return text;
}
