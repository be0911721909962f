/** Eigenvalues and, in the columns of a row-major matrix, the eigenvectors of a symmetric matrix. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** No matrix takes as many iterations for one eigenvalue unless it has numbers that are not finite. */
const MOST_ITERATIONS = 100;
const EPSILON = 2.220446049250313e-16;

/**
 * The eigenvalues and eigenvectors of a symmetric matrix, row-major of n rows, of which the lower half is read: reduced to three diagonals by reflections (tred2),
 * which implicit QL iterations make one (tql2). Values come in rising order; vectors have length 1. Only + - * / and square roots, so that it is the
 * same on every engine. What is not finite gives NaN.
 *
 * Bowdler, Martin, Reinsch, Wilkinson, The QR and QL algorithms for symmetric matrices, 1968.
 */
export function symmetricEigen(matrix: ArrayLike<number>, n: number): Eigen {
  const v = Float64Array.from({ length: n * n }, (_, i) => matrix[i] as number);
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  reduce(v, d, e, n);
  if (!iterate(v, d, e, n)) {
    v.fill(Number.NaN);
    d.fill(Number.NaN);
  }
  return sorted(v, d, n);
}

/** Householder's reduction: d is the diagonal, e what stands below it, v the product of the reflections. */
function reduce(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  const at = (i: number, j: number) => v[i * n + j] as number;
  for (let j = 0; j < n; j++) d[j] = at(n - 1, j);
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k] as number);
    if (scale === 0) {
      e[i] = d[i - 1] as number;
      for (let j = 0; j < i; j++) {
        d[j] = at(i - 1, j);
        v[i * n + j] = 0;
        v[j * n + i] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] = (d[k] as number) / scale;
        h += (d[k] as number) * (d[k] as number);
      }
      const f = d[i - 1] as number;
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      e.fill(0, 0, i);
      for (let j = 0; j < i; j++) {
        const x = d[j] as number;
        v[j * n + i] = x;
        let sum = (e[j] as number) + at(j, j) * x;
        for (let k = j + 1; k < i; k++) {
          sum += at(k, j) * (d[k] as number);
          e[k] = (e[k] as number) + at(k, j) * x;
        }
        e[j] = sum;
      }
      let inner = 0;
      for (let j = 0; j < i; j++) {
        e[j] = (e[j] as number) / h;
        inner += (e[j] as number) * (d[j] as number);
      }
      const half = inner / (h + h);
      for (let j = 0; j < i; j++) e[j] = (e[j] as number) - half * (d[j] as number);
      for (let j = 0; j < i; j++) {
        const [x, y] = [d[j] as number, e[j] as number];
        for (let k = j; k < i; k++) v[k * n + j] = at(k, j) - (x * (e[k] as number) + y * (d[k] as number));
        d[j] = at(i - 1, j);
        v[i * n + j] = 0;
      }
    }
    d[i] = h;
  }
  for (let i = 0; i < n - 1; i++) {
    v[(n - 1) * n + i] = at(i, i);
    v[i * n + i] = 1;
    const h = d[i + 1] as number;
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = at(k, i + 1) / h;
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= i; k++) sum += at(k, i + 1) * at(k, j);
        for (let k = 0; k <= i; k++) v[k * n + j] = at(k, j) - sum * (d[k] as number);
      }
    }
    for (let k = 0; k <= i; k++) v[k * n + i + 1] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = at(n - 1, j);
    v[(n - 1) * n + j] = 0;
  }
  v[n * n - 1] = 1;
  e[0] = 0;
}

/** QL iterations with implicit shifts; false where they do not end. */
function iterate(v: Float64Array, d: Float64Array, e: Float64Array, n: number): boolean {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let [shift, largest] = [0, 0];
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l] as number) + Math.abs(e[l] as number));
    let m = l;
    while (m < n - 1 && !(Math.abs(e[m] as number) <= EPSILON * largest)) m++;
    for (let count = 0; m > l && (count === 0 || Math.abs(e[l] as number) > EPSILON * largest); count++) {
      if (count > MOST_ITERATIONS || Number.isNaN(largest)) return false;
      let g = d[l] as number;
      let p = ((d[l + 1] as number) - g) / (2 * (e[l] as number));
      let r = p < 0 ? -length(p, 1) : length(p, 1);
      d[l] = (e[l] as number) / (p + r);
      d[l + 1] = (e[l] as number) * (p + r);
      const next = d[l + 1] as number;
      let h = g - (d[l] as number);
      for (let i = l + 2; i < n; i++) d[i] = (d[i] as number) - h;
      shift += h;
      p = d[m] as number;
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
      const below = e[l + 1] as number;
      for (let i = m - 1; i >= l; i--) {
        c3 = c2;
        c2 = c;
        s2 = s;
        g = c * (e[i] as number);
        h = c * p;
        r = length(p, e[i] as number);
        e[i + 1] = s * r;
        s = (e[i] as number) / r;
        c = p / r;
        p = c * (d[i] as number) - s * g;
        d[i + 1] = h + s * (c * g + s * (d[i] as number));
        for (let k = 0; k < n; k++) {
          const [x, y] = [v[k * n + i] as number, v[k * n + i + 1] as number];
          v[k * n + i + 1] = s * x + c * y;
          v[k * n + i] = c * x - s * y;
        }
      }
      p = (-s * s2 * c3 * below * (e[l] as number)) / next;
      e[l] = s * p;
      d[l] = c * p;
    }
    d[l] = (d[l] as number) + shift;
    e[l] = 0;
  }
  return true;
}

/** sqrt(a^2 + b^2) without overflow. */
function length(a: number, b: number): number {
  const [x, y] = [Math.abs(a), Math.abs(b)];
  const [most, least] = x > y ? [x, y] : [y, x];
  return most === 0 ? 0 : most * Math.sqrt(1 + (least / most) * (least / most));
}

function sorted(v: Float64Array, d: Float64Array, n: number): Eigen {
  const order = [...d.keys()].sort((i, j) => (d[i] as number) - (d[j] as number) || i - j);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) vectors[i * n + j] = v[i * n + (order[j] as number)] as number;
  return { values: Float64Array.from(order, (i) => d[i] as number), vectors };
}

/**
 * The orthogonal factor of a QR decomposition of a row-major matrix of n rows and columns, by Householder's reflections, written over the matrix.
 */
export function orthonormalize(a: Float64Array, n: number): void {
  const betas = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    let squares = 0;
    for (let i = k; i < n; i++) squares += (a[i * n + k] as number) * (a[i * n + k] as number);
    const head = a[k * n + k] as number;
    const norm = Math.sqrt(squares);
    const first = head > 0 ? head + norm : head - norm;
    // without a length there is nothing to reflect
    if (norm === 0) continue;
    betas[k] = 1 / (norm * Math.abs(first));
    a[k * n + k] = first;
    for (let j = k + 1; j < n; j++) reflect(a, n, k, j, betas[k] as number);
  }
  // backwards, column by column: the reflections of the unit vectors
  for (let k = n - 1; k >= 0; k--) {
    const beta = betas[k] as number;
    for (let j = k + 1; j < n; j++) {
      a[k * n + j] = 0;
      if (beta !== 0) reflect(a, n, k, j, beta);
    }
    const first = a[k * n + k] as number;
    for (let i = k + 1; i < n; i++) a[i * n + k] = beta === 0 ? 0 : -beta * first * (a[i * n + k] as number);
    a[k * n + k] = beta === 0 ? 1 : 1 - beta * first * first;
  }
}

/** Column j less its part along the vector that stands in column k from row k on. */
function reflect(a: Float64Array, n: number, k: number, j: number, beta: number): void {
  let sum = 0;
  for (let i = k; i < n; i++) sum += (a[i * n + k] as number) * (a[i * n + j] as number);
  sum *= beta;
  for (let i = k; i < n; i++) a[i * n + j] = (a[i * n + j] as number) - sum * (a[i * n + k] as number);
}
