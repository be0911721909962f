// The messages of an ONNX file and the numbers of their fields, as onnx.proto has them: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { joined } from "../../data/joined.js";
import { bytesOf } from "../../training/safetensors.js";
import { float, message, type Pieces, text, whole } from "./protobuf.js";

/** The version of the file format that opset 17 came with. */
const IR_VERSION = 8;
/** Operators of each domain: 17 is the first with LayerNormalization, which all runtimes since the middle of 2022 have. */
const OPSETS = { "": 17, "ai.onnx.ml": 3 } as const;

/** A set of operators: ONNX's own, or that for tables. */
export type Domain = keyof typeof OPSETS;

/** Types of numbers, by their names in TensorProto.DataType. */
export const TYPES = { FLOAT: 1, INT64: 7, STRING: 8, DOUBLE: 11 } as const;
export type Type = keyof typeof TYPES;

/** Whole numbers are `int` and `ints`, which JavaScript does not tell from floats. */
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly strings: readonly string[] };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly name: string;
  readonly operator: string;
  readonly domain: Domain;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export type ConstantValues = Float32Array | Float64Array | BigInt64Array;

export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ConstantValues;
}

/** What comes in or goes out: batch × shape. */
export interface Port {
  readonly name: string;
  readonly type: Type;
  readonly shape: readonly number[];
  /** Said to a person. */
  readonly about?: string;
}

export interface ModelParts {
  readonly producer: { readonly name: string; readonly version: string };
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of a ModelProto. */
export function modelBytes({ producer, nodes, constants, inputs, outputs, metadata }: ModelParts): Uint8Array<ArrayBuffer> {
  const graph = [
    ...nodes.map((node) => message(1, nodeFields(node))),
    text(2, "network"),
    ...constants.map((constant) => message(5, constantFields(constant))),
    ...inputs.map((port) => message(11, portFields(port))),
    ...outputs.map((port) => message(12, portFields(port))),
  ];
  const domains = (Object.keys(OPSETS) as Domain[]).filter((domain) => domain === "" || nodes.some((node) => node.domain === domain));
  const model = [
    whole(1, IR_VERSION),
    text(2, producer.name),
    text(3, producer.version),
    message(7, ...graph),
    ...domains.map((domain) => message(8, text(1, domain), whole(2, OPSETS[domain]))),
    ...Object.entries(metadata).map(([key, value]) => message(14, text(1, key), text(2, value))),
  ];
  return joined(model.flat(), Uint8Array);
}

function nodeFields({ inputs, outputs, name, operator, domain, attributes }: Node): Pieces {
  return [
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, operator),
    ...Object.entries(attributes).map(([key, value]) => message(5, text(1, key), attributeFields(value))),
    ...(domain === "" ? [] : [text(7, domain)]),
  ].flat();
}

function attributeFields(value: Attribute): Pieces {
  const [fields, type] =
    "float" in value
      ? [[float(2, value.float)], 1]
      : "int" in value
        ? [[whole(3, value.int)], 2]
        : "string" in value
          ? [[text(4, value.string)], 3]
          : "ints" in value
            ? [value.ints.map((one) => whole(8, one)), 7]
            : [value.strings.map((one) => text(9, one)), 8];
  return [...fields, whole(20, type)].flat();
}

function constantFields({ name, shape, values }: Constant): Pieces {
  const type: Type = values instanceof Float32Array ? "FLOAT" : values instanceof Float64Array ? "DOUBLE" : "INT64";
  return [...shape.map((size) => whole(1, size)), whole(2, TYPES[type]), text(8, name), message(9, [bytesOf(values)])].flat();
}

function portFields({ name, type, shape, about }: Port): Pieces {
  const sizes = [message(1, text(2, "batch")), ...shape.map((size) => message(1, whole(1, size)))];
  const tensor = message(1, whole(1, TYPES[type]), message(2, ...sizes));
  return [text(1, name), message(2, tensor), ...(about === undefined ? [] : [text(3, about)])].flat();
}
