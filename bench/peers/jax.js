// jax-js on its wasm device, the whole step in one jit as its README advises. Node has no Worker for it, so it keeps to one thread.
import { init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { RATE, version } from "./problem.js";

export async function start() {
  await init("wasm");
  return {
    name: "jax-js",
    setup: `jax-js ${version("@jax-js/jax")}: wasm, the whole step in one jit`,
    steps: Object.keys(rules),
    step(kind, p, g) {
      const n = p.length;
      let state = { p: np.array(p), m: np.zeros([n]), v: np.zeros([n]) };
      const gradient = np.array(g);
      const update = jit((s, G, c) => [c.ref.mul(1), rules[kind](s, G, c)]);
      let t = 0;
      return {
        run() {
          const [done, next] = update(state, gradient.ref, corrections(++t));
          state = next;
          done.dataSync(); // arrays are lazy: reading one of a jit's results works out all of them
        },
        value: () => state.p.ref.dataSync(),
        dispose() {
          for (const array of [...Object.values(state), gradient]) array.dispose();
        },
      };
    },
    network({ sizes, rows }, weights, batches) {
      const zero = (array) => np.zeros(array.shape);
      const outputs = sizes.at(-1);
      let layers = weights.map(({ w, b, inputs, outputs }) => {
        const [p, q] = [np.array(w).reshape([inputs, outputs]), np.array(b)];
        return { w: { m: zero(p), v: zero(p), p }, b: { m: zero(q), v: zero(q), p: q } };
      });
      const data = batches.map(({ x, t }) => ({
        x: np.array(x).reshape([rows, sizes[0]]),
        t: np
          .array(Float32Array.from({ length: rows * outputs }, (_, i) => (t[Math.floor(i / outputs)] === i % outputs ? 1 : 0)))
          .reshape([rows, outputs]),
      }));
      const loss = (values, x, t) => {
        let z = x;
        for (const [i, { w, b }] of values.entries()) {
          z = np.matmul(z, w).add(b);
          if (i + 1 < values.length) z = nn.relu(z);
        }
        return nn
          .logSoftmax(z)
          .mul(t)
          .sum()
          .mul(-1 / rows);
      };
      const step = jit((all, x, t, c) => {
        const values = all.map(({ w, b }) => ({ w: w.p.ref, b: b.p.ref }));
        const [value, gradients] = valueAndGrad(loss)(values, x, t);
        const last = all.length - 1;
        const next = all.map(({ w, b }, i) => ({
          w: rules.adam(w, gradients[i].w, c.ref),
          b: rules.adam(b, gradients[i].b, i === last ? c : c.ref),
        }));
        return [value, next];
      });
      let count = 0;
      return {
        run() {
          const { x, t } = data[count++ % data.length];
          const [value, next] = step(layers, x.ref, t.ref, corrections(count));
          layers = next;
          return value.dataSync()[0];
        },
        dispose() {
          for (const { w, b } of layers) for (const array of [...Object.values(w), ...Object.values(b)]) array.dispose();
          for (const { x, t } of data) for (const array of [x, t]) array.dispose();
        },
      };
    },
  };
}

/** Learning rate / (1 - beta1^t), and 1 / sqrt(1 - beta2^t), as data: a number would be compiled in. */
function corrections(t) {
  return np.array(new Float32Array([RATE / (1 - 0.9 ** t), 1 / Math.sqrt(1 - 0.999 ** t)]));
}

const rules = {
  adam({ p, m, v }, G, c) {
    const M = m.mul(0.9).add(G.ref.mul(0.1));
    const V = v.mul(0.999).add(np.square(G).mul(0.001));
    const rate = c.ref.slice(0);
    const c2 = c.slice(1);
    return { m: M.ref, v: V.ref, p: p.sub(M.mul(rate).div(np.sqrt(V).mul(c2).add(1e-8))) };
  },
  momentum({ p, m, v }, G, c) {
    c.dispose();
    const M = m.mul(0.9).add(G);
    return { m: M.ref, v, p: p.sub(M.mul(RATE)) };
  },
};
