import type { OptimizerDescription } from "stepsize";
import { optimizerFromJSON, rules, wrappers } from "stepsize/optimizers";
import type { Plain } from "../schedules/kinds.js";

/** Options that are set, by name. */
export type Options = Readonly<Record<string, unknown>>;

/** Momentum of sgd in a form, as on the command line: without it, nobody uses sgd. */
const SGD_MOMENTUM = 0.9;

/** What may go around an optimizer, "" for nothing. */
export type Around = string;

/** An optimizer as a form has it. */
export interface Walker {
  readonly kind: string;
  readonly rate: number;
  /** Options that are not at their defaults. */
  readonly options: Options;
  readonly around: Around;
  /** Takes the place of the rate. */
  readonly schedule?: Plain;
}

/** The optimizer of a form. @throws OptionError */
export function describe(walker: Walker): OptimizerDescription {
  return optimizerFromJSON(plainOf(walker));
}

/** The same as plain data; muon, which steps matrices alone, leaves the rest to adamw. */
export function plainOf({ kind, rate, options, around, schedule }: Walker): Record<string, unknown> {
  const rule = rules.get(kind);
  const fallback = rule?.fallback !== undefined && options["fallback"] === undefined ? { fallback: { kind: "adamw" } } : {};
  const core = { kind, learningRate: schedule ?? rate, ...options, ...fallback };
  return around === "" ? core : { kind: around, optimizer: core };
}

/** A walker of a kind with the options that a person would begin with. */
export function walkerOf(kind: string, rate = rules.get(kind)?.learningRate ?? 1e-3): Walker {
  return { kind, rate, options: kind === "sgd" ? { momentum: SGD_MOMENTUM } : {}, around: "" };
}

/** A walker from an address. @throws for what cannot be an optimizer. */
export function readWalker(value: unknown): Walker {
  const { kind, rate, options = {}, around = "" } = value as Partial<Walker>;
  const walker = { kind: String(kind), rate: Number(rate), options, around };
  describe(walker);
  return walker;
}

export const KINDS: readonly (readonly [string, string])[] = [...rules.keys()].map((kind) => [kind, kind] as const);
export const AROUND: readonly (readonly [string, string])[] = [
  ["", "nothing"],
  ...[...wrappers.keys()].map((kind) => [kind, kind] as const),
];

/** What is wrong with an optimizer, if anything. */
export function faultOf(walker: Walker): string | undefined {
  try {
    describe(walker);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
