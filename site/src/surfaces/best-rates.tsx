import { useState } from "preact/hooks";
import { Card, short } from "../ui/controls.js";
import { Plot } from "../ui/plot.js";
import { COLOURS } from "../ui/signs.js";
import { nameOf, type State } from "./state.js";
import { bestOf, RATES, type Tried } from "./trace.js";

interface Props {
  state: State;
  tried: ReadonlyMap<number, readonly Tried[]>;
  onFind: (places: readonly number[]) => Promise<ReadonlyMap<number, readonly Tried[]>>;
  onUse: (rates: ReadonlyMap<number, number>) => void;
}

/** What each optimizer comes to at every rate. */
export function BestRates({ state, tried, onFind, onUse }: Props) {
  const [busy, setBusy] = useState(false);
  const places = state.walkers.map((_, place) => place);
  const best = new Map(
    [...tried].flatMap(([place, rates]) => (bestOf(rates) === undefined ? [] : [[place, bestOf(rates) as number] as const])),
  );
  const find = async () => {
    setBusy(true);
    await onFind(places);
    setBusy(false);
  };
  return (
    <Card
      title="Each one's best rate"
      hint={`${RATES.length} rates from ${short(RATES[0] as number)} to ${short(RATES.at(-1) as number)}, ${state.steps} steps each${state.noise > 0 ? ", for three seeds" : ""}: the mean height over the last tenth of the steps. Gaps are rates that diverge.`}
    >
      <div class="row">
        <button type="button" class="primary" disabled={busy || places.length === 0} onClick={find}>
          {busy ? "Trying every rate …" : "Find each one's best rate"}
        </button>
        {best.size > 0 && (
          <button type="button" onClick={() => onUse(best)}>
            Use these rates above
          </button>
        )}
        <span role="status" class="muted">
          {best.size > 0 && !busy ? `Found for ${best.size} of ${places.length}` : ""}
        </span>
      </div>
      {tried.size > 0 && (
        <>
          <Plot
            label="Height reached against the learning rate, a line for each optimizer"
            height={260}
            x={RATES}
            lines={[...tried].map(([place, rates]) => ({
              name: nameOf(state, place),
              colour: COLOURS[place] as string,
              values: rates.map(({ height }) => (height === null ? null : Math.min(1e6, Math.max(1e-14, height)))),
            }))}
            xTitle="learning rate"
            yTitle="height"
            xLog
            yLog
          />
          <ul class="best">
            {[...tried].map(([place, rates]) => {
              const rate = bestOf(rates);
              const height = rates.find((one) => one.rate === rate)?.height;
              return (
                <li key={place}>
                  <b style={{ color: `var(${COLOURS[place]})` }}>{nameOf(state, place)}</b>{" "}
                  {rate === undefined ? "diverges at every rate" : `at ${short(rate)} reaches ${short(height as number)}`}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Card>
  );
}
