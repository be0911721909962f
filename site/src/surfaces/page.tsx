import "./surfaces.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useAddress } from "../ui/address.js";
import { Card, Choice, NumberField, Scroll, Slider, short } from "../ui/controls.js";
import { Fault } from "../ui/fault.js";
import { Plot } from "../ui/plot.js";
import { mount } from "../ui/shell.js";
import { COLOURS, SIGNS } from "../ui/signs.js";
import { faultOf, KINDS, walkerOf } from "../ui/walker.js";
import { Asking } from "../ui/work.js";
import { BestRates } from "./best-rates.js";
import { SurfaceMap } from "./map.js";
import { LIMITS, nameOf, readState, type State } from "./state.js";
import { SURFACE_NAMES, SURFACES, type Surface } from "./surfaces.js";
import type { Answer, Question } from "./task.js";
import type { Trail, Tried } from "./trace.js";
import { WalkerCard } from "./walker-card.js";

function SurfacesPage() {
  const [state, setState, fault] = useAddress(readState);
  const worker = useMemo(() => new Asking<Question, Answer>("surfaces"), []);
  const [trails, setTrails] = useState<readonly { name: string; trail: Trail; place: number }[]>([]);
  const [tried, setTried] = useState<ReadonlyMap<number, readonly Tried[]>>(new Map());
  const [failure, setFailure] = useState<string>();
  const { walkers, ...walk } = state;
  const surface: Surface = SURFACES[state.surface];
  const { step, playing, setStep, play } = usePlaying(state.steps);

  useEffect(() => {
    const able = walkers.flatMap((walker, place) => (faultOf(walker) === undefined ? [{ walker, place }] : []));
    worker
      .ask({ kind: "trails", walkers: able.map(({ walker }) => walker), walk })
      .then((answer) => {
        if (answer === undefined || !("trails" in answer)) return;
        setFailure(undefined);
        setTrails(answer.trails.map((trail, i) => ({ name: nameOf(state, able[i]?.place ?? 0), trail, place: able[i]?.place ?? 0 })));
      })
      .catch((error: Error) => setFailure(error.message));
  }, [state, worker]);

  const change = (part: Partial<State>) => {
    setState({ ...state, ...part });
    setTried(new Map());
  };
  const find = async (places: readonly number[]) => {
    const found = new Map(tried);
    await Promise.all(
      places.map(async (place) => {
        const walker = walkers[place];
        if (walker === undefined || faultOf(walker) !== undefined) return;
        const answer = await worker.ask({ kind: `rates ${place}`, walker, walk }).catch((error: Error) => setFailure(error.message));
        if (answer && "tried" in answer) found.set(place, answer.tried);
      }),
    );
    setTried(found);
    return found;
  };
  const setWalker = (place: number, next: State["walkers"][number]) =>
    setState({ ...state, walkers: walkers.map((old, i) => (i === place ? next : old)) });

  return (
    <>
      <h1>Optimizers on surfaces</h1>
      <p class="lead">
        Every optimizer of the library descends from the same point. Move the start, change a rate, add noise; then let each one be tried at
        every rate, and see how much of the difference between optimizers was a difference of rates.
      </p>
      <Fault>{fault}</Fault>
      <Fault>{failure}</Fault>
      <div class="columns">
        <div class="stack">
          <Card title={surface.title} hint="Click or drag to move the start. × marks the minima.">
            <SurfaceMap
              surface={state.surface}
              condition={state.condition}
              trails={trails}
              step={step}
              start={state.start}
              onStart={(start) => change({ start })}
            />
            <div class="row player">
              <button type="button" onClick={play}>
                {playing ? "Pause" : "Play"}
              </button>
              <input
                type="range"
                aria-label="Step shown"
                min={0}
                max={state.steps}
                value={step}
                onInput={(event) => setStep(Number(event.currentTarget.value))}
              />
              <span class="number">
                step {step} of {state.steps}
              </span>
            </div>
            <Legend state={state} trails={trails} />
          </Card>
          <Card title="Height above the minimum" hint="By step, on a logarithmic scale: what the picture above hides.">
            <Plot
              label="Height above the minimum against the step, a line for each optimizer"
              height={240}
              x={Array.from({ length: state.steps + 1 }, (_, i) => i)}
              lines={trails.map(({ name, trail, place }) => ({
                name,
                colour: COLOURS[place] as string,
                values: Array.from({ length: state.steps + 1 }, (_, i) =>
                  i < trail.loss.length ? Math.max(1e-14, (trail.loss[i] as number) - surface.least) : null,
                ),
              }))}
              xTitle="step"
              yTitle="height"
              yLog
            />
          </Card>
          <BestRates
            state={state}
            tried={tried}
            onFind={find}
            onUse={(rates) =>
              setState({ ...state, walkers: walkers.map((walker, i) => ({ ...walker, rate: rates.get(i) ?? walker.rate })) })
            }
          />
        </div>
        <div class="stack">
          <Card title="Surface" hint={surface.about}>
            <div class="stack">
              <Choice
                label="Surface"
                value={state.surface}
                options={SURFACE_NAMES.map((name) => [name, SURFACES[name].title] as const)}
                onChange={(name) => change({ surface: name, start: SURFACES[name].start })}
              />
              <p class="number muted formula">{surface.formula}</p>
              {state.surface === "ravine" && (
                <Slider
                  label="Condition κ"
                  value={state.condition}
                  min={1}
                  max={1e4}
                  log
                  range={{ min: 1, max: LIMITS.condition }}
                  onChange={(condition) => change({ condition })}
                />
              )}
              <Slider
                label="Steps"
                value={state.steps}
                min={10}
                max={LIMITS.steps}
                integer
                range={{ min: 1, max: LIMITS.steps }}
                onChange={(steps) => change({ steps })}
              />
              <div class="fields">
                <NumberField
                  label="Start x"
                  value={state.start[0]}
                  range={{ min: -100, max: 100 }}
                  onChange={(x) => x !== undefined && change({ start: [x, state.start[1]] })}
                />
                <NumberField
                  label="Start y"
                  value={state.start[1]}
                  range={{ min: -100, max: 100 }}
                  onChange={(y) => y !== undefined && change({ start: [state.start[0], y] })}
                />
                <NumberField
                  label="Gradient noise"
                  value={state.noise}
                  range={{ min: 0, max: LIMITS.noise }}
                  onChange={(noise) => noise !== undefined && change({ noise })}
                />
                <NumberField
                  label="Seed of the noise"
                  value={state.seed}
                  range={{ min: 0 }}
                  integer
                  onChange={(seed) => seed !== undefined && change({ seed })}
                />
              </div>
            </div>
          </Card>
          <section class="stack" aria-label="Optimizers">
            {walkers.map((walker, place) => (
              <WalkerCard
                // a walker is its place: two may be alike
                key={place}
                walker={walker}
                name={nameOf(state, place)}
                place={place}
                onChange={(next) => setWalker(place, next)}
                onRemove={() => change({ walkers: walkers.filter((_, i) => i !== place) })}
              />
            ))}
            <Choice
              label="Add an optimizer"
              value=""
              disabled={walkers.length >= LIMITS.walkers}
              options={[["", walkers.length >= LIMITS.walkers ? `${LIMITS.walkers} at most` : "choose …"], ...KINDS]}
              onChange={(kind) => kind !== "" && change({ walkers: [...walkers, walkerOf(kind)] })}
            />
          </section>
        </div>
      </div>
    </>
  );
}

function Legend({ state, trails }: { state: State; trails: readonly { name: string; trail: Trail; place: number }[] }) {
  const { least }: Surface = SURFACES[state.surface];
  return (
    <Scroll label="Where each optimizer ends">
      <table>
        <thead>
          <tr>
            <th scope="col">optimizer</th>
            <th scope="col">rate</th>
            <th scope="col">ends at</th>
            <th scope="col">height</th>
          </tr>
        </thead>
        <tbody>
          {trails.map(({ name, trail, place }) => (
            <tr key={place}>
              <td style={{ color: `var(${COLOURS[place]})` }}>
                {SIGNS[place]} {name}
              </td>
              <td class="number">{short(state.walkers[place]?.rate ?? Number.NaN)}</td>
              <td class="number">
                {trail.diverged === null
                  ? `${short(trail.x.at(-1) as number)}, ${short(trail.y.at(-1) as number)}`
                  : `diverged at step ${trail.diverged}`}
              </td>
              <td class="number">{trail.diverged === null ? short((trail.loss.at(-1) as number) - least) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The step that is shown: the last, or one on the way while the ways are played. */
function usePlaying(steps: number) {
  const [step, setStep] = useState(steps);
  const [playing, setPlaying] = useState(false);
  const frame = useRef(0);
  useEffect(() => setStep(steps), [steps]);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const stop = () => {
    cancelAnimationFrame(frame.current);
    setPlaying(false);
  };
  const play = () => {
    if (playing) return stop();
    const from = step >= steps ? 0 : step;
    const begun = performance.now();
    setPlaying(true);
    const next = (now: number) => {
      const at = Math.min(steps, from + Math.round(((now - begun) / 6000) * steps));
      setStep(at);
      if (at < steps) frame.current = requestAnimationFrame(next);
      else setPlaying(false);
    };
    frame.current = requestAnimationFrame(next);
  };
  return {
    step: Math.min(step, steps),
    playing,
    play,
    setStep: (next: number) => {
      stop();
      setStep(next);
    },
  };
}

mount(SurfacesPage);
