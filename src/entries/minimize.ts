// The entry point "stepsize/minimize": plain functions minimised in float64, without an engine.
export * from "../minimize/index.js";
