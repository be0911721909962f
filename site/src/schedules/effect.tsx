import { useEffect, useMemo, useState } from "preact/hooks";
import type { Answer, Question } from "../surfaces/task.js";
import type { Trail, Walk } from "../surfaces/trace.js";
import { Card, Choice, short } from "../ui/controls.js";
import { Plot } from "../ui/plot.js";
import { walkerOf } from "../ui/walker.js";
import { Asking } from "../ui/work.js";
import { type Plain, STEPS } from "./kinds.js";

const WALK: Walk = { surface: "ravine", condition: 10, start: [-2.4, 0.6], steps: STEPS, noise: 0.5, seed: 1 };
const KINDS = ["sgd", "adam", "rmsprop", "lion"] as const;

/** What 200 steps at these rates do, beside 200 at the highest of them. */
export function Effect({ plain, peak }: { plain: Plain; peak: number }) {
  const [kind, setKind] = useState<(typeof KINDS)[number]>("sgd");
  const [trails, setTrails] = useState<readonly Trail[]>([]);
  const worker = useMemo(() => new Asking<Question, Answer>("surfaces"), []);
  useEffect(() => {
    const base = { ...walkerOf(kind), options: {} };
    const walkers = [
      { ...base, schedule: plain },
      { ...base, rate: peak },
    ];
    worker
      .ask({ kind: "trails", walkers, walk: WALK })
      .then((answer) => answer && "trails" in answer && setTrails(answer.trails))
      .catch(() => setTrails([]));
  }, [kind, plain, peak, worker]);
  // what diverges leaves the picture
  const values = ({ loss }: Trail) =>
    Array.from({ length: STEPS + 1 }, (_, i) => ((loss[i] ?? Number.POSITIVE_INFINITY) < 1e6 ? (loss[i] as number) : null));
  const end = (trail: Trail | undefined) =>
    trail === undefined ? "" : trail.diverged === null ? short(trail.loss.at(-1) as number) : `diverged at step ${trail.diverged}`;
  return (
    <Card
      title={`What ${STEPS} steps do`}
      hint={`Down a ravine of condition ${WALK.condition}, with noise of ${WALK.noise} on every gradient: the height after each step. Noise is why a rate falls in the end.`}
    >
      <div class="row">
        <Choice label="Optimizer" value={kind} options={KINDS.map((each) => [each, each] as const)} onChange={setKind} />
        <p class="legend">
          <span style={{ color: "var(--accent)" }}>▬ this schedule: {end(trails[0])}</span>
          <span style={{ color: "var(--c4)" }}>
            ╍ always {short(peak)}: {end(trails[1])}
          </span>
        </p>
      </div>
      <Plot
        label={`Height by step: with the schedule it ends at ${end(trails[0])}, with a constant rate at ${end(trails[1])}`}
        height={220}
        x={Array.from({ length: STEPS + 1 }, (_, i) => i)}
        lines={[
          { name: "this schedule", values: trails[0] ? values(trails[0]) : [], colour: "--accent" },
          { name: `always ${short(peak)}`, values: trails[1] ? values(trails[1]) : [], colour: "--c4", dash: [6, 4] },
        ]}
        xTitle="step"
        yTitle="height"
        yLog
      />
    </Card>
  );
}
