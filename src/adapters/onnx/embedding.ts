import type { EmbeddingOptions } from "../../models/layers/embedding.js";
import { TYPES } from "./model.js";
import type { Site } from "./site.js";

/** Numbers come in as floats, since rows may have others beside them, and what is looked up becomes whole numbers here. */
export function writeEmbedding(site: Site, x: string): string {
  const { columns } = site.layer as unknown as Required<EmbeddingOptions>;
  const [size] = site.input as [number];
  const along = (key: string, places: readonly number[]) => site.add("Gather", [x, site.integers(key, places)], { axis: { int: 1 } });
  const looked = columns.length === 0 ? x : along("columns", columns);
  const places = site.add("Cast", [looked], { to: { int: TYPES.INT64 } });
  const rows = site.add("Gather", [site.weights("weight"), places], { axis: { int: 0 } });
  const isOne = site.input.length === 1 && size === 1;
  if (columns.length === 0 && !isOne) return rows;
  const made = site.add("Flatten", [rows], { axis: { int: 1 } });
  const others = Array.from({ length: size }, (_, i) => i).filter((i) => columns.length > 0 && !columns.includes(i));
  return others.length === 0 ? made : site.add("Concat", [made, along("others", others)], { axis: { int: 1 } });
}
