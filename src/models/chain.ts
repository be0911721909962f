import type { Engine } from "../engine/engine.js";
import { type Parameter, type Parameters, type Shape, sizeOf } from "../engine/parameters.js";
import { demand } from "../options/options.js";
import {
  type BoundLayer,
  type LayerChain,
  type LayerDescription,
  type LayerRule,
  type LayerTensor,
  type LayerTrait,
  layerRuleOf,
  type Pass,
  type PlacedTensor,
} from "./layer.js";
import type { GradientScale } from "./scaling.js";

/** A layer in its place in a network. */
export interface Entry {
  readonly layer: LayerDescription;
  /** What its tensors' names begin with. */
  readonly name: string;
  /** What tells its random numbers from those of other layers. */
  readonly place: readonly number[];
}

/** A tensor of a network, before there is memory for it. */
export interface NetworkTensor extends LayerTensor {
  readonly name: string;
  readonly isBuffer: boolean;
  /** The labels of its stream of random numbers. */
  readonly labels: readonly (string | number)[];
}

/** What the layers of a network share. */
export interface ChainHost {
  readonly engine: Engine;
  readonly parameters: Parameters;
  readonly rows: number;
  readonly seed: number;
  /** Pointer to so many zeroed floats. */
  allocate(length: number): number;
}

type AnyOptions = Record<string, unknown>;

/** A layer with its rule, and the shapes of what comes in and goes out. */
interface Resolved extends Entry {
  readonly rule: LayerRule<AnyOptions>;
  readonly traits: readonly LayerTrait[];
  readonly next: LayerDescription | undefined;
  readonly input: Shape;
  readonly output: Shape;
}

/** Layers under their names: `layers.0`, `layers.1`, ... */
export function entriesOf(layers: readonly LayerDescription[], prefix = "", place: readonly number[] = []): Entry[] {
  return layers.map((layer, i) => ({ layer, name: `${prefix}layers.${i}`, place: [...place, i] }));
}

function resolve(entries: readonly Entry[], input: Shape, path: string): Resolved[] {
  let shape = input;
  return entries.map((entry, i) => {
    const rule = layerRuleOf(entry.layer, `${path}[${i}]`);
    const before = shape;
    shape = rule.shape(entry.layer, before, `${path}[${i}] (${entry.layer.kind})`);
    const right = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size > 0);
    demand(right, `${path}[${i}].shape`, shape, "a list of positive integers");
    return { ...entry, rule, traits: rule.traits?.(entry.layer) ?? [], next: entries[i + 1]?.layer, input: before, output: shape };
  });
}

/** The shape of what layers put out, of rows that come in. Throws OptionError or ShapeError where they do not fit. */
export function shapeAfter(layers: readonly LayerDescription[], input: Shape, path: string): Shape {
  return resolve(entriesOf(layers), input, `${path}.layers`).at(-1)?.output ?? input;
}

/** The tensors of layers, in their order. */
export function tensorsOf(entries: readonly Entry[], input: Shape): NetworkTensor[] {
  return resolve(entries, input, "layers").flatMap(({ rule, layer, name, place, input, next }) => {
    const own = (tensors: Readonly<Record<string, LayerTensor>> | undefined, isBuffer: boolean): NetworkTensor[] =>
      Object.entries(tensors ?? {}).map(([key, tensor]) => ({
        ...tensor,
        name: `${name}.${key}`,
        isBuffer,
        labels: ["weights", ...place, ...(key === "weight" ? [] : [key])],
      }));
    const inner = rule.inner?.(layer) ?? [];
    return [
      ...own(rule.parameters?.(layer, input, next), false),
      ...own(rule.buffers?.(layer, input), true),
      ...tensorsOf(entriesOf(inner, `${name}.`, place), input),
    ];
  });
}

/** A bound layer, and where what it puts out lies, with the gradient of that. */
interface Link {
  readonly layer: BoundLayer;
  readonly onlyTraining: boolean;
  readonly overwritesGradient: boolean;
  /** The number of floats in a row of what comes in. */
  readonly size: number;
  readonly y: number;
  readonly dy: number;
  readonly needsInputGradient: boolean;
  readonly readsOutput: boolean;
  /** Its parameters, and those of the layers inside. */
  readonly tensors: readonly Parameter[];
}

/** Layers one after the other, bound to memory. */
export class Chain implements LayerChain {
  readonly #host: ChainHost;
  readonly #links: readonly Link[];
  readonly gradient: number;

  constructor(host: ChainHost, entries: readonly Entry[], input: Shape, needsInputGradient: boolean) {
    this.#host = host;
    const resolved = fused(resolve(entries, input, "layers").filter(({ traits }) => !traits.includes("onlyReshapes")));
    demand(resolved.length > 0, "layers", entries, "at least one that computes something");
    const links: Link[] = [];
    let learns = needsInputGradient;
    for (const one of resolved) {
      links.push(this.#link(one, links.at(-1), learns));
      learns ||= tensorsOf([one], one.input).some(({ isBuffer }) => !isBuffer);
    }
    this.#links = links;
    this.gradient = (links.at(-1) as Link).dy;
  }

  forward(x: number, pass: Pass): number {
    for (let i = 0; i < this.#links.length; i++) {
      const { layer, onlyTraining, y } = this.#links[i] as Link;
      if (!pass.training && onlyTraining) continue;
      layer.forward(x, y, pass);
      x = y;
    }
    return x;
  }

  /** `scale` keeps gradients at a size to work with; a chain inside a layer has none, since paths that meet must have one scale. */
  backward(x: number, dx: number, pass: Pass, scale?: GradientScale): void {
    const { pointer } = this.#host.parameters.gradients;
    for (let i = this.#links.length - 1; i >= 0; i--) {
      const { layer, overwritesGradient, size, y, dy, needsInputGradient, tensors } = this.#links[i] as Link;
      const before = this.#links[i - 1];
      const to = needsInputGradient ? (before?.dy ?? dx) : 0;
      if (overwritesGradient) {
        if (to === 0) return;
        if (to !== dy) this.#host.engine.kernels.copy(dy, to, pass.rows * size);
        layer.backward(before?.y ?? x, y, to, to, pass);
      } else layer.backward(before?.y ?? x, y, dy, to, pass);
      if (scale !== undefined && scale.exponent !== 0) for (const { offset, length } of tensors) scale.lower(pointer + offset * 4, length);
      if (to === 0) return;
      scale?.lift(to, pass.rows * size);
    }
  }

  #link(one: Fused, before: Link | undefined, needsInputGradient: boolean): Link {
    const { engine, parameters, rows, seed, allocate } = this.#host;
    const { rule, layer, name, place, input, output, traits } = one;
    const length = rows * sizeOf(output);
    const overwritesGradient = traits.includes("overwritesGradient");
    const inPlace = before !== undefined && traits.includes("overwrites") && !before.readsOutput;
    const bound = rule.bind({
      engine,
      kernels: engine.kernels,
      options: layer,
      input,
      output,
      rows,
      seed,
      place,
      needsInputGradient,
      relu: one.relu,
      gate: one.gate,
      gateSelf: one.gateSelf,
      tensor: (key) => placed(parameters, parameters.get(`${name}.${key}`)),
      scratch: allocate,
      floats: (pointer, length) => new Float32Array(engine.arena.memory.buffer, pointer, length),
      chain: (layers) => new Chain(this.#host, entriesOf(layers, `${name}.`, place), input, needsInputGradient),
    });
    return {
      layer: bound,
      onlyTraining: traits.includes("onlyTraining"),
      overwritesGradient,
      size: sizeOf(input),
      y: inPlace ? before.y : allocate(length),
      dy: before !== undefined && overwritesGradient ? before.dy : allocate(length),
      needsInputGradient,
      readsOutput: one.gateSelf || traits.includes("readsOutput"),
      tensors: [...parameters].filter((parameter) => parameter.name.startsWith(`${name}.`)),
    };
  }
}

interface Fused extends Resolved {
  readonly relu: boolean;
  readonly gate: boolean;
  readonly gateSelf: boolean;
}

/** Without the relus that the layer before computes in the same pass; who accounts for them is said. */
function fused(entries: readonly Resolved[]): Fused[] {
  const isRelu = (entry: Resolved | undefined) => entry?.layer.kind === "activation" && entry.layer["function"] === "relu";
  const kept = entries.flatMap((entry, i) => {
    const before = entries[i - 1];
    if (isRelu(entry) && before?.traits.includes("fusesRelu")) return [];
    return [{ ...entry, relu: entry.traits.includes("fusesRelu") && isRelu(entries[i + 1]), gate: false, gateSelf: false }];
  });
  kept.forEach((entry, i) => {
    if (!entry.relu) return;
    const user = kept.slice(i + 1).find(({ traits }) => !traits.includes("keepsZeros"));
    if (user?.traits.includes("gates")) user.gate = true;
    else entry.gateSelf = true;
  });
  return kept;
}

function placed(parameters: Parameters, parameter: Parameter): PlacedTensor {
  const { values, gradients } = parameters;
  return {
    pointer: values.pointer + parameter.offset * 4,
    gradientPointer: gradients.pointer + parameter.offset * 4,
    length: parameter.length,
    get value() {
      return parameter.value;
    },
    get gradient() {
      return parameter.gradient;
    },
    set gradientRows(rows) {
      parameter.gradientRows = rows;
    },
    get gradientRows() {
      return parameter.gradientRows;
    },
  };
}
