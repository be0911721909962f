import { useState } from "preact/hooks";
import { ACTIVATIONS } from "../../../src/models/activations.js";
import { SCHEDULE_STARTS } from "../schedules/kinds.js";
import { Check, Choice, NumberField, Slider, TextField } from "../ui/controls.js";
import { Fault } from "../ui/fault.js";
import { OptimizerOptions } from "../ui/optimizers.js";
import { ScheduleForm } from "../ui/schedule-form.js";
import { KINDS, walkerOf } from "../ui/walker.js";
import { faultOf, type RunState } from "./state.js";

interface Props {
  name: string;
  run: RunState;
  seed: number;
  onChange: (run: RunState) => void;
  /** The rate as it stands while it trains, and what a hand does to it; none before the first step. */
  live: { readonly rate: number; readonly set: (rate: number) => void } | undefined;
}

/** Network, optimizer and rate of a run. */
export function RunForm({ name, run, seed, onChange, live }: Props) {
  const { walker } = run;
  const fault = faultOf(run, seed);
  const changed = (part: Partial<RunState>) => onChange({ ...run, changes: [], ...part });
  return (
    <section class="card stack" aria-label={`Settings of ${name}`}>
      <h2>{name}</h2>
      <Choice label="Optimizer" value={walker.kind} options={KINDS} onChange={(kind) => changed({ walker: walkerOf(kind) })} />
      {walker.schedule === undefined && (
        <>
          <Slider
            label="Learning rate"
            value={live?.rate ?? walker.rate}
            min={1e-6}
            max={10}
            log
            onChange={(rate) => (live === undefined ? changed({ walker: { ...walker, rate } }) : live.set(rate))}
          />
          {(live !== undefined || run.changes.length > 0) && (
            <p class="hint">
              The slider steers the run while it trains
              {run.changes.length > 0
                ? `; set by hand at steps ${run.changes.map(([step]) => step).join(", ")}, which the link repeats`
                : ""}
              .
            </p>
          )}
        </>
      )}
      <Check
        label="The rate follows a schedule"
        value={walker.schedule !== undefined}
        onChange={(follow) => {
          const { schedule: _, ...rest } = walker;
          changed({ walker: follow ? { ...rest, schedule: { kind: "cosine", rate: walker.rate, steps: 1000 } } : rest });
        }}
      />
      {walker.schedule !== undefined && (
        <ScheduleForm
          name="schedule"
          value={walker.schedule}
          kinds={[...SCHEDULE_STARTS.keys()]}
          onChange={(schedule) => changed({ walker: { ...walker, schedule } })}
        />
      )}
      <details>
        <summary>Options of {walker.kind}</summary>
        <OptimizerOptions walker={walker} onChange={(next) => changed({ walker: next })} />
      </details>
      <details open>
        <summary>Network and batches</summary>
        <div class="fields">
          <Hidden sizes={run.hidden} onChange={(hidden) => changed({ hidden })} />
          <Choice
            label="activation"
            value={run.activation}
            options={ACTIVATIONS.map((each) => [each, each] as const)}
            onChange={(activation) => changed({ activation })}
          />
          <NumberField
            label="dropout"
            value={run.dropout}
            range={{ min: 0, below: 1 }}
            onChange={(dropout) => dropout !== undefined && changed({ dropout })}
          />
          <NumberField
            label="batch size"
            value={run.batchSize}
            range={{ min: 1 }}
            integer
            onChange={(batchSize) => batchSize !== undefined && changed({ batchSize })}
          />
          <NumberField
            label="epochs"
            value={run.epochs}
            range={{ min: 1, max: 10_000 }}
            integer
            onChange={(epochs) => epochs !== undefined && changed({ epochs })}
          />
        </div>
      </details>
      <Fault>{fault}</Fault>
    </section>
  );
}

/** Sizes of the hidden layers, between commas. */
function Hidden({ sizes, onChange }: { sizes: readonly number[]; onChange: (sizes: readonly number[]) => void }) {
  const [draft, setDraft] = useState<string>();
  const parsed = (text: string) => (text.trim() === "" ? [] : text.split(",").map(Number));
  const right = (values: readonly number[]) =>
    values.length <= 8 && values.every((value) => Number.isInteger(value) && value >= 1 && value <= 2048);
  const text = draft ?? sizes.join(", ");
  return (
    <TextField
      label="hidden layers"
      value={text}
      {...(!right(parsed(text)) && { fault: "up to 8 sizes from 1 to 2048, between commas" })}
      onChange={(next) => {
        setDraft(next);
        if (right(parsed(next))) onChange(parsed(next));
      }}
    />
  );
}
