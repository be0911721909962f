import { load } from "stepsize";
import { describe, type Walker } from "../ui/walker.js";
import { answering } from "../ui/work.js";
import { type Trail, type Tried, trace, tryRates, type Walk } from "./trace.js";

export type Question =
  | { readonly kind: "trails"; readonly walkers: readonly Walker[]; readonly walk: Walk }
  | { readonly kind: `rates ${string}`; readonly walker: Walker; readonly walk: Walk };

/** Trails of walkers, or what the rates of one came to. */
export type Answer = { readonly trails: readonly Trail[] } | { readonly tried: readonly Tried[] };

const engine = await load();

export const serve = answering((question: Question): Answer => {
  if (question.kind === "trails") return { trails: question.walkers.map((walker) => trace(engine, describe(walker), question.walk)) };
  const { walker, walk } = question as Extract<Question, { walker: Walker }>;
  return { tried: tryRates(engine, (rate) => describe({ ...walker, rate }), walk) };
});
