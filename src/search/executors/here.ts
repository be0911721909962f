import type { Engine } from "../../engine/engine.js";
import type { RunningWorker } from "../../engine/workers.js";
import type { FromWorker, ToWorker } from "./protocol.js";
import { TrialServer } from "./serve.js";

/** This thread as one of the workers, with what it has to do: it hears between two slices of a trial. */
export function workerHere(
  engine: Engine,
  hear: (message: FromWorker) => void,
  tasks: () => readonly { readonly id: number }[],
): RunningWorker<ToWorker> {
  const server = new TrialServer(engine, (run) => run, hear);
  return {
    post: (message) => {
      if (message.kind !== "start") server.hear(message);
    },
    keep: () => {},
    terminate: () => {
      for (const { id } of tasks()) server.hear({ kind: "abort", id });
    },
  };
}
