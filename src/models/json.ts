import { layerRules } from "../generated/layerRules.js";
import { OptionError } from "../options/errors.js";
import { demand, suggest } from "../options/options.js";
import { LAYER, type LayerDescription, type LayerRule, layer } from "./layer.js";
import { type NetworkDescription, readSequential } from "./sequential.js";

/** A network from plain data, as `JSON.parse` gives it: layers are found by their names. Throws OptionError with the path of what is wrong. */
export function sequentialFromJSON(value: object, path: string): NetworkDescription {
  const { layers } = value as { layers?: unknown };
  return readSequential({ ...value, layers: layersFromJSON(layers, `${path}.layers`) }, path);
}

function layersFromJSON(value: unknown, path: string): LayerDescription[] {
  demand(Array.isArray(value), path, value, "an array of layers");
  return (value as unknown[]).map((entry, i) => layerFromJSON(entry, `${path}[${i}]`));
}

function layerFromJSON(value: unknown, path: string): LayerDescription {
  demand(typeof value === "object" && value !== null, path, value, "a layer");
  const given = value as LayerDescription;
  // made by a factory: one of a layer of the user's own is known by it alone
  if (given[LAYER] !== undefined) return given;
  const rule = layerRules.find(({ kind }) => kind === given.kind);
  if (rule === undefined) {
    const kinds = layerRules.map(({ kind }) => kind);
    throw new OptionError(
      `${path}.kind`,
      given.kind,
      `is no layer of this library${suggest(given.kind, kinds)}; there are ${kinds.join(", ")}`,
    );
  }
  const nested = Object.hasOwn(given, "layers") ? { layers: layersFromJSON(given["layers"], `${path}.layers`) } : {};
  return layer(rule as unknown as LayerRule<object>, { ...given, ...nested }, path);
}
