/** How edge functions import a compiled module. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
