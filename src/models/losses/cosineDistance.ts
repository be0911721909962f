import { type DescribedLoss, gradient, type LossRule, makeLoss } from "../loss.js";

/** Added to the product of the squared lengths, as in PyTorch. */
const EPSILON = 1e-12;

/**
 * One minus the cosine of the angle between outputs and targets of a row:
 *
 *     1 - z·t / (|z| |t|)
 *
 * PyTorch's CosineEmbeddingLoss for pairs that belong together; Keras's CosineSimilarity plus 1.
 *
 * @example cosineDistance()
 */
export function cosineDistance(): DescribedLoss<object> {
  return makeLoss(cosineDistanceLoss, {});
}

export const cosineDistanceLoss: LossRule = {
  kind: "cosineDistance",
  fields: {},
  targets: () => "quantities",
  bind: (_, outputs) => (memory, z, targets, t, dz, factor) => {
    let [product, outputSquares, targetSquares] = [0, EPSILON, EPSILON];
    for (let j = 0; j < outputs; j++) {
      const [output, target] = [memory[z + j] as number, targets[t + j] as number];
      product += output * target;
      outputSquares += output * output;
      targetSquares += target * target;
    }
    const length = Math.sqrt(outputSquares * targetSquares);
    const cosine = product / length;
    for (let j = 0; j < outputs; j++) {
      const slope = (targets[t + j] as number) / length - (cosine * (memory[z + j] as number)) / outputSquares;
      memory[dz + j] = gradient(-slope * factor);
    }
    return 1 - cosine;
  },
};
