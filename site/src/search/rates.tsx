import { MARKS } from "../../../src/search/words.js";
import { Card, short } from "../ui/controls.js";
import type { Answer, Ended } from "./task.js";

interface Props {
  rates: readonly number[];
  trials: readonly Ended[];
  /** The epoch that each rate under way has reached. */
  running: ReadonlyMap<number, number>;
  answer: Answer | undefined;
  epochs: number;
}

/** Every rate as it comes along: how far it is, what its runs came to, and in the end its verdict. */
export function Rates({ rates, trials, running, answer, epochs }: Props) {
  const most = Math.max(...(answer?.verdicts.map(({ runs }) => runs) ?? [1]));
  return (
    <Card title="Rates" hint="As they finish. On small data the rates that one run cannot tell apart run again, the others are dropped.">
      <ul class="rates">
        {rates.map((rate) => {
          const own = trials.filter((trial) => trial.rate === rate);
          const at = running.get(rate);
          const { verdict, runs = 0 } = answer?.verdicts.find((one) => one.rate === rate) ?? {};
          const dropped = verdict !== undefined && runs < most;
          const share = own.length > 0 ? 1 : (at ?? 0) / epochs;
          return (
            <li key={rate} class={answer?.best === rate ? "best" : ""}>
              <span class="number">{short(rate)}</span>
              <meter min={0} max={1} value={share} aria-label={`Rate ${short(rate)}: ${Math.round(100 * share)} % of a run`} />
              <span class="muted">
                {own.length > 0 ? wordsOf(own) : at === undefined ? "waits" : `epoch ${at} of ${epochs}`}
                {own.length > 0 && at !== undefined && ", runs again"}
              </span>
              <span>
                {verdict !== undefined && `${MARKS[verdict]} ${verdict}`}
                {dropped && <span class="muted"> (dropped after {runs === 1 ? "one run" : `${runs} runs`})</span>}
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function wordsOf(trials: readonly Ended[]): string {
  const lost = trials.filter(({ diverged }) => diverged).length;
  if (lost === trials.length) return "diverged";
  const scores = trials.flatMap(({ score }) => score ?? []);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const runs = trials.length > 1 ? ` (${trials.length} runs)` : "";
  return scores.length > 0 ? `score ${mean.toFixed(3)}${runs}` : `loss ${short(trials[0]?.loss ?? Number.NaN)}${runs}`;
}
