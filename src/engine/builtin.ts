/** A module of Node, which Bun and Deno have as well, without an import that bundlers of pages would follow; undefined where there is none. */
export function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  try {
    return process?.getBuiltinModule?.(name) as T | undefined;
  } catch {
    // edge runtimes have the function and throw
    return undefined;
  }
}
