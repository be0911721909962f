// The entry point "stepsize/search": what goes beyond the search over one learning rate.
/// <reference lib="esnext.disposable" preserve="true" />

export type { RangeCurve, RangePoint, RangeReason, RangeRun } from "../search/range-curve.js";
export { type RangeTestOptions, type RangeTestResult, rangeTest } from "../search/range-test.js";
export { rangeHeadline, rangeReasonText } from "../search/range-words.js";
export { ratesWorth } from "../search/rates.js";
export type { Sensitivity } from "../search/sensitivity.js";
export { type Sharpness, type SharpnessOptions, sharpness } from "../search/sharpness.js";
export { type SoFarOptions, searchSoFar } from "../search/so-far.js";
export { type Stability, stability, stabilityText } from "../search/stability.js";
export {
  type CombinationResult,
  type SearchRunsOptions,
  type StudyOptions,
  type StudyResult,
  type StudyRun,
  searchRuns,
  study,
} from "../search/study.js";
export { standingText, studyHeadline } from "../search/study-words.js";
export { type CombinationOptions, combinationsOf, runWith, type Values, type Variations } from "../search/vary.js";
export type { Standing } from "../search/verdict.js";
