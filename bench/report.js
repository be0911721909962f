// The figures: as tables for the terminal and for bench/RESULTS.md, and as a JSON file.
import { writeFileSync } from "node:fs";
import Table from "cli-table3";

const plainStyle = {
  style: { head: [], border: [], compact: true },
  chars: { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
};

/** Title, head and rows of every part that was measured, by the name it has in the results. */
const parts = {
  machine: ({ peak, bandwidth }) => [
    {
      title: `What the machine can do: ${fixed(peak, 1)} GF/s multiply and add in four lanes, one thread; GB/s below`,
      head: ["elements", "copy", "triad", "update in place", "copy, JavaScript", "triad, JavaScript"],
      rows: bandwidth.map(({ n, copy, triad, update, copyJs, triadJs }) => [
        count(n),
        ...[copy, triad, update, copyJs, triadJs].map((x) => fixed(x, 1)),
      ]),
    },
  ],
  optimizers: (rows) => [
    {
      title: "Optimizer steps: ns a parameter, GB/s moved beside a copy and triad, share of the machine's best, and the fastest JavaScript",
      head: ["optimizer", "n", "bytes", "min", "median", "GB/s", "copy", "triad", "of best", "JavaScript", "median", "ratio", "against"],
      rows: rows.map(({ name, n, bytes, wasm, js, bandwidth, copy, triad, share, opponent }) => [
        name,
        count(n),
        bytes,
        fixed(wasm.min, 3),
        fixed(wasm.median, 3),
        ...[bandwidth, copy, triad].map((x) => fixed(x, 1)),
        percent(share),
        fixed(js?.min, 2),
        fixed(js?.median, 2),
        js ? times(js.min / wasm.min) : "–",
        js ? (opponent === "plain" ? "plain loop" : "twin") : "–",
      ]),
    },
  ],
  memory: (rows) => [
    {
      title: "Optimizer steps where memory holds them: ns a parameter, GB/s moved beside a copy in turns",
      head: ["optimizer", "n", "bytes", "min", "median", "GB/s", "copy", "of copy"],
      rows: rows.map(({ name, n, bytes, wasm, bandwidth, copy }) => [
        name,
        count(n),
        bytes,
        fixed(wasm.min, 3),
        fixed(wasm.median, 3),
        ...[bandwidth, copy].map((x) => fixed(x, 1)),
        percent(bandwidth / copy),
      ]),
    },
  ],
  products: (rows) => [
    {
      title: "Matrix products: µs, GF/s, share of the multiply-add peak with unused lanes counted as work",
      head: ["product", "rows x inputs x outputs", "min", "median", "GF/s", "of peak"],
      rows: rows.map(({ name, size, wasm, rate, share }) => [
        name,
        size,
        micro(wasm.min),
        micro(wasm.median),
        fixed(rate, 1),
        percent(share),
      ]),
    },
  ],
  scan: (rows) => [
    {
      title:
        "Matrix products of every size from 1 to 70, each dimension in turn with 16, 32 or 64 for the others: the worst shares of the peak",
      head: ["product", "shapes", "under a third", "worst"],
      rows: rows.map(({ name, tried, low, worst }) => [
        name,
        tried,
        low,
        worst.map(({ size, share }) => `${size} ${percent(share)}`).join(", "),
      ]),
    },
  ],
  training: (rows) => [
    {
      title: "Training steps with Adam: µs, what the products take at the peak, the update alone, and the step over the sum of both",
      head: ["network", "min", "median", "arithmetic", "update", "over both", "JavaScript twin", "median", "ratio"],
      rows: rows.map(({ name, wasm, js, arithmetic, update, overArithmetic }) => [
        name,
        micro(wasm.min),
        micro(wasm.median),
        micro(arithmetic),
        micro(update),
        times(overArithmetic, 2),
        micro(js.min),
        micro(js.median),
        times(js.min / wasm.min, 0),
      ]),
    },
  ],
  traps: (rows) => [
    {
      title: "Denormal traps: µs a step, fresh and after, and the share of flushing in a fresh one",
      head: ["after", "fresh", "median", "trapped", "median", "ratio", "flush"],
      rows: rows.map(({ name, fresh, trapped, ratio, flush }) => [
        name,
        ...[fresh.min, fresh.median, trapped.min, trapped.median].map(micro),
        times(ratio, 2),
        flush === undefined ? "" : `${fixed(100 * flush, 1)} %`,
      ]),
    },
  ],
  guard: (rows) => [
    {
      title: "The guard: µs a step with and without it",
      head: ["step", "parameters", "with", "median", "without", "median", "ratio"],
      rows: rows.map(({ name, size, watched, alone }) => [
        name,
        size === "" ? size : count(size),
        ...[watched.min, watched.median, alone.min, alone.median].map(micro),
        times(watched.median / alone.median, 3),
      ]),
    },
  ],
  threads: (rows) => [
    {
      title: "Two threads against one: µs",
      head: ["work", "size", "one thread", "median", "two threads", "median", "ratio"],
      rows: rows.map(({ name, size, one, two }) => [
        name,
        typeof size === "number" ? count(size) : size,
        ...[one.min, one.median, two.min, two.median].map(micro),
        times(one.min / two.min, 2),
      ]),
    },
  ],
  scale: (rows) => [
    {
      title: "AdamW by number of parameters: ns a parameter, and the size of the memory that holds them",
      head: ["n", "memory", "one thread", "median", "two threads", "median"],
      rows: rows.map(({ n, memory, one, two }) => [
        count(n),
        `${(memory / 2 ** 20).toFixed(0)} MiB`,
        ...[one.min, one.median, two.min, two.median].map((time) => fixed(time / n, 3)),
      ]),
    },
  ],
  native: ({ loops, compiler, networks, torch }) => [
    ...(loops
      ? [
          {
            title: `The same loops in C (${compiler}): ns a parameter`,
            head: ["loop", "n", "wasm", "median", "C, 128 bits", "median", "C, all lanes", "median", "wasm over C, 128 bits"],
            rows: loops.map(({ name, n, wasm, c, wide }) => [
              name,
              count(n),
              ...[wasm, c, wide].flatMap(({ min, median }) => [fixed(min, 3), fixed(median, 3)]),
              times(wasm.min / c.min, 2),
            ]),
          },
        ]
      : []),
    ...(networks
      ? [
          {
            title: `The same networks in ${torch}, one thread: µs a step`,
            head: ["network", "stepsize", "median", "PyTorch", "median", "compiled", "median", "ratio to the better"],
            rows: networks.map(({ name, wasm, eager, compiled }) => [
              name,
              ...[wasm, eager, compiled].flatMap((time) => [micro(time?.min), micro(time?.median)]),
              times(Math.min(eager.min, compiled?.min ?? Infinity) / wasm.min, 1),
            ]),
          },
        ]
      : []),
  ],
  peers: ({ setups, steps, networks }) => [
    {
      title: `Other libraries' optimizer steps: ns a parameter (${setups.join("; ")})`,
      head: ["optimizer", "n", "opponent", "stepsize", "median", "opponent takes", "median", "ratio"],
      rows: steps.map(({ optimizer, n, opponent, ours, theirs }) => [
        optimizer,
        count(n),
        opponent,
        ...[ours.min, ours.median, theirs.min, theirs.median].map((time) => fixed(time / n, time / n < 10 ? 2 : 0)),
        times(theirs.min / ours.min),
      ]),
    },
    {
      title: "Other libraries' training steps with Adam: µs",
      head: ["network", "opponent", "stepsize", "median", "opponent takes", "median", "ratio"],
      rows: networks.map(({ name, opponent, ours, theirs }) => [
        name,
        opponent,
        ...[ours.min, ours.median, theirs.min, theirs.median].map(micro),
        times(theirs.min / ours.min),
      ]),
    },
  ],
};

export function tables(results) {
  return Object.entries(parts).flatMap(([name, made]) => (results[name] ? made(results[name]) : []));
}

export function toTerminal({ title, head, rows }) {
  const table = new Table({ head, ...plainStyle, colAligns: head.map((_, i) => (i === 0 ? "left" : "right")) });
  table.push(...rows);
  return `\n${title}\n\n${table}\n`;
}

/** One row of a table a line, so that two runs can be compared with diff. */
export function writeResults(file, results) {
  const short = (_, x) => (typeof x === "number" && !Number.isInteger(x) ? Number(x.toPrecision(5)) : x);
  const isObject = (value) => typeof value === "object" && value !== null;
  const write = (value, indent) => {
    if (!isObject(value) || !Object.values(value).some(isObject)) return JSON.stringify(value, short);
    const inner = `${indent}  `;
    const lines = Array.isArray(value)
      ? value.map((row) => JSON.stringify(row, short))
      : Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : `${JSON.stringify(key)}: ${write(part, inner)}`));
    const [open, close] = Array.isArray(value) ? "[]" : "{}";
    return `${open}\n${lines.map((line) => inner + line).join(",\n")}\n${indent}${close}`;
  };
  writeFileSync(file, `${write(results, "")}\n`);
}

const fixed = (x, digits) => (Number.isFinite(x) ? x.toFixed(digits) : "–");
const micro = (nanoseconds) => fixed(nanoseconds / 1000, nanoseconds < 1e5 ? 2 : 0);
const times = (x, digits = 1) => `${fixed(x, digits)}x`;
const percent = (share) => `${(100 * share).toFixed(0)} %`;
const count = (n) => (n >= 1 << 20 ? `${n / (1 << 20)} Mi` : n >= 1024 ? `${n / 1024} Ki` : String(n));
