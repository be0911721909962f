import { useRef, useState } from "preact/hooks";
import { load, loadModel } from "stepsize";
import { Card } from "../ui/controls.js";
import { Fault } from "../ui/fault.js";

/** Reads a model that was saved here, or by the command line, and says what it is. */
export function LoadedModel() {
  const input = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState<string>();
  const [fault, setFault] = useState<string>();
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    setSaid(undefined);
    setFault(undefined);
    try {
      const { model, run, notes } = loadModel(await load(), new Uint8Array(await file.arrayBuffer()));
      const { settings } = (notes ?? {}) as { settings?: { target?: string } };
      const of = settings?.target === undefined ? "" : ` that predicts ${settings.target}`;
      setSaid(`A network of ${model.parameters.names.length} tensors${of}, trained by ${run.optimizer.kind}, seed ${run.seed}.`);
      model.dispose();
    } catch (error) {
      setFault(`${file.name}: ${(error as Error).message}`);
    }
  };
  return (
    <Card title="A saved model" hint="Saved models hold weights, the run and how cells become numbers: stepsize predict reads them.">
      <input ref={input} type="file" accept=".safetensors" hidden onChange={(event) => void open(event.currentTarget.files?.[0])} />
      <button type="button" onClick={() => input.current?.click()}>
        Open a model …
      </button>
      <p role="status">{said}</p>
      <Fault>{fault}</Fault>
    </Card>
  );
}
