import { scheduleFromJSON } from "stepsize/schedules";
import type { Plain } from "./kinds.js";
import { ratesOf } from "./rates.js";

/** The shape of a schedule, as small as it can be seen. */
export function Thumbnail({ plain }: { plain: Plain }) {
  const rates = ratesOf(scheduleFromJSON(plain));
  const [low, high] = [Math.min(0, ...rates), Math.max(...rates)];
  const points = rates.map(
    (rate, i) => `${((i / (rates.length - 1)) * 120).toFixed(1)},${(46 - ((rate - low) / (high - low || 1)) * 42).toFixed(1)}`,
  );
  return (
    <svg viewBox="0 0 120 50" aria-hidden="true" focusable="false">
      <polyline points={points.join(" ")} fill="none" stroke="var(--accent)" stroke-width="2" stroke-linejoin="round" />
    </svg>
  );
}
