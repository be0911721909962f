import { rules } from "stepsize/optimizers";
import { Choice } from "./controls.js";
import { OptionsForm } from "./options-form.js";
import { AROUND, type Walker } from "./walker.js";

/** The options of an optimizer besides its rate. */
export function OptimizerOptions({ walker, onChange }: { walker: Walker; onChange: (walker: Walker) => void }) {
  const rule = rules.get(walker.kind);
  return (
    <div class="stack">
      <OptionsForm
        fields={(rule?.fields ?? {}) as never}
        without={["fallback"]}
        value={walker.options}
        onChange={(options) => onChange({ ...walker, options })}
      />
      <Choice label="around it" value={walker.around} options={AROUND} onChange={(around) => onChange({ ...walker, around })} />
    </div>
  );
}
