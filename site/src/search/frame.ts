// The page in which a report stands. Its plots and styles come from files beside it, so that it runs under rules that allow none in the text.
import "uplot/dist/uPlot.min.css";
import UPlot from "uplot";
import { style } from "../../../src/search/report/style.js";

addEventListener("message", async ({ source, data }) => {
  if (source !== parent || typeof data !== "string") return;
  const report = new DOMParser().parseFromString(data, "text/html");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
  document.title = report.title;
  document.body.replaceChildren(...report.querySelectorAll("main, #document"));
  Object.assign(globalThis, { uPlot: UPlot });
  await import("../../../src/search/report/plots.js");
  parent.postMessage("drawn", "*");
});
parent.postMessage("ready", "*");
