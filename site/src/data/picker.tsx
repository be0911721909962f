import { useEffect, useId, useRef, useState } from "preact/hooks";
import { describeTable, type MissingMethod } from "stepsize/data";
import { Choice } from "../ui/controls.js";
import { readTable, type Source } from "./read.js";
import { SAMPLE_NAMES, SAMPLES, type SampleName } from "./samples.js";
import { servedFile } from "./served.js";

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
      const table = await readTable(file);
      const names = table.columnNames;
      setColumns(names);
      // the last column, as most files have it
      const target = names.at(-1) as string;
      const gaps = describeTable(table, { target }).columns.some(({ missing }) => missing > 0);
      onChange({ file, name: file.name, target, missing: gaps ? "mean" : "error" });
    } catch (error) {
      setFault(`${file.name}: ${(error as Error).message}`);
    }
  };
  useEffect(() => {
    if (wanted) void servedFile().then(open);
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
        {fault !== undefined && (
          <p class="error" role="alert">
            {fault}
          </p>
        )}
      </div>
    </div>
  );
}
