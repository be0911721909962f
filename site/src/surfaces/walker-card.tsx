import { Slider } from "../ui/controls.js";
import { Fault } from "../ui/fault.js";
import { OptimizerOptions } from "../ui/optimizers.js";
import { COLOURS, SIGNS } from "../ui/signs.js";
import { faultOf, type Walker } from "../ui/walker.js";

interface Props {
  walker: Walker;
  name: string;
  place: number;
  onChange: (walker: Walker) => void;
  onRemove: () => void;
}

/** One optimizer of the picture: its rate, and in a fold its options. */
export function WalkerCard({ walker, name, place, onChange, onRemove }: Props) {
  const fault = faultOf(walker);
  return (
    <div class="card walker" style={{ borderLeftColor: `var(${COLOURS[place]})` }}>
      <div class="row">
        <h3 style={{ color: `var(${COLOURS[place]})` }}>
          {SIGNS[place]} {name}
        </h3>
        <button type="button" class="quiet" aria-label={`Remove ${name}`} onClick={onRemove}>
          ✕
        </button>
      </div>
      <Slider label={`Rate of ${name}`} value={walker.rate} min={1e-6} max={10} log onChange={(rate) => onChange({ ...walker, rate })} />
      <details>
        <summary>Options of {name}</summary>
        <OptimizerOptions walker={walker} onChange={onChange} />
      </details>
      <Fault>{fault}</Fault>
    </div>
  );
}
