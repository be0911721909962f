import type { Parameters } from "../engine/parameters.js";
import { DivergedError } from "../options/errors.js";
import { areFaint, FLUSH_EVERY, flushGradients } from "./flush.js";
import type { Gradients } from "./gradients.js";
import type { BoundGroup } from "./groups.js";
import { SteppedRows } from "./rows.js";
import type { GuardAction, Run } from "./rule.js";
import type { Slots } from "./slots.js";
import { copyState, loadState, type OptimizerState, type StateHolder } from "./state.js";

/** Updates between two looks at state and values, and between two notes of the gradients' norm. */
const LOOK_EVERY = FLUSH_EVERY;
const NOTE_EVERY = 8 * LOOK_EVERY;
/** The factor on the learning rate at every return to a snapshot, and the most returns. */
const RATE_FACTOR = 0.5;
const MOST_RETURNS = 10;
/** Gradient norms that an error tells. */
const NORMS = 4;
const NOTHING = { count: 0, weight: 0 };

/** A number that is not finite: what it is of, and where it stands there. */
export interface Found {
  readonly what: string;
  readonly source: "loss" | "gradient" | "state" | "value";
  readonly tensor?: string;
  readonly index?: number;
  readonly value: number;
}

/** What a guard has seen of an optimizer. */
export interface Guarded {
  /** How often something was not finite and the run went on. */
  readonly hits: number;
  /** The error it would have been the last time. */
  readonly last: DivergedError | undefined;
  /**
   * How often, of the looks every 32 updates, all gradients were too small for an optimizer that squares them (under 3e-18 with a decay of
   * 0.999): they count as 0 then, since float32 has no such squares. Scale the loss, or take an optimizer without squares.
   */
  readonly faint: number;
}

const ADVICE: Readonly<Record<Found["source"], string>> = {
  loss: "try a lower learning rate or clipNorm",
  gradient: 'try a lower learning rate or clipNorm, look at the data of this batch, or leave such updates out with guard: "skip"',
  state: "a gradient was too large for its square: try clipNorm or a lower learning rate",
  value: "try a lower learning rate or clipNorm",
};

/** Watches over the numbers of an optimizer, finds what is not finite, and keeps what may be gone back to. */
export class Guard {
  /** The factor on the learning rate after returns. */
  rateFactor = 1;
  /** Whether gradients are looked at before every update. */
  readonly watchesGradients: boolean;
  /** How often something was found and the run went on, and what it was the last time. */
  hits = 0;
  lastHit: DivergedError | undefined;
  faintLooks = 0;
  /** Whether all gradients were too small to be squared at the last look. */
  isFaint = false;
  /** The rows of tensors that updates step alone, and what they step as a whole. */
  rows: SteppedRows;
  #wholes: readonly Run[] = [];
  readonly #parameters: Parameters;
  readonly #gradients: Gradients;
  readonly #slots: Slots;
  readonly #live: readonly BoundGroup[];
  readonly #action: GuardAction;
  readonly #norms: number[] = [];
  #snapshot: { readonly values: Float32Array; readonly state: OptimizerState } | undefined;
  #returns = 0;

  constructor(
    parameters: Parameters,
    gradients: Gradients,
    slots: Slots,
    live: readonly BoundGroup[],
    action: GuardAction,
    closely: boolean,
  ) {
    this.#parameters = parameters;
    this.#gradients = gradients;
    this.#slots = slots;
    this.#live = live;
    this.#action = action;
    this.rows = new SteppedRows(parameters, []);
    this.watchesGradients = action === "skip" || (closely && action !== "off");
  }

  /** Begins once tensors have their places. */
  begin(): void {
    this.rows = new SteppedRows(this.#parameters, this.#live);
    this.#wholes = this.#live.flatMap((group) => this.rows.wholeOf(group));
  }

  /** Whether it is time for what is looked at now and then, or an update moved rows alone, which are looked at every time. */
  isDue(updates: number): boolean {
    return updates % LOOK_EVERY === 0 || !this.rows.isEmpty;
  }

  /** Whether to look at state and values, by the number of updates made. */
  looks(updates: number): boolean {
    return this.#action !== "off" && updates % LOOK_EVERY === 0;
  }

  /** The first gradient that is not finite before an update, where gradients are watched or their norm is not finite. */
  findBefore(norm: number): Found | undefined {
    if (!this.watchesGradients && Number.isFinite(norm)) return undefined;
    if (this.#areGradientsFinite() && (this.rows.isEmpty || this.rows.areFinite("gradient"))) return undefined;
    return this.#findInGradients();
  }

  /** The first gradient that is not finite, of tensors that are stepped. */
  #findInGradients(): Found | undefined {
    const { view } = this.#gradients.block;
    for (const { parameters } of this.#live) {
      for (const { name, offset, length } of parameters) {
        const found = firstIn(view.subarray(offset, offset + length));
        if (found.index >= 0) return { what: `the gradient of ${name}`, source: "gradient", tensor: name, ...found };
      }
    }
    return undefined;
  }

  /** Of tensors that are stepped as a whole. */
  #areGradientsFinite(): boolean {
    const { kernels } = this.#parameters.engine;
    for (let i = 0; i < this.#wholes.length; i++) {
      const { g, n } = this.#wholes[i] as Run;
      if (!kernels.finite(g, n)) return false;
    }
    return true;
  }

  /** Whether state and values that the last update moved are finite: where it steps rows of a tensor, the others are not looked at. */
  isFiniteAfter(updates: number): boolean {
    if (this.#action === "off") return true;
    if (this.rows.isEmpty) return !this.looks(updates) || this.findAfter() === undefined;
    if (!this.rows.areFinite("values")) return false;
    if (!this.looks(updates)) return true;
    const { engine, values } = this.#parameters;
    const { others } = this.rows;
    return (
      others.every(({ offset, length }) => engine.kernels.finite(values.pointer + offset * 4, length)) && this.#slots.areFinite(others)
    );
  }

  /** The first number of values and state that is not finite. */
  findAfter(): Found | undefined {
    const name = this.#parameters.findNonFinite();
    if (name !== undefined) return { what: name, source: "value", tensor: name, ...firstIn(this.#parameters.get(name).value) };
    const place = this.#slots.findNonFinite();
    return place && { what: `${place.slot} of ${place.tensor}`, source: "state", ...place };
  }

  /** Before an update: notes, now and then, how large gradients are, keeps what may be gone back to, and takes out what cannot be squared. */
  prepare(updates: number, holder: StateHolder): void {
    if (this.looks(updates)) this.#remember(updates, holder);
    if (this.isFaint || this.#parameters.smallGradients) flushGradients(this.#parameters.engine.kernels, this.#live);
  }

  #remember(updates: number, holder: StateHolder): void {
    this.isFaint = areFaint(this.#parameters.engine.kernels, this.#live);
    if (this.isFaint) this.faintLooks++;
    if (updates % NOTE_EVERY === 0) this.#norms.push(this.#gradients.sizeOf(this.#live));
    if (this.#norms.length > NORMS) this.#norms.shift();
    if (this.#action !== "restore") return;
    this.#snapshot = {
      values: this.#parameters.values.view.slice(),
      state: copyState(holder, updates, NOTHING, { rateFactor: 1, isFaint: this.isFaint }),
    };
  }

  /** Begins anew from a state that was loaded: the snapshot belongs to another one. */
  forget(rateFactor = 1, isFaint = false): void {
    this.rateFactor = rateFactor;
    this.isFaint = isFaint;
    this.#snapshot = undefined;
    this.#norms.length = 0;
  }

  /**
   * Leaves the update out, or goes back to the snapshot with the rate lowered. Gradients are given up.
   *
   * @returns the number of updates made, to go on from.
   * @throws DivergedError where the run cannot go on.
   */
  answer(found: Found, updates: number, scheduledRate: number, holder: StateHolder): number {
    const error = this.#errorOf(found, updates, scheduledRate);
    const skips = this.#action === "skip" && (found.source === "loss" || found.source === "gradient");
    const goesBack = this.#snapshot !== undefined && this.#returns < MOST_RETURNS;
    if (goesBack && this.#snapshot !== undefined) {
      this.#parameters.values.view.set(this.#snapshot.values);
      // what a hand has set since holds when its step comes again
      const rates = holder.groups.map(({ rate }) => rate);
      loadState(holder, this.#snapshot.state);
      holder.groups.forEach((group, i) => {
        group.rate = rates[i] as typeof group.rate;
      });
      this.#returns++;
      this.rateFactor *= RATE_FACTOR;
    }
    this.#gradients.clear();
    if (!skips && !goesBack) throw error;
    this.hits++;
    this.lastHit = error;
    return this.#snapshot?.state.step ?? updates;
  }

  #errorOf({ what, ...place }: Found, updates: number, scheduledRate: number): DivergedError {
    const again = this.#returns > 0 ? `; ${this.#returns} returns to a snapshot with lower rates did not help` : "";
    return new DivergedError(what, updates, {
      ...place,
      learningRate: scheduledRate * this.rateFactor,
      gradientNorms: [...this.#norms],
      advice: ADVICE[place.source] + again,
    });
  }
}

/** The first number that is not finite, with the index -1 where there is none. */
function firstIn(numbers: Float32Array): { index: number; value: number } {
  const index = numbers.findIndex((number) => !Number.isFinite(number));
  return { index, value: numbers[index] ?? 0 };
}
