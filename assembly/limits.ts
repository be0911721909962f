/** What activations, products and gradients send on: results no larger than this are zero, so that their squares and products stay normal. */
export const TINY: f32 = 8.8817841970012523e-16; // 2^-50
