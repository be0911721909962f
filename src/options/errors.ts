/** The base class of every error of this library. Catch it to tell wrong use from a fault of the program. */
export class StepsizeError extends Error {
  override get name(): string {
    return "StepsizeError";
  }
}

/**
 * An option that is unknown, of the wrong type or out of range. `field` is its path, as in `optimizer.learningRate.then.steps`, `value` what it was. Hosts that print an error
 * with its fields leave out a value that is an object, which may be a whole data set.
 */
export class OptionError extends StepsizeError {
  declare readonly value: unknown;

  override get name(): string {
    return "OptionError";
  }

  constructor(
    readonly field: string,
    value: unknown,
    expectation: string,
  ) {
    super(`${field} ${expectation}`);
    Object.defineProperty(this, "value", { value, enumerable: Object(value) !== value, configurable: true });
  }
}

/** A tensor, buffer or batch whose shape does not fit what it is used for. */
export class ShapeError extends StepsizeError {
  override get name(): string {
    return "ShapeError";
  }
}

/** More memory was asked for than is left. Nothing was changed. Both numbers are bytes; `advice` says what would fit, where that is known. */
export class OutOfMemoryError extends StepsizeError {
  override get name(): string {
    return "OutOfMemoryError";
  }

  constructor(
    readonly requested: number,
    readonly available: number,
    advice = "use fewer parameters or a smaller batch",
  ) {
    super(`${sized(requested)} of memory were requested, ${sized(available)} are available: ${advice}`);
  }
}

/** No backend could be started, or the one asked for could not. */
export class EngineError extends StepsizeError {
  override get name(): string {
    return "EngineError";
  }
}

/** Something was used after its `dispose()`. */
export class DisposedError extends StepsizeError {
  override get name(): string {
    return "DisposedError";
  }

  constructor(what: string) {
    super(`this ${what} was disposed of and cannot be used any more`);
  }
}

/** An optimizer was asked to train while it shows the values to evaluate, or a model to evaluate the values to train. */
export class ModeError extends StepsizeError {
  override get name(): string {
    return "ModeError";
  }

  constructor(method: string, needed: "training" | "evaluation" = "training") {
    super(
      needed === "training"
        ? `${method}() needs the training values, but the parameters hold those to evaluate: call toTraining() first`
        : `${method}() needs the values to evaluate, but the parameters hold those to train: call the optimizer's toEvaluation() first`,
    );
  }
}

/** Data that cannot be learnt from: `row` counts from 1 as a person would, `column` is a name where there is one. */
export class DataError extends StepsizeError {
  override get name(): string {
    return "DataError";
  }

  constructor(
    message: string,
    readonly row?: number,
    readonly column?: string,
  ) {
    super(message);
  }
}

/** What is known of a number that is not finite. */
export interface DivergedDetails {
  /** What the number is of. */
  readonly source?: "loss" | "gradient" | "state" | "value";
  /** The tensor, the slot of its state, and where in it, from 0, the first such number stands. */
  readonly tensor?: string;
  readonly slot?: string;
  readonly index?: number;
  readonly value?: number;
  /** Of the update that it was found at. */
  readonly learningRate?: number;
  /** Of the gradients at the last looks before, the latest last. */
  readonly gradientNorms?: readonly number[];
  readonly advice?: string;
}

/** A loss, gradient, weight or optimizer state stopped being finite: the run diverged at `step`. */
export class DivergedError extends StepsizeError {
  override get name(): string {
    return "DivergedError";
  }

  constructor(
    readonly what: string,
    readonly step: number,
    readonly details: DivergedDetails = {},
  ) {
    const { advice = "try a lower learning rate or clipNorm" } = details;
    super(`${what} is not finite after step ${step}${facts(details)}: the run diverged, ${advice}`);
  }
}

/** A checkpoint that is damaged, or that belongs to another run. */
export class CheckpointError extends StepsizeError {
  override get name(): string {
    return "CheckpointError";
  }
}

function facts({ index, value, learningRate, gradientNorms = [] }: DivergedDetails): string {
  const digits = (number: number) => String(Number(number.toPrecision(3)));
  const known = [
    ...(value === undefined ? [] : [index === undefined ? `${value}` : `${value} at [${index}]`]),
    ...(learningRate === undefined ? [] : [`learning rate ${digits(learningRate)}`]),
    ...(gradientNorms.length === 0 ? [] : [`gradient norms before: ${gradientNorms.map(digits).join(", ")}`]),
  ];
  return known.length === 0 ? "" : ` (${known.join("; ")})`;
}

function sized(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes)} bytes`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
