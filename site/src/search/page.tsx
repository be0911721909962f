import "./search.css";
import { useMemo, useRef, useState } from "preact/hooks";
import { type SearchProgress, type SearchResult, searchLearningRate, type TrialResult } from "stepsize";
import { workersExecutor } from "stepsize/workers";
import { ACTIVATIONS } from "../../../src/models/activations.js";
import { SourcePicker } from "../data/picker.js";
import { readParts, type Source } from "../data/read.js";
import { useAddress } from "../ui/address.js";
import { Card, Choice, Copy, NumberField } from "../ui/controls.js";
import { download } from "../ui/download.js";
import { encode } from "../ui/hash.js";
import { OptimizerOptions } from "../ui/optimizers.js";
import { mount } from "../ui/shell.js";
import { KINDS, walkerOf } from "../ui/walker.js";
import { Rates } from "./rates.js";
import { reportOf } from "./report.js";
import { ReportFrame } from "./report-frame.js";
import { commandOf, describeRun, ratesOf, readState, type State } from "./state.js";

/** A search that has ended. */
interface Done {
  readonly html: string;
  readonly result: SearchResult;
  readonly train: string | null;
  readonly seconds: number;
  readonly playground: string | null;
}

function SearchPage() {
  const [state, setState, fault] = useAddress(readState);
  const [file, setFile] = useState<Extract<Source, { file: Blob }>>();
  const source: Source = useMemo(
    () => (state.data === "file" ? (file ?? { sample: "digits" }) : { sample: state.data }),
    [state.data, file],
  );
  const [progress, setProgress] = useState<SearchProgress>();
  const [trials, setTrials] = useState<readonly TrialResult[]>([]);
  const [running, setRunning] = useState<ReadonlyMap<number, number>>(new Map());
  const [done, setDone] = useState<Done>();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController>();
  const change = (part: Partial<State>) => setState({ ...state, ...part });

  const search = async () => {
    const executor = workersExecutor();
    abort.current = new AbortController();
    setBusy(true);
    setDone(undefined);
    setFailure(undefined);
    setProgress(undefined);
    setTrials([]);
    setRunning(new Map());
    const started = performance.now();
    const live = new Map<number, number>();
    const finished: TrialResult[] = [];
    let shown = 0;
    const show = (now: SearchProgress | undefined) => {
      if (performance.now() - shown < 80) return;
      shown = performance.now();
      if (now) setProgress(now);
      setRunning(new Map(live));
      setTrials([...finished]);
    };
    try {
      const parts = await readParts(source, state);
      const run = describeRun(state, parts);
      const result = await searchLearningRate(run, parts, {
        rates: ratesOf(state),
        resplit: true,
        executor: {
          remote: true,
          run: (jobs, work) =>
            executor.run(jobs, {
              ...work,
              onTrial(job, trial) {
                finished.push(trial);
                live.delete(job.rate);
                work.onTrial?.(job, trial);
                show(undefined);
              },
            }),
        },
        signal: abort.current.signal,
        onEpoch(now) {
          live.set(now.rate, now.epoch.epoch);
          show(now);
        },
      });
      const rate = result.best?.rate;
      const train = rate === undefined ? null : commandOf("train", state, source, run, rate);
      setTrials([...finished]);
      setDone({
        html: reportOf(source, parts, run, result, train),
        result,
        train,
        seconds: (performance.now() - started) / 1000,
        playground: rate === undefined || state.data === "file" ? null : playgroundOf(state, rate),
      });
    } catch (error) {
      if (abort.current.signal.aborted) setFailure("Stopped. The rates that had finished are below.");
      else setFailure((error as Error).message);
      setTrials([...finished]);
    } finally {
      executor.dispose();
      setRunning(new Map());
      setBusy(false);
    }
  };

  return (
    <>
      <h1>Which learning rate?</h1>
      <p class="lead">
        Open a CSV file, say what to predict, and press search: a network is trained at every rate, on all processors of this machine, and
        judged on rows that it has not learnt from. Nothing is installed, and nothing leaves this page.
      </p>
      {fault !== undefined && (
        <p class="error" role="alert">
          {fault}
        </p>
      )}
      {state.data === "file" && file === undefined && (
        <p class="error" role="alert">
          The link is of a file, which it cannot bring along: open that file below. Until then these are the digits.
        </p>
      )}
      <div class="columns settings">
        <Card title="Data">
          <div class="stack">
            <SourcePicker
              source={source}
              wanted={state.data === "file" && file === undefined}
              onChange={(next) => {
                setDone(undefined);
                if ("sample" in next) change({ data: next.sample });
                else {
                  setFile(next);
                  change({ data: "file" });
                }
              }}
            />
            <div class="row">
              {busy ? (
                <button type="button" onClick={() => abort.current?.abort()}>
                  Stop
                </button>
              ) : (
                <button type="button" class="primary" onClick={search}>
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
              value={done ? (progress?.total ?? 1) : (progress?.done ?? 0)}
            />
            <p role="status" class="hint">
              {busy && progress === undefined && "Reading the data …"}
              {busy &&
                progress !== undefined &&
                `${progress.done} of ${progress.total} epochs, in ${navigator.hardwareConcurrency} workers`}
              {done && `${trials.length} runs in ${done.seconds.toFixed(1)} s`}
            </p>
            {failure !== undefined && (
              <p class="error" role="alert">
                {failure}
              </p>
            )}
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
      {(busy || trials.length > 0) && (
        <Rates rates={ratesOf(state)} trials={trials} running={running} result={done?.result} epochs={state.epochs} />
      )}
      {done && (
        <>
          <div class="row after">
            <button type="button" onClick={() => download("report.html", done.html)}>
              Save the report
            </button>
            {done.train !== null && <Copy text={() => done.train as string}>Copy the command that trains with it</Copy>}
            {done.playground !== null && <a href={done.playground}>Train with it in the playground</a>}
            <a href="docs.html#choosing">What to do with the answer</a>
          </div>
          <ReportFrame html={done.html} />
        </>
      )}
    </>
  );
}

/** The same run in the playground. */
function playgroundOf({ data, walker, hidden, activation, epochs, batchSize, validation, test, seed }: State, rate: number): string {
  return `playground.html#${encode({ data, validation, test, seed, runs: [{ walker: { ...walker, rate }, hidden, activation, epochs, batchSize }] })}`;
}

mount(SearchPage);
