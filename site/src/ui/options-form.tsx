import type { Field, Fields } from "stepsize/schedules";
import { Check, Choice, NumberField, TextField } from "./controls.js";
import { ScheduleForm } from "./schedule-form.js";
import type { Options } from "./walker.js";

interface Props {
  fields: Fields<Record<string, unknown>>;
  value: Options;
  onChange: (value: Options) => void;
  /** Options that are entered elsewhere. */
  without?: readonly string[];
}

/** A form of the options that a rule has, made of the fields that check them. What is empty keeps its default. */
export function OptionsForm({ fields, value, onChange, without = [] }: Props) {
  const set = (name: string, next: unknown) => {
    const { [name]: _, ...rest } = value;
    onChange(next === undefined ? rest : { ...rest, [name]: next });
  };
  return (
    <div class="fields">
      {Object.entries(fields)
        .filter(([name]) => !without.includes(name))
        .map(([name, field]) => (
          <OptionField
            key={name}
            name={words(name)}
            field={field as Field<unknown>}
            value={value[name]}
            onChange={(next) => set(name, next)}
          />
        ))}
    </div>
  );
}

/** weightDecay: weight decay */
export function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

interface FieldProps {
  name: string;
  field: Field<unknown>;
  value: unknown;
  onChange: (value: unknown) => void;
}

function OptionField({ name, field, value, onChange }: FieldProps) {
  const { form, fallback } = field;
  if (form?.type === "boolean") return <Check label={name} value={(value ?? fallback) === true} onChange={onChange} />;
  if (form?.type === "word") {
    const options = form.words.map((word) => [word, word] as const);
    if (fallback === undefined) options.unshift(["", "–"]);
    return (
      <Choice label={name} value={String(value ?? fallback ?? "")} options={options} onChange={(word) => onChange(word || undefined)} />
    );
  }
  if (form?.type === "schedule" || (typeof value === "object" && value !== null && "kind" in value)) {
    return (
      <div class="wide">
        <ScheduleForm name={name} value={(value ?? fallback ?? 1) as never} onChange={onChange} />
      </div>
    );
  }
  if (form?.type === "number" || form?.type === "integer") {
    return (
      <NumberField
        label={name}
        value={value as number | undefined}
        fallback={fallback as number | undefined}
        range={form.range}
        integer={form.type === "integer"}
        onChange={onChange}
      />
    );
  }
  if (form?.type === "list" && form.entry.form?.type === "schedule") {
    return (
      <div class="wide stack">
        {(value as readonly never[]).map((entry, i, all) => (
          // entries have no names of their own
          <div key={i}>
            <ScheduleForm
              name={`${name} ${i + 1}`}
              value={entry}
              onChange={(next) => onChange(all.map((old, j) => (j === i ? next : old)))}
            />
          </div>
        ))}
      </div>
    );
  }
  return (
    <div class="wide">
      <JsonField name={name} field={field} value={value} onChange={onChange} />
    </div>
  );
}

/** Anything else, lists of numbers for the most, as they are written in a program. */
function JsonField({ name, field, value, onChange }: FieldProps) {
  const shown = value ?? field.fallback;
  return (
    <TextField
      label={name}
      value={shown === undefined ? "" : JSON.stringify(shown).replaceAll(",", ", ")}
      onChange={(text) => {
        try {
          onChange(text.trim() === "" ? undefined : field.read(JSON.parse(text), name));
        } catch {
          // not yet a value: the last one stays
        }
      }}
    />
  );
}
