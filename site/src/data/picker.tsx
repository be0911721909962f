import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { MissingMethod } from "stepsize/data";
import { Choice } from "../ui/controls.js";
import { Fault } from "../ui/fault.js";
import { Asking } from "../ui/work.js";
import { takeHanded } from "./handed.js";
import type { Source } from "./read.js";
import { SAMPLE_NAMES, SAMPLES, type SampleName } from "./samples.js";
import { servedFile } from "./served.js";
import type { Looked, Question } from "./task.js";

interface Props {
  source: Source;
  onChange: (source: Source) => void;
  /** Samples to choose from. */
  samples?: readonly SampleName[];
  /** Whether an address speaks of a file: that which the pages were served with is opened. */
  wanted: boolean;
}

const MISSING: readonly (readonly [MissingMethod, string])[] = [
  ["error", "are an error"],
  ["drop", "drop their rows"],
  ["mean", "are filled with the mean"],
  ["median", "are filled with the median"],
  ["mode", "are filled with the most frequent"],
];

let reader: Asking<Question, Looked> | undefined;

/** Reads a file away from the page, which stays free; undefined when another was opened before it was read. */
function lookAt(file: Blob): Promise<Looked | undefined> {
  reader ??= new Asking<Question, Looked>("data");
  return reader.ask({ kind: "look", file });
}

/** Data that the page has, or a CSV file that is opened or dropped here. */
export function SourcePicker({ source, onChange, samples = SAMPLE_NAMES, wanted }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [columns, setColumns] = useState<readonly string[]>([]);
  const [fault, setFault] = useState<string>();
  const [over, setOver] = useState(false);
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    setFault(undefined);
    try {
      const looked = await lookAt(file);
      if (looked === undefined) return;
      setColumns(looked.columns);
      onChange({ file, name: file.name, target: looked.target, missing: looked.gaps ? "mean" : "error" });
    } catch (error) {
      setFault(`${file.name}: ${(error as Error).message}`);
    }
  };
  useEffect(() => {
    if (!wanted) return;
    void (async () => {
      const handed = await takeHanded();
      if (handed === undefined) return open(await servedFile());
      setColumns([handed.target]);
      onChange(handed);
      const looked = await lookAt(handed.file).catch(() => undefined);
      if (looked !== undefined) setColumns(looked.columns);
    })();
  }, [wanted]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same
    <div
      class={`drop${over ? " over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void open(event.dataTransfer?.files[0]);
      }}
    >
      <div class="stack">
        <Choice
          label="Data"
          value={"sample" in source ? source.sample : "file"}
          options={
            [
              ...samples.map((name) => [name, SAMPLES[name].title] as const),
              ...("file" in source ? [["file", source.name] as const] : []),
            ] as readonly (readonly [string, string])[]
          }
          onChange={(name) => name !== "file" && onChange({ sample: name as SampleName })}
        />
        <input
          ref={input}
          id={id}
          type="file"
          accept=".csv,.tsv,.txt,.gz,text/csv"
          hidden
          onChange={(event) => void open(event.currentTarget.files?.[0])}
        />
        <div class="row">
          <button type="button" onClick={() => input.current?.click()}>
            Open a CSV file …
          </button>
          <span class="hint">or drop it here. It is read in this page and sent nowhere.</span>
        </div>
        {"file" in source && (
          <div class="fields">
            <Choice
              label="What to predict"
              value={source.target}
              options={columns.map((name) => [name, name] as const)}
              onChange={(target) => onChange({ ...source, target })}
            />
            <Choice
              label="Missing cells"
              value={source.missing}
              options={MISSING}
              onChange={(missing) => onChange({ ...source, missing })}
            />
          </div>
        )}
        <Fault>{fault}</Fault>
      </div>
    </div>
  );
}
