/**
 * Compiles and instantiates the kernels with AssemblyScript's loader.
 *
 * Not by its `instantiate`, and imported only now: when it is imported it makes a TextDecoder for UTF-16, which some hosts do not have, and
 * `instantiate` looks at `Response`, at which Node starts its HTTP client. That is WebAssembly too, and where no memory for wasm can be
 * had its failure ends the process, so that no fallback is reached.
 */
export async function instantiate(
  core: BufferSource | WebAssembly.Module,
  imports?: { env: { memory: WebAssembly.Memory } },
): Promise<{ module: WebAssembly.Module; instance: WebAssembly.Instance }> {
  const module = core instanceof WebAssembly.Module ? core : await WebAssembly.compile(core);
  const { instantiateSync } = await import("@assemblyscript/loader");
  const { instance } = instantiateSync<Record<string, unknown>>(module, imports);
  return { module, instance };
}
