import { OptionError } from "../options/errors.js";
import type { AnyOptions, AnyRule, DeclaredTrait } from "./rule.js";

/** With those, what follows from how a rule is made. */
export type Trait =
  | DeclaredTrait
  /** Groups share its estimates. */
  | "sharesEstimates"
  /** A step must be told the loss. */
  | "needsLoss"
  /** A step needs a closure, as around any rule that is not moved all together it does for `sam`. */
  | "needsClosure"
  /** Other values are evaluated than those that are trained. */
  | "showsOthers"
  /** Has no weight decay. */
  | "hasNoDecay"
  /** Some tensors, or all, are left to another optimizer. */
  | "delegates";

/** The traits of a rule. */
export function traitsOf(
  rule: Pick<AnyRule, "traits" | "shared" | "needs" | "evaluate" | "fallback" | "parts"> & Partial<Pick<AnyRule, "fields">>,
): ReadonlySet<Trait> {
  const found = new Set<Trait>(rule.traits);
  if (rule.shared) found.add("sharesEstimates");
  if (rule.needs === "loss") found.add("needsLoss");
  if (rule.needs === "closure") found.add("needsClosure");
  if (rule.fields && !rule.parts && !("weightDecay" in rule.fields)) found.add("hasNoDecay");
  if (rule.evaluate) found.add("showsOthers");
  if (rule.fallback || rule.parts) found.add("delegates");
  return found;
}

/** That a wrapper goes around no rule of a trait, and why. The first row of a wrapper that holds is what a person is told. */
interface Refusal {
  readonly trait: Trait;
  readonly because: string;
  /** A kind around which the wrapper goes all the same. */
  readonly butNot?: string;
  /** Holds only where the wrapper has this option. */
  readonly with?: string;
  /** The kind that is refused, where it is not the rule at the core. */
  readonly named?: string;
}

const OTHERS: Refusal = { trait: "showsOthers", because: "it keeps values of its own to evaluate" };
const AVERAGES: readonly Refusal[] = [{ ...OTHERS, butNot: "lookahead" }];
const GRADIENTS: readonly Refusal[] = [{ trait: "movesAllTogether", because: "it takes gradients of its own, as they are" }];
const AS_THEY_ARE = "it expects its steps to be taken as they are";
const BY_ITSELF = "it finds its rate by itself";
const UNDECAYED: Refusal = { trait: "hasNoDecay", because: "it has no weight decay" };
const NO_STEPS = "its values do not move by steps that could be scaled";
const ANEW: Refusal = { trait: "setsValues", because: "it computes its values anew from where they started" };
/** Around a rule that can step other values than those at which its gradients are. */
const AVERAGED_STEPS: readonly Refusal[] = [
  OTHERS,
  ...GRADIENTS,
  { trait: "sharesEstimates", because: BY_ITSELF },
  { trait: "needsLoss", because: BY_ITSELF },
  ANEW,
];

/** The compatibility of wrappers and rules: every pair of a wrapper and a trait that is refused. */
const REFUSALS: Readonly<Record<string, readonly Refusal[]>> = {
  adaptiveGradientClipping: GRADIENTS,
  centralize: GRADIENTS,
  gradientNoise: GRADIENTS,
  tensorClipping: GRADIENTS,
  ema: AVERAGES,
  swa: AVERAGES,
  sam: [{ trait: "movesAllTogether", because: "it takes gradients of its own, at the values" }],
  lookahead: [
    OTHERS,
    { trait: "movesAllTogether", because: "what it knows of the objective belongs to the values where it left them" },
    ANEW,
    { trait: "sharesEstimates", because: "what it has found out is lost where resetState starts it anew", with: "resetState" },
  ],
  scheduleFree: AVERAGED_STEPS,
  primalAveraging: AVERAGED_STEPS,
  emaNesterov: AVERAGED_STEPS,
  cautious: stepsApart("cautious"),
  cautiousDecay: [UNDECAYED, ...stepsApart("cautiousDecay")],
  hyperball: stepsApart("hyperball"),
  decoupledDecay: [
    UNDECAYED,
    { trait: "movesAllTogether", because: BY_ITSELF },
    { trait: "sharesEstimates", because: BY_ITSELF },
    { trait: "needsLoss", because: BY_ITSELF },
    { trait: "setsValues", because: NO_STEPS },
  ],
  correctedDecay: [UNDECAYED, { trait: "movesAllTogether", because: BY_ITSELF }, { trait: "sharesEstimates", because: BY_ITSELF }],
  mechanic: [
    { trait: "movesAllTogether", because: BY_ITSELF },
    { trait: "needsClosure", because: "put mechanic inside of it instead", named: "sam" },
    { trait: "sharesEstimates", because: BY_ITSELF },
    { trait: "needsLoss", because: BY_ITSELF },
    { trait: "showsOthers", because: NO_STEPS },
    { trait: "setsValues", because: NO_STEPS },
    { trait: "delegates", because: "it leaves tensors to another optimizer" },
  ],
};

/** Around a rule whose steps can be made apart from the values, and changed. */
function stepsApart(wrapper: string): readonly Refusal[] {
  return [
    { trait: "readsValues", because: "its step depends on the values, and cannot be made apart from them" },
    { trait: "needsClosure", because: `put ${wrapper} inside of it instead`, named: "sam" },
    { trait: "sharesEstimates", because: AS_THEY_ARE },
    { trait: "needsLoss", because: AS_THEY_ARE },
    { trait: "showsOthers", because: AS_THEY_ARE },
  ];
}

/** Why a wrapper does not go around a rule; undefined where it does. */
export function refusalOf(
  wrapper: string,
  rule: AnyRule,
  options: object,
): { readonly kind: string; readonly because: string } | undefined {
  const traits = traitsOf(rule);
  const row = REFUSALS[wrapper]?.find(
    ({ trait, butNot, with: option }) => traits.has(trait) && rule.kind !== butNot && (!option || (options as AnyOptions)[option]),
  );
  return row && { kind: row.named ?? rule.kind, because: row.because };
}

/** Throws OptionError where a wrapper does not go around a rule. */
export function checkCompatible(wrapper: string, rule: AnyRule, options: object): void {
  const refusal = refusalOf(wrapper, rule, options);
  if (refusal !== undefined) throw new OptionError(`${wrapper}.optimizer`, refusal.kind, `cannot be ${refusal.kind}: ${refusal.because}`);
}
