import { text } from "../../generated/samples/iris.js";

/**
 * 150 flowers: four lengths in centimetres and the `species`, of which there are three. The text of a CSV file.
 *
 * R. A. Fisher, *Iris*, UCI Machine Learning Repository, CC BY 4.0.
 *
 * @example
 * const { training, validation } = datasetsFromCSV(iris(), { target: "species" });
 */
export function iris(): string {
  return text;
}
