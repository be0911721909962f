// What stands in front of a network and behind it where it learnt from a table or from scaled data. Numbers of tables are DOUBLE: a date or an amount may have
// more digits than a FLOAT, and only what is left of it after scaling has few.
import { MissingCells } from "../../data/columns.js";
import { placesOf } from "../../data/encode.js";
import type { Encoder, TextColumn } from "../../data/encoder.js";
import type { Standardizer } from "../../data/standardize.js";
import type { Shape } from "../../engine/parameters.js";
import type { Graph } from "./graph.js";
import { TYPES } from "./model.js";

type NumberOrDate = Exclude<Encoder["columns"][number], TextColumn>;

/** (x - mean) / scale of what comes in. */
function scaled(graph: Graph, scope: string, x: string, { mean, scale }: Standardizer, shape: Shape): string {
  const centered = graph.add(scope, "Sub", [x, graph.constant(`${scope}.mean`, shape, Float64Array.from(mean))]);
  const divided = graph.add(scope, "Div", [centered, graph.constant(`${scope}.scale`, shape, Float64Array.from(scale))]);
  return graph.add(scope, "Cast", [divided], { to: { int: TYPES.FLOAT } });
}

/** Features as they are before `standardize`; gives the scaled ones. */
export function writeScaler(graph: Graph, scaler: Standardizer, shape: Shape): string {
  return scaled(graph, "scaler", graph.input({ name: "features", type: "DOUBLE", shape }), scaler, shape);
}

/** y scale + mean of outputs; gives quantities in the units of the data. */
export function writeUnscaling(graph: Graph, { mean, scale }: Standardizer, outputs: string, shape: Shape): string {
  const constant = (key: string, values: readonly number[]) => graph.constant(`targets.${key}`, shape, Float64Array.from(values));
  const wide = graph.add("targets", "Cast", [outputs], { to: { int: TYPES.DOUBLE } });
  const product = graph.add("targets", "Mul", [wide, constant("scale", scale)]);
  return graph.add("targets", "Add", [product, constant("mean", mean)]);
}

/**
 * Columns of a table as its file has them: `numbers`, a column each, and `texts`, where there are any. Gives the features, [batch, features], in the encoder's
 * order: numbers scaled, NaN filled where the encoder fills; of each text the categories, and none of them for a text that the training rows did not have.
 */
export function writeColumns(graph: Graph, encoder: Encoder): string {
  const { columns } = encoder;
  const numbers = columns.filter((column): column is NumberOrDate => column.type !== "text");
  const texts = columns.filter((column): column is TextColumn => column.type === "text");
  const about = (names: readonly string[]) => `columns: ${names.join(", ")}`;
  const describe = ({ name, type }: NumberOrDate) => (type === "date" ? `${name} (days since 1970-01-01)` : name);
  const parts: string[] = [];
  const takesNumbers = { name: "numbers", type: "DOUBLE", shape: [numbers.length], about: about(numbers.map(describe)) } as const;
  const takesTexts = { name: "texts", type: "STRING", shape: [texts.length], about: about(texts.map(({ name }) => name)) } as const;
  // inputs first: their names are theirs
  const x = numbers.length > 0 ? graph.input(takesNumbers) : undefined;
  const t = texts.length > 0 ? graph.input(takesTexts) : undefined;
  if (x !== undefined) {
    const moments = { mean: numbers.map(({ mean }) => mean), scale: numbers.map(({ scale }) => scale) };
    parts.push(scaled(graph, "numbers", filled(graph, x, numbers), moments, [numbers.length]));
  }
  if (t !== undefined)
    texts.forEach((column, i) => {
      const place = () => graph.integers(`texts.${column.name}`, [i]);
      const cells = texts.length === 1 ? t : graph.add("texts", "Gather", [t, place()], { axis: { int: 1 } });
      parts.push(categories(graph, cells, column, encoder));
    });
  const joined = parts.length === 1 ? (parts[0] as string) : graph.add("features", "Concat", parts, { axis: { int: 1 } });
  const order = orderOf(encoder, numbers.length);
  if (order.every((place, i) => place === i)) return joined;
  return graph.add("features", "Gather", [joined, graph.integers("features.order", order)], { axis: { int: 1 } });
}

function filled(graph: Graph, x: string, numbers: readonly NumberOrDate[]): string {
  if (numbers.every(({ fill }) => fill === undefined)) return x;
  const fills = graph.constant(
    "numbers.fill",
    [numbers.length],
    Float64Array.from(numbers, ({ fill }) => fill ?? Number.NaN),
  );
  return graph.add("numbers", "Where", [graph.add("numbers", "IsNaN", [x]), fills, x]);
}

/** 1 for the category of a text, 0 for the others. */
function categories(graph: Graph, cells: string, { name, categories, fill }: TextColumn, { missingValues }: Encoder): string {
  const known = placesOf(categories);
  const missing = new MissingCells(missingValues).amongTexts(categories).values;
  const filler = fill === undefined ? undefined : known.get(fill);
  const places = new Map([...known, ...missing.map((text): [string, number] => [text, filler ?? -1])]);
  const scope = `texts.${name}`;
  const attributes = {
    keys_strings: { strings: [...places.keys()] },
    values_int64s: { ints: [...places.values()] },
    default_int64: { int: -1 },
  };
  const index = graph.add(scope, "LabelEncoder", [cells], attributes, "ai.onnx.ml");
  const all = graph.integers(`${scope}.places`, [...categories.keys()]);
  return graph.add(scope, "Cast", [graph.add(scope, "Equal", [index, all])], { to: { int: TYPES.FLOAT } });
}

/** Where each feature stands behind the numbers and, text by text, the categories. */
function orderOf({ columns }: Encoder, numbers: number): number[] {
  let [number, category] = [0, numbers];
  return columns.flatMap((column) => {
    if (column.type !== "text") return [number++];
    return column.categories.map(() => category++);
  });
}

/** What a program that runs the file may want to know of the table. */
export function metadataOf({ columns, target }: Encoder): Record<string, string> {
  const names = (isText: boolean) => columns.filter(({ type }) => (type === "text") === isText).map(({ name }) => name);
  const lists = { numbers: names(false), texts: names(true), classes: target.task === "classification" ? target.classes : [] };
  const filledLists = Object.entries(lists).filter(([, list]) => list.length > 0);
  return { target: target.name, ...Object.fromEntries(filledLists.map(([key, list]) => [key, JSON.stringify(list)])) };
}
