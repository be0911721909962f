import { load } from "./engine.js";
import { type SearchLearningRate, searchWith } from "./search/search.js";

export * from "./api.js";
export { load, loadSync } from "./engine.js";

/** Searches on the engine of `load()` unless it is given one: see `SearchLearningRate`. */
export const searchLearningRate: SearchLearningRate = /* @__PURE__ */ searchWith(load);
