/** Time in units of `steps`, whole ones in a staircase. */
export function units(step: number, s: { steps: number; staircase: boolean }): number {
  return s.staircase ? Math.floor(step / s.steps) : step / s.steps;
}

/** "step", or "n steps". */
export function countSteps(steps: number): string {
  return steps === 1 ? "step" : `${steps} steps`;
}
