import type { Verdict } from "../verdict.js";

/** The look of a page, light and dark. The plots take their colours from these variables too. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --muted: #5c6570; --line: #dfe3e8; --grid: #eaedf1; --band: #0080401f; --fail: #c0242b14; --run: #1b1f2455;
  --low: #1f6fd0; --good: #12803c; --unknown: #0b7285; --high: #b85c00; --diverged: #c0242b; --accent: #5b3fc4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1b2027; --ink: #e8ecf1; --muted: #9aa5b1; --line: #303842; --grid: #272e37; --band: #3ddc8428; --fail: #ff7b7b1c; --run: #e8ecf166;
    --low: #6cb0ff; --good: #4fd183; --unknown: #5fd0e0; --high: #ffab4d; --diverged: #ff7b7b; --accent: #b7a2ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 1.5rem; margin: 0 0 2px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.02rem; margin: 0 0 2px; }
p { margin: 0; }
.answer h1 { font-size: 2rem; line-height: 1.2; margin: 2px 0 4px; }
.answer.unsure h1 { font-size: 1.25rem; }
.answer .lead { font-size: 1.08rem; }
.answer .hint { margin: 14px 0 4px; }
.command { display: flex; gap: 10px; align-items: flex-start; background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: 8px 8px 8px 12px; }
.command code { flex: 1; min-width: 0; overflow-wrap: anywhere; font: 0.88rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
button { font: inherit; font-size: 0.84rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 2px 10px; cursor: pointer; }
button:hover { border-color: var(--muted); }
.muted { color: var(--muted); }
.hint { color: var(--muted); font-size: 0.86rem; margin-bottom: 8px; }
section, .tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
section { padding: 16px 18px; margin-top: 16px; min-width: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin-top: 18px; }
.tile { padding: 12px 16px; min-width: 0; }
.tile b { display: block; font-size: 1.4rem; line-height: 1.25; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tile span { color: var(--muted); font-size: 0.84rem; }
.tile.lead b { color: var(--good); }
.side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; margin-top: 16px; }
.side section { margin: 0; }
.plot { position: relative; width: 100%; min-height: 120px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 0.86rem; margin: 2px 0 8px; }
.tip { position: absolute; pointer-events: none; z-index: 10; background: var(--card); border: 1px solid var(--line); border-radius: 6px;
  padding: 5px 9px; font-size: 0.8rem; line-height: 1.4; box-shadow: 0 3px 12px #0003; white-space: nowrap; display: none; }
.tip b { font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th { text-align: left; font-weight: 600; color: var(--muted); white-space: nowrap; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.reason { min-width: 220px; }
tr.best td { font-weight: 600; }
.verdict { white-space: nowrap; font-weight: 600; }
.low { color: var(--low); } .unknown { color: var(--unknown); } .good { color: var(--good); } .high { color: var(--high); } .diverged { color: var(--diverged); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 18px; margin: 8px 0 0; font-size: 0.9rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; font-size: 0.8rem; line-height: 1.45; margin: 8px 0 0; }
details { position: relative; }
details button { position: absolute; right: 8px; top: 40px; }
summary { cursor: pointer; font-weight: 600; }
ul { margin: 6px 0 0; padding-left: 20px; }
footer { color: var(--muted); font-size: 0.84rem; margin-top: 20px; }
@media (max-width: 560px) {
  main { padding: 18px 12px 32px; }
  section { padding: 13px 12px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  .tile { padding: 10px 12px; }
  .tile b { font-size: 1.15rem; }
  .answer h1 { font-size: 1.5rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 6px; }
  thead { display: none; }
  tr { display: flex; flex-wrap: wrap; gap: 0 14px; padding: 7px 0; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  th, td { padding: 0; border-bottom: 0; }
  td[data-head]::before { content: attr(data-head) " "; color: var(--muted); font-weight: 400; }
  .heat thead { display: table-header-group; }
  .heat tr { display: table-row; }
  .heat td, .heat th { padding: 6px 10px; border-bottom: 1px solid var(--line); white-space: normal; }
  td.reason { flex-basis: 100%; color: var(--muted); }
}
@media print { .tip { display: none !important; } section { break-inside: avoid; } }
`;

/** The class of a verdict, which has its colour. */
export const VERDICT_CLASSES: Readonly<Record<Verdict, string>> = {
  "too low": "low",
  good: "good",
  "as good for all we know": "unknown",
  "too high": "high",
  erratic: "diverged",
  diverged: "diverged",
  lost: "diverged",
  pruned: "muted",
};
