import { expect, test } from "vitest";
import { SURFACE_NAMES, SURFACES, type Surface } from "../../site/src/surfaces/surfaces.js";
import { bestOf, trace, tryRates, type Walk } from "../../site/src/surfaces/trace.js";
import { describe as described, KINDS, walkerOf } from "../../site/src/ui/walker.js";
import { load, sgd } from "../../src/entries/index.js";

const walk: Walk = { surface: "ravine", condition: 100, start: [-2.4, 0.6], steps: 100, noise: 0, seed: 1 };

test.each(SURFACE_NAMES)("the gradient of %s is that of its value, and its minima are where it says", (name) => {
  const surface: Surface = SURFACES[name];
  for (const [x, y] of [surface.start, [0.3, -0.7], [1.1, 0.4]] as const) {
    const h = 1e-5;
    const [gx, gy] = surface.gradient(x, y, 50);
    expect(gx).toBeCloseTo((surface.value(x + h, y, 50) - surface.value(x - h, y, 50)) / (2 * h), 4);
    expect(gy).toBeCloseTo((surface.value(x, y + h, 50) - surface.value(x, y - h, 50)) / (2 * h), 4);
  }
  for (const [x, y] of surface.minima) expect(surface.value(x, y, 50)).toBeCloseTo(surface.least, 9);
});

test("a trail has the same bits in WebAssembly and in JavaScript, noise included, for every optimizer", async () => {
  const [wasm, js] = [await load({ backend: "wasm" }), await load({ backend: "js" })];
  for (const [kind] of KINDS) {
    const [one, other] = [wasm, js].map((engine) => trace(engine, described(walkerOf(kind, 0.01)), { ...walk, noise: 0.5 }));
    expect(one, kind).toEqual(other);
    expect(one?.x.length, kind).toBe(one?.diverged ?? walk.steps + 1);
  }
});

test("the best rate of gradient descent on a quadratic is near 2 / (1 + condition), and above 2 / condition it diverges", async () => {
  const engine = await load();
  const tried = tryRates(engine, (learningRate) => sgd({ learningRate }), { ...walk, steps: 1000 });
  const best = bestOf(tried) as number;
  expect(best).toBeGreaterThan(0.012);
  expect(best).toBeLessThan(0.02);
  expect(tried.filter(({ rate }) => rate > 0.1).every(({ height }) => height === null)).toBe(true);
});
