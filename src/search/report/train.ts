import type { TrainDocument } from "./document.js";
import { metricsText, scoreText, scoreTitle, short } from "./format.js";
import { html } from "./html.js";
import { circumstances, page } from "./page.js";

/** The page of a training run: what the loss did beside what the schedule did. */
export function trainReport(document: TrainDocument): string {
  const { data, file, run, history, metrics, steps, keptEpoch } = document;
  const { optimizer, seed } = run as { optimizer: { kind: string }; seed: number };
  const score = scoreTitle(data);
  const kept = keptEpoch === null ? "" : `, the weights are those of epoch ${keptEpoch}`;
  const parts = (["training", "validation", "test"] as const).flatMap((part) => {
    const values = metrics[part];
    return values === null ? [] : [{ part, values }];
  });
  return page(`Training on ${data.target}`, document, [
    html`<h1>Learning ${data.target}</h1>
<p class="muted">${file}, ${optimizer.kind}, ${history.length} epochs, ${steps} steps, seed ${seed}${kept}</p>
<div class="tiles">${parts.map(
      ({ part, values }) =>
        html`<div class="tile ${part === "test" ? "lead" : ""}"><b>${scoreText(values.score, data)}</b><span title="${metricsText(values, document)}">${score} on ${data.rows[part]} ${part === "test" ? "held-out" : part} rows, loss ${short(values.loss)}</span></div>`,
    )}</div>
<div class="side">
<section>
<h2>Loss</h2>
<p class="hint">By epoch, logarithmic: <span class="low">▬ training</span> <span class="high">╍ validation</span></p>
<div class="plot" id="losses"></div>
</section>
<section>
<h2>Learning rate</h2>
<p class="hint">By step, as the schedule gave it.</p>
<div class="plot" id="rates"></div>
</section>
</div>`,
    circumstances(document),
  ]);
}
