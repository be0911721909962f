import "./benchmark.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { version } from "../../../package.json";
import { Card, Check, Copy, Scroll, short } from "../ui/controls.js";
import { download } from "../ui/download.js";
import { Fault } from "../ui/fault.js";
import { mount } from "../ui/shell.js";
import { startWorker } from "../ui/work.js";
import type { Row } from "./measure.js";
import type { Host, Message } from "./task.js";
import { markdownOf, ratiosOf } from "./words.js";

const COLOURS: Readonly<Record<string, string>> = { WebAssembly: "--accent", "plain JavaScript": "--c4", "JavaScript twin": "--c6" };

function BenchmarkPage() {
  const [all, setAll] = useState(false);
  const [host, setHost] = useState<Host>();
  const [total, setTotal] = useState(0);
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [state, setState] = useState<"idle" | "running" | "done">("idle");
  const [failure, setFailure] = useState<string>();
  const worker = useRef<Worker>();
  const stop = () => {
    worker.current?.terminate();
    setState("idle");
  };
  useEffect(() => () => worker.current?.terminate(), []);
  const run = () => {
    setRows([]);
    setHost(undefined);
    setFailure(undefined);
    setState("running");
    const own = startWorker("benchmark");
    worker.current = own;
    own.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === "host") {
        setHost(data.host);
        setTotal(data.total);
      } else if (data.kind === "row") setRows((before) => [...before, data.row]);
      else {
        if (data.kind === "failed") setFailure(data.message);
        setState(data.kind === "done" ? "done" : "idle");
        own.terminate();
      }
    };
    own.onerror = ({ message }) => setFailure(message || "the worker could not be started");
    own.postMessage({ all });
  };
  const unequal = rows.filter(({ equal }) => !equal);
  const document = () => JSON.stringify({ stepsize: version, date: new Date().toISOString(), host, rows }, null, 2);

  return (
    <>
      <h1>Benchmark</h1>
      <p class="lead">
        The kernels in WebAssembly against JavaScript, on this machine: the twin with the same bits, and plain loops as somebody would write
        them by hand. All engines must give equal bits before anything is timed; then they run in turns.
      </p>
      <div class="card row">
        {state === "running" ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="button" class="primary" onClick={run}>
            Run
          </button>
        )}
        <Check label="Every optimizer and more sizes (about a minute)" value={all} onChange={setAll} />
        <progress class="progress" aria-label="Cases done" max={total || 1} value={rows.length} />
        <span role="status" class="muted">
          {state === "running" && (total === 0 ? "Starting …" : `${rows.length} of ${total}`)}
          {state === "done" &&
            (unequal.length === 0 ? `All ${rows.length} cases gave equal bits` : `${unequal.length} cases gave other bits`)}
        </span>
      </div>
      <Fault>{failure}</Fault>
      {rows.length > 0 && (
        <div class="stack results">
          <Card
            title="How many times as fast as plain JavaScript"
            hint="By the least time of each; of training steps, as the twin, since nothing by hand is their like. Longer is faster; steps, products and training have scales of their own."
          >
            <Ratios rows={rows} />
          </Card>
          <Card title="Times" hint="The least and, in brackets, the median of seven samples of each, taken in turns.">
            <Times rows={rows} />
          </Card>
          {host && <HostCard host={host} />}
          {state === "done" && host && (
            <div class="row">
              <Copy text={() => markdownOf(version, host, rows)}>Copy as Markdown</Copy>
              <button type="button" onClick={() => download("benchmark.json", document())}>
                Save as JSON
              </button>
            </div>
          )}
        </div>
      )}
    </>
  );
}

function Ratios({ rows }: { rows: readonly Row[] }) {
  const ratios = ratiosOf(rows);
  const most = (of: string) =>
    Math.max(1, ...ratios.filter(({ group }) => group === of).flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
  return (
    <ul class="ratios">
      {ratios.map(({ group, name, bars }) => (
        <li key={name}>
          <span class="case">{name}</span>
          <div>
            {bars.map(({ way, ratio }) => (
              <div key={way} class="bar">
                <span class="fill" style={{ width: `${(100 * ratio) / most(group)}%`, background: `var(${COLOURS[way] ?? "--c5"})` }} />
                <span class="number">
                  {ratio.toFixed(ratio < 10 ? 1 : 0)} × <span class="muted">{way}</span>
                </span>
              </div>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Times({ rows }: { rows: readonly Row[] }) {
  const ways = [...new Set(rows.flatMap(({ times }) => Object.keys(times)))];
  return (
    <Scroll label="Table of times">
      <table>
        <thead>
          <tr>
            <th scope="col">case</th>
            <th scope="col">unit</th>
            {ways.map((way) => (
              <th key={way} scope="col">
                {way}
              </th>
            ))}
            <th scope="col">moves or computes</th>
            <th scope="col">bits</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, name, unit, times, equal, gigabytes, gigaflops }) => (
            <tr key={group + name}>
              <th scope="row">{name}</th>
              <td>{unit}</td>
              {ways.map((way) => (
                <td key={way} class="number">
                  {times[way] === undefined ? "–" : `${short(times[way].min)} (${short(times[way].median)})`}
                </td>
              ))}
              <td class="number">
                {gigabytes !== null ? `${short(gigabytes)} GB/s` : gigaflops !== null ? `${short(gigaflops)} GF/s` : ""}
              </td>
              <td>{equal ? "equal" : <b class="error">differ</b>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function HostCard({ host }: { host: Host }) {
  return (
    <Card
      title="This machine"
      hint="An optimizer step that moves as many GB/s as a copy is limited by memory, and no arithmetic would make it faster."
    >
      <table>
        <tbody>
          {[
            ["browser", host.agent],
            ["processors", String(host.cores)],
            ["WebAssembly", host.wasm],
            ["threads", host.threads],
            [
              "isolated",
              host.isolated
                ? "yes"
                : "no: without the headers COOP and COEP there are no threads, and large kernels take as long as one processor needs",
            ],
            ["a copy moves", `${short(host.copy[0])} GB/s in the cache (0.5 MB), ${short(host.copy[1])} GB/s in memory (64 MB)`],
          ].map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

mount(BenchmarkPage);
