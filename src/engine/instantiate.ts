/**
 * The exports of the kernels, instantiated with AssemblyScript's loader.
 *
 * The loader is imported only now: when it is imported it makes a TextDecoder for UTF-16, which some hosts do not have. Of its functions it is
 * not `instantiate`, which looks at `Response`, at which Node starts its HTTP client; that is WebAssembly too, and where no memory for wasm can
 * be had its failure ends the process, so that no fallback is reached.
 */
export async function instantiate(
  module: WebAssembly.Module | Promise<WebAssembly.Module>,
  imports?: { env: { memory: WebAssembly.Memory } },
): Promise<WebAssembly.Exports> {
  // a module of another realm, which an edge function of Next.js is given, is none to the loader
  if (!(module instanceof WebAssembly.Module || module instanceof Promise)) return instantiateSync(module);
  const [loader, compiled] = await Promise.all([import("@assemblyscript/loader"), module]);
  return loader.instantiateSync<Record<string, unknown>>(compiled, imports).instance.exports;
}

/** The same at once, which cannot wait for the loader: it adds nothing that kernels need. */
export function instantiateSync(module: WebAssembly.Module): WebAssembly.Exports {
  return new WebAssembly.Instance(module).exports;
}
