// The entry point "stepsize/onnx": networks as ONNX files.
export { type OnnxOptions, toOnnx } from "../adapters/onnx/convert.js";
