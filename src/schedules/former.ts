/** Kinds as JSON of version 0.1 names them, which is read for ever. */
export const FORMER_KINDS: ReadonlyMap<unknown, string> = /* @__PURE__ */ new Map(
  Object.entries({
    step: "stepDecay",
    factor: "initialFactor",
    tanh: "tanhDecay",
    interpolate: "interpolateRates",
    sequence: "joinSchedules",
    product: "multiplySchedules",
    scale: "scaleSchedule",
    clamp: "clampSchedule",
    shift: "shiftSchedule",
    repeat: "repeatSchedule",
    noise: "noisySchedule",
  }),
);
