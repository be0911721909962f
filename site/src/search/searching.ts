import { useEffect, useRef, useState } from "preact/hooks";
import type { Source } from "../data/read.js";
import type { Computing } from "../ui/engine-note.js";
import { hostOf } from "../ui/host.js";
import { startWorker } from "../ui/work.js";
import type { State } from "./state.js";
import type { Answer, Command, Ended, Message } from "./task.js";

/** A search as the page shows it. */
export interface Searching {
  /** What was asked. */
  readonly asked?: { readonly state: State; readonly source: Source };
  readonly busy: boolean;
  readonly engine?: Computing;
  readonly workers: number;
  readonly progress?: { readonly done: number; readonly total: number };
  readonly running: ReadonlyMap<number, number>;
  readonly ended: readonly Ended[];
  readonly answer?: Answer;
  readonly failure?: string;
  /** The trials so far, as a file: of a search that has ended or was stopped. */
  readonly ledger?: string;
}

const NONE: Searching = { busy: false, workers: 0, running: new Map(), ended: [] };

/** A search in a worker of its own, which starts others: the page has nothing to do but to show it. */
export function useSearching() {
  const [now, setNow] = useState<Searching>(NONE);
  const worker = useRef<Worker>();
  useEffect(() => () => worker.current?.terminate(), []);
  const send = (command: Command) => worker.current?.postMessage(command);
  const search = (state: State, source: Source, ledger: Uint8Array | undefined) => {
    worker.current?.terminate();
    const own = startWorker("search");
    worker.current = own;
    setNow({ ...NONE, asked: { state, source }, busy: true });
    own.onmessage = ({ data }: MessageEvent<Message>) => setNow((before) => told(before, data));
    own.onerror = ({ message }) => setNow((before) => ({ ...before, busy: false, failure: message || "the worker could not be started" }));
    send({ kind: "search", state, source, host: hostOf(navigator.userAgent), ...(ledger && { ledger }) });
  };
  return { now, search, stop: () => send({ kind: "stop" }), clear: () => setNow(NONE) };
}

function told(before: Searching, message: Message): Searching {
  switch (message.kind) {
    case "begun":
      return { ...before, engine: message.engine, workers: message.workers };
    case "progress": {
      const { done, total, running, ended } = message;
      return { ...before, progress: { done, total }, running: new Map(running), ended: [...before.ended, ...ended] };
    }
    case "answer":
      return { ...before, busy: false, running: new Map(), answer: message, ledger: message.ledger };
    case "failed":
      return {
        ...before,
        ...{ busy: false, running: new Map(), failure: message.message },
        ...(message.ledger !== "" && { ledger: message.ledger }),
      };
  }
}
