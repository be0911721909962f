import { readWalker, type Walker, walkerOf } from "../ui/walker.js";
import { SURFACE_NAMES, SURFACES, type SurfaceName } from "./surfaces.js";
import type { Walk } from "./trace.js";

/** All that decides the picture: it is in the address. */
export interface State extends Walk {
  readonly walkers: readonly Walker[];
}

const START: State = {
  surface: "rosenbrock",
  condition: 100,
  start: SURFACES.rosenbrock.start,
  steps: 300,
  noise: 0,
  seed: 1,
  walkers: [
    { ...walkerOf("sgd", 0.001), options: {} },
    walkerOf("sgd", 2e-4),
    walkerOf("rmsprop", 0.01),
    walkerOf("adam", 0.05),
    walkerOf("adan", 0.2),
  ],
};

export const LIMITS = { steps: 2000, condition: 1e5, noise: 1e3, walkers: 8 };

function within(value: unknown, low: number, high: number, name: string): number {
  if (typeof value !== "number" || !(value >= low && value <= high)) throw new Error(`${name} must be from ${low} to ${high}`);
  return value;
}

/** @throws Error that says what is wrong with a link. */
export function readState(value: unknown): State {
  if (value === undefined) return START;
  const given = { ...START, ...(value as Partial<State>) };
  if (!SURFACE_NAMES.includes(given.surface as SurfaceName)) throw new Error(`there is no surface called ${given.surface}`);
  const [x, y] = given.start;
  if (!Array.isArray(given.walkers) || given.walkers.length > LIMITS.walkers)
    throw new Error(`up to ${LIMITS.walkers} optimizers can be shown`);
  return {
    surface: given.surface,
    condition: within(given.condition, 1, LIMITS.condition, "condition"),
    start: [within(x, -100, 100, "x"), within(y, -100, 100, "y")],
    steps: Math.round(within(given.steps, 1, LIMITS.steps, "steps")),
    noise: within(given.noise, 0, LIMITS.noise, "noise"),
    seed: Math.round(within(given.seed, 0, 2 ** 32, "seed")),
    walkers: given.walkers.map(readWalker),
  };
}

/** adam; where the kind is there twice, adam 2. */
export function nameOf({ walkers }: State, place: number): string {
  const walker = walkers[place];
  if (walker === undefined) return "";
  const own = walker.around === "" ? walker.kind : `${walker.around}(${walker.kind})`;
  const momentum =
    walker.kind === "sgd" && typeof walker.options["momentum"] === "number" && walker.options["momentum"] > 0 ? " + momentum" : "";
  const name = (at: number) => `${walkers[at]?.around}${walkers[at]?.kind}${walkers[at]?.options["momentum"] ?? ""}`;
  const before = walkers.slice(0, place).filter((_, i) => name(i) === name(place)).length;
  return `${own}${momentum}${before > 0 ? ` ${before + 1}` : ""}`;
}
