export { type CurveFitOptions, type CurveFitResult, curveFit } from "./curveFit.js";
export { type LeastSquaresOptions, type LeastSquaresResult, leastSquares } from "./leastSquares.js";
export { type MinimizeOptions, type MinimizeResult, minimize } from "./minimize.js";
export type { RobustLoss } from "./robust.js";
export type { Bound, Ended, Iteration, Method, Vector } from "./types.js";
