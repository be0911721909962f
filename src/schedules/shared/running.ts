const EVERY = 1024;

interface Memo {
  step: number;
  value: number;
  readonly checkpoints: number[];
}

const memos = /* @__PURE__ */ new WeakMap<object, Memo>();

/**
 * value(step) of the recursion value(0) = first, value(i + 1) = next(owner, value(i), i).
 *
 * The memory (of where it was last, and of every 1024th value) saves work and never changes a bit: the operations that lead to a value
 * are the same, in the same order, wherever it starts from. A value of 0 is taken to stay.
 */
export function running<T extends object>(
  owner: T,
  step: number,
  first: number,
  next: (owner: T, value: number, i: number) => number,
): number {
  let memo = memos.get(owner);
  if (memo === undefined) {
    memo = { step: 0, value: first, checkpoints: [first] };
    memos.set(owner, memo);
  }
  const checkpoint = Math.min(Math.floor(step / EVERY), memo.checkpoints.length - 1);
  if (step < memo.step || memo.step < checkpoint * EVERY) {
    memo.step = checkpoint * EVERY;
    memo.value = memo.checkpoints[checkpoint] as number;
  }
  while (memo.step < step && memo.value !== 0) {
    memo.value = next(owner, memo.value, memo.step);
    memo.step++;
    if (memo.step === memo.checkpoints.length * EVERY) memo.checkpoints.push(memo.value);
  }
  return memo.value;
}
