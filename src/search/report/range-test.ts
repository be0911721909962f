import type { RangeTestResult } from "../range-test.js";
import { rangeHeadline, rangeMarks } from "../range-words.js";
import type { Context } from "./context.js";
import { count, short } from "./format.js";
import { html } from "./html.js";
import { answer, circumstances, page } from "./page.js";

/** The document that `range-test --json` prints and its page is drawn from. */
export interface RangeTestDocument extends Context, RangeTestResult {
  readonly command: "range-test";
  /** The answer in words. */
  readonly headline: string;
  /** The command line that searches the rates to look at, where there are some. */
  readonly search: string | null;
}

export function rangeTestDocument(context: Context, result: RangeTestResult, search: string | null): RangeTestDocument {
  return { command: "range-test", ...context, ...result, headline: rangeHeadline(result), search };
}

/** The page of a range test. */
export function rangeTestReport(document: RangeTestDocument): string {
  const { data, file, run, runs, curve, headline, search, start, noise } = document;
  const { optimizer, seed } = run as { optimizer: { kind: string }; seed: number };
  return page(`Range test on ${data.target}`, document, [
    answer({
      question: `Which learning rates for ${data.target} are worth a search? ${file}, ${optimizer.kind}, ${count(curve.length, "step")}, ${count(runs.length, "run")}, seed ${seed}`,
      headline,
      sure: document.certainty === "told",
      next: search === null ? null : ["Search there with:", search],
    }),
    html`<section>
<h2>Loss while the rate rises</h2>
<p class="hint">The thick line is the smoothed mean of all runs, thin lines are the runs, batch by batch. The band is where to look first.</p>
<div class="plot" id="range"></div>
<dl>${rangeMarks(document).map(({ rate, sign, name }) => html`<dt>${sign} ${name}</dt><dd>${short(rate)}</dd>`)}
<dt>loss at the start</dt><dd>${short(start)} ± ${short(noise)}</dd></dl>
</section>`,
    circumstances(document),
  ]);
}
