import { type Parameter, Parameters } from "../engine/parameters.js";
import { Optimizer } from "../optimizers/optimizer.js";
import { CheckpointError, DivergedError, OptionError } from "../options/errors.js";
import { boolean, type Field, list, readOptions, show, suggest } from "../options/options.js";
import { fitsPattern } from "../options/pattern.js";
import { isStateFile, readStateFile, type StateFile, type StoredTensors, writeStateFile } from "./checkpoint.js";
import { floatsOf, readSafetensors } from "./safetensors.js";

export interface LoadStateOptions {
  /** The name in the file for each of our tensors that has another one there: `{ "layers.0.weight": "fc1.weight" }`. Default: none has. */
  names?: Readonly<Record<string, string>>;
  /**
   * Our tensors, by name or by pattern with `*`, whose matrices are transposed in the file: `["layers.*.weight"]` for those of PyTorch's
   * `nn.Linear`, which are [outputs, inputs]. Default: none.
   */
  transpose?: readonly string[];
  /**
   * Take what the file has and leave the rest as it is, instead of refusing a file that lacks something or has more. State that the file lacks
   * starts anew. Default false.
   */
  partial?: boolean;
}

/** The tensors that `loadState` read and did not read. */
export interface LoadReport {
  /** Our tensors whose values were read. */
  readonly loaded: readonly string[];
  /** Our tensors that the file does not have: their values stay. */
  readonly missing: readonly string[];
  /** Tensors of the file that nothing of ours reads, integers among them. */
  readonly unused: readonly string[];
  /** State that an optimizer goes on with, as "slot of tensor", that the file does not have: it started anew. */
  readonly anew: readonly string[];
  /** Notes given to `saveState`; null for a file of another library. */
  readonly notes: unknown;
}

/**
 * Values, and with them the state of an optimizer, as a safetensors file: to go on with one's own training loop later, or elsewhere. Without
 * an optimizer it holds weights alone, which any safetensors reader takes.
 *
 * The training values are written, also while the optimizer shows those to evaluate.
 *
 * @param notes JSON of the caller's own, such as the number of an epoch.
 * @throws DivergedError for values or state that are not finite; OptionError for what are no parameters, for an optimizer of others, and for
 *   notes that are not JSON.
 * @example
 * const optimizer = new Optimizer(parameters, adam());
 * const bytes = saveState(parameters, optimizer, { epoch: 3 });
 * const { notes } = loadState(bytes, parameters, optimizer);
 */
export function saveState(parameters: Parameters, optimizer?: Optimizer, notes?: unknown): Uint8Array<ArrayBuffer> {
  check(parameters, optimizer);
  const write = () => {
    const broken = (optimizer ?? parameters).findNonFinite();
    if (broken !== undefined) throw new DivergedError(broken, optimizer?.steps ?? 0);
    return writeStateFile(parameters, optimizer?.state(), {}, notes);
  };
  if (!optimizer?.evaluating) return write();
  optimizer.toTraining();
  try {
    return write();
  } finally {
    optimizer.toEvaluation();
  }
}

/**
 * Reads a safetensors file into parameters and, when one is given, into an optimizer: what `saveState` wrote, a checkpoint of a Trainer, or
 * the weights of another library (F64, F32, F16 and BF16 are read; integers are left unused).
 *
 * @returns what was read, what was missing and what was left unused.
 * @throws CheckpointError, and changes nothing, when the file is damaged, holds a number that is not finite, or does not fit; OptionError for
 *   a wrong option; ModeError while the optimizer shows values to evaluate.
 * @example
 * const file = saveState(parameters);
 * loadState(file, parameters, undefined, { partial: true });
 */
export function loadState(bytes: Uint8Array, parameters: Parameters, optimizer?: Optimizer, options: LoadStateOptions = {}): LoadReport {
  check(parameters, optimizer);
  const { names, transpose, partial } = readOptions<Required<LoadStateOptions>>("loadState", options, {
    names: namesField(parameters),
    transpose: list([], text),
    partial: boolean(false),
  });
  const { values, state, notes } = contents(bytes);
  const found = new Map<Parameter, Float32Array>();
  const missing: string[] = [];
  const used = new Set<string>();
  for (const parameter of parameters.all) {
    const name = Object.hasOwn(names, parameter.name) ? (names[parameter.name] as string) : parameter.name;
    if (!values.has(name)) {
      missing.push(parameter.name);
      continue;
    }
    used.add(name);
    found.set(
      parameter,
      numbersFor(
        parameter,
        name,
        values,
        transpose.some((pattern) => fitsPattern(pattern, parameter.name)),
      ),
    );
  }
  const unused = [...values.keys()].filter((name) => !used.has(name));
  if (!partial)
    refuseRest(
      missing,
      unused.filter((name) => floatsOf(values.get(name) as never) !== undefined),
      [...values.keys()],
    );
  if (found.size === 0) throw new CheckpointError(`the file has none of the tensors ${parameters.names.slice(0, 5).join(", ")}`);
  if (optimizer !== undefined && state === undefined && !partial)
    throw new CheckpointError("the file holds no state of an optimizer: leave the optimizer out, or pass partial: true to start it anew");
  const before = parameters.values.view.slice();
  for (const [{ value }, numbers] of found) value.set(numbers);
  try {
    // what starts anew may start as the values
    const { anew } = optimizer !== undefined && state !== undefined ? optimizer.load(state, { partial }) : { anew: [] };
    return { loaded: [...found.keys()].map(({ name }) => name), missing, unused, anew, notes };
  } catch (error) {
    parameters.values.view.set(before);
    throw error;
  }
}

function check(parameters: Parameters, optimizer: Optimizer | undefined): void {
  if (!(parameters instanceof Parameters)) throw new OptionError("parameters", parameters, `must be Parameters, got ${show(parameters)}`);
  if (optimizer === undefined) return;
  if (!(optimizer instanceof Optimizer)) throw new OptionError("optimizer", optimizer, `must be an Optimizer, got ${show(optimizer)}`);
  if (optimizer.parameters !== parameters) throw new OptionError("optimizer", optimizer, "must be one of these parameters");
}

function contents(bytes: Uint8Array): { values: StoredTensors; state: StateFile["optimizer"]; notes: unknown } {
  const file = readSafetensors(bytes);
  if (!isStateFile(file)) return { values: file.tensors, state: undefined, notes: null };
  const { values, optimizer, document } = readStateFile(bytes);
  return { values, state: optimizer, notes: document["notes"] };
}

/** The numbers for a tensor of ours, in our layout. */
function numbersFor({ shape, name: ours }: Parameter, name: string, values: StoredTensors, transposed: boolean): Float32Array {
  const stored = values.get(name) as NonNullable<ReturnType<StoredTensors["get"]>>;
  const floats = floatsOf(stored);
  if (floats === undefined) throw new CheckpointError(`tensor ${show(name)} is in ${stored.type}, ${ours} needs floats`);
  const expected = transposed ? [...shape].reverse() : shape;
  if (stored.shape.join() !== expected.join()) {
    const turned = !transposed && shape.length === 2 && [...shape].reverse().join() === stored.shape.join();
    const advice = turned ? `; if it is transposed there, pass transpose: [${show(ours)}]` : "";
    throw new CheckpointError(
      `tensor ${show(name)} has the shape [${stored.shape.join(", ")}], ${ours} needs [${expected.join(", ")}]${advice}`,
    );
  }
  const broken = floats.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) throw new CheckpointError(`tensor ${show(name)} has ${floats[broken]} at element ${broken}`);
  if (!transposed || shape.length < 2) return floats;
  if (shape.length > 2) throw new OptionError("loadState.transpose", ours, `must name matrices, ${ours} has ${shape.length} dimensions`);
  const [rows, columns] = shape as [number, number];
  return Float32Array.from(floats, (_, i) => floats[(i % columns) * rows + Math.floor(i / columns)] as number);
}

function refuseRest(missing: readonly string[], unused: readonly string[], names: readonly string[]): void {
  const way = "pass partial: true to take what fits";
  if (missing.length > 0) {
    const first = missing[0] as string;
    throw new CheckpointError(`the file has no tensor ${show(first)}${suggest(first, names)}; ${way}, or names: { ${show(first)}: ... }`);
  }
  if (unused.length > 0) throw new CheckpointError(`nothing here reads the file's tensor ${show(unused[0])}; ${way}`);
}

const text: Field<string> = {
  fallback: undefined,
  read(value, path) {
    if (typeof value === "string") return value;
    throw new OptionError(path, value, `must be a name or a pattern, got ${show(value)}`);
  },
};

function namesField(parameters: Parameters): Field<Readonly<Record<string, string>>> {
  return {
    fallback: Object.freeze({}),
    read(value, path) {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new OptionError(path, value, `must be an object of our names and those in the file, got ${show(value)}`);
      for (const [ours, theirs] of Object.entries(value)) {
        if (!parameters.names.includes(ours))
          throw new OptionError(`${path}.${ours}`, theirs, `is not a tensor here${suggest(ours, parameters.names)}`);
        if (typeof theirs !== "string") throw new OptionError(`${path}.${ours}`, theirs, `must be a name, got ${show(theirs)}`);
      }
      return value as Readonly<Record<string, string>>;
    },
  };
}
