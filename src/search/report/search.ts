import { stabilityText } from "../stability.js";
import type { Verdict } from "../verdict.js";
import { MARKS, noteText } from "../words.js";
import type { SearchDocument } from "./document.js";
import { count, percent, rootMeanSquare, scoreText, scoreTitle, short } from "./format.js";
import { type Html, html } from "./html.js";
import { answer, circumstances, errorsHint, page } from "./page.js";
import { VERDICT_CLASSES } from "./style.js";
import { isWeighted } from "./view.js";

/** The page of a search: the answer, the command that follows it, then what it rests on. */
export function searchReport(document: SearchDocument): string {
  const { data, notes, repeats, best, rates, train } = document;
  const first = repeats > 1 ? " The first run of each rate is drawn." : "";
  const title = scoreTitle(data);
  const scored = best?.validation?.score !== undefined;
  const on = data.rows.validation > 0 ? "validation rows, which no run learnt from" : "training rows";
  return page(`Learning rates for ${data.target}`, document, [
    answer({
      question: question(document),
      headline: document.headline,
      sure: document.certainty === "told apart",
      next: train === null ? null : ["Train with it:", train],
    }),
    tiles(document),
    notes.length > 0 ? html`<section>${notes.map((note) => html`<p>Note: ${noteText(note)}.</p>`)}</section>` : html``,
    html`<section>
<h2>${scored ? `${title === "R²" ? title : "Accuracy"} and loss` : "Loss"} against learning rate</h2>
<p class="hint">On ${on}.${scored ? html` Above, ${title} where the choice is made, beside that of the chosen rate on the same rows${isWeighted(notes) ? "" : "; the band is the 90 % interval of the difference"}${repeats > 1 ? ", dots are its single runs" : ""}.` : null}
Below, the loss; dashed, the training loss. Rates that fail are shaded.<span id="clipped"></span></p>
${legend(document)}
<div class="plot" id="score"></div>
<div class="plot" id="loss"></div>
</section>
<div class="side">
<section>
<h2>Training loss by epoch</h2>
<p class="hint">A line for each rate; the thick one is the rate to use.${first}</p>
<div class="plot" id="curves"></div>
</section>
<section>
<h2>Validation loss by epoch</h2>
<p class="hint">Of the same runs, on rows they did not learn from.</p>
<div class="plot" id="validation-curves"></div>
</section>
</div>
<section>
<h2>Every rate</h2>
${errorsHint(rates.flatMap(({ reasons }) => reasons))}
<div class="scroll"><table>
<thead><tr>${heads(document).map((head) => html`<th class="${head === "verdict" || head === "why" ? "" : "number"}">${head}</th>`)}</tr></thead>
<tbody>${rates.map((result) => row(result, document))}</tbody>
</table></div>
</section>`,
    theorySection(document),
    circumstances(document, best?.run),
  ]);
}

/** What is asked, of which data and run. */
function question({ data, file, run, repeats }: SearchDocument): string {
  const { optimizer, seed, epochs } = run as { optimizer: { kind: string }; seed: number; epochs: number };
  const several = repeats > 1 ? `, up to ${repeats} runs of a rate` : "";
  return `Which learning rate for ${data.target}? ${file}, ${optimizer.kind}, ${count(epochs, "epoch")}, seed ${seed}${several}`;
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

function tiles(document: SearchDocument): Html {
  const { best, undecided, data, rates, guessing, uneven, scoreName } = document;
  if (best === null) return html``;
  const title = scoreTitle(data);
  const tile = (value: string, name: string) => html`<div class="tile"><b>${value}</b><span>${name}</span></div>`;
  const { score } = best.validation ?? {};
  const accuracy = scoreName === "accuracy";
  const chosen = rates.find(({ rate }) => rate === best.rate);
  const balanced = chosen?.balancedAccuracy ?? null;
  const runs = chosen?.trials.length ?? 1;
  const error = best.test === null ? undefined : rootMeanSquare(best.test.loss, document);
  return html`<div class="tiles">
${undecided === null || undecided.from === undecided.to ? null : tile(`${short(undecided.from)} – ${short(undecided.to)}`, "rates that cannot be told apart")}
${score === undefined ? null : tile(scoreText(score, data), `${title} on ${runs > 1 ? `${runs} times ` : ""}${count(data.rows.validation, "validation row")}`)}
${uneven && balanced !== null ? tile(percent(balanced), "balanced accuracy there: the mean over classes") : null}
${guessing.score === null || score === undefined ? null : tile(scoreText(guessing.score, data), accuracy ? "accuracy of always the most frequent class" : "R² of always the mean")}
${best.test === null ? null : tile(scoreText(best.test.score, data) || short(best.test.loss), `${best.test.score === undefined ? "loss" : title} on ${count(data.rows.test, "held-out row")}, which no choice saw`)}
${error === undefined ? null : tile(short(error), `typical error there, in the units of ${data.target}`)}
</div>`;
}

function legend({ rates }: SearchDocument): Html {
  const items = (Object.keys(MARKS) as Verdict[]).filter((verdict) => rates.some((result) => result.verdict === verdict));
  return html`<div class="legend">${items.map((verdict) => html`<span class="${VERDICT_CLASSES[verdict]}">${MARKS[verdict]} ${verdict}</span>`)}</div>`;
}

const isSpread = ({ rates }: SearchDocument) => rates.some(({ spread }) => spread !== null);

/** The heads of the table, in the order of the cells of `row`. */
function heads(document: SearchDocument): string[] {
  const { data, uneven } = document;
  const title = scoreTitle(data);
  return [
    "rate",
    "verdict",
    title,
    ...(uneven ? [`balanced ${title}`] : []),
    "validation loss",
    "training loss",
    ...(isSpread(document) ? ["runs", "± spread"] : []),
    "why",
  ];
}

function row(result: SearchDocument["rates"][number], document: SearchDocument): Html {
  const { rate, finalLoss, validation, verdict, reason, balancedAccuracy, spread, trials } = result;
  const { best, data, uneven } = document;
  const cell = (name: string, text: string) => html`<td class="number" data-head="${name}">${text === "" ? "–" : text}</td>`;
  const number = (name: string, value: number | null | undefined) => cell(name, value === null || value === undefined ? "" : short(value));
  const title = scoreTitle(data);
  const points = spread === null ? "" : data.classes !== undefined ? `± ${(100 * spread).toFixed(1)} points` : `± ${short(spread)}`;
  return html`<tr class="${rate === best?.rate ? "best" : ""}">${number("rate", rate)}<td class="verdict ${VERDICT_CLASSES[verdict]}">${MARKS[verdict]} ${verdict}</td>
${cell(title, scoreText(validation?.score, data))}${uneven ? cell(`balanced ${title}`, balancedAccuracy === null ? "" : percent(balancedAccuracy)) : null}
${number("validation loss", validation?.loss)}${number("training loss", finalLoss)}${isSpread(document) ? html`${cell("runs", String(trials.length))}${cell("spread", points)}` : null}
<td class="reason">${reason}</td></tr>`;
}
