import { toOnnx } from "../../adapters/onnx/convert.js";
import { type Encoder, readEncoder } from "../../data/csv.js";
import { load } from "../../engine/load.js";
import { shapesOf } from "../../models/sequential.js";
import { StepsizeError } from "../../options/errors.js";
import { count } from "../../search/report/format.js";
import { loadModel } from "../../training/from-json.js";
import { FileError } from "../errors.js";
import { nameOf, readBytes } from "../files.js";
import { printable } from "../terminal.js";

/** The network of a model file as ONNX, with what stands in front of it and behind it in `predict`; and in words what it takes and gives. */
export async function onnxOf(path: string): Promise<{ bytes: Uint8Array; words: string }> {
  const file = await readBytes(path);
  const engine = await load();
  try {
    const { model, notes } = loadModel(engine, file);
    try {
      const given = (notes as { encoder?: unknown } | null)?.encoder;
      const { inputs, outputs } = shapesOf(model.description);
      if (given === undefined) return { bytes: toOnnx(model), words: `[${inputs.join(", ")}] to [${outputs.join(", ")}]` };
      const encoder = readEncoder(given);
      // two classes may share an output, which says how likely the second is
      const probabilities = outputs.at(-1) === 1 ? "sigmoid" : "softmax";
      const bytes = toOnnx(model, { encoder, ...(encoder.target.task === "classification" && { probabilities }) });
      return { bytes, words: `${columnsIn(encoder)} to ${targetOf(encoder)}` };
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (error instanceof StepsizeError) throw new FileError("read", nameOf(path), error.message);
    throw error;
  }
}

function columnsIn({ columns }: Encoder): string {
  const texts = columns.filter(({ type }) => type === "text").length;
  const parts = [
    ...(columns.length > texts ? [count(columns.length - texts, "number")] : []),
    ...(texts > 0 ? [count(texts, "text")] : []),
  ];
  return parts.join(" and ");
}

function targetOf({ target }: Encoder): string {
  return target.task === "regression" ? printable(target.name) : `the probabilities of ${count(target.classes.length, "class", "classes")}`;
}
