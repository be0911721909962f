// The fastest plain JavaScript we know for each optimizer: float64 arithmetic between typed arrays, no rounding in between, no options that
// are off. Not the bits of the library, but what somebody would write by hand; it is checked for agreement before it is timed.

/** Kind of optimizer → function (n) that makes the state → step(p, g, t). Options are the library's defaults but for momentum 0.9. */
export const plain = {
  sgd: (rate) => () => (p, g) => {
    for (let i = 0; i < p.length; i++) p[i] -= rate * g[i];
  },

  "sgd momentum": (rate) => (n) => {
    const b = new Float32Array(n);
    return (p, g) => {
      for (let i = 0; i < p.length; i++) {
        const B = 0.9 * b[i] + g[i];
        b[i] = B;
        p[i] -= rate * B;
      }
    };
  },

  adagrad: (rate) => (n) => {
    const s = new Float32Array(n);
    return (p, g) => {
      for (let i = 0; i < p.length; i++) {
        const G = g[i];
        const S = s[i] + G * G;
        s[i] = S;
        p[i] -= (rate * G) / (Math.sqrt(S) + 1e-10);
      }
    };
  },

  adadelta: (rate) => (n) => {
    const v = new Float32Array(n);
    const u = new Float32Array(n);
    return (p, g) => {
      for (let i = 0; i < p.length; i++) {
        const G = g[i];
        const V = 0.9 * v[i] + 0.1 * G * G;
        const D = Math.sqrt((u[i] + 1e-6) / (V + 1e-6)) * G;
        v[i] = V;
        u[i] = 0.9 * u[i] + 0.1 * D * D;
        p[i] -= rate * D;
      }
    };
  },

  rmsprop: (rate) => (n) => {
    const v = new Float32Array(n);
    return (p, g) => {
      for (let i = 0; i < p.length; i++) {
        const G = g[i];
        const V = 0.99 * v[i] + 0.01 * G * G;
        v[i] = V;
        p[i] -= (rate * G) / (Math.sqrt(V) + 1e-8);
      }
    };
  },

  adam: (rate) => (n) => {
    const m = new Float32Array(n);
    const v = new Float32Array(n);
    return (p, g, t) => {
      const corrected = rate / (1 - 0.9 ** t);
      const c2 = 1 / Math.sqrt(1 - 0.999 ** t);
      for (let i = 0; i < p.length; i++) {
        const G = g[i];
        const M = 0.9 * m[i] + 0.1 * G;
        const V = 0.999 * v[i] + 0.001 * G * G;
        m[i] = M;
        v[i] = V;
        p[i] -= (corrected * M) / (Math.sqrt(V) * c2 + 1e-8);
      }
    };
  },

  adamw: (rate) => (n) => {
    const m = new Float32Array(n);
    const v = new Float32Array(n);
    const keep = 1 - rate * 1e-2;
    return (p, g, t) => {
      const corrected = rate / (1 - 0.9 ** t);
      const c2 = 1 / Math.sqrt(1 - 0.999 ** t);
      for (let i = 0; i < p.length; i++) {
        const G = g[i];
        const M = 0.9 * m[i] + 0.1 * G;
        const V = 0.999 * v[i] + 0.001 * G * G;
        m[i] = M;
        v[i] = V;
        p[i] = keep * p[i] - (corrected * M) / (Math.sqrt(V) * c2 + 1e-8);
      }
    };
  },
};
