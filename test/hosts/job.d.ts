import type * as library from "../../src/entries/index.js";

export function train(
  stepsize: typeof library,
  options?: library.LoadOptions,
): Promise<{ steps: number; backend: library.Backend; reason: string; hash: string; turned: boolean }>;
