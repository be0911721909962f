// The elementwise kernels of assembly/optimizers that are timed against the same loop in C: how many arrays each takes, and its numbers, chosen
// so that no term drops out and values stay where they are, however often it is called.
const [rate, shrink, decay, scale, epsilon, root] = [1e-6, 1e-8, 1e-4, 0.5, 1e-8, 1e-12];
const [b1, a1, b2, a2, b3, a3] = [0.9, 0.1, 0.999, 0.001, 0.99, 0.01];
const [near, look, far, k, c1, c2] = [1.1e-6, 1e-7, 2e-6, 1.2, 1.1, 1.3];

/** Kernel → [arrays, its numbers in order]; the functions of loops.c have the same names and arguments. */
export const loops = {
  sgd: [2, [rate, decay, scale]],
  sgdMomentum: [3, [rate, b1, a1, decay, scale]],
  sgdNesterov: [3, [near, look, b1, a1, decay, scale]],
  optimisticGradientDescent: [3, [near, look, scale]],
  asgd: [3, [rate, shrink, b3, a3, decay, scale]],
  scheduleFreeSgd: [3, [rate, b3, a3, look, decay, scale]],
  sgdHypergradient: [4, [rate, b1, decay, scale]],
  signSgd: [2, [rate, shrink, scale]],
  signum: [3, [rate, b1, a1, shrink, scale]],
  lion: [3, [rate, b1, a1, b3, a3, shrink, scale]],
  lionRefined: [3, [rate, b1, a1, b3, a3, shrink, scale]],
  lionSmooth: [3, [rate, b1, a1, b3, a3, 2, shrink, scale]],
  rprop: [4, [0.5, 1.2, 1e-6, 1e-3, scale]],
  adagrad: [3, [rate, epsilon, decay, scale]],
  adagradInside: [3, [rate, epsilon, decay, scale]],
  adadelta: [4, [rate, b1, a1, epsilon, decay, scale]],
  rmsprop: [3, [rate, b3, a3, epsilon, decay, scale]],
  rmspropMomentum: [4, [rate, b3, a3, epsilon, b1, decay, scale]],
  rmspropCentered: [4, [rate, b3, a3, epsilon, decay, scale]],
  rmspropCenteredMomentum: [5, [rate, b3, a3, epsilon, b1, decay, scale]],
  rmspropVariant: [5, [near, look, b3, a3, k, k * k, root, epsilon, b1, 1, decay, scale]],
  adam: [4, [rate, b1, a1, b2, a2, c2, epsilon, decay, scale]],
  adamw: [4, [rate, b1, a1, b2, a2, c2, epsilon, shrink, scale]],
  amsgrad: [5, [rate, b1, a1, b2, a2, c2, epsilon, decay, scale]],
  amsgradw: [5, [rate, b1, a1, b2, a2, c2, epsilon, shrink, scale]],
  adamStep: [3, [rate, c2, epsilon, shrink]],
  moments: [4, [near, look, b1, a1, b2, a2, k, root, epsilon, decay, shrink, scale]],
  momentsLargest: [5, [near, look, b1, a1, b2, a2, c1, k, root, epsilon, decay, shrink, scale]],
  adamax: [4, [rate, b1, a1, b2, epsilon, epsilon, decay, shrink, scale]],
  adabelief: [4, [near, look, b1, a1, 1, a2, k, root, epsilon, shrink, scale]],
  acprop: [4, [rate, b1, a1, 1, a2, k, root, epsilon, shrink, scale]],
  yogi: [4, [rate, b1, a1, a2, k, root, epsilon, shrink, scale]],
  laprop: [4, [rate, b1, near, b2, a2, k, epsilon, shrink, scale]],
  adopt: [4, [near, look, b1, a1, b2, a2, 0.8, epsilon, decay, shrink, scale]],
  sophia: [4, [rate, b1, a1, k, c2, epsilon, 0.8, shrink, scale]],
  sophiaSquares: [2, [b2, a2, scale]],
  adan: [6, [near, far, b1, a1, 1, a3, 1, a2, 0.5, k, root, epsilon, shrink, scale]],
  ademamix: [5, [near, far, b1, a1, b2, a2, b3, a3, k, root, epsilon, shrink, scale]],
  madgrad: [5, [rate, b1, a1, epsilon, decay, shrink, scale]],
  scheduleFreeAdamw: [4, [rate, b3, a3, look, b2, a2, c2, epsilon, decay, scale]],
  adamHypergradient: [5, [rate, b1, a1, b2, a2, c1, c2, epsilon, decay, scale]],
  lamb: [5, [b1, a1, b2, a2, c1, c2, root, epsilon, decay, scale]],
  almeida: [5, [rate, 1e-9, b2, a2, 0.5, epsilon, decay, scale]],
  cocob: [7, [100, epsilon, decay, scale]],
  cautious: [3, [k, shrink, scale]],
  mechanic: [4, [b1, near]],
};

/** The lines of calls.h, which loops.c includes. */
export function callsInC() {
  const line = ([name, [arrays, numbers]]) => {
    const pointers = Array.from({ length: arrays }, (_, i) => `x[${i}]`);
    return `LOOP("${name}", ${arrays}, ${name}(${[...pointers, "n", ...numbers].join(", ")}))\n`;
  };
  return Object.entries(loops).map(line).join("");
}

/** Array k as fill() of loops.c makes it: 0.001 to 1, the first two with alternating signs. */
export function filledAsInC(n, array) {
  const negative = (i) => array < 2 && (i >> array) % 2 === 1;
  return Float32Array.from({ length: n }, (_, i) => Math.fround(0.001) * (((i * 7919 + array * 31) % 1000) + 1) * (negative(i) ? -1 : 1));
}

/** As checksum() of loops.c, of all arrays one after the other. */
export function checksum(arrays) {
  let sum = 2166136261;
  for (const array of arrays)
    for (const word of new Uint32Array(array.buffer, array.byteOffset, array.length)) sum = Math.imul(sum ^ word, 16777619);
  return sum >>> 0;
}
