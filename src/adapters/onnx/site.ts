import type { Parameters, Shape } from "../../engine/parameters.js";
import type { LayerDescription } from "../../models/layer.js";
import { eachPlace } from "../axes.js";
import type { Graph } from "./graph.js";
import type { Attributes, ConstantValues } from "./model.js";

/** Where a layer writes its nodes: a part of the graph with its name, and its weights. */
export class Site {
  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly layer: LayerDescription,
    /** The shape of what comes in, in this library's order. */
    readonly input: Shape,
    readonly parameters: Parameters,
    /** Writes layers within it over a value, and gives back what they make of it. */
    readonly chain: (layers: readonly LayerDescription[], x: string) => string,
  ) {}

  add(operator: string, inputs: readonly string[], attributes?: Attributes): string {
    return this.graph.add(this.name, operator, inputs, attributes);
  }

  addSeveral(operator: string, inputs: readonly string[], attributes: Attributes, count: number): string[] {
    return this.graph.addSeveral(this.name, operator, inputs, attributes, count);
  }

  constant(key: string, shape: Shape, values: ConstantValues): string {
    return this.graph.constant(`${this.name}.${key}`, shape, values);
  }

  /** A number, beside tensors of any shape. */
  number(key: string, value: number): string {
    return this.constant(key, [], Float32Array.of(value));
  }

  integers(key: string, values: readonly number[]): string {
    return this.graph.integers(`${this.name}.${key}`, values);
  }

  /** A tensor of the layer as it is. */
  weights(key: string): string {
    const { shape, value } = this.parameters.get(`${this.name}.${key}`);
    return this.constant(key, shape, value);
  }

  /** The numbers of a tensor of the layer, with its axes in another order. */
  turned(key: string, axes: readonly number[]): { shape: Shape; values: Float32Array } {
    const { shape, value } = this.parameters.get(`${this.name}.${key}`);
    const values = new Float32Array(value.length);
    eachPlace(shape, axes, undefined, (here, there) => {
      values[there] = value[here] as number;
    });
    return { shape: axes.map((axis) => shape[axis] as number), values };
  }

  /** x W + b over the last axis; `bias` is the key of b where there is one. */
  product(x: string, weight: string, bias: string | undefined): string {
    const y = this.add("MatMul", [x, this.weights(weight)]);
    return bias === undefined ? y : this.add("Add", [y, this.weights(bias)]);
  }
}
