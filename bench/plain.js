// The fastest plain JavaScript we know for each optimizer: float64 arithmetic between typed arrays, no rounding in between, no options that
// are off, and everything the loop needs an argument (from a closure it takes up to half as long again). Not the bits of the library, but what
// somebody would write by hand; it is checked for agreement before it is timed.

/** Kind of optimizer → (learning rate, n) → step(p, g, t). Options are the library's defaults but for a momentum of 0.9. */
export const plain = {
  sgd: (rate) => (p, g) => sgd(p, g, p.length, rate),
  "sgd momentum":
    (rate, n, b = new Float32Array(n)) =>
    (p, g) =>
      momentum(p, g, b, n, rate),
  adagrad:
    (rate, n, s = new Float32Array(n)) =>
    (p, g) =>
      adagrad(p, g, s, n, rate),
  adadelta:
    (rate, n, v = new Float32Array(n), u = new Float32Array(n)) =>
    (p, g) =>
      adadelta(p, g, v, u, n, rate),
  rmsprop:
    (rate, n, v = new Float32Array(n)) =>
    (p, g) =>
      rmsprop(p, g, v, n, rate),
  adam:
    (rate, n, m = new Float32Array(n), v = new Float32Array(n)) =>
    (p, g, t) =>
      adam(p, g, m, v, n, rate / (1 - 0.9 ** t), 1 / Math.sqrt(1 - 0.999 ** t)),
  adamw:
    (rate, n, m = new Float32Array(n), v = new Float32Array(n)) =>
    (p, g, t) =>
      adamw(p, g, m, v, n, rate / (1 - 0.9 ** t), 1 / Math.sqrt(1 - 0.999 ** t), 1 - rate * 1e-2),
};

plain["adamw bfloat16"] = plain.adamw;

function sgd(p, g, n, rate) {
  for (let i = 0; i < n; i++) p[i] -= rate * g[i];
}

function momentum(p, g, b, n, rate) {
  for (let i = 0; i < n; i++) {
    const B = 0.9 * b[i] + g[i];
    b[i] = B;
    p[i] -= rate * B;
  }
}

function adagrad(p, g, s, n, rate) {
  for (let i = 0; i < n; i++) {
    const G = g[i];
    const S = s[i] + G * G;
    s[i] = S;
    p[i] -= (rate * G) / (Math.sqrt(S) + 1e-10);
  }
}

function adadelta(p, g, v, u, n, rate) {
  for (let i = 0; i < n; i++) {
    const G = g[i];
    const V = 0.9 * v[i] + 0.1 * G * G;
    const D = Math.sqrt((u[i] + 1e-6) / (V + 1e-6)) * G;
    v[i] = V;
    u[i] = 0.9 * u[i] + 0.1 * D * D;
    p[i] -= rate * D;
  }
}

function rmsprop(p, g, v, n, rate) {
  for (let i = 0; i < n; i++) {
    const G = g[i];
    const V = 0.99 * v[i] + 0.01 * G * G;
    v[i] = V;
    p[i] -= (rate * G) / (Math.sqrt(V) + 1e-8);
  }
}

function adam(p, g, m, v, n, corrected, c2) {
  for (let i = 0; i < n; i++) {
    const G = g[i];
    const M = 0.9 * m[i] + 0.1 * G;
    const V = 0.999 * v[i] + 0.001 * G * G;
    m[i] = M;
    v[i] = V;
    p[i] -= (corrected * M) / (Math.sqrt(V) * c2 + 1e-8);
  }
}

function adamw(p, g, m, v, n, corrected, c2, keep) {
  for (let i = 0; i < n; i++) {
    const G = g[i];
    const M = 0.9 * m[i] + 0.1 * G;
    const V = 0.999 * v[i] + 0.001 * G * G;
    m[i] = M;
    v[i] = V;
    p[i] = keep * p[i] - (corrected * M) / (Math.sqrt(V) * c2 + 1e-8);
  }
}
