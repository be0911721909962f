import { PLAIN, type Row } from "./measure.js";
import type { Host } from "./task.js";

export interface Ratios {
  readonly group: string;
  readonly name: string;
  readonly bars: readonly { readonly way: string; readonly ratio: number }[];
}

/** How many times as fast as the plain loop, or as the twin where there is none, each way is. */
export function ratiosOf(rows: readonly Row[]): Ratios[] {
  return rows.map(({ group, name, times }) => {
    const base = times[PLAIN] ?? times["JavaScript twin"];
    return { group, name, bars: Object.entries(times).map(([way, { min }]) => ({ way, ratio: (base?.min ?? Number.NaN) / min })) };
  });
}

const digits = (value: number) => Number(value.toPrecision(3)).toString();

/** Results to paste into an issue. */
export function markdownOf(version: string, host: Host, rows: readonly Row[]): string {
  const ways = [...new Set(rows.flatMap(({ times }) => Object.keys(times)))];
  const head = ["case", "unit", ...ways, "GB/s or GF/s", "bits"];
  const cells = rows.map(({ name, unit, times, equal, gigabytes, gigaflops }) => [
    name,
    unit,
    ...ways.map((way) => (times[way] === undefined ? "" : `${digits(times[way].min)} (${digits(times[way].median)})`)),
    digits(gigabytes ?? gigaflops ?? 0),
    equal ? "equal" : "differ",
  ]);
  return [
    `stepsize ${version}, ${new Date().toISOString().slice(0, 10)}, ${host.agent}, ${host.cores} processors`,
    `WebAssembly: ${host.wasm}; threads: ${host.threads}; a copy moves ${digits(host.copy[0])} GB/s (0.5 MB), ${digits(host.copy[1])} GB/s (64 MB)`,
    "",
    ...[head, head.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`),
    "",
    "The least of seven samples, in brackets the median.",
  ].join("\n");
}
