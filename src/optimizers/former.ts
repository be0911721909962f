/** Options that had another name when a checkpoint may have been written. */
export const FORMER_OPTIONS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["metaStepsize", "hyperRate"],
  ["previousMetaStepsize", "previousHyperRate"],
]);
