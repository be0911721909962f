import { useId } from "preact/hooks";
import { type Plain, ruleOfKind, SCHEDULE_STARTS } from "../schedules/kinds.js";
import { NumberField } from "./controls.js";
import { OptionsForm } from "./options-form.js";

interface Props {
  name: string;
  value: Plain;
  onChange: (value: Plain) => void;
  /** Kinds that may be chosen besides a number. Default: all but those that watch the loss. */
  kinds?: readonly string[];
}

/** A rate, or a schedule of any kind, with its options; schedules inside of it are forms of their own. */
export function ScheduleForm({ name, value, onChange, kinds = [...SCHEDULE_STARTS.keys()] }: Props) {
  const id = useId();
  const kind = typeof value === "number" ? "a number" : value.kind;
  const choose = (next: string) => {
    if (next === "a number") onChange(0.1);
    else onChange(SCHEDULE_STARTS.get(next) as Plain);
  };
  return (
    <fieldset>
      <legend>
        <label for={id}>{name}</label>
      </legend>
      <div class="stack">
        <select id={id} value={kind} onChange={(event) => choose(event.currentTarget.value)}>
          {["a number", ...kinds].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        {typeof value === "number" ? (
          <NumberField label="rate" value={value} range={{ min: 0 }} onChange={(next) => next !== undefined && onChange(next)} />
        ) : (
          <OptionsForm fields={ruleOfKind(value.kind).fields} value={value} onChange={(next) => onChange(next as Plain)} />
        )}
      </div>
    </fieldset>
  );
}
