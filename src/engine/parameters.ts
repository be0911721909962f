import { DisposedError, OptionError, OutOfMemoryError, ShapeError } from "../options/errors.js";
import { demand, type Field, type Fields, oneOf, readOptions, show, suggest } from "../options/options.js";
import { checkEngine, type Engine } from "./engine.js";
import { padded, type Vector } from "./memory.js";

export type Shape = readonly number[];
export type Shapes = Readonly<Record<string, Shape>> | Iterable<readonly [string, Shape]>;

/** Which part of a tensor belongs to one unit of a network, its weights from every input. */
export type Units = "rows" | "columns";

export interface ParametersOptions {
  /**
   * "rows" when the first axis of tensors counts the units that are put out, as in PyTorch; "columns" when the last one does, as in this
   * library's dense layers and in Keras. Default "rows". Optimizers that treat the two axes differently (`muon`, `centralize`,
   * `adaptiveGradientClipping`) go by it.
   */
  units?: Units;
  /**
   * Name and shape of tensors that belong to the values, and so to checkpoints, but that no optimizer moves, such as running statistics. Default none.
   */
  buffers?: Shapes;
}

const shapesField: Field<Shapes> = {
  fallback: [],
  read(value, path) {
    demand(typeof value === "object" && value !== null, path, value, "names with their shapes");
    return value as Shapes;
  },
};
const parametersFields: Fields<Required<ParametersOptions>> = { units: oneOf("rows", ["rows", "columns"]), buffers: shapesField };

/** The rows of a tensor whose gradient may be other than zero: so many, whose numbers stand as u32 at a pointer. The others' gradients are zero. */
export interface GradientRows {
  readonly pointer: number;
  count: number;
}

/** The number of elements of a tensor. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of a parameter with its gradient. */
export const BYTES = 8;

/**
 * Blocks of the parameters' size that memory is grown for at once, and the most bytes of them: as many as an optimizer's state takes, so that a
 * `value` or `gradient` that was taken before the optimizer was made is not detached by it.
 */
const AHEAD = 8;
const MOST_AHEAD = 0x1000_0000;

/** One named tensor. `value` and `gradient` are the floats themselves, row-major; ask again after something was allocated. */
export class Parameter {
  readonly name: string;
  readonly shape: Shape;
  /** Which axis counts units, as the parameters were told. */
  readonly units: Units;
  /** The number of elements. */
  readonly length: number;
  /** Where the tensor starts in its block, in floats. */
  readonly offset: number;
  /** Set by who fills the gradient, where only these rows of it are filled; undefined where all are. */
  gradientRows: GradientRows | undefined;
  readonly #owner: Parameters;
  #value: Float32Array | undefined;
  #gradient: Float32Array | undefined;

  constructor(owner: Parameters, name: string, shape: Shape, offset: number) {
    this.name = name;
    this.shape = Object.freeze([...shape]);
    this.units = owner.units;
    this.length = sizeOf(shape);
    this.offset = offset;
    this.#owner = owner;
  }

  get value(): Float32Array {
    const block = this.#owner.values.view;
    if (this.#value?.buffer !== block.buffer) this.#value = block.subarray(this.offset, this.offset + this.length);
    return this.#value;
  }

  get gradient(): Float32Array {
    const block = this.#owner.gradients.view;
    if (this.#gradient?.buffer !== block.buffer) this.#gradient = block.subarray(this.offset, this.offset + this.length);
    return this.#gradient;
  }
}

/**
 * Named tensors laid side by side in one block of the engine's memory, and their gradients in a second block of the same layout, so that one
 * kernel call steps a whole group. Every tensor starts on a vector of four floats and is padded with zeros.
 *
 * @param engine where they live.
 * @param shapes name and shape of each, in order; sizes are positive integers, `[]` is a scalar.
 * @param options which axis of the tensors counts units.
 * @throws OptionError for what is no engine and a name used twice, ShapeError for a wrong size, OutOfMemoryError when they do not fit.
 * @example
 * const parameters = new Parameters(engine, { "dense.weight": [64, 10], "dense.bias": [10] });
 * parameters.get("dense.bias").value.fill(0.1);
 */
export class Parameters implements Iterable<Parameter>, Disposable {
  readonly engine: Engine;
  /** All values, padding included. */
  readonly values: Vector;
  /** All gradients, in the layout of `values`. */
  readonly gradients: Vector;
  /** The number of elements without padding. */
  readonly count: number;
  /** Which axis counts units: the first of "rows", the last of "columns". */
  readonly units: Units;
  /**
   * Whether gradients are so small that their squares may be denormal, which takes optimizers a hundred times as long. Who computes them and
   * knows writes it, as a network does; of others, an optimizer looks every 32 updates.
   */
  smallGradients = false;
  /** The tensors that no optimizer moves; they lie behind the others. */
  readonly buffers: readonly Parameter[];
  readonly #tensors = new Map<string, Parameter>();
  /** The optimizers that keep values to evaluate elsewhere at the moment. */
  readonly #keepers = new Set<object>();
  /** Whether their memory was given back. */
  readonly disposed: boolean = false;

  constructor(engine: Engine, shapes: Shapes, options: ParametersOptions = {}) {
    checkEngine(engine);
    const { units, buffers } = readOptions<Required<ParametersOptions>>("parameters", options, parametersFields);
    this.units = units;
    this.engine = engine;
    let size = 0;
    const lay = (given: Shapes): Parameter[] =>
      entriesOf(given).map(([name, shape]) => {
        if (this.#tensors.has(name)) throw new OptionError(`parameters.${name}`, shape, "is named twice");
        const parameter = new Parameter(this, name, shape, size);
        this.#tensors.set(name, parameter);
        size += padded(parameter.length);
        return parameter;
      });
    const trained = lay(shapesField.read(shapes, "parameters"));
    this.buffers = lay(buffers);
    const count = trained.reduce((sum, { length }) => sum + length, 0);
    if (count === 0) throw new ShapeError("parameters need at least one tensor");
    this.count = count;
    const blocks: Vector[] = [];
    try {
      while (blocks.length < 2) blocks.push(engine.vector(size));
    } catch (error) {
      for (const block of blocks) block.dispose();
      // with a cause it is the system that refuses, nobody knows from how much on
      if (!(error instanceof OutOfMemoryError) || error.cause !== undefined) throw error;
      const { available } = engine.arena;
      const most = Math.floor(available / BYTES);
      throw new OutOfMemoryError(
        size * BYTES,
        available,
        `at most ${most} parameters fit with their gradients, and fewer with an optimizer`,
      );
    }
    [this.values, this.gradients] = blocks as [Vector, Vector];
    engine.arena.reserve(Math.min(AHEAD * size * 4, MOST_AHEAD));
  }

  /** The number of floats in a block, padding included: what a state slot of the same layout takes. */
  get size(): number {
    return this.values.length;
  }

  /** The names of all tensors, those of buffers last. */
  get names(): string[] {
    return [...this.#tensors.keys()];
  }

  /** All tensors, buffers too: what a checkpoint holds. */
  get all(): Parameter[] {
    return [...this.#tensors.values()];
  }

  /** The tensor of that name. Throws OptionError, with the nearest name, when there is none. */
  get(name: string): Parameter {
    if (this.disposed) throw new DisposedError("set of parameters");
    const parameter = this.#tensors.get(name);
    if (parameter === undefined) throw new OptionError("parameters", name, `has no tensor ${show(name)}${suggest(name, this.names)}`);
    return parameter;
  }

  /** Sets all gradients to 0, for those who add up a gradient part by part. A step leaves them as they are. */
  zeroGradients(): void {
    if (this.disposed) throw new DisposedError("set of parameters");
    this.gradients.view.fill(0);
  }

  /** The name of the first tensor with a value that is not finite, if any. */
  findNonFinite(): string | undefined {
    const { pointer } = this.values;
    if (this.engine.kernels.finite(pointer, this.size)) return undefined;
    for (const { name, offset, length } of this.all) if (!this.engine.kernels.finite(pointer + offset * 4, length)) return name;
    return undefined;
  }

  /** The tensors that are trained: not the buffers. */
  [Symbol.iterator](): IterableIterator<Parameter> {
    return this.all.slice(0, this.#tensors.size - this.buffers.length).values();
  }

  /**
   * Whether the values are for training alone, because an optimizer keeps others that are to be evaluated in their place: `evaluate` and
   * `predict` of a network throw ModeError then.
   */
  get trainingOnly(): boolean {
    return this.#keepers.size > 0;
  }

  /** Called by an optimizer: whether it keeps values to evaluate elsewhere. Several may, each of tensors of its own. */
  markTraining(keeper: object, keeps: boolean): void {
    if (keeps) this.#keepers.add(keeper);
    else this.#keepers.delete(keeper);
  }

  dispose(): void {
    (this as { disposed: boolean }).disposed = true;
    this.values.dispose();
    this.gradients.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Names with their shapes, each checked. */
function entriesOf(shapes: Shapes): (readonly [string, Shape])[] {
  return Array.from(Symbol.iterator in shapes ? shapes : Object.entries(shapes), (entry) => {
    demand(Array.isArray(entry) && typeof entry[0] === "string", "parameters", entry, "pairs of a name and its shape");
    const [name, shape] = entry;
    if (!Array.isArray(shape)) throw new ShapeError(`parameters.${name} must have an array of sizes, got ${show(shape)}`);
    const wrong = shape.some((dimension) => !Number.isSafeInteger(dimension) || dimension < 1);
    if (wrong) throw new ShapeError(`parameters.${name} has the shape [${shape.join(", ")}]: every size must be a positive integer`);
    return [name, shape] as const;
  });
}
