import { padded, type Vector } from "../engine/memory.js";
import type { Parameter, Parameters } from "../engine/parameters.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import type { Piece } from "./rows.js";
import type { AnyOptions, AnyRule, Binding, Dtype } from "./rule.js";

/** The way out where a state is of another optimizer, or of one with other groups. */
export const PARTIAL = "load(state, { partial: true }) takes what matches";

/** Numbers of state: float32, or the 16 bits of each where they are kept in bfloat16. */
export type StateArray = Float32Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>;

/** Numbers of state by name of slot and of tensor. */
export type StateArrays = Readonly<Record<string, Readonly<Record<string, StateArray>>>>;

/** A block of state, and which of its numbers belong to which tensor. */
export interface Slot {
  readonly name: string;
  readonly dtype: Dtype;
  /** Whether it has the layout of the parameters, so that groups share it. */
  readonly isShared: boolean;
  readonly block: Vector;
  readonly places: Place[];
}

interface Place {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** The bytes of a number. */
const WIDTH: Readonly<Record<Dtype, number>> = { float32: 4, bfloat16: 2 };

/** Where the number at `offset` of a slot is. */
export function pointerTo({ block, dtype }: Slot, offset: number): number {
  return block.pointer + offset * WIDTH[dtype];
}

/** The state of an optimizer for its tensors, in the engine's memory. */
export class Slots {
  readonly #parameters: Parameters;
  readonly #slots: Slot[] = [];
  readonly #scratch: Vector[] = [];

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  get names(): string[] {
    return this.#slots.map(({ name }) => name);
  }

  /** All that was taken. */
  get bytes(): number {
    return [...this.#slots.map(({ block }) => block), ...this.#scratch].reduce((sum, { length }) => sum + length * 4, 0);
  }

  /** Zeroed memory that is no state. */
  scratch(length: number): Vector {
    const vector = this.#parameters.engine.vector(length);
    this.#scratch.push(vector);
    return vector;
  }

  find(name: string): Slot | undefined {
    return this.#slots.find((slot) => slot.name === name);
  }

  /**
   * The slot with places for these tensors: in the block that groups share (one for each dtype), or, where the group's rule has lengths of its
   * own, in one of this group.
   */
  add(name: string, parameters: readonly Parameter[], group?: Pick<Binding<AnyOptions>, "options"> & { readonly rule: AnyRule }): Slot {
    const dtype = group?.rule.dtype?.(name, group.options) ?? "float32";
    const lengths = parameters.map(({ shape }) => group?.rule.lengths?.(name, shape, group.options));
    if (lengths[0] === undefined) {
      const shared = this.#slots.find((slot) => slot.isShared && slot.name === name && slot.dtype === dtype);
      const slot = shared ?? this.#allocate(name, dtype, true, (this.#parameters.size * WIDTH[dtype]) / 4, []);
      slot.places.push(...parameters);
      return slot;
    }
    let size = 0;
    const places = parameters.map((parameter, i) => {
      const place = { name: parameter.name, offset: size, length: lengths[i] as number };
      size += padded(place.length);
      return place;
    });
    return this.#allocate(name, dtype, false, size, places);
  }

  #allocate(name: string, dtype: Dtype, isShared: boolean, size: number, places: Place[]): Slot {
    const slot = { name, dtype, isShared, block: this.#parameters.engine.vector(size), places };
    this.#slots.push(slot);
    return slot;
  }

  /** Sets what a slot keeps of these tensors to one value. */
  fill({ block, places }: Slot, parameters: readonly Parameter[], value: number): void {
    const { kernels } = this.#parameters.engine;
    const names = new Set(parameters.map(({ name }) => name));
    for (const { name, offset, length } of places) if (names.has(name)) kernels.fill(block.pointer + offset * 4, length, value);
  }

  /** The numbers of a slot by name of tensor, not copies. Throws OptionError where the optimizer, of a kind, has no such slot. */
  views(name: string, kind: string): Map<string, StateArray> {
    const slots = this.#slots.filter((slot) => slot.name === name);
    if (slots.length === 0) throw new OptionError("slot", name, `${show(name)} is not a slot of ${kind}${suggest(name, this.names)}`);
    return new Map(slots.flatMap((slot) => slot.places.map((place) => [place.name, numbersOf(slot, place)] as const)));
  }

  /** Sets numbers no larger than the limit of their slot to 0, in all slots but one; of blocks laid out as the parameters are, in these pieces alone. */
  flush(limitOf: (slot: string) => number, except: string, pieces?: readonly Piece[]): void {
    const { kernels } = this.#parameters.engine;
    for (const { name, dtype, block } of this.#slots) {
      if (dtype === "bfloat16") kernels.flushBfloat16(block.pointer, block.length * 2, limitOf(name));
      else if (name !== except)
        for (const { offset, length } of this.#piecesOf(block, pieces)) kernels.flush(block.pointer + offset * 4, length, limitOf(name));
    }
  }

  /** Whether all numbers are finite; of blocks laid out as the parameters are, in these pieces alone. */
  areFinite(pieces: readonly Piece[]): boolean {
    const { finite, finiteBfloat16 } = this.#parameters.engine.kernels;
    return this.#slots.every(({ dtype, block }) =>
      dtype === "bfloat16"
        ? finiteBfloat16(block.pointer, block.length * 2)
        : this.#piecesOf(block, pieces).every(({ offset, length }) => finite(block.pointer + offset * 4, length)),
    );
  }

  #piecesOf({ length }: Vector, pieces: readonly Piece[] | undefined): readonly Piece[] {
    return pieces !== undefined && length === this.#parameters.size ? pieces : [{ offset: 0, length }];
  }

  /** The first number that is not finite. */
  findNonFinite(): { slot: string; tensor: string; index: number; value: number } | undefined {
    const { kernels } = this.#parameters.engine;
    for (const slot of this.#slots) {
      const { block, dtype } = slot;
      const isHalf = dtype === "bfloat16";
      const finite = isHalf ? kernels.finiteBfloat16 : kernels.finite;
      if (finite(block.pointer, block.length * (isHalf ? 2 : 1))) continue;
      for (const place of slot.places) {
        if (finite(pointerTo(slot, place.offset), place.length)) continue;
        const numbers = numbersOf(slot, place);
        const at = (i: number) => (isHalf ? brokenHalf(numbers[i] as number) : (numbers[i] as number));
        const index = Array.from(numbers.keys()).findIndex((i) => !Number.isFinite(at(i)));
        return { slot: slot.name, tensor: place.name, index, value: at(index) };
      }
    }
    return undefined;
  }

  /** Numbers out of a state that is not to be trusted; undefined where it has none. @throws CheckpointError where it has something else. */
  given(state: Partial<StateArrays> | undefined, slot: string, name: string): StateArray | undefined {
    const given: unknown = state?.[slot]?.[name];
    if (given === undefined || given instanceof Float32Array || given instanceof Uint16Array) return given;
    const advice =
      typeof given === "object" && given !== null ? ": JSON turns a Float32Array into an object, write it with saveState()" : "";
    throw new CheckpointError(`the state of ${slot} for ${show(name)} must be numbers, got ${show(given)}${advice}`);
  }

  /** Copies of everything. */
  copies(): StateArrays {
    const copies: Record<string, Record<string, StateArray>> = {};
    for (const slot of this.#slots) {
      const tensors = slot.places.map((place) => [place.name, numbersOf(slot, place).slice()]);
      copies[slot.name] = { ...copies[slot.name], ...Object.fromEntries(tensors) };
    }
    return copies;
  }

  /** Takes over what `copies()` gave and `check` has found right. */
  load(state: StateArrays): void {
    for (const slot of this.#slots) {
      for (const place of slot.places) numbersOf(slot, place).set(state[slot.name]?.[place.name] as StateArray);
    }
  }

  /** Throws CheckpointError unless all slots and tensors are there, with as many numbers, and no others. */
  check(state: Partial<StateArrays> | undefined): void {
    for (const [slot, tensors] of Object.entries(state ?? {})) {
      const blocks = this.#slots.filter(({ name }) => name === slot);
      if (blocks.length === 0) throw new CheckpointError(`the state has ${show(slot)}, which this optimizer does not; ${PARTIAL}`);
      const stranger = Object.keys(tensors ?? {}).find(
        (tensor) => !blocks.some(({ places }) => places.some(({ name }) => name === tensor)),
      );
      if (stranger !== undefined)
        throw new CheckpointError(`the state has ${slot} for ${show(stranger)}, which this optimizer does not; ${PARTIAL}`);
    }
    for (const { name: slot, dtype, places } of this.#slots) {
      for (const { name, length } of places) {
        const given: unknown = state?.[slot]?.[name];
        if (given instanceof (dtype === "bfloat16" ? Float32Array : Uint16Array)) {
          throw new CheckpointError(`the state of ${slot} for ${show(name)} must be in ${dtype}: it was made with another stateDtype`);
        }
        const isState = given instanceof Float32Array || given instanceof Uint16Array;
        if (!isState || given.length !== length) {
          const found = isState ? given.length : given === undefined ? "none" : show(given);
          const lost = typeof given === "object" && given !== null && !isState;
          const advice = lost ? ": JSON turns a Float32Array into an object, write it with saveState()" : `; ${PARTIAL}`;
          throw new CheckpointError(`the state of ${slot} for ${show(name)} must have ${length} elements, got ${found}${advice}`);
        }
      }
    }
  }

  dispose(): void {
    for (const { block } of this.#slots) block.dispose();
    for (const vector of this.#scratch) vector.dispose();
  }
}

function numbersOf({ dtype, block }: Slot, { offset, length }: Place): StateArray {
  const { view } = block;
  if (dtype === "bfloat16") return new Uint16Array(view.buffer, view.byteOffset + offset * 2, length);
  return view.subarray(offset, offset + length);
}

/** NaN or an infinity that bits of a bfloat16 stand for; 0 for any finite number. */
function brokenHalf(bits: number): number {
  if ((bits & 0x7f80) !== 0x7f80) return 0;
  if (bits & 0x7f) return Number.NaN;
  return bits & 0x8000 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
