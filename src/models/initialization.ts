import type { Shape } from "../engine/parameters.js";
import type { Random } from "../numerics/random.js";
import { type Field, number, oneOf, readOptions } from "../options/options.js";
import { type Activation, traitsOf } from "./activations.js";
import type { LayerDescription } from "./layer.js";

/** How weights of networks begin, by the names that PyTorch and Keras have for it. */
export const INITIALIZATIONS = ["kaimingUniform", "kaimingNormal", "xavierUniform", "xavierNormal"] as const;
const MORE = [
  "heUniform",
  "heNormal",
  "glorotUniform",
  "glorotNormal",
  "lecunUniform",
  "lecunNormal",
  "torchUniform",
  "orthogonal",
  "identity",
  "zeros",
  "ones",
] as const;

/** The initialisations of `mlp`. */
export type Initialization = (typeof INITIALIZATIONS)[number];

/**
 * How the weights of a layer begin:
 * - `kaimingUniform`, `kaimingNormal` (PyTorch): deviation gain / sqrt(inputs), the gain of the activation that follows;
 * - `xavierUniform`, `xavierNormal` (PyTorch), `glorotUniform`, `glorotNormal` (Keras): deviation sqrt(2 / (inputs + outputs));
 * - `heUniform`, `heNormal` (Keras): deviation sqrt(2 / inputs); `lecunUniform`, `lecunNormal` (Keras): sqrt(1 / inputs);
 * - `torchUniform`: within 1 / sqrt(inputs), what PyTorch's layers begin with;
 * - `orthogonal`: a matrix with orthonormal rows or columns; `identity`: 1 on the diagonal; `zeros`, `ones`;
 * - `{ kind: "normal" | "truncatedNormal", deviation }`, `{ kind: "uniform", reach }`, `{ kind: "constant", value }`.
 *
 * Normal ones of Keras's names are cut at two deviations, as there.
 */
export type WeightInitialization =
  | Initialization
  | (typeof MORE)[number]
  | { readonly kind: "normal" | "truncatedNormal"; readonly deviation: number }
  | { readonly kind: "uniform"; readonly reach: number }
  | { readonly kind: "constant"; readonly value: number };

/** All that have a name. */
export const WEIGHT_INITIALIZATIONS = /* @__PURE__ */ [...INITIALIZATIONS, ...MORE];

const KINDS = ["normal", "truncatedNormal", "uniform", "constant"] as const;

/** The initialisation of a layer; by what follows where it is left out. */
export const initializationField: Field<WeightInitialization | "auto"> = {
  fallback: "auto",
  read(value, path) {
    if (typeof value !== "object" || value === null) return oneOf(undefined, ["auto", ...WEIGHT_INITIALIZATIONS]).read(value, path);
    const kind = oneOf(undefined, KINDS).read((value as { kind?: unknown }).kind, `${path}.kind`);
    if (kind === "uniform")
      return Object.freeze({ kind, ...readOptions<{ reach: number }>(path, value, { reach: number(undefined, { min: 0 }) }) });
    if (kind === "constant") return Object.freeze({ kind, ...readOptions<{ value: number }>(path, value, { value: number(undefined) }) });
    return Object.freeze({ kind, ...readOptions<{ deviation: number }>(path, value, { deviation: number(undefined, { min: 0 }) }) });
  },
};

/** What the initialisation of weights depends on: [inputs × outputs] is how a matrix is laid out, in as many blocks as there are. */
export interface Fan {
  readonly inputs: number;
  readonly outputs: number;
  readonly gain: number;
}

/** Fills weights. Numbers in [0, 1) come two by two from the stream for normal ones. */
export function drawWeights(weights: Float32Array, fan: Fan, kind: WeightInitialization, random: Random, shape: Shape = []): void {
  const draw = drawingOf(kind, fan, random);
  if (draw !== undefined) for (let i = 0; i < weights.length; i++) weights[i] = draw();
  else {
    const columns = shape.at(-1) ?? 1;
    const rows = weights.length / columns;
    if (kind === "identity") for (let i = 0; i < Math.min(rows, columns); i++) weights[i * columns + i] = 1;
    else orthogonalize(weights, rows, columns, random);
  }
}

/** What gives one weight after the other; nothing for those that are not drawn one by one. */
function drawingOf(kind: WeightInitialization, { inputs, outputs, gain }: Fan, random: Random): (() => number) | undefined {
  const uniform = (reach: number) => () => (2 * random.uniform() - 1) * reach;
  const spread = (deviation: number) => () => random.normal() * deviation;
  const truncated = (deviation: number) => () => truncatedNormal(random) * deviation;
  if (typeof kind === "object") {
    if (kind.kind === "constant") return () => kind.value;
    if (kind.kind === "uniform") return uniform(kind.reach);
    return (kind.kind === "normal" ? spread : truncated)(kind.deviation);
  }
  // Keras keeps the deviation that a cut takes away
  const cut = (deviation: number) => truncated(deviation / 0.8796256610342398);
  const kaiming = gain / Math.sqrt(inputs);
  const xavier = Math.sqrt(2 / (inputs + outputs));
  switch (kind) {
    case "kaimingUniform":
      return uniform(Math.sqrt(3) * kaiming);
    case "kaimingNormal":
      return spread(kaiming);
    case "xavierUniform":
    case "glorotUniform":
      return uniform(Math.sqrt(3) * xavier);
    case "xavierNormal":
      return spread(xavier);
    case "glorotNormal":
      return cut(xavier);
    case "heUniform":
      return uniform(Math.sqrt(6 / inputs));
    case "heNormal":
      return cut(Math.sqrt(2 / inputs));
    case "lecunUniform":
      return uniform(Math.sqrt(3 / inputs));
    case "lecunNormal":
      return cut(Math.sqrt(1 / inputs));
    case "torchUniform":
      return uniform(1 / Math.sqrt(inputs));
    case "zeros":
      return () => 0;
    case "ones":
      return () => 1;
    default:
      return undefined;
  }
}

/** The factor that keeps the deviation of activations from layer to layer. */
function gainOf(activation: Activation, slope: number): number {
  if (traitsOf(activation).symmetric) return 1;
  return Math.sqrt(2 / (1 + (activation === "leakyRelu" ? slope * slope : 0)));
}

/** The factor for a layer that another follows: that of an activation, 1 for all else. */
export function gainBefore(next: LayerDescription | undefined): number {
  return next?.kind === "activation" ? gainOf(next["function"] as Activation, next["slope"] as number) : 1;
}

/** What "auto" stands for: Kaiming's where an activation follows that does not squash both ends, Xavier's otherwise. */
export function initializationBefore(kind: WeightInitialization | "auto", next: LayerDescription | undefined): WeightInitialization {
  if (kind !== "auto") return kind;
  const open = next?.kind === "activation" && !traitsOf(next["function"] as Activation).symmetric;
  return open ? "kaimingUniform" : "xavierUniform";
}

function truncatedNormal(random: Random): number {
  for (;;) {
    const x = random.normal();
    if (Math.abs(x) <= 2) return x;
  }
}

/** Normal rows or columns, whichever are fewer, each made orthogonal to those before it (Gram and Schmidt, twice) and of length 1. */
function orthogonalize(weights: Float32Array, rows: number, columns: number, random: Random): void {
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const done: Float64Array[] = [];
  while (done.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const other of [...done, ...done]) {
      const overlap = other.reduce((sum, value, i) => sum + value * (vector[i] as number), 0);
      for (let i = 0; i < length; i++) vector[i] = (vector[i] as number) - overlap * (other[i] as number);
    }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (norm > 1e-6) done.push(vector.map((value) => value / norm));
  }
  const wide = rows <= columns;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) weights[i * columns + j] = done[wide ? i : j]?.[wide ? j : i] as number;
  }
}
