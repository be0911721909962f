import { keep, type Tensor, type Optimizer as TfjsOptimizer, tensor } from "@tensorflow/tfjs-core";
import type { Parameters } from "../../engine/parameters.js";
import type { StateArray } from "../../optimizers/slots.js";
import type { OptimizerState } from "../../optimizers/state.js";
import { CheckpointError } from "../../options/errors.js";
import { show } from "../../options/options.js";

/** A tensor with its name, as optimizers of tfjs give and take them. */
export type NamedTensor = Awaited<ReturnType<TfjsOptimizer["getWeights"]>>[number];

/** The tensor that holds, as JSON, everything of a state but its arrays. */
const DOCUMENT = "stepsize/state";

/** What `getWeights` gives besides the arrays. */
interface Document {
  readonly state: Omit<OptimizerState, "slots">;
  /** The variables in their order, each with its number of elements. */
  readonly variables: readonly (readonly [string, number])[];
  /** Slot and variable of each array, in the order of the tensors that follow. */
  readonly arrays: readonly (readonly [string, string])[];
}

/** A state that came from tensors, until there are variables for it. */
export interface ReadWeights extends Document {
  readonly numbers: readonly StateArray[];
}

/** A state as tensors, which are kept until they are disposed of. Numbers in bfloat16 are given as the integers of their bits. */
export function tensorsOf({ slots, ...state }: OptimizerState, parameters: Parameters): NamedTensor[] {
  const arrays: [string, string][] = [];
  const tensors: NamedTensor[] = [];
  for (const [slot, held] of Object.entries(slots)) {
    for (const [name, numbers] of Object.entries(held)) {
      arrays.push([slot, name]);
      const shape = parameters.get(name).length === numbers.length ? [...parameters.get(name).shape] : [numbers.length];
      const made = numbers instanceof Uint16Array ? tensor(Int32Array.from(numbers), shape, "int32") : tensor(numbers, shape, "float32");
      tensors.push({ name: `${name}/${slot}`, tensor: made });
    }
  }
  const variables = [...parameters].map(({ name, length }) => [name, length] as const);
  const document: Document = { state, variables, arrays };
  tensors.unshift({ name: DOCUMENT, tensor: tensor([JSON.stringify(document)], [1], "string") });
  for (const { tensor } of tensors) keep(tensor);
  return tensors;
}

/** Reads what `tensorsOf` made. @throws CheckpointError for other tensors. */
export async function readTensors(tensors: readonly NamedTensor[]): Promise<ReadWeights> {
  const [first, ...rest] = tensors;
  if (first?.name !== DOCUMENT || first.tensor.dtype !== "string") {
    const names = tensors.slice(0, 3).map(({ name }) => show(name));
    throw new CheckpointError(`these weights are not of a StepsizeOptimizer: ${DOCUMENT} is expected first, got ${names.join(", ")}`);
  }
  let document: Document;
  try {
    document = JSON.parse((await (first.tensor as Tensor).data<"string">())[0] as string);
  } catch (cause) {
    throw new CheckpointError(`${DOCUMENT} is not JSON`, { cause });
  }
  const { state, variables, arrays } = document ?? {};
  const isDocument = typeof state === "object" && state !== null && Array.isArray(variables) && Array.isArray(arrays);
  if (!isDocument || arrays.length !== rest.length)
    throw new CheckpointError(`${DOCUMENT} says of ${arrays?.length ?? "no"} arrays, ${rest.length} tensors follow`);
  const numbers = await Promise.all(
    rest.map(async ({ tensor }) =>
      tensor.dtype === "int32" ? Uint16Array.from(await tensor.data()) : Float32Array.from(await tensor.data()),
    ),
  );
  return { state, variables, arrays, numbers };
}

/**
 * The state for parameters: by the names of variables or, where those are others (tfjs numbers them through), by their order, which needs
 * as many of the same sizes.
 */
export function stateFor({ state, variables, arrays, numbers }: ReadWeights, parameters: Parameters): OptimizerState {
  const here = [...parameters];
  const sameNames = variables.every(([name]) => parameters.names.includes(name));
  const sameSizes = variables.length === here.length && variables.every(([, size], i) => here[i]?.length === size);
  if (!sameNames && !sameSizes) {
    const [there, own] = [variables.map(([name]) => name), parameters.names].map((names) => names.slice(0, 5).join(", "));
    throw new CheckpointError(`the weights are of the variables ${there}, which fit ${own} neither by name nor in their order`);
  }
  const names = new Map(variables.map(([name], i) => [name, sameNames ? name : (here[i]?.name as string)]));
  const slots: Record<string, Record<string, StateArray>> = {};
  for (const [i, [slot, name]] of arrays.entries()) {
    slots[slot] ??= {};
    slots[slot][names.get(name) ?? name] = numbers[i] as StateArray;
  }
  const groups = state.groups?.map((group) => ({ ...group, tensors: group.tensors.map((name) => names.get(name) ?? name) }));
  return { ...state, ...(groups && { groups }), slots };
}
