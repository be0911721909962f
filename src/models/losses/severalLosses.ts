import { OptionError, ShapeError } from "../../options/errors.js";
import { type Field, integer, list, number, readOptions } from "../../options/options.js";
import { type DescribedLoss, type LossDescription, type LossRule, lossRuleOf, makeLoss, type RowLoss } from "../loss.js";

/** A loss of some of the outputs. */
export interface LossPart {
  /** How many outputs it is of, those that follow the part before. */
  outputs: number;
  /** The loss, made by a factory such as `crossEntropy()`. */
  loss: LossDescription;
  /** Its weight, at least 0. Default 1. */
  weight?: number;
}

/** Options of `severalLosses`. */
export interface SeveralLossesOptions {
  /** The parts, in the order of outputs and of targets. */
  parts: readonly LossPart[];
}

/**
 * A network with several things to tell: the sum of losses, each of some of its outputs.
 *
 *     sum over parts of weight loss(outputs of the part, targets of the part)
 *
 * The data are quantities: a column of targets an output, but for losses of classes, which have one column with the number of the class.
 *
 * @throws OptionError
 * @example severalLosses({ parts: [{ outputs: 10, loss: crossEntropy() }, { outputs: 1, loss: logCosh(), weight: 0.1 }] })
 */
export function severalLosses(options: SeveralLossesOptions): DescribedLoss<SeveralLossesOptions> {
  return makeLoss(severalLossesLoss, options);
}

const loss: Field<LossDescription> & { isLoss: true } = {
  fallback: undefined,
  isLoss: true,
  read(value, path) {
    lossRuleOf(value, path);
    return value as LossDescription;
  },
};

const part: Field<LossPart> = {
  fallback: undefined,
  read(value, path) {
    const read = readOptions<Required<LossPart>>(path, value, {
      outputs: integer(undefined, { min: 1 }),
      loss,
      weight: number(1, { min: 0 }),
    });
    lossRuleOf(read.loss, path).check?.(read.loss, read.outputs, `${path}.loss`);
    return read;
  },
};

const widthOf = ({ outputs, loss }: LossPart) => lossRuleOf(loss, "loss").width?.(loss, outputs) ?? outputs;

export const severalLossesLoss: LossRule<SeveralLossesOptions> = {
  kind: "severalLosses",
  fields: { parts: list(undefined, part, 1) },
  targets: () => "quantities",
  width: ({ parts }) => parts.reduce((sum, part) => sum + widthOf(part), 0),
  check({ parts }, outputs, path) {
    const sum = parts.reduce((sum, { outputs }) => sum + outputs, 0);
    if (sum !== outputs) throw new OptionError(`${path}.parts`, parts, `must have as many outputs as the model, ${outputs}, got ${sum}`);
  },
  bind({ parts }): RowLoss {
    const bound = parts.map((part) => {
      const rule = lossRuleOf(part.loss, "loss");
      const isClass = rule.targets(part.loss, part.outputs) === "classes";
      return { ...part, weight: part.weight ?? 1, width: widthOf(part), row: rule.bind(part.loss, part.outputs), isClass };
    });
    return (memory, z, targets, t, dz, factor) => {
      let sum = 0;
      for (const { outputs, weight, width, row, isClass } of bound) {
        const target = targets[t] as number;
        if (isClass && !(Number.isInteger(target) && target >= 0 && target < outputs))
          throw new ShapeError(`a class of ${outputs} must be a whole number from 0 to ${outputs - 1}, got ${target}`);
        sum += weight * row(memory, z, targets, t, dz, weight * factor);
        z += outputs;
        dz += outputs;
        t += width;
      }
      return sum;
    };
  },
};
