import type { RateResult } from "../conclude.js";
import type { CombinationResult, StudyResult } from "../study.js";
import { differenceReason, STANDINGS, standingText, studyHeadline, valuesText, valueText } from "../study-words.js";
import { MARKS } from "../words.js";
import type { Context } from "./context.js";
import { count, scoreText, scoreTitle, short } from "./format.js";
import { Html, html } from "./html.js";
import { answer, circumstances, errorsHint, page } from "./page.js";
import { VERDICT_CLASSES } from "./style.js";

/** The document that `search --vary --json` prints and its page is made of. */
export interface StudyDocument extends Context, Omit<StudyResult, "combinations"> {
  readonly command: "study";
  readonly headline: string;
  /** The command line that trains the best combination, where there is one. */
  readonly train: string | null;
  readonly combinations: readonly CombinationDocument[];
}

/** A combination without its single runs. */
export type CombinationDocument = Omit<CombinationResult, "trials" | "search"> & {
  /** How it stands beside the best, in words. */
  readonly text: string;
  readonly search: Omit<CombinationResult["search"], "rates" | "best"> & {
    readonly best: { readonly rate: number; readonly validation: RateResult["validation"]; readonly spread: number | null } | null;
    readonly rates: readonly (Omit<RateResult, "trials"> & { readonly runs: number })[];
  };
};

export function studyDocument(context: Context, result: StudyResult, train: string | null): StudyDocument {
  const { combinations, ...rest } = result;
  return {
    command: "study",
    ...context,
    ...rest,
    headline: studyHeadline(result, context.data.rows.validation),
    train,
    combinations: combinations.map((one, i) => {
      const { trials: _, search, ...own } = one;
      const { best, rates, ...found } = search;
      return {
        ...own,
        text: standingText(one, i === result.best),
        search: {
          ...found,
          best: best && { rate: best.rate, validation: best.validation, spread: best.spread },
          rates: rates.map(({ trials, ...rate }) => ({ ...rate, runs: trials.length })),
        },
      };
    }),
  };
}

/** The best first, the others by their loss; those that fail come last. */
export function ranked({ combinations, best }: StudyDocument): number[] {
  const loss = (i: number) =>
    (i === best ? Number.NEGATIVE_INFINITY : combinations[i]?.search.best?.validation?.loss) ?? Number.POSITIVE_INFINITY;
  return combinations.map((_, i) => i).sort((a, b) => loss(a) - loss(b) || a - b);
}

/** The page of a study: a map of every combination over the rates, and where two fields vary, one over both. */
export function studyReport(document: StudyDocument): string {
  const { data, file, run, combinations, fields, headline, train } = document;
  const { seed, epochs } = run as { seed: number; epochs: number };
  const order = ranked(document);
  return page(`Study on ${data.target}`, document, [
    html`<style>${new Html(STYLE)}</style>
${answer({
  question: `What suits ${data.target}? ${file}: ${count(combinations.length, "combination")} of ${fields.join(", ")}, ${count(epochs, "epoch")}, seed ${seed}`,
  headline,
  sure: document.certainty === "told apart",
  next: train === null ? null : ["Train the best with:", train],
})}
<section>
<h2>Every combination over its learning rates</h2>
<p class="hint">Each at its own best rate (★). Signs are verdicts within a combination: ${MARKS["too low"]} too low, ${MARKS.good} good, ${MARKS["as good for all we know"]} as good for all we know, ${MARKS["too high"]} too high, ${MARKS.erratic} erratic, ${MARKS.diverged} diverged, ${MARKS.pruned} pruned. The bar is the range of good rates.</p>
${rateMap(document, order)}
</section>`,
    fields.length === 2 ? heatMap(document) : html``,
    html`<section>
<h2>The combinations</h2>
<p class="hint">Sensitivity: how far the validation loss lies above the lowest, on average over three decades of rates around the best. Width: decades of good rates.</p>
${errorsHint(combinations.flatMap(differenceReason))}
<div class="scroll"><table>
<thead><tr>${fields.map((field) => html`<th>${field}</th>`)}<th>best rate</th><th>${scoreTitle(data)}</th><th>validation loss</th><th>sensitivity</th><th>width</th><th>beside the best</th></tr></thead>
<tbody>${order.map((i) => row(document, i))}</tbody>
</table></div>
</section>`,
    circumstances(document),
  ]);
}

function row({ combinations, fields, best, data }: StudyDocument, i: number): Html {
  const { values, search, sensitivity, width, standing, text } = combinations[i] as CombinationDocument;
  // narrow pages, which have no heads of columns, name each cell
  const cell = (name: string, text: string | undefined) => html`<td class="number" data-head="${name}">${text || "–"}</td>`;
  const number = (name: string, value: number | null | undefined) => cell(name, value === null || value === undefined ? "" : short(value));
  return html`<tr class="${i === best ? "best" : ""}">${fields.map((field) => html`<td data-head="${field}">${valueText(values[field])}</td>`)}
${number("rate", search.best?.rate)}${cell(scoreTitle(data), scoreText(search.best?.validation?.score, data))}${number("loss", search.best?.validation?.loss)}
${number("sensitivity", sensitivity?.value)}${cell("width", width?.toFixed(1))}<td class="reason">${STANDINGS[standing].mark} ${text}</td></tr>`;
}

/** Rates from left to right, a line for each combination. */
function rateMap({ combinations, best }: StudyDocument, order: readonly number[]): Html {
  const all = combinations.flatMap(({ search }) => search.rates.map(({ rate }) => Math.log10(rate)));
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const place = (rate: number) => `${(4 + (92 * (Math.log10(rate) - low)) / (high - low || 1)).toFixed(2)}%`;
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const decades = Array.from({ length: Math.floor(high + 1e-9) - Math.ceil(low - 1e-9) + 1 }, (_, i) => Math.ceil(low - 1e-9) + i);
  const ticks = decades.filter((decade) => decade % every === 0).map((decade) => Number(`1e${decade}`));
  return html`<div class="map">${order.map((i) => {
    const { values, search } = combinations[i] as CombinationDocument;
    const { good } = search;
    const bar = good && html`<i class="bar" style="left:calc(${place(good.from)} - 8px);right:calc(100% - ${place(good.to)} - 8px)"></i>`;
    const signs = search.rates.map(({ rate, verdict, validation }) => {
      const title = `rate ${short(rate)}: ${verdict}${validation === null ? "" : `, validation loss ${short(validation.loss)}`}`;
      const chosen = rate === search.best?.rate;
      return html`<i class="sign ${VERDICT_CLASSES[verdict]}${chosen ? " chosen" : ""}" style="left:${place(rate)}" title="${title}">${chosen ? "★" : MARKS[verdict]}</i>`;
    });
    return html`<div class="name${i === best ? " lead" : ""}">${valuesText(values)}</div><div class="line">${bar}${signs}</div>`;
  })}<div class="name"></div><div class="line axis">${ticks.map((rate) => html`<i style="left:${place(rate)}">${short(rate)}</i>`)}</div></div>`;
}

/** The score, or the loss, of two fields at the best rate of each pair. */
function heatMap({ combinations, fields, best, data }: StudyDocument): Html {
  const [across, down] = fields as [string, string];
  const valuesOf = (field: string) => [
    ...new Map(combinations.map(({ values }) => [JSON.stringify(values[field]), values[field]])).values(),
  ];
  const heightOf = ({ search }: CombinationDocument) => search.best?.validation?.score ?? null;
  const scores = combinations.map(heightOf).filter((score) => score !== null);
  const known =
    scores.length > 0 ? heightOf : ({ search }: CombinationDocument) => (search.best?.validation ? -search.best.validation.loss : null);
  const heights = combinations.map(known).filter((height) => height !== null);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const cell = (x: unknown, y: unknown): Html => {
    const i = combinations.findIndex(({ values }) => JSON.stringify([values[across], values[down]]) === JSON.stringify([x, y]));
    const one = combinations[i];
    if (one === undefined) return html`<td></td>`;
    const height = known(one);
    if (height === null) return html`<td class="diverged">✕</td>`;
    const share = Math.round(45 * (high > low ? (height - low) / (high - low) : 1));
    const text = scores.length > 0 ? scoreText(height, data) : short(-height);
    return html`<td style="background:color-mix(in srgb, var(--good) ${share}%, var(--card))">${i === best ? "★ " : ""}${text}<br><small>${short(one.search.best?.rate as number)}</small></td>`;
  };
  return html`<section>
<h2>${across} against ${down}</h2>
<p class="hint">${scores.length > 0 ? scoreTitle(data) : "Loss"} on the validation rows at the best rate of each, which stands below it.</p>
<div class="scroll"><table class="heat">
<thead><tr><th>${down} ╲ ${across}</th>${valuesOf(across).map((x) => html`<th>${valueText(x)}</th>`)}</tr></thead>
<tbody>${valuesOf(down).map((y) => html`<tr><th>${valueText(y)}</th>${valuesOf(across).map((x) => cell(x, y))}</tr>`)}</tbody>
</table></div>
</section>`;
}

const STYLE = `
.map { display: grid; grid-template-columns: minmax(90px, max-content) minmax(0, 1fr); gap: 2px 14px; font-size: 0.86rem; align-items: center; }
.map .name { max-width: 320px; overflow-wrap: anywhere; }
.map .name.lead { font-weight: 600; }
.map .line { position: relative; height: 26px; border-bottom: 1px solid var(--grid); }
.map .line i { position: absolute; font-style: normal; translate: -50% 0; top: 2px; }
.map .line .bar { translate: none; top: 4px; height: 18px; border-radius: 9px; background: var(--band); }
.map .line .chosen { font-size: 1.15rem; top: -1px; }
.map .axis { border: 0; color: var(--muted); }
.heat { width: auto; }
.heat td, .heat thead th { text-align: center; padding: 8px 22px; }
.heat td { white-space: nowrap; }
@media (max-width: 560px) { .map { grid-template-columns: minmax(0, 1fr); } .map .name { max-width: none; margin-top: 6px; } .map .sign { font-size: 0.75rem; } }
`;
