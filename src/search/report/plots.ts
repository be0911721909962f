// Runs in the page, not in Node: scripts/page.js bundles it, page.ts puts it into the page, after uPlot and beside the document.
import { copyButtons } from "./copy.js";
import { curvePlots } from "./curves.js";
import type { SearchDocument, TrainDocument } from "./document.js";
import { ratePlots } from "./rates.js";
import { trainPlots } from "./training.js";

const report: SearchDocument | TrainDocument = JSON.parse(document.getElementById("document")?.textContent ?? "");

if (report.command === "search") {
  ratePlots(report);
  curvePlots(report);
} else trainPlots(report);
copyButtons();
