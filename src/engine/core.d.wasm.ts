/** The compiled kernels, where the host imports `.wasm` files as modules. */
declare const core: WebAssembly.Module;
export default core;
