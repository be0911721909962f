/** The squares of gradients in a rule's state. */
export interface Squares {
  /** The factor that each slot of them loses in an update; 1 for sums. Slots of squares that are scaled by more than that are left out. */
  readonly decays: Readonly<Record<string, number>>;
  /** Whether values, times weight decay, are part of the gradients that are squared. Default false. */
  readonly coupled?: boolean;
}

/**
 * Slots that start as the values and can do so beside a rule that goes on, such as the average of a wrapper, and the scalars that they start with
 * after `t` updates.
 */
export interface Late {
  readonly slots: readonly string[];
  scalars(t: number): Record<string, number>;
}
