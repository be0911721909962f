import { plots, uplot } from "../../generated/page.js";
import type { Reason } from "../verdict.js";
import { errorsText } from "../words.js";
import type { Context } from "./context.js";
import { count } from "./format.js";
import { Html, html, json } from "./html.js";
import { style } from "./style.js";

/** Nothing is loaded from anywhere: the page holds its plots, its data and its style, and forbids the rest. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** A page that stands alone. `document` is what its plots are drawn from. */
export function page(title: string, document: Context, body: readonly Html[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(uplot.css)}${new Html(style)}</style>
</head>
<body>
<main>
${body}
<footer>${place(document)}. The same file,
options and seed give the same numbers on every machine.</footer>
</main>
<script type="application/json" id="document">${json(document)}</script>
<script>${new Html(uplot.code)}</script>
<script type="module">${new Html(plots)}</script>
</body>
</html>
`.text;
}

/** What made a page, and where, as far as it is known. */
function place({ stepsize, host, backend }: Context): string {
  const on = host === undefined ? "" : ` on ${host}`;
  return `stepsize ${stepsize}${on}${backend === undefined ? "" : `, backend ${backend.name} (${backend.reason})`}`;
}

/** What a page answers, above all that it rests on. */
export interface Answer {
  readonly question: string;
  /** The first sentence is the answer. */
  readonly headline: string;
  readonly sure: boolean;
  /** What to do with it, and the command line that does; null where there is none. */
  readonly next: readonly [string, string] | null;
}

export function answer({ question, headline, sure, next }: Answer): Html {
  const cut = headline.indexOf(". ");
  const [first, rest] = cut < 0 ? [headline, ""] : [headline.slice(0, cut + 1), headline.slice(cut + 2)];
  return html`<section class="answer ${sure ? "" : "unsure"}">
<p class="muted">${question}</p>
<h1>${first}</h1>
${rest === "" ? null : html`<p class="lead">${rest}</p>`}
${next === null ? null : html`<p class="hint">${next[0]}</p><div class="command"><code id="command">${next[1]}</code><button type="button" data-copy="command">copy</button></div>`}
</section>`;
}

/** What a reader of differences with their errors needs to follow the verdicts of a table. */
export function errorsHint(reasons: readonly Reason[]): Html {
  const text = errorsText(reasons);
  return text === "" ? html`` : html`<p class="hint">${text}.</p>`;
}

/** The data and the run itself, as a part of the page; `chosen` is the run with the rate to use, where there is one. */
export function circumstances({ data, run, file }: Context, chosen: unknown = run): Html {
  const { rows, features, classes, target, task, notes } = data;
  const names = features.length > 40 ? `${features.slice(0, 40).join(", ")} and ${features.length - 40} more` : features.join(", ");
  return html`<section>
<h2>Data</h2>
<dl>
<dt>file</dt><dd>${file}</dd>
<dt>target</dt><dd>${target} (${task}${classes === undefined ? "" : `, ${count(classes.length, "class", "classes")}: ${classes.join(", ")}`})</dd>
<dt>rows</dt><dd>${rows.training} to train on, ${rows.validation} to validate, ${rows.test} held out for the test</dd>
<dt>features</dt><dd>${features.length}: ${names}</dd>
${notes.length > 0 ? html`<dt>notes</dt><dd>${notes.map((note) => html`<div>${note}</div>`)}</dd>` : null}
</dl>
</section>
<section>
<details><summary>The run, as the document that decides it</summary><button type="button" data-copy="run">copy</button><pre id="run">${JSON.stringify(chosen, null, 2)}</pre></details>
</section>`;
}
