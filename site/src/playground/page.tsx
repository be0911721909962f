import "./playground.css";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { SourcePicker } from "../data/picker.js";
import { namesOf, type Source } from "../data/read.js";
import { SAMPLES } from "../data/samples.js";
import { useAddress } from "../ui/address.js";
import { Card, Choice, Copy, NumberField, short } from "../ui/controls.js";
import { download } from "../ui/download.js";
import { EngineNote } from "../ui/engine-note.js";
import { AddressFault, Fault } from "../ui/fault.js";
import { mount } from "../ui/shell.js";
import { Curves } from "./curves.js";
import { LoadedModel } from "./loaded.js";
import { PictureOf } from "./pictures.js";
import { RunForm } from "./run-form.js";
import { codeOf, commandOf, type RunState, readState, type State } from "./state.js";
import { type Training, useTraining } from "./training.js";

const SPEEDS = [
  ["10", "10 steps a second"],
  ["60", "60 steps a second"],
  ["200", "200 steps a second"],
  ["Infinity", "as fast as it goes"],
] as const;
const NAMES = ["Run A", "Run B"];

function PlaygroundPage() {
  const [state, setState, fault] = useAddress(readState);
  const [file, setFile] = useState<Extract<Source, { file: Blob }>>();
  const source: Source = useMemo(
    () => (state.data === "file" ? (file ?? { sample: "moons" }) : { sample: state.data }),
    [state.data, file],
  );
  const missing = state.data === "file" && file === undefined;
  const { validation, test, seed, runs } = state;
  const splitting = { validation, test, seed };
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number][0]>("200");
  const saved = useCallback((bytes: Uint8Array) => download("model.safetensors", bytes), []);
  // what a hand sets while it trains goes into the address, but does not begin the run anew
  const [begun, setBegun] = useState<readonly RunState[]>(runs);
  const trainings = [useTraining(begun[0], source, splitting, saved), useTraining(begun[1], source, splitting, saved)].slice(
    0,
    runs.length,
  );
  const running = trainings.some(({ progress }) => progress?.state === "running");
  const change = (part: Partial<State>) => {
    const next = { ...state, ...part };
    setState(next);
    setBegun(next.runs);
  };
  useEffect(() => {
    // a link was followed: its runs are other ones
    if (
      runs.length !== begun.length ||
      runs.some((run, i) => JSON.stringify({ ...run, changes: [] }) !== JSON.stringify({ ...begun[i], changes: [] }))
    )
      setBegun(runs);
  }, [runs]);
  useSteering(state, trainings, setState);
  const all = (act: (training: Training, i: number) => void) => trainings.forEach(act);
  const go = (pace: string) =>
    all(
      ({ send, progress }) => progress?.state !== "finished" && progress?.state !== "diverged" && send({ kind: "go", speed: Number(pace) }),
    );

  return (
    <>
      <h1>Playground</h1>
      <p class="lead">
        Train a network in this page and steer its learning rate while it learns. Everything that decides the run is in the address: a link
        gives the same bits on every machine.
      </p>
      <AddressFault fault={fault} missing={missing} instead="moons" />
      <EngineNote engine={trainings[0]?.opened?.engine} />
      <div class="card row controls">
        <button type="button" class="primary" onClick={() => (running ? all(({ send }) => send({ kind: "pause" })) : go(speed))}>
          {running ? "Pause" : "Train"}
        </button>
        <button type="button" disabled={running} onClick={() => all(({ send }) => send({ kind: "step", count: 1 }))}>
          One step
        </button>
        <button
          type="button"
          onClick={() => {
            // from the start as the form has it, without what a hand did
            change({ runs: runs.map((run) => ({ ...run, changes: [] })) });
            all(({ restart }) => restart());
          }}
        >
          Start again
        </button>
        <Choice
          label="Pace"
          value={speed}
          options={SPEEDS}
          onChange={(pace) => {
            setSpeed(pace);
            if (running) go(pace);
          }}
        />
        {runs.length < 2 ? (
          <button type="button" onClick={() => change({ runs: [...runs, { ...(runs[0] as RunState), changes: [] }] })}>
            Add a second run
          </button>
        ) : (
          <button type="button" onClick={() => change({ runs: runs.slice(0, 1) })}>
            Remove run B
          </button>
        )}
      </div>
      <div class="columns">
        <div class="stack">
          <div class="pair">
            {trainings.map((training, i) => (
              <RunView
                key={NAMES[i]}
                name={runs.length > 1 ? (NAMES[i] as string) : "The run"}
                training={training}
                run={runs[i] as RunState}
                state={state}
                source={source}
              />
            ))}
          </div>
          <Curves names={NAMES} trainings={trainings} />
        </div>
        <div class="stack">
          <Card title="Data">
            <div class="stack">
              <SourcePicker
                source={source}
                wanted={missing}
                onChange={(next) => {
                  if ("sample" in next) change({ data: next.sample });
                  else {
                    setFile(next);
                    change({ data: "file" });
                  }
                }}
              />
              <Facts training={trainings[0] as Training} />
              <NumberField
                label="Seed of split, weights and order"
                value={seed}
                integer
                range={{ min: 0 }}
                onChange={(next) => next !== undefined && change({ seed: next })}
              />
              {"sample" in source && (
                <button
                  type="button"
                  onClick={async () => download(namesOf(source).file, new TextEncoder().encode(await SAMPLES[source.sample].text()))}
                >
                  Save the data as {namesOf(source).file}
                </button>
              )}
            </div>
          </Card>
          {runs.map((run, i) => {
            const { progress, points, send, steps } = trainings[i] as Training;
            const under = progress?.state === "running" || (progress?.state === "paused" && steps > 0);
            return (
              <RunForm
                key={NAMES[i]}
                name={runs.length > 1 ? (NAMES[i] as string) : "The run"}
                run={run}
                seed={seed}
                onChange={(next) => change({ runs: runs.map((old, j) => (j === i ? next : old)) })}
                live={
                  under
                    ? {
                        rate: progress.changes.at(-1)?.[1] ?? points.at(-1)?.rate ?? run.walker.rate,
                        set: (rate) => send({ kind: "rate", rate }),
                      }
                    : undefined
                }
              />
            );
          })}
          <LoadedModel />
        </div>
      </div>
    </>
  );
}

/** Keeps the rates that a hand sets in the address. */
function useSteering(state: State, trainings: readonly Training[], setState: (state: State) => void): void {
  const changes = trainings.map(({ progress }, i) => progress?.changes ?? state.runs[i]?.changes ?? []);
  const key = JSON.stringify(changes);
  useEffect(() => {
    if (key === JSON.stringify(state.runs.map((run) => run.changes))) return;
    setState({ ...state, runs: state.runs.map((run, i) => ({ ...run, changes: changes[i] ?? [] })) });
  }, [key]);
}

function Facts({ training: { opened, failure } }: { training: Training }) {
  if (failure !== undefined) return <Fault>{failure}</Fault>;
  if (opened === undefined) return <p class="hint">Reading …</p>;
  const { rows, sizes, classes, notes } = opened;
  return (
    <div class="hint">
      {rows.training} rows to train on, {rows.validation} to validate, {rows.test} held out; {sizes.inputs} numbers each;{" "}
      {classes === null ? "a quantity to predict" : `${classes.length} classes`}.
      {notes.map((note) => (
        <div key={note}>{note}</div>
      ))}
    </div>
  );
}

interface ViewProps {
  name: string;
  training: Training;
  run: RunState;
  state: State;
  source: Source;
}

/** Where a run stands, what it has learnt, and how to take it along. */
function RunView({ name, training, run, state, source }: ViewProps) {
  const { opened, progress, epochs, points, steps, send, failure } = training;
  const last = epochs.at(-1);
  const percent = (score: number | undefined) =>
    score === undefined ? "–" : opened?.classes ? `${(100 * score).toFixed(1)} %` : score.toFixed(3);
  const scoreName = opened?.classes === null ? "R²" : "accuracy";
  return (
    <section class="card stack" aria-label={name}>
      <div class="row">
        <h2>{name}</h2>
        <span class="muted" role="status">
          {progress?.state === "diverged" ? "diverged" : (progress?.state ?? "reading")}
        </span>
      </div>
      <Fault>{failure}</Fault>
      {progress?.why !== undefined && <p class="error">{progress.why}</p>}
      <dl class="facts">
        <div>
          <dt>step</dt>
          <dd>
            {steps} of {opened?.totalSteps ?? "–"}
          </dd>
        </div>
        <div>
          <dt>rate used</dt>
          <dd>{points.length > 0 ? short(points.at(-1)?.rate ?? Number.NaN) : "–"}</dd>
        </div>
        <div>
          <dt>loss</dt>
          <dd>{points.length > 0 ? short(points.at(-1)?.loss ?? Number.NaN) : "–"}</dd>
        </div>
        <div>
          <dt>{scoreName} on validation rows</dt>
          <dd>{percent(last?.validation?.score)}</dd>
        </div>
        {progress?.test !== undefined && (
          <div>
            <dt>{scoreName} on held-out rows</dt>
            <dd>{percent(progress.test.score)}</dd>
          </div>
        )}
      </dl>
      {progress?.picture && opened && <PictureOf picture={progress.picture} opened={opened} name={name} />}
      <p class="hint weights-hash">
        {progress?.weights === undefined ? "SHA-256 of the weights: when it pauses" : `SHA-256 of the weights: ${progress.weights}`}
      </p>
      <div class="row">
        <Copy text={() => location.href}>Copy a link</Copy>
        {opened && <Copy text={() => codeOf(run, source, state, opened.sizes)}>Copy as code</Copy>}
        <Copy text={() => commandOf(run, source, state)}>Copy as command</Copy>
        <button type="button" disabled={steps === 0 || progress?.state === "diverged"} onClick={() => send({ kind: "save" })}>
          Save the model
        </button>
      </div>
    </section>
  );
}

mount(PlaygroundPage);
