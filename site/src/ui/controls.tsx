import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import type { Range } from "stepsize/schedules";

/** A number as short as it can be read: 0.003, 1e-5. */
export function short(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size === 0 || (size >= 1e-3 && size < 1e5)) return String(rounded);
  return rounded.toExponential().replace("e+", "e");
}

interface NumberProps {
  label: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  range?: Range;
  integer?: boolean;
  /** What is used when nothing is entered. */
  fallback?: number | undefined;
  /** Whether nothing may be entered. */
  clearable?: boolean;
  disabled?: boolean;
}

function wrongNumber(value: number, { min, above, max, below }: Range, integer: boolean): string | undefined {
  if (!Number.isFinite(value)) return "must be a number";
  if (integer && !Number.isInteger(value)) return "must be a whole number";
  if (min !== undefined && value < min) return `must be at least ${min}`;
  if (above !== undefined && value <= above) return `must be greater than ${above}`;
  if (max !== undefined && value > max) return `must be at most ${max}`;
  if (below !== undefined && value >= below) return `must be less than ${below}`;
  return undefined;
}

/** A number that is checked as it is typed; what is wrong is said and not passed on. */
export function NumberField({
  label,
  value,
  onChange,
  range = {},
  integer = false,
  fallback,
  clearable = false,
  disabled = false,
}: NumberProps) {
  const id = useId();
  const [draft, setDraft] = useState<string>();
  const text = draft ?? (value === undefined ? "" : String(value));
  const fault = draft === undefined || draft.trim() === "" ? undefined : wrongNumber(Number(draft), range, integer);
  const enter = (next: string) => {
    setDraft(next);
    if (next.trim() === "") {
      if (clearable || fallback !== undefined || value === undefined) onChange(undefined);
      return;
    }
    if (wrongNumber(Number(next), range, integer) === undefined) onChange(Number(next));
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        inputMode="decimal"
        autocomplete="off"
        value={text}
        disabled={disabled}
        placeholder={fallback === undefined ? "" : String(fallback)}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onInput={(event) => enter(event.currentTarget.value)}
        onBlur={() => setDraft(undefined)}
      />
      {fault !== undefined && (
        <span id={`${id}-fault`} class="error">
          {fault}
        </span>
      )}
    </div>
  );
}

interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  /** On a logarithmic scale. */
  log?: boolean;
  integer?: boolean;
  range?: Range;
}

/** A slider with its number beside it, which may lie beyond the slider's ends. */
export function Slider({ label, value, onChange, min, max, log = false, integer = false, range }: SliderProps) {
  const id = useId();
  const place = (x: number) => (log ? Math.log10(x) : x);
  const back = (x: number) => (log ? Number((10 ** x).toPrecision(3)) : integer ? Math.round(x) : Number(x.toPrecision(4)));
  return (
    <div class="field">
      <span class="name" id={id}>
        {label}
      </span>
      <div class="slider">
        <input
          type="range"
          aria-labelledby={id}
          aria-valuetext={short(value)}
          min={place(min)}
          max={place(max)}
          step={integer && !log ? 1 : (place(max) - place(min)) / 400}
          value={place(Math.min(max, Math.max(min, value)))}
          onInput={(event) => onChange(back(Number(event.currentTarget.value)))}
        />
        <SmallNumber label={label} value={value} range={range ?? { min: log ? 0 : min }} integer={integer} onChange={onChange} />
      </div>
    </div>
  );
}

function SmallNumber(props: { label: string; value: number; range: Range; integer: boolean; onChange: (value: number) => void }) {
  const [draft, setDraft] = useState<string>();
  const fault = draft === undefined ? undefined : wrongNumber(draft.trim() === "" ? Number.NaN : Number(draft), props.range, props.integer);
  return (
    <input
      aria-label={`${props.label}, as a number`}
      inputMode="decimal"
      autocomplete="off"
      value={draft ?? short(props.value, 4)}
      aria-invalid={fault !== undefined}
      title={fault}
      onInput={(event) => {
        const text = event.currentTarget.value;
        setDraft(text);
        if (text.trim() !== "" && wrongNumber(Number(text), props.range, props.integer) === undefined) props.onChange(Number(text));
      }}
      onBlur={() => setDraft(undefined)}
    />
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
  disabled?: boolean;
}

export function Choice<T extends string>({ label, value, options, onChange, disabled = false }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Check({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

export function TextField({
  label,
  value,
  onChange,
  fault,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  fault?: string;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        autocomplete="off"
        spellcheck={false}
        value={value}
        aria-invalid={fault !== undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {fault !== undefined && <span class="error">{fault}</span>}
    </div>
  );
}

/** A part of a page with a heading. */
export function Card({ title, hint, children }: { title?: string; hint?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      {title !== undefined && <h2>{title}</h2>}
      {hint !== undefined && <p class="hint">{hint}</p>}
      {children}
    </section>
  );
}

/** Copies a text, and says so. */
export function Copy({ text, children = "Copy" }: { text: () => string; children?: ComponentChildren }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid("Copied");
    } catch {
      setSaid("The browser does not let this page copy");
    }
    setTimeout(() => setSaid(""), 2000);
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {children}
      </button>
      <span role="status" class="muted">
        {said}
      </span>
    </>
  );
}

/** What may be wider than its place: it can be scrolled by keys too. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, keys cannot scroll
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
