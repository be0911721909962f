/** What activations, gradients and losses send on: results no larger than this are zero, so that their squares and products stay normal. */
export const TINY: f32 = 8.8817841970012523e-16; // 2^-50
/** As much for what a dense layer gives: its products with gradients, which are larger than TINY, stay normal. */
export const FORWARD: f32 = 1.3234889800848443e-23; // 2^-76
