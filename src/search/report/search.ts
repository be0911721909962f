import { stabilityText } from "../stability.js";
import type { Verdict } from "../verdict.js";
import { MARKS, noteText } from "../words.js";
import type { SearchDocument } from "./document.js";
import { rootMeanSquare, scoreText, scoreTitle, short } from "./format.js";
import { type Html, html } from "./html.js";
import { circumstances, page } from "./page.js";

/** The class of a verdict, which has its colour. */
const STYLES: Readonly<Record<Verdict, string>> = {
  "too low": "low",
  good: "good",
  "as good for all we know": "unknown",
  "too high": "high",
  erratic: "diverged",
  diverged: "diverged",
};

/** The page of a search. */
export function searchReport(document: SearchDocument): string {
  const { data, file, run, notes, rates, repeats } = document;
  const { optimizer, seed, epochs } = run as { optimizer: { kind: string }; seed: number; epochs: number };
  const several = repeats > 1 ? `, ${repeats} runs for each rate` : "";
  return page(`Learning rates for ${data.target}`, document, [
    html`<h1>Which learning rate for ${data.target}?</h1>
<p class="muted">${file}, ${optimizer.kind}, ${epochs} epochs, seed ${seed}${several}</p>`,
    tiles(document),
    notes.length > 0 ? html`<section>${notes.map((note) => html`<p>Note: ${noteText(note)}.</p>`)}</section>` : html``,
    html`<section>
<h2>Score and loss against learning rate</h2>
<p class="hint">On validation rows, which no run learnt from. The band is the range of good rates.
<span id="clipped">The dashed line is the loss on the training rows.</span></p>
${legend(document)}
<div class="plot" id="score"></div>
<div class="plot" id="loss"></div>
</section>
<section>
<h2>Training curves</h2>
<p class="hint">Training loss by epoch, a line for each rate; the thick one is the best.${repeats > 1 ? " The first run of each rate is drawn." : ""}</p>
<div class="plot" id="curves"></div>
</section>
<section>
<h2>Every rate</h2>
<div class="scroll"><table>
<thead><tr><th>rate</th><th>verdict</th><th>${scoreTitle(data)}</th><th>validation loss</th><th>final loss</th><th>best loss</th><th>why</th></tr></thead>
<tbody>${rates.map((result) => row(result, document))}</tbody>
</table></div>
</section>`,
    theorySection(document),
    circumstances(document),
  ]);
}

/** What the curvature of the loss says beside the trials. */
function theorySection({ theory }: SearchDocument): Html {
  if (theory === undefined) return html``;
  return html`<section>
<h2>Theory beside the trials</h2>
<p>${stabilityText(theory).replace(/^./, (letter) => letter.toUpperCase())}.</p>
<p class="hint">Marked in the plot of the loss by upright lines. From the largest eigenvalue of the Hessian over the training rows; steps over batches, and curvature that changes while a run learns, move these limits.</p>
</section>`;
}

function tiles({ best, good, data, rates }: SearchDocument): Html {
  if (best === null) return html`<section><p class="diverged"><b>Every rate diverged.</b> Try lower ones.</p></section>`;
  const range = good === null || good.from === good.to ? short(best.rate) : `${short(good.from)} – ${short(good.to)}`;
  const score = scoreTitle(data);
  const tile = (value: string, name: string, style = "") => html`<div class="tile ${style}"><b>${value}</b><span>${name}</span></div>`;
  return html`<div class="tiles">
${tile(short(best.rate), "best learning rate", "lead")}
${tile(range, "good rates")}
${tile(best.validation === null ? "–" : scoreText(best.validation.score, data), `${score} on validation rows`)}
${best.test === null ? null : tile(scoreText(best.test.score, data), `${score} on ${data.rows.test} held-out rows`)}
${best.test === null || data.scale === undefined ? tile(String(rates.length), "rates tried") : tile(short(rootMeanSquare(best.test.loss, data.scale)), `typical error there, in the units of ${data.target}`)}
</div>`;
}

function legend({ rates }: SearchDocument): Html {
  const items = (Object.keys(MARKS) as Verdict[]).filter((verdict) => rates.some((result) => result.verdict === verdict));
  return html`<div class="legend">${items.map((verdict) => html`<span class="${STYLES[verdict]}">${MARKS[verdict]} ${verdict}</span>`)}</div>`;
}

function row(
  { rate, finalLoss, bestLoss, validation, verdict, reason }: SearchDocument["rates"][number],
  { best, data }: SearchDocument,
): Html {
  const number = (value: number | null | undefined) =>
    html`<td class="number">${value === null || value === undefined ? "–" : short(value)}</td>`;
  return html`<tr class="${rate === best?.rate ? "best" : ""}">${number(rate)}<td class="verdict ${STYLES[verdict]}">${MARKS[verdict]} ${verdict}</td>
<td class="number">${validation === null ? "–" : scoreText(validation.score, data)}</td>
${number(validation?.loss)}${number(finalLoss)}${number(bestLoss)}<td class="reason">${reason}</td></tr>`;
}
