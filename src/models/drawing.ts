import type { Shape } from "../engine/parameters.js";
import type { Random } from "../numerics/random.js";
import type { DrawnWeights } from "./initialization.js";

/** Fills weights. Numbers in [0, 1) come two by two from the stream for normal ones. */
export function drawWeights(weights: Float32Array, drawn: DrawnWeights, random: Random, shape: Shape): void {
  const draw = drawingOf(drawn, random);
  if (draw !== undefined) for (let i = 0; i < weights.length; i++) weights[i] = draw();
  else {
    const columns = shape.at(-1) ?? 1;
    const rows = weights.length / columns;
    if (drawn.kind === "identity") for (let i = 0; i < Math.min(rows, columns); i++) weights[i * columns + i] = 1;
    else orthogonalize(weights, rows, columns, random);
  }
}

/** What gives one weight after the other; nothing for those that are not drawn one by one. */
function drawingOf({ kind, inputs, outputs, gain }: DrawnWeights, random: Random): (() => number) | undefined {
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
