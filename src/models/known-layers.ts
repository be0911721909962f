import { OptionError } from "../options/errors.js";
import { demand, suggest } from "../options/options.js";
import { type AnyLayerRule, LAYER, type LayerDescription, type LayerRule, layer } from "./layer.js";
import { type NetworkDescription, readSequential } from "./sequential.js";

/** A network of layers that are found by their names among the rules given. Throws OptionError with the path of what is wrong. */
export function sequentialOf(value: object, path: string, rules: readonly AnyLayerRule[]): NetworkDescription {
  const { layers } = value as { layers?: unknown };
  return readSequential({ ...value, layers: layersOf(layers, `${path}.layers`, rules) }, path);
}

function layersOf(value: unknown, path: string, rules: readonly AnyLayerRule[]): LayerDescription[] {
  demand(Array.isArray(value), path, value, "an array of layers");
  return (value as unknown[]).map((entry, i) => layerOf(entry, `${path}[${i}]`, rules));
}

function layerOf(value: unknown, path: string, rules: readonly AnyLayerRule[]): LayerDescription {
  demand(typeof value === "object" && value !== null, path, value, "a layer");
  const given = value as LayerDescription;
  // made by a factory: one of a layer of the user's own is known by it alone
  if (given[LAYER] !== undefined) return given;
  const rule = rules.find(({ kind }) => kind === given.kind);
  if (rule === undefined) {
    const kinds = rules.map(({ kind }) => kind);
    throw new OptionError(`${path}.kind`, given.kind, `is no layer known here${suggest(given.kind, kinds)}; there are ${kinds.join(", ")}`);
  }
  const nested = Object.hasOwn(given, "layers") ? { layers: layersOf(given["layers"], `${path}.layers`, rules) } : {};
  return layer(rule as unknown as LayerRule<object>, { ...given, ...nested }, path);
}
