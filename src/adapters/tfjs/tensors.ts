import { engine, type Tensor, tensor, type Variable } from "@tensorflow/tfjs-core";

/** What tfjs's wasm backend shows of its memory. */
interface Heap {
  typedArrayFromHeap(tensor: Tensor): Float32Array;
  readonly dataIdMap: { has(dataId: object): boolean };
}

/** The backend in use, where it is tfjs's wasm backend: it copies what it is given, and lets its memory be read. */
function heap(): Heap | undefined {
  const backend = engine().backend as unknown as Partial<Heap>;
  return typeof backend.typedArrayFromHeap === "function" && backend.dataIdMap !== undefined ? (backend as Heap) : undefined;
}

/** The numbers of a tensor, to be read at once: where they stand on the cpu and wasm backends, a copy on others. */
export function numbersOf(tensor: Tensor): Float32Array {
  const memory = heap();
  return memory?.dataIdMap.has(tensor.dataId) ? memory.typedArrayFromHeap(tensor) : tensor.dataSync<"float32">();
}

/** Gives a variable new numbers, as a tensor of its own: tensors that share its old ones keep them. */
export function assignNumbers(variable: Variable, numbers: Float32Array): void {
  // other backends keep the array that they are given
  const made = tensor(heap() === undefined ? numbers.slice() : numbers, variable.shape, "float32");
  try {
    variable.assign(made);
  } finally {
    made.dispose();
  }
}
