import type { Engine, Kernels } from "../engine/engine.js";
import type { GradientRows, Shape } from "../engine/parameters.js";
import type { Random } from "../numerics/random.js";
import { OptionError } from "../options/errors.js";
import { demand, type Field, type Fields, readOptions, show } from "../options/options.js";
import type { DrawnWeights } from "./initialization.js";

/** A tensor of a layer, before there is memory for it. */
export interface LayerTensor {
  readonly shape: Shape;
  /** Fills its values at the start from a stream of random numbers that is its own; zeros where it is left out. */
  fill?(value: Float32Array, random: Random): void;
  /** In place of `fill`, for weights that begin as one of the initialisations has it. */
  readonly drawn?: DrawnWeights;
}

/** Which batch a layer works on. */
export interface Pass {
  readonly rows: number;
  /** Whether the model learns from it; dropout and batch statistics are for training alone. */
  readonly training: boolean;
  /** Counts training batches from 0: what random layers take their numbers from. */
  readonly step: number;
}

/** Where a tensor of a layer lies: pointers for kernels, and views of the floats. */
export interface PlacedTensor {
  readonly pointer: number;
  readonly gradientPointer: number;
  readonly length: number;
  /** The floats themselves, not copies; ask again in every pass. */
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  /** Set where only some rows of the gradient are ever filled. */
  gradientRows: GradientRows | undefined;
}

/** What a layer is given to work with. */
export interface LayerSite<Own> {
  readonly engine: Engine;
  readonly kernels: Kernels;
  readonly options: Own;
  /** The shape of what comes in and goes out for each row of a batch. */
  readonly input: Shape;
  readonly output: Shape;
  /** The largest number of rows in a batch. */
  readonly rows: number;
  readonly seed: number;
  /** Where it stands in the network: what tells its random numbers from those of other layers. */
  readonly place: readonly number[];
  /** Whether the gradient of what comes in is asked for: not where nothing before it learns. */
  readonly needsInputGradient: boolean;
  /** A relu follows, of which the layer says that it computes it as well. */
  readonly relu: boolean;
  /** What comes in is the output of a relu, and the layer is to zero the gradient where that is 0. */
  readonly gate: boolean;
  /** The relu that the layer computed is to be accounted for in its own backward pass. */
  readonly gateSelf: boolean;
  /** A parameter or buffer, by its name within the layer. */
  tensor(name: string): PlacedTensor;
  /** Pointer to so many zeroed floats, for the layer's own use. */
  scratch(length: number): number;
  /** The floats at a pointer, not a copy; ask again in every pass. */
  floats(pointer: number, length: number): Float32Array;
  /** Layers within it, bound in the same way; their parameters are named `layers.0.weight` and so on behind its own. */
  chain(layers: readonly LayerDescription[]): LayerChain;
}

/** Layers one after the other, within a layer. */
export interface LayerChain {
  /** Computes their output from x and returns the pointer to it. */
  forward(x: number, pass: Pass): number;
  /** Pointer to where the gradient of their output is to stand before `backward`. */
  readonly gradient: number;
  /** Computes the gradients of their parameters and, unless dx is 0, of x into dx. */
  backward(x: number, dx: number, pass: Pass): void;
}

/** A layer bound to memory. All arguments but the pass are pointers to rows × as many floats as the shape has. */
export interface BoundLayer {
  /** Computes y from x. */
  forward(x: number, y: number, pass: Pass): void;
  /**
   * From dy, the gradient of y, computes the gradients of its parameters (all of them, not added to what was there) and, unless dx is 0, of x
   * into dx. x and y hold what `forward` saw and computed; dy may be overwritten.
   */
  backward(x: number, y: number, dy: number, dx: number, pass: Pass): void;
}

/** How a kind of layer works: what a layer of your own has to say. */
export interface LayerRule<Own> {
  /** Its name in plain data. */
  readonly kind: string;
  /** Its options, each with its default and what it must be. */
  readonly fields: Fields<Own>;
  /** The shape of what goes out. Throws OptionError or ShapeError where such rows cannot come in. */
  shape(options: Own, input: Shape, path: string): Shape;
  /** Its parameters by name, for such rows; `next` is the layer behind it. */
  parameters?(options: Own, input: Shape, next: LayerDescription | undefined): Readonly<Record<string, LayerTensor>>;
  /** State that is no parameter but is saved with them, such as running statistics. */
  buffers?(options: Own, input: Shape): Readonly<Record<string, LayerTensor>>;
  /** Layers within it: they stand in its options. */
  inner?(options: Own): readonly LayerDescription[];
  bind(site: LayerSite<Own>): BoundLayer;
  /** What the network may make use of. Default: nothing, which is right for any layer. */
  traits?(options: Own): readonly LayerTrait[];
}

/** A trait of a layer that saves memory or time. */
export type LayerTrait =
  /** What goes out is what comes in, in another shape: it is never bound. */
  | "onlyReshapes"
  /** In evaluation what goes out is what comes in. */
  | "onlyTraining"
  /** Its backward pass reads y. */
  | "readsOutput"
  /** It may write y over x: its backward pass does not read x. */
  | "overwrites"
  /** It writes dx over dy: they are the same memory. */
  | "overwritesGradient"
  /** What is 0 in x is 0 in y, and so are their gradients. */
  | "keepsZeros"
  /** It can compute a relu that follows (`site.relu`). */
  | "fusesRelu"
  /** It can zero the gradient of what a relu put out (`site.gate`). */
  | "gates";

/** A rule whose options are known at run time only. */
export type AnyLayerRule = LayerRule<never>;

// Carried unseen, so that a bundle holds the layers of the factories it imports and no others.
export const LAYER: unique symbol = Symbol("layer");

/** A layer as plain data: `{ kind, ... }` with defaults filled in, made by a factory, which attaches its rule unseen. */
export interface LayerDescription {
  readonly kind: string;
  readonly [option: string]: unknown;
  readonly [LAYER]: AnyLayerRule;
}

/**
 * Checks the options of a layer against its rule and gives its description: what the factory of a layer of your own returns.
 *
 * @throws OptionError for an unknown option or a value out of range, and for what is no rule.
 * @example
 * const scaleRule = {
 *   kind: "scale",
 *   fields: {},
 *   shape: (options, input) => input,
 *   parameters: (options, input) => ({ weight: { shape: input, fill: (value) => value.fill(1) } }),
 *   bind({ input, tensor, floats }) {
 *     const size = input.reduce((product, length) => product * length, 1);
 *     const weight = tensor("weight");
 *     return {
 *       forward(x, y, { rows }) {
 *         const [from, to, w] = [floats(x, rows * size), floats(y, rows * size), weight.value];
 *         for (let i = 0; i < to.length; i++) to[i] = from[i] * w[i % size];
 *       },
 *       backward(x, y, dy, dx, { rows }) {
 *         const [from, slope, w, dw] = [floats(x, rows * size), floats(dy, rows * size), weight.value, weight.gradient.fill(0)];
 *         for (let i = 0; i < slope.length; i++) dw[i % size] += slope[i] * from[i];
 *         if (dx !== 0) floats(dx, rows * size).set(slope.map((g, i) => g * w[i % size]));
 *       },
 *     };
 *   },
 * };
 * const scale = () => layer(scaleRule, {});
 */
export function layer<Own extends object>(rule: LayerRule<Own>, options: unknown, path?: string): LayerDescription {
  const { kind, fields, shape, bind } = (rule ?? {}) as Partial<LayerRule<Own>>;
  const isRule = typeof kind === "string" && typeof fields === "object" && fields !== null;
  demand(isRule && typeof shape === "function" && typeof bind === "function", "layer", rule, "a rule with kind, fields, shape and bind");
  for (const [name, field] of Object.entries(fields as object)) {
    const read = (field as Partial<Field<unknown>> | null)?.read;
    demand(typeof read === "function", `layer.fields.${name}`, field, "a field with a fallback and read(value, path)");
  }
  const description = { kind, ...readOptions<Own>(typeof path === "string" ? path : (kind as string), options, fields as Fields<Own>) };
  Object.defineProperty(description, LAYER, { value: rule });
  return Object.freeze(description) as unknown as LayerDescription;
}

/** The rule that a factory's description carries; a description that came through JSON has none. */
export function layerRuleOf(description: unknown, path: string): LayerRule<Record<string, unknown>> {
  const rule = (description as LayerDescription | null | undefined)?.[LAYER];
  if (rule === undefined)
    throw new OptionError(
      path,
      description,
      `must come from a factory such as dense(...), or through runFromJSON(...); got ${show(description)}`,
    );
  return rule as unknown as LayerRule<Record<string, unknown>>;
}

/** A list of layers made by factories. */
export const layersField: Field<readonly LayerDescription[]> = {
  fallback: undefined,
  read(value, path) {
    demand(Array.isArray(value) && value.length > 0, path, value, "an array of layers");
    const layers = value as LayerDescription[];
    layers.forEach((entry, i) => {
      layerRuleOf(entry, `${path}[${i}]`);
    });
    return Object.freeze([...layers]);
  },
};
