import { load } from "../engine/load.js";
import { type SearchLearningRate, searchWith } from "../search/search.js";

export { load, loadSync } from "../engine/load.js";
export * from "./api.js";

/** Searches on the engine of `load()` unless it is given one: see `SearchLearningRate`. */
export const searchLearningRate: SearchLearningRate = /* @__PURE__ */ searchWith(load);
