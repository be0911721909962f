import { type Field, number, oneOf, readOptions } from "../options/options.js";

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

/** Weights as a layer says how they begin: [inputs × outputs] is how a matrix is laid out, in as many blocks as there are. */
export interface DrawnWeights {
  readonly kind: WeightInitialization;
  readonly inputs: number;
  readonly outputs: number;
  /** The factor of `kaimingUniform` and `kaimingNormal`: that of the activation that follows. */
  readonly gain: number;
}
