// What is to be reached, beside what was seen.

/**
 * Rows of [what, target, seen, whether it was met] from the results of bench/main.js and of bench/peers/main.js. What was not measured is not
 * met.
 */
export function targets({ main, peers }) {
  const rows = [];
  const atLeast = (what, limit, seen, unit) => rows.push([what, `at least ${show(limit, unit)}`, show(seen, unit), seen >= limit]);
  const atMost = (what, limit, seen, unit) => rows.push([what, `at most ${show(limit, unit)}`, show(seen, unit), seen <= limit]);

  const tfjs = peers?.peers.steps.filter(({ opponent }) => opponent === "tfjs wasm") ?? [];
  for (const [optimizer, limit] of [
    ["adam", 10],
    ["momentum", 5],
  ]) {
    const ratios = tfjs.filter((row) => row.optimizer === optimizer).map(({ ours, theirs }) => theirs.min / ours.min);
    atLeast(`${optimizer} against tfjs wasm, the least of ${ratios.length} sizes`, limit, least(ratios), "x");
  }
  const networks = [
    { start: "64-32-10", tfjs: 100, torch: 20 },
    { start: "784-128-10, batch 32", tfjs: 13, torch: 2.5 },
    { start: "784-256-10, batch 128", torch: 1 },
  ];
  for (const { start, tfjs: limit, torch } of networks) {
    if (limit) {
      const row = peers?.peers.networks.find(({ name, opponent }) => opponent === "tfjs wasm" && name.startsWith(start));
      atLeast(`${start}, a training step against tfjs wasm`, limit, row && row.theirs.min / row.ours.min, "x");
    }
    const row = main?.native?.networks?.find(({ name }) => name.startsWith(start));
    const theirs = row && least([row.eager.min, row.compiled?.min ?? Infinity]);
    atLeast(`${start}, a training step against PyTorch on one thread`, torch, row && theirs / row.wasm.min, "x");
  }

  const loops = main?.native?.loops?.map(({ wasm, c }) => wasm.min / c.min) ?? [];
  atMost(`${loops.length} step loops in cache against the same in C with 128 bits, the worst`, 1.1, most(loops), "x");
  const slowest = (half) =>
    least(main?.memory?.filter(({ name }) => half === name.includes("bfloat16")).map((row) => row.bandwidth / row.copy) ?? []);
  atLeast("elementwise optimizers where memory holds them, bandwidth beside that of a copy, the worst", 0.95, slowest(false), "%");
  atLeast("the same with state in bfloat16", 0.95, slowest(true), "%");

  const products = main?.products?.filter(({ size }) => {
    const [rows, inputs, outputs] = size.split("x").map(Number);
    return rows >= 32 && inputs >= 32 && outputs >= 32;
  });
  atLeast("products from 32x64x32 upward, share of the peak, the worst", 0.9, least(products?.map(({ share }) => share) ?? []), "%");
  const worst = least(main?.scan?.flatMap(({ worst }) => worst.map(({ share }) => share)) ?? []);
  atLeast("products of all sizes from 1 to 70, share of the peak, the worst", 1 / 3, worst, "%");

  const [small, middle] = ["64-32-10", "784-128-10, batch 32"].map((start) => main?.training?.find(({ name }) => name.startsWith(start)));
  atMost("64-32-10, a training step", 12, small && small.wasm.min / 1000, " µs");
  atMost("784-128-10, a training step over its arithmetic and update", 1.15, middle?.overArithmetic, "x");
  const guarded = main?.guard?.filter(({ size }) => size !== 1024).map(({ watched, alone }) => watched.median / alone.median);
  atMost("the guard from 16 Ki parameters up and in the 64-32-10 step, with it against without, the worst", 1.02, most(guarded ?? []), "x");
  const shared = main?.threads?.filter(({ size }) => elementsOf(size) >= 65_536).map(({ one, two }) => one.min / two.min) ?? [];
  atLeast("two threads against one from 64 Ki elements up, in a vector or the largest matrix, the worst", 1.7, least(shared), "x");
  const each = main?.scale?.map(({ n, one }) => one.min / n) ?? [];
  atMost("AdamW a parameter from 1 Mi to 100 Mi, the dearest against the cheapest", 1.15, most(each) / least(each), "x");
  atMost("a step after what leaves denormals against a fresh one, the worst", 1.2, most(main?.traps?.map(({ ratio }) => ratio) ?? []), "x");
  return rows;
}

/** The elements of a vector, or of the largest matrix of a product. */
function elementsOf(size) {
  if (typeof size === "number") return size;
  const sides = size
    .split("x")
    .map(Number)
    .sort((a, b) => b - a);
  return sides[0] * sides[1];
}

const least = (values) => (values.length > 0 ? Math.min(...values) : undefined);
const most = (values) => (values.length > 0 ? Math.max(...values) : undefined);

function show(x, unit) {
  if (x === undefined) return "not measured";
  return unit === "%" ? `${(100 * x).toFixed(0)} %` : `${Number(x.toFixed(2))}${unit}`;
}
