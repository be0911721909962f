import "./start.css";
import { mount } from "../ui/shell.js";

const PLACES = [
  ["search.html", "Which learning rate?", "Drop a CSV file, and learn which rate suits it, why, and how sure that is. Nothing to install."],
  [
    "playground.html",
    "Playground",
    "Train a network and steer its learning rate while it learns. A link gives the same bits on every machine.",
  ],
  ["surfaces.html", "Optimizers on surfaces", "Any optimizers down the same valley, and each one's best rate beside it."],
  ["schedules.html", "Schedules", "Shapes of a learning rate to edit, combine and drag, with the equal call of other libraries."],
  ["benchmark.html", "Benchmark", "WebAssembly against JavaScript on your own machine, once equal bits are seen."],
  ["docs.html", "Docs", "Choosing a learning rate, for a newcomer; optimizers, schedules, determinism, performance."],
] as const;

function StartPage() {
  return (
    <>
      <h1>The learning rate, solved for JavaScript</h1>
      <p class="lead">
        stepsize is optimizers, schedules, training and learning-rate search in WebAssembly SIMD, with the same bits on every machine. These
        pages run it in your browser.
      </p>
      <ul class="places">
        {PLACES.map(([href, title, text]) => (
          <li key={href}>
            <a class="card" href={href}>
              <b>{title}</b>
              <span>{text}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

mount(StartPage);
