// The entry point "stepsize/torch": weights from PyTorch and to it.
export { fromTorch, type TorchOptions, toTorch } from "../adapters/torch/convert.js";
