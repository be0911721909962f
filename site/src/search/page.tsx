import "./search.css";
import { useMemo, useRef, useState } from "preact/hooks";
import { ACTIVATIONS } from "../../../src/models/activations.js";
import { handOn } from "../data/handed.js";
import { SourcePicker } from "../data/picker.js";
import type { Source } from "../data/read.js";
import { useAddress } from "../ui/address.js";
import { Card, Choice, Copy, NumberField } from "../ui/controls.js";
import { download } from "../ui/download.js";
import { EngineNote } from "../ui/engine-note.js";
import { AddressFault, Fault } from "../ui/fault.js";
import { encode } from "../ui/hash.js";
import { OptimizerOptions } from "../ui/optimizers.js";
import { mount } from "../ui/shell.js";
import { KINDS, walkerOf } from "../ui/walker.js";
import { Rates } from "./rates.js";
import { ReportFrame } from "./report-frame.js";
import { useSearching } from "./searching.js";
import { commandOf, ratesOf, readState, type State } from "./state.js";

function SearchPage() {
  const [state, setState, fault] = useAddress(readState);
  const [file, setFile] = useState<Extract<Source, { file: Blob }>>();
  const source: Source = useMemo(
    () => (state.data === "file" ? (file ?? { sample: "digits" }) : { sample: state.data }),
    [state.data, file],
  );
  const missing = state.data === "file" && file === undefined;
  const { now, search, stop, clear } = useSearching();
  const { busy, answer, progress, asked } = now;
  const [ledger, setLedger] = useState<File>();
  const change = (part: Partial<State>) => setState({ ...state, ...part });
  const begin = async () => search(state, source, ledger && new Uint8Array(await ledger.arrayBuffer()));
  const best = answer?.best ?? null;

  return (
    <>
      <h1>Which learning rate?</h1>
      <p class="lead">
        Open a CSV file, say what to predict, and press search: a network is trained at every rate, on all processors of this machine, and
        judged on rows that it has not learnt from. Nothing is installed, and nothing leaves this page.
      </p>
      <AddressFault fault={fault} missing={missing} instead="digits" />
      <div class="columns settings">
        <Card title="Data">
          <div class="stack">
            <SourcePicker
              source={source}
              wanted={missing}
              onChange={(next) => {
                clear();
                if ("sample" in next) change({ data: next.sample });
                else {
                  setFile(next);
                  change({ data: "file" });
                }
              }}
            />
            <div class="row">
              {busy ? (
                <button type="button" onClick={stop}>
                  Stop
                </button>
              ) : (
                <button type="button" class="primary" onClick={begin}>
                  Search
                </button>
              )}
              <Copy text={() => commandOf("search", state, source, undefined)}>Copy as command</Copy>
              <Copy text={() => location.href}>Copy a link</Copy>
            </div>
            <progress
              class="progress"
              aria-label="Epochs done of all runs"
              max={progress?.total ?? 1}
              value={answer && !answer.stopped ? (progress?.total ?? 1) : (progress?.done ?? 0)}
            />
            <p role="status" class="hint">
              {busy && progress === undefined && "Reading the data …"}
              {busy && progress !== undefined && `${progress.done} of ${progress.total} epochs, in ${now.workers} workers`}
              {answer &&
                `${answer.stopped ? "Stopped: the answer of the rates that had finished. " : ""}${now.ended.length} runs in ${answer.seconds.toFixed(1)} s`}
            </p>
            <Fault>{now.failure}</Fault>
            <LedgerPart opened={ledger} onOpen={setLedger} text={now.ledger} />
          </div>
        </Card>
        <Card title="The run">
          <div class="stack">
            <Choice label="Optimizer" value={state.walker.kind} options={KINDS} onChange={(kind) => change({ walker: walkerOf(kind) })} />
            <details>
              <summary>Options of {state.walker.kind}</summary>
              <OptimizerOptions walker={state.walker} onChange={(walker) => change({ walker })} />
            </details>
            <details>
              <summary>Rates, schedule and network</summary>
              <div class="fields">
                <NumberField
                  label="lowest rate"
                  value={state.from}
                  range={{ above: 0 }}
                  onChange={(from) => from !== undefined && change({ from })}
                />
                <NumberField
                  label="highest rate"
                  value={state.to}
                  range={{ above: 0 }}
                  onChange={(to) => to !== undefined && change({ to })}
                />
                <NumberField
                  label="rates"
                  value={state.count}
                  range={{ min: 1, max: 60 }}
                  integer
                  onChange={(count) => count !== undefined && change({ count })}
                />
                <Choice
                  label="schedule"
                  value={state.schedule}
                  options={[
                    ["none", "constant"],
                    ["cosine", "cosine"],
                    ["warmup", "warm-up, then cosine"],
                  ]}
                  onChange={(schedule) => change({ schedule })}
                />
                <NumberField
                  label="hidden units"
                  value={state.hidden[0]}
                  range={{ min: 1, max: 2048 }}
                  integer
                  onChange={(units) => units !== undefined && change({ hidden: [units] })}
                />
                <Choice
                  label="activation"
                  value={state.activation}
                  options={ACTIVATIONS.map((each) => [each, each] as const)}
                  onChange={(activation) => change({ activation })}
                />
                <NumberField
                  label="epochs"
                  value={state.epochs}
                  range={{ min: 1, max: 10_000 }}
                  integer
                  onChange={(epochs) => epochs !== undefined && change({ epochs })}
                />
                <NumberField
                  label="batch size"
                  value={state.batchSize}
                  range={{ min: 1 }}
                  integer
                  onChange={(batchSize) => batchSize !== undefined && change({ batchSize })}
                />
                <NumberField
                  label="runs for each rate, at least (empty: as needed)"
                  value={state.repeats}
                  range={{ min: 1, max: 100 }}
                  integer
                  clearable
                  onChange={(repeats) => {
                    const { repeats: _, ...rest } = state;
                    setState(repeats === undefined ? rest : { ...rest, repeats });
                  }}
                />
                <NumberField
                  label="seed"
                  value={state.seed}
                  range={{ min: 0 }}
                  integer
                  onChange={(seed) => seed !== undefined && change({ seed })}
                />
              </div>
            </details>
          </div>
        </Card>
      </div>
      <EngineNote engine={now.engine} />
      {(busy || now.ended.length > 0) && (
        <Rates rates={ratesOf(state)} trials={now.ended} running={now.running} answer={answer} epochs={state.epochs} />
      )}
      {answer && (
        <>
          <div class="row after">
            <button type="button" onClick={() => download("report.html", answer.html)}>
              Save the report
            </button>
            {answer.train !== null && <Copy text={() => answer.train as string}>Copy the command that trains with it</Copy>}
            {best !== null && asked && (
              <a
                href={playgroundOf(asked.state, best)}
                onClick={async (event) => {
                  if (!("file" in asked.source)) return;
                  event.preventDefault();
                  await handOn(asked.source);
                  location.assign(playgroundOf(asked.state, best));
                }}
              >
                Train with it in the playground
              </a>
            )}
            <a href="docs.html#choosing">What to do with the answer</a>
          </div>
          <ReportFrame key={answer.html} html={answer.html} />
        </>
      )}
    </>
  );
}

interface LedgerProps {
  opened: File | undefined;
  onOpen: (file: File | undefined) => void;
  /** The trials so far. */
  text: string | undefined;
}

/** The trials as a file, from which this page and the command line go on. */
function LedgerPart({ opened, onOpen, text }: LedgerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <details>
      <summary>Trials as a file</summary>
      <p class="hint">
        A ledger has every trial that is done. This page and <code>stepsize search --ledger</code> go on from it with the same data and
        settings; <code>stepsize report</code> shows its answer.
      </p>
      <div class="row">
        <button type="button" disabled={text === undefined} onClick={() => text !== undefined && download("trials.ledger", text)}>
          Save the trials
        </button>
        <input ref={input} type="file" hidden onChange={(event) => onOpen(event.currentTarget.files?.[0])} />
        <button type="button" onClick={() => input.current?.click()}>
          Go on from a ledger …
        </button>
        {opened !== undefined && (
          <>
            <span>{opened.name}</span>
            <button type="button" onClick={() => onOpen(undefined)}>
              Without it
            </button>
          </>
        )}
      </div>
    </details>
  );
}

/** The same run in the playground. */
function playgroundOf({ data, walker, hidden, activation, epochs, batchSize, validation, test, seed }: State, rate: number): string {
  return `playground.html#${encode({ data, validation, test, seed, runs: [{ walker: { ...walker, rate }, hidden, activation, epochs, batchSize }] })}`;
}

mount(SearchPage);
