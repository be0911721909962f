// Runs in the page, not in Node: scripts/page.js bundles it, page.ts puts it into the page, after uPlot and beside the document.
import { copyButtons } from "./copy.js";
import { curvePlots } from "./curves.js";
import type { SearchDocument, TrainDocument } from "./document.js";
import { rangePlot } from "./range-plot.js";
import type { RangeTestDocument } from "./range-test.js";
import { ratePlots } from "./rates.js";
import type { StudyDocument } from "./study.js";
import { trainPlots } from "./training.js";

const report: SearchDocument | TrainDocument | RangeTestDocument | StudyDocument = JSON.parse(
  document.getElementById("document")?.textContent ?? "",
);

if (report.command === "search") {
  ratePlots(report);
  curvePlots(report);
} else if (report.command === "train") trainPlots(report);
else if (report.command === "range-test") rangePlot(report);
copyButtons();
