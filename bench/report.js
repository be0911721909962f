// The figures as tables: for the terminal, and as bench/RESULTS.md.
import Table from "cli-table3";

const plainStyle = {
  style: { head: [], border: [], compact: true },
  chars: { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
};

/** Title, heads and rows of every part that was measured. */
export function tables({ machine, optimizers, products, training, traps, native, tables: given = [] }) {
  const parts = [...given];
  if (machine) {
    parts.push({
      title: `What the machine can do: ${fixed(machine.peak, 1)} GF/s multiply and add in four lanes, one thread; GB/s below`,
      head: ["elements", "copy", "triad", "update in place", "copy, JavaScript", "triad, JavaScript"],
      rows: machine.bandwidth.map(({ n, copy, triad, update, copyJs, triadJs }) => [
        count(n),
        ...[copy, triad, update, copyJs, triadJs].map((x) => fixed(x, 1)),
      ]),
    });
  }
  if (optimizers) {
    parts.push({
      title: "Optimizer steps: ns a parameter (min, median), GB/s moved, share of the best bandwidth at that size, and plain JavaScript",
      head: ["optimizer", "n", "bytes", "min", "median", "GB/s", "of bandwidth", "JavaScript", "ratio", "against"],
      rows: optimizers.map((row) => [
        row.name,
        count(row.n),
        row.bytes,
        fixed(row.wasm.min, 3),
        fixed(row.wasm.median, 3),
        fixed(row.bandwidth, 1),
        percent(row.share),
        fixed(row.js.min, 2),
        `${fixed(row.js.min / row.wasm.min, 1)}x`,
        row.opponent === "plain" ? "plain loop" : "twin",
      ]),
    });
  }
  if (products) {
    parts.push({
      title: "Matrix products: µs, GF/s, share of the multiply-add peak with unused lanes counted as work",
      head: ["product", "size", "min", "median", "GF/s", "of peak"],
      rows: products.map(({ name, size, wasm, rate, share }) => [
        name,
        size,
        micro(wasm.min),
        micro(wasm.median),
        fixed(rate, 1),
        percent(share),
      ]),
    });
  }
  if (training) {
    parts.push({
      title: "Training steps with Adam: µs, what the products take at the peak, the update alone, and the step over the sum of both",
      head: ["network", "min", "median", "arithmetic", "update", "over both", "JavaScript twin", "ratio"],
      rows: training.map(({ name, wasm, js, arithmetic, update, overArithmetic }) => [
        name,
        micro(wasm.min),
        micro(wasm.median),
        micro(arithmetic),
        micro(update),
        `${fixed(overArithmetic, 2)}x`,
        micro(js.min),
        `${fixed(js.min / wasm.min, 0)}x`,
      ]),
    });
  }
  if (traps) {
    parts.push({
      title: "Denormal traps: µs a step, fresh and after",
      head: ["after", "fresh", "trapped", "ratio"],
      rows: traps.map(({ name, fresh, trapped, ratio }) => [name, micro(fresh.min), micro(trapped.min), `${fixed(ratio, 2)}x`]),
    });
  }
  if (native?.loops) {
    parts.push({
      title: `The same loops in C (${native.compiler}): ns a parameter`,
      head: ["loop", "n", "wasm", "C, 128 bits", "C, all lanes", "wasm over C"],
      rows: native.loops.map(({ name, n, wasm, c, wide }) => [
        name,
        count(n),
        fixed(wasm, 3),
        fixed(c, 3),
        fixed(wide, 3),
        `${fixed(wasm / c, 2)}x`,
      ]),
    });
  }
  if (native?.networks) {
    parts.push({
      title: `The same networks in ${native.torch}: µs a step, one thread`,
      head: ["network", "stepsize", "PyTorch", "ratio"],
      rows: native.networks.map(({ name, wasm, torch }) => [name, micro(wasm), micro(torch), `${fixed(torch / wasm, 2)}x`]),
    });
  }
  return parts;
}

export function toTerminal({ title, head, rows }) {
  const table = new Table({ head, ...plainStyle, colAligns: head.map((_, i) => (i === 0 ? "left" : "right")) });
  table.push(...rows);
  return `\n${title}\n\n${table}\n`;
}

export function toMarkdown(results, command) {
  const { processor, cores, system, engine, date } = results.host;
  const lines = [
    "# Results",
    "",
    `Made by ${command}; what the figures mean stands in docs/performance.md.`,
    "",
    `${processor}, ${cores} cores, ${system}; ${engine}; ${date}. Opponents took turns; every figure is the minimum where it does not say median.`,
  ];
  for (const note of results.notes ?? []) lines.push("", note);
  for (const { title, head, rows } of tables(results)) {
    lines.push("", `## ${title}`, "", `| ${head.join(" | ")} |`, `|${head.map((_, i) => (i === 0 ? " --- |" : " ---: |")).join("")}`);
    for (const row of rows) lines.push(`| ${row.join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

const fixed = (x, digits) => (x === undefined || x === null ? "–" : x.toFixed(digits));
const micro = (nanoseconds) => fixed(nanoseconds / 1000, nanoseconds < 1e5 ? 2 : 0);
const percent = (share) => `${(100 * share).toFixed(0)} %`;
const count = (n) => (n >= 1 << 20 ? `${n / (1 << 20)} Mi` : n >= 1024 ? `${n / 1024} Ki` : String(n));
