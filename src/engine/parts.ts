import type { Kernels } from "../generated/kernels.js";

/** Of tables that begin with the core alone: how they are given more. */
const adders = new WeakMap<object, (part: string) => void>();

/** The core's exports as a table to which `addKernels` adds; `compile` makes a module of a part's text (src/generated/parts/). */
export function growing(core: WebAssembly.Exports, compile: (part: string) => WebAssembly.Module): WebAssembly.Exports {
  const kernels = { ...core };
  const added = new Set<string>();
  adders.set(kernels, (part) => {
    if (added.has(part)) return;
    Object.assign(kernels, new WebAssembly.Instance(compile(part), { env: core }).exports);
    added.add(part);
  });
  return kernels;
}

/**
 * Adds compiled kernels to the table, where it has not all of them from the start: said where an optimizer or a layer is bound that calls them,
 * so that a program carries those of its optimizers and layers and no others. The twin, threads and `stepsize/slim` have all.
 */
export function addKernels(kernels: Kernels, ...parts: readonly string[]): void {
  const add = adders.get(kernels);
  if (add !== undefined) parts.forEach(add);
}
