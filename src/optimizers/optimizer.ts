import { Parameters } from "../engine/parameters.js";
import { DisposedError, EngineError, ModeError, OptionError, OutOfMemoryError } from "../options/errors.js";
import { show } from "../options/options.js";
import { type Clock, readClock } from "../schedules/schedule.js";
import { stateTooLarge } from "./advice.js";
import { flushFaded } from "./flush.js";
import { Gradients } from "./gradients.js";
import { type BoundGroup, divide, elementRatesOf, filledRuns, hostOf, introduce, ratesOf } from "./groups.js";
import { type Found, Guard, type Guarded } from "./guard.js";
import { ELEMENT_RATES, KeptValues } from "./kept.js";
import { checkStep, meanLoss, takeLoss } from "./loss.js";
import { changesOf, type MadeChange, setRate } from "./manual-rate.js";
import { type LoadedState, type OptimizerLoadOptions, stateToLoad } from "./partial.js";
import { type AnyRule, type Closure, type OptimizerDescription, type RuleDescription, ruleOf, type StepOptions } from "./rule.js";
import { type Slot, Slots, type StateArray } from "./slots.js";
import { copyState, loadState, type OptimizerState, type StateHolder } from "./state.js";
import { scheduleAll, type Update, updateAll, useRates } from "./stepping.js";
import { computeThrough, unwrap } from "./wrapper.js";

/**
 * Binds an update rule to parameters: `step()` moves the values by the gradients that stand in the parameters' memory.
 *
 * An update number t (from 1) uses the learning rate of schedule step t - 1. Every 32 updates, what fades becomes 0 (docs/performance.md).
 * A wrapper around an optimizer (`ema`, `lookahead`, `sam`, ...) leaves rate, groups, clipping and accumulation to the optimizer inside.
 *
 * @param parameters what to optimize; freed by their owner, not by the optimizer.
 * @param description what a factory such as `adamw(...)` made.
 * @param clock how long an epoch and the run are, for schedules that count them.
 * @param closely whether gradients too are looked at, before every update, for numbers that are not finite, and not only state and values every 32.
 * @throws OptionError for what no factory made, a wrong clock and a group that matches nothing; OutOfMemoryError when the state does not fit.
 * @example
 * const optimizer = new Optimizer(parameters, adamw({ learningRate: 1e-3 }));
 * parameters.get("dense.weight").gradient.set(gradients);
 * optimizer.step();
 * console.log(optimizer.learningRate);
 */
export class Optimizer implements Disposable {
  readonly parameters: Parameters;
  readonly description: OptimizerDescription;
  readonly #clock: Clock;
  readonly #core: RuleDescription;
  readonly #needs: AnyRule["needs"];
  readonly #groups: readonly BoundGroup[];
  readonly #live: readonly BoundGroup[];
  readonly #updates: readonly Update[];
  readonly #follow: readonly { group: BoundGroup; follow: (t: number) => void }[];
  /** The groups whose elements have rates of their own. */
  readonly #blended: readonly BoundGroup[];
  /** Calls a closure; what goes around the optimizer may do so elsewhere than at the values. */
  readonly #compute: (closure: Closure) => number;
  /** The scalar state of every group, or the one that they share. */
  readonly #scalars: readonly Record<string, number>[];
  readonly #slots: Slots;
  readonly #gradients: Gradients;
  readonly #guard: Guard;
  readonly #kept: KeptValues | undefined;
  readonly #holder: StateHolder;
  /** Whether some values that are evaluated are not those that are trained. */
  readonly #evaluates: boolean;
  #steps = 0;
  #loss = Number.NaN;
  /** Whether the groups' learning rates are those of the last update. */
  #ratesKnown = false;
  #evaluating = false;
  #disposed = false;

  constructor(parameters: Parameters, description: OptimizerDescription, clock: Clock = {}, closely = false) {
    if (!(parameters instanceof Parameters)) throw new OptionError("parameters", parameters, `must be Parameters, got ${show(parameters)}`);
    // first, since only what a factory made can be unwrapped
    ruleOf(description);
    const { core, layers, compose } = unwrap(description);
    this.parameters = parameters;
    this.description = description;
    this.#core = core;
    this.#slots = new Slots(parameters);
    this.#clock = readClock(clock);
    const host = hostOf(parameters.engine, this.#slots);
    this.#groups = divide(core, compose, [...parameters], host);
    this.#live = this.#groups.filter(({ isLive }) => isLive);
    const { bound, scalars, needs } = introduce(this.#groups, this.#live, core.accumulate);
    this.#scalars = scalars;
    this.#needs = needs;
    this.#holder = { kind: description.kind, accumulate: core.accumulate, groups: this.#groups, scalars, slots: this.#slots };
    try {
      this.#gradients = new Gradients(parameters, core.accumulate, this.#slots);
      const { guard = "throw" } = core;
      this.#guard = new Guard(parameters, this.#gradients, this.#slots, this.#live, guard, closely);
      for (const group of this.#live) group.addState(this.#slots, parameters, this.#gradients.block.pointer);
      this.#guard.begin();
      this.#updates = bound.map((group) => ({ group, update: group.rule.bind(group) }));
      this.#blended = this.#live.filter(({ elementRates }) => elementRates);
      this.#follow = this.#live.flatMap((group) => (group.rule.follow === undefined ? [] : [{ group, follow: group.rule.follow(group) }]));
      this.#compute = computeThrough(layers, { ...host, runs: filledRuns(parameters, this.#live), sign: core.maximize ? -1 : 1 });
      this.#evaluates = this.#live.some(({ rule }) => rule.evaluate);
      if (this.#evaluates || this.#blended.length > 0) this.#kept = new KeptValues(parameters, this.#slots.scratch(parameters.size));
      this.#markValues();
    } catch (error) {
      const taken = this.#slots.bytes;
      this.dispose();
      throw error instanceof OutOfMemoryError && error.cause === undefined
        ? stateTooLarge(description.kind, parameters, this.#live, core.accumulate, taken + error.requested)
        : error;
    }
  }

  /** The number of updates made. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * The learning rate that the last update used (for tensors that no group matches), NaN before the first and the first after `load()`. Of
   * methods that find a rate, it is the one found: each says in its description what that is.
   */
  get learningRate(): number {
    return this.#ratesKnown ? (this.#groups.at(-1) as BoundGroup).learningRate : Number.NaN;
  }

  /** The learning rates that the last update used, by name of tensor; NaN where `learningRate` is, and for frozen tensors. */
  get learningRates(): Record<string, number> {
    return ratesOf(this.#groups, this.#ratesKnown);
  }

  /**
   * Sets the learning rate from the next update on, where it is `manual({ rate })`: the optimizer's and that of groups without one of their own, or
   * of the group or part with the pattern `match`; of `partition` the factor on the rates of all parts. What was set is a part of the state.
   * @throws OptionError for a rate below 0 or beyond float32, another schedule, or a pattern of no group.
   */
  setLearningRate(rate: number, match?: string): void {
    this.#alive();
    setRate(this.#groups, this.#steps, rate, match);
  }

  /** What was set by hand: the rates of `manual({ rate })` and the steps from which they hold. */
  get rateChanges(): readonly MadeChange[] {
    return changesOf(this.#groups);
  }

  /** The loss that the last `step()` was told or computed; NaN without either. */
  get loss(): number {
    return this.#loss;
  }

  /**
   * The 2-norm of the gradients over all tensors that are not frozen, before `clipNorm`: of those that stand in the parameters, measured
   * now; with `clipNorm` or `accumulate` of the mean that the last update used (NaN before the first), which was measured then.
   */
  get gradientNorm(): number {
    this.#alive();
    const { clipNorm, accumulate } = this.#core;
    return clipNorm === undefined && accumulate === 1 ? this.#gradients.measure(this.#groups) : this.#gradients.lastNorm;
  }

  /** The factors on the learning rate of each element of a tensor, 1 at first; its group must have set `elementRates`. */
  elementRates(name: string): Float32Array {
    this.#alive();
    return elementRatesOf(this.parameters.get(name), this.#groups, this.#slots);
  }

  /** Whether the parameters hold the values to evaluate in place of the training ones. */
  get evaluating(): boolean {
    return this.#evaluating;
  }

  /**
   * Puts the values that should be evaluated and saved into the parameters: averages, for methods that keep one (`ema`, `scheduleFreeAdamw`,
   * ...); for the others, and before the first update, the training values are these. The state does not change.
   */
  toEvaluation(): void {
    this.#show(true);
  }

  /** Puts the training values back, bit by bit, so that training can go on. */
  toTraining(): void {
    this.#show(false);
  }

  #show(evaluating: boolean): void {
    this.#alive();
    if (evaluating === this.#evaluating) return;
    this.#evaluating = evaluating;
    this.#markValues();
    const shown = this.#live.filter(({ rule, began }) => rule.evaluate && this.#steps > began);
    for (const group of shown) this.#kept?.[evaluating ? "show" : "hide"](group);
  }

  /**
   * The state in a slot such as "mean", by name of tensor: the numbers themselves, not a copy (16 bits each in bfloat16), until something is allocated.
   * @throws OptionError when the optimizer has no such slot.
   */
  slot(slot: string): Map<string, StateArray> {
    this.#alive();
    return this.#slots.views(slot, this.description.kind);
  }

  /**
   * Takes the gradients into account and, once as many as `accumulate` says are there, updates the values.
   *
   * @param loss the loss that the gradients are of (when several are accumulated, of each), or a closure that fills the gradients at the
   *   values as they stand and returns the loss: it is called once, and again by methods that look around (`lbfgs`, `sam`). Others need
   *   neither.
   * @param options where gradients are accumulated, how much these count, and whether they are the last.
   * @returns whether the values were updated.
   * @throws OptionError when a schedule gives no usable number or a needed loss or closure is missing; ModeError between `toEvaluation()`
   *   and `toTraining()`; DivergedError, as the option `guard` says, for a loss or, with `closely`, `clipNorm` or `guard: "skip"`, a gradient
   *   that is not finite (nothing has moved), and every 32 updates for state or values (`check()`: now); EngineError when a thread died.
   */
  step(loss?: number | Closure, options: StepOptions = NO_OPTIONS): boolean {
    this.#alive();
    if (this.#evaluating) throw new ModeError("step");
    const { weight = 1, last = false } = checkStep(options);
    const step = this.#steps + 1;
    try {
      return this.#step(loss, weight, last);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new EngineError(`${error.message} (in step ${step})`, { cause: error });
    }
  }

  #step(loss: number | Closure | undefined, weight: number, last: boolean): boolean {
    const { accumulate, clipValue, clipNorm, maximize } = this.#core;
    const gradients = this.#gradients;
    const guard = this.#guard;
    const accumulates = accumulate > 1;
    const full = !accumulates || gradients.isFull(last);
    // first, so that a wrong schedule stops the step before anything has moved
    if (full) scheduleAll(this.#groups, this.#steps, this.#clock);
    const taken = takeLoss(loss, this.description.kind, this.#needs, this.#compute);
    this.#loss = taken ?? Number.NaN;
    if (taken !== undefined && !Number.isFinite(taken)) return this.#hit({ what: "the loss", source: "loss", value: taken });
    if (accumulates) gradients.add(weight);
    const mean = this.#needs === "loss" && accumulates ? meanLoss(this.#scalars[0], gradients, this.#loss, weight) : this.#loss;
    if (!full) return false;
    const sign = maximize ? -1 : 1;
    let scale = sign / gradients.weight;
    if (clipValue !== undefined) gradients.clamp(clipValue, this.#groups);
    const norm = clipNorm !== undefined || accumulates ? gradients.measure(this.#groups) : Number.NaN;
    const wrong = guard.findBefore(clipNorm === undefined ? 0 : norm);
    if (wrong) return this.#hit(wrong);
    if (clipNorm !== undefined) scale *= Math.min(1, clipNorm / (norm + 1e-6));
    guard.prepare(this.#steps, this.#holder);
    useRates(this.#groups, guard.rateFactor);
    this.#ratesKnown = true;
    if (this.#blended.length > 0) for (const { runs } of this.#blended) this.#kept?.keep(runs);
    updateAll(this.#updates, this.#steps + 1, scale, sign * mean, typeof loss === "function" ? loss : NONE);
    if (++this.#steps === 1) this.#markValues();
    if (this.#blended.length > 0)
      for (const { runs } of this.#blended) this.#kept?.blend(runs, (this.#slots.find(ELEMENT_RATES) as Slot).block.pointer);
    if (this.#follow.length > 0) for (const { group, follow } of this.#follow) follow(this.#steps - group.began);
    if (accumulates) gradients.clear();
    if (!guard.isDue(this.#steps)) return true;
    flushFaded(this.#steps, this.parameters.engine.kernels, this.#live, this.#slots, guard.rows);
    return guard.isFiniteAfter(this.#steps) || this.check();
  }

  /** Leaves the update out, goes back to an earlier one, or throws. */
  #hit(found: Found): boolean {
    this.#steps = this.#guard.answer(found, this.#steps, (this.#groups.at(-1) as BoundGroup).scheduledRate, this.#holder);
    this.#loss = Number.NaN;
    this.#markValues();
    return false;
  }

  /** What the guard has seen so far. */
  get guarded(): Guarded {
    return { hits: this.#guard.hits, last: this.#guard.lastHit, faint: this.#guard.faintLooks };
  }

  /**
   * Shows a metric, usually the validation loss of an epoch, to learning rates that watch one (`reduceOnPlateau`, `greedy`).
   * @throws OptionError for a metric that is not finite, where a rate watches it.
   */
  observe(metric: number): void {
    this.#alive();
    for (const group of this.#groups) group.observe(metric);
  }

  /** The name of the first tensor or state that is not finite, if any. */
  findNonFinite(): string | undefined {
    this.#alive();
    return this.#guard.findAfter()?.what;
  }

  /** Looks at state and values now: true where all are finite, else what the option `guard` says, as `step()` does. */
  check(): boolean {
    this.#alive();
    const found = this.#guard.findAfter();
    return found === undefined || this.#hit(found);
  }

  /** A copy of everything that a later `load()` needs, beside the training values, to go on as if nothing had happened. */
  state(): OptimizerState {
    this.#alive();
    return copyState(this.#holder, this.#steps, this.#gradients, this.#guard);
  }

  /**
   * Takes over what `state()` gave, for parameters that hold the training values of that time.
   *
   * @param options `partial: true` takes what matches, by names of slots and tensors, and starts the rest anew.
   * @returns what started anew and what was not used: nothing without `partial`.
   * @throws CheckpointError, and changes nothing, when the state belongs to another optimizer; ModeError before `toTraining()`.
   */
  load(given: OptimizerState, options: OptimizerLoadOptions = {}): LoadedState {
    this.#alive();
    if (this.#evaluating) throw new ModeError("load");
    const { state, anew, unused } = stateToLoad(this.#holder, given, options);
    loadState(this.#holder, state);
    this.#ratesKnown = false;
    this.#steps = state.step;
    this.#guard.forget(state.rateFactor, state.faint);
    this.#gradients.resume(state.accumulated, state.accumulatedWeight ?? state.accumulated);
    this.#markValues();
    return { anew, unused };
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#markValues();
    this.#slots.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Says in the parameters what their values are, for models that are to be evaluated. */
  #markValues(): void {
    if (this.#evaluates) this.parameters.markTraining(this, !this.#disposed && this.#steps > 0 && !this.#evaluating);
  }

  #alive(): void {
    if (this.#disposed) throw new DisposedError("optimizer");
    if (this.parameters.disposed) throw new DisposedError("set of parameters");
  }
}

const NONE: Closure = () => Number.NaN;
const NO_OPTIONS: StepOptions = Object.freeze({});
