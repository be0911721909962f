import type { Attributes, Constant, ConstantValues, Domain, Node, Port } from "./model.js";

/** A graph as it grows, node by node: each comes behind those whose outputs it takes, as ONNX asks. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly constants: Constant[] = [];
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly #names = new Set<string>();

  /** What comes in, before anything else has its name; returns that. */
  input(port: Port): string {
    this.inputs.push(port);
    return this.#named(port.name);
  }

  /** Numbers that stay as they are; returns their name. */
  constant(name: string, shape: readonly number[], values: ConstantValues): string {
    const own = this.#named(name);
    this.constants.push({ name: own, shape, values });
    return own;
  }

  /** Whole numbers in a row, as operators take sizes, axes and places. */
  integers(name: string, values: readonly number[]): string {
    return this.constant(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** A node of one output, within the part of the graph that is called so; returns the name of what it puts out. */
  add(scope: string, operator: string, inputs: readonly string[], attributes: Attributes = {}, domain: Domain = ""): string {
    const name = this.#named(`${scope}/${operator}`);
    this.nodes.push({ name, operator, domain, inputs, outputs: [name], attributes });
    return name;
  }

  /** A node of several outputs. */
  addSeveral(scope: string, operator: string, inputs: readonly string[], attributes: Attributes, count: number): string[] {
    const name = this.#named(`${scope}/${operator}`);
    const outputs = Array.from({ length: count }, (_, i) => this.#named(`${name}:${i}`));
    this.nodes.push({ name, operator, domain: "", inputs, outputs, attributes });
    return outputs;
  }

  /** Puts a value out, of which nothing else is made. */
  output(value: string, port: Port): void {
    const name = this.#named(port.name);
    const at = this.nodes.findIndex(({ outputs }) => outputs.includes(value));
    const node = this.nodes[at] as Node;
    this.nodes[at] = { ...node, outputs: node.outputs.map((output) => (output === value ? name : output)) };
    this.outputs.push({ ...port, name });
  }

  /** A name that no other value has. */
  #named(name: string): string {
    let own = name;
    for (let i = 1; this.#names.has(own); i++) own = `${name}_${i}`;
    this.#names.add(own);
    return own;
  }
}
