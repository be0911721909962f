// The entry point "stepsize/report": the page of a search, as the command line writes it. Apart from the others, for the plots that it carries.
export { type ReportOptions, renderReport } from "../search/report/render.js";
