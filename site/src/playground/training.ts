import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { EpochRecord } from "stepsize";
import type { Source, Splitting } from "../data/read.js";
import { startWorker } from "../ui/work.js";
import type { RunState } from "./state.js";
import type { Command, Message, Opened, Progress } from "./task.js";

/** A step as it is drawn: the mean of some. */
export interface Point {
  readonly step: number;
  readonly loss: number;
  readonly rate: number;
  readonly norm: number;
}

export interface Training {
  readonly opened: Opened | undefined;
  readonly points: readonly Point[];
  readonly epochs: readonly EpochRecord[];
  readonly progress: Progress | undefined;
  readonly steps: number;
  readonly failure: string | undefined;
  readonly send: (command: Exclude<Command, { kind: "open" }>) => void;
  readonly restart: () => void;
}

/** Points that a curve is drawn of, at the most; beyond them every second is merged into the one before. */
const MOST = 600;

/** The points of a curve that grows, each the mean of as many steps as the others. */
class Curve {
  points: Point[] = [];
  #every = 1;
  #open: Point[] = [];

  add(steps: Progress["steps"]): void {
    for (const { step, loss, learningRate, norm } of steps) {
      this.#open.push({ step, loss, rate: learningRate, norm });
      if (this.#open.length < this.#every) continue;
      this.points.push(merged(this.#open));
      this.#open = [];
      if (this.points.length < MOST) continue;
      this.points = Array.from({ length: MOST / 2 }, (_, i) => merged(this.points.slice(2 * i, 2 * i + 2)));
      this.#every *= 2;
    }
  }
}

function merged(points: readonly Point[]): Point {
  const mean = (key: "loss" | "norm") => points.reduce((sum, point) => sum + point[key], 0) / points.length;
  const last = points.at(-1) as Point;
  return { step: last.step, rate: last.rate, loss: mean("loss"), norm: mean("norm") };
}

/** A run in a worker of its own, begun anew whenever what decides it changes. */
export function useTraining(
  run: RunState | undefined,
  source: Source,
  splitting: Splitting,
  onSaved: (bytes: Uint8Array) => void,
): Training {
  const worker = useRef<Worker>();
  const curve = useRef(new Curve());
  const epochs = useRef<EpochRecord[]>([]);
  const saved = useRef(onSaved);
  saved.current = onSaved;
  const [opened, setOpened] = useState<Opened>();
  const [progress, setProgress] = useState<Progress>();
  const [failure, setFailure] = useState<string>();
  const [round, setRound] = useState(0);
  const steps = useRef(0);
  // files are told apart by being other objects
  const key = run === undefined ? "" : JSON.stringify([{ ...run, walker: { ...run.walker } }, splitting]);

  // before the buttons can be pressed
  useLayoutEffect(() => {
    if (run === undefined) return undefined;
    const own = startWorker("train");
    worker.current = own;
    curve.current = new Curve();
    epochs.current = [];
    steps.current = 0;
    setProgress(undefined);
    setFailure(undefined);
    own.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === "opened") setOpened(data);
      else if (data.kind === "saved") saved.current(data.bytes);
      else if (data.kind === "failed") setFailure(data.message);
      else {
        curve.current.add(data.steps);
        epochs.current = [...epochs.current, ...data.epochs];
        steps.current = data.steps.at(-1)?.step ?? steps.current;
        setProgress(data);
        const drawn = () => own.postMessage({ kind: "drawn" } satisfies Command);
        // a page that nobody sees draws no frames
        if (document.hidden) setTimeout(drawn, 500);
        else requestAnimationFrame(drawn);
      }
    };
    own.onerror = ({ message }) => setFailure(message || "the worker could not be started");
    own.postMessage({ kind: "open", run, source, splitting } satisfies Command);
    return () => own.terminate();
    // key has all of run and splitting
  }, [key, source, round]);

  return {
    opened,
    points: curve.current.points,
    epochs: epochs.current,
    progress,
    steps: steps.current,
    failure,
    send: (command) => worker.current?.postMessage(command),
    restart: () => setRound(round + 1),
  };
}
