// The page in which a report stands. Its plots and styles come from files beside it, so that it runs under rules that allow none in the text.
import "uplot/dist/uPlot.min.css";
import UPlot from "uplot";
import { copyButtons } from "../../../src/search/report/copy.js";
import { curvePlots } from "../../../src/search/report/curves.js";
import { ratePlots } from "../../../src/search/report/rates.js";
import { style } from "../../../src/search/report/style.js";

Object.assign(globalThis, { uPlot: UPlot });
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [sheet];

/** What a report carries along for where nothing lies beside it. */
const CARRIED = /<style>[\s\S]*?<\/style>|<script(?! type="application\/json")[^>]*>[\s\S]*?<\/script>/g;

/** Lets the page, whose thread this is, answer whoever waits. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

addEventListener("message", async ({ source, data }) => {
  if (source !== parent || typeof data?.report !== "string") return;
  const report = new DOMParser().parseFromString(data.report.replace(CARRIED, ""), "text/html");
  document.title = report.title;
  document.body.replaceChildren(...report.querySelectorAll("main, #document"));
  await turn();
  const result = JSON.parse(document.getElementById("document")?.textContent ?? "");
  for (const draw of [ratePlots, curvePlots, copyButtons]) {
    await turn();
    draw(result);
  }
  parent.postMessage("drawn", "*");
});
parent.postMessage("ready", "*");
