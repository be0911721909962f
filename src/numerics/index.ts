export { type BacktrackingOptions, backtracking } from "./backtracking.js";
export { type BarzilaiBorweinOptions, barzilaiBorwein } from "./barzilaiBorwein.js";
export { type Along, alongLine, type LineSearchResult, type Objective } from "./line.js";
export { Random } from "./random.js";
export { softmax } from "./softmax.js";
export { type StrongWolfeOptions, strongWolfe } from "./strongWolfe.js";
export { type ZoomOptions, zoom } from "./zoom.js";
