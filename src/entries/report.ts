// The entry point "stepsize/report": the page of a search, as the command line writes it. Apart from the others, for the plots that it carries.
export { renderReport } from "../search/report/render.js";
export type { ReportOptions } from "../search/report/report-context.js";
