/* The step loops of assembly/optimizers in C, one element after the other and with the arguments of the kernels: what a native compiler makes
 * of the same arithmetic. bench/native/main.js writes calls.h, with a line LOOP(name, arrays, call) for each.
 * loops N NAME prints "checksum after one call,least,median", in nanoseconds a call. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef float *restrict vec;
typedef const float *restrict cvec;
/* Without it gcc makes a copy of each function for the arguments it is called with, in which a factor of 1 is left out. */
#define KERNEL __attribute__((noipa)) static void
#define EACH for (size_t i = 0; i < n; i++)

static inline float larger(float a, float b) { return a < b ? b : a; }
static inline float smaller(float a, float b) { return b < a ? b : a; }
static inline float sign(float x) { return fabsf(x) > 0 ? copysignf(1, x) : x; }
static inline float clamp(float x, float limit) { return larger(smaller(x, limit), -limit); }

static inline int32_t bits(float x) {
  int32_t b;
  memcpy(&b, &x, 4);
  return b;
}
static inline float number(int32_t b) {
  float x;
  memcpy(&x, &b, 4);
  return x;
}

/* exp, tanh and cbrt: as assembly/math.ts. */

/* From -87.3 to 88.722832. */
static inline float exponential(float x) {
  float t = x * 1.44269504f + 12582912.0f, k = t - 12582912.0f, r = x - k * 0.693359375f - k * -2.12194440e-4f;
  float q = r * 1.3814598642e-3f + 8.3687168798e-3f;
  q = r * q + 4.1668388045e-2f;
  q = r * q + 1.6666520632e-1f;
  q = r * q + 4.9999993448e-1f;
  float y = r * r * q + r + 1;
  return number((int32_t)((uint32_t)bits(y) + ((uint32_t)bits(t) << 23)));
}
static inline float hyperbolicTangent(float x) {
  float a = fabsf(x), z = x * x;
  float q = z * -5.7049869591e-3f + 2.0639087179e-2f;
  q = z * q + -5.3739715051e-2f;
  q = z * q + 1.3331442197e-1f;
  q = z * q + -3.3333281942e-1f;
  float a2 = 2 * smaller(a, 10), small = x + x * z * q, large = 1 - 2 / (exponential(a2) + 1);
  return a > 0.625f ? copysignf(large, x) : small;
}
static inline float nearer(float x, float z) {
  float h = 1 - x * z * z * z;
  return z + z * (h * (0.333333333f + 0.222222222f * h));
}
static inline float cubeRoot(float x) {
  float z = number((int32_t)((uint32_t)bits(8388608 + 5546528 - (float)bits(x) * (0.333333333f / 256)) << 8));
  z = nearer(x, z);
  z = nearer(x, z);
  return x * z * z;
}

KERNEL sgd(vec p, cvec g, size_t n, float rate, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P;
    p[i] = P - rate * G;
  }
}

KERNEL sgdMomentum(vec p, cvec g, vec b, size_t n, float rate, float momentum, float gain, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, B = momentum * b[i] + gain * G;
    b[i] = B;
    p[i] = P - rate * B;
  }
}

KERNEL sgdNesterov(vec p, cvec g, vec b, size_t n, float near, float look, float momentum, float gain, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, B = momentum * b[i] + gain * G;
    b[i] = B;
    p[i] = P - (near * B + look * G);
  }
}

KERNEL optimisticGradientDescent(vec p, cvec g, vec before, size_t n, float near, float past, float scale) {
  EACH {
    float G = scale * g[i], U = near * G - past * before[i];
    before[i] = G;
    p[i] = p[i] - U;
  }
}

KERNEL asgd(vec p, cvec g, vec average, size_t n, float rate, float shrink, float keep, float fresh, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, X = P - (shrink * P + rate * G);
    p[i] = X;
    average[i] = keep * average[i] + fresh * X;
  }
}

KERNEL scheduleFreeSgd(vec p, cvec g, vec z, size_t n, float rate, float keep, float fresh, float look, float decay, float scale) {
  EACH {
    float P = p[i], Z = z[i], U = scale * g[i] + decay * P;
    z[i] = Z - rate * U;
    p[i] = keep * P + fresh * Z + look * U;
  }
}

KERNEL sgdHypergradient(vec p, cvec g, vec b, vec u, size_t n, float rate, float momentum, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, B = momentum * b[i] + G, U = G + momentum * B;
    b[i] = B;
    u[i] = U;
    p[i] = P - rate * U;
  }
}

KERNEL signSgd(vec p, cvec g, size_t n, float rate, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i];
    p[i] = P - (shrink * P + rate * sign(G));
  }
}

KERNEL signum(vec p, cvec g, vec m, size_t n, float rate, float b1, float a1, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = b1 * m[i] + a1 * G;
    m[i] = M;
    p[i] = P - (shrink * P + rate * sign(M));
  }
}

KERNEL lion(vec p, cvec g, vec m, size_t n, float rate, float b1, float a1, float b2, float a2, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = m[i], C = b1 * M + a1 * G;
    m[i] = b2 * M + a2 * G;
    p[i] = P - (shrink * P + rate * sign(C));
  }
}

KERNEL lionRefined(vec p, cvec g, vec m, size_t n, float rate, float b1, float a1, float b2, float a2, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = m[i], C = b1 * M + a1 * G;
    m[i] = b2 * M + a2 * G;
    p[i] = P - (shrink * P + rate * clamp(C, 1));
  }
}

KERNEL lionSmooth(vec p, cvec g, vec m, size_t n, float rate, float b1, float a1, float b2, float a2, float sharpness, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = m[i], C = b1 * M + a1 * G;
    m[i] = b2 * M + a2 * G;
    p[i] = P - (shrink * P + rate * hyperbolicTangent(sharpness * C));
  }
}

KERNEL rprop(vec p, cvec g, vec s, vec before, size_t n, float minus, float plus, float least, float most, float scale) {
  EACH {
    float G = scale * g[i], S = s[i], SIGN = sign(G), agrees = SIGN * before[i];
    float factor = agrees > 0 ? plus : agrees < 0 ? minus : 1;
    float step = larger(smaller(S * factor, most), smaller(S, least));
    s[i] = step;
    before[i] = agrees < 0 ? 0 : G;
    p[i] = p[i] - (agrees < 0 ? 0 : SIGN) * step;
  }
}

KERNEL adagrad(vec p, cvec g, vec s, size_t n, float rate, float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, S = s[i] + G * G;
    s[i] = S;
    p[i] = P - rate * G / (sqrtf(S) + epsilon);
  }
}

KERNEL adagradInside(vec p, cvec g, vec s, size_t n, float rate, float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, S = s[i] + G * G;
    s[i] = S;
    p[i] = P - rate * G / sqrtf(S + epsilon);
  }
}

KERNEL adadelta(vec p, cvec g, vec v, vec u, size_t n, float rate, float rho, float fresh, float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], U = u[i], G = scale * g[i] + decay * P, V = rho * v[i] + fresh * (G * G);
    float D = sqrtf(U + epsilon) / sqrtf(V + epsilon) * G;
    v[i] = V;
    u[i] = rho * U + fresh * (D * D);
    p[i] = P - rate * D;
  }
}

KERNEL rmsprop(vec p, cvec g, vec v, size_t n, float rate, float rho, float fresh, float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = rho * v[i] + fresh * (G * G);
    v[i] = V;
    p[i] = P - rate * (G / (sqrtf(V) + epsilon));
  }
}

KERNEL rmspropMomentum(vec p, cvec g, vec v, vec b, size_t n, float rate, float rho, float fresh, float epsilon, float momentum, float decay,
                       float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = rho * v[i] + fresh * (G * G), B = momentum * b[i] + G / (sqrtf(V) + epsilon);
    v[i] = V;
    b[i] = B;
    p[i] = P - rate * B;
  }
}

KERNEL rmspropCentered(vec p, cvec g, vec v, vec a, size_t n, float rate, float rho, float fresh, float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = rho * v[i] + fresh * (G * G), A = rho * a[i] + fresh * G;
    v[i] = V;
    a[i] = A;
    p[i] = P - rate * (G / (sqrtf(larger(V - A * A, 0)) + epsilon));
  }
}

KERNEL rmspropCenteredMomentum(vec p, cvec g, vec v, vec a, vec b, size_t n, float rate, float rho, float fresh, float epsilon, float momentum,
                               float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = rho * v[i] + fresh * (G * G), A = rho * a[i] + fresh * G;
    float B = momentum * b[i] + G / (sqrtf(larger(V - A * A, 0)) + epsilon);
    v[i] = V;
    a[i] = A;
    b[i] = B;
    p[i] = P - rate * B;
  }
}

KERNEL rmspropVariant(vec p, cvec g, vec v, vec a, vec b, size_t n, float near, float look, float rho, float fresh, float k, float center,
                      float root, float epsilon, float momentum, float inside, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = rho * v[i] + fresh * (G * G), A = rho * a[i] + fresh * G;
    float D = G / (sqrtf(larger(k * V - center * (A * A), 0) + root) + epsilon), B = momentum * b[i] + inside * D;
    v[i] = V;
    a[i] = A;
    b[i] = B;
    p[i] = P - (near * B + look * D);
  }
}

KERNEL adam(vec p, cvec g, vec m, vec v, size_t n, float rate, float b1, float a1, float b2, float a2, float c2, float epsilon, float decay,
            float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G);
    m[i] = M;
    v[i] = V;
    p[i] = P - rate * M / (sqrtf(V) * c2 + epsilon);
  }
}

KERNEL adamw(vec p, cvec g, vec m, vec v, size_t n, float rate, float b1, float a1, float b2, float a2, float c2, float epsilon, float shrink,
             float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G);
    m[i] = M;
    v[i] = V;
    p[i] = P - (shrink * P + rate * M / (sqrtf(V) * c2 + epsilon));
  }
}

KERNEL amsgrad(vec p, cvec g, vec m, vec v, vec h, size_t n, float rate, float b1, float a1, float b2, float a2, float c2, float epsilon,
               float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G), H = larger(h[i], V);
    m[i] = M;
    v[i] = V;
    h[i] = H;
    p[i] = P - rate * M / (sqrtf(H) * c2 + epsilon);
  }
}

KERNEL amsgradw(vec p, cvec g, vec m, vec v, vec h, size_t n, float rate, float b1, float a1, float b2, float a2, float c2, float epsilon,
                float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G), H = larger(h[i], V);
    m[i] = M;
    v[i] = V;
    h[i] = H;
    p[i] = P - (shrink * P + rate * M / (sqrtf(H) * c2 + epsilon));
  }
}

KERNEL adamStep(vec p, cvec m, cvec v, size_t n, float rate, float c2, float epsilon, float shrink) {
  EACH {
    float P = p[i];
    p[i] = P - (shrink * P + rate * m[i] / (sqrtf(v[i]) * c2 + epsilon));
  }
}

KERNEL moments(vec p, cvec g, vec m, vec v, size_t n, float near, float look, float b1, float a1, float b2, float a2, float k, float root,
               float epsilon, float decay, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G);
    m[i] = M;
    v[i] = V;
    p[i] = P - (shrink * P + (near * M + look * G) / (sqrtf(k * V + root) + epsilon));
  }
}

KERNEL momentsLargest(vec p, cvec g, vec m, vec v, vec h, size_t n, float near, float look, float b1, float a1, float b2, float a2, float fresh,
                      float k, float root, float epsilon, float decay, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G), H = larger(h[i], fresh * V);
    m[i] = M;
    v[i] = V;
    h[i] = H;
    p[i] = P - (shrink * P + (near * M + look * G) / (sqrtf(k * H + root) + epsilon));
  }
}

KERNEL adamax(vec p, cvec g, vec m, vec w, size_t n, float rate, float b1, float a1, float b2, float slack, float epsilon, float decay,
              float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, M = b1 * m[i] + a1 * G, W = larger(fabsf(G), b2 * w[i] - slack);
    m[i] = M;
    w[i] = W;
    p[i] = P - (shrink * P + rate * M / (W + epsilon));
  }
}

KERNEL adabelief(vec p, cvec g, vec m, vec s, size_t n, float near, float look, float b1, float a1, float b2, float a2, float k, float root,
                 float epsilon, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = b1 * m[i] + a1 * G, D = G - M, S = b2 * s[i] + a2 * (D * D);
    m[i] = M;
    s[i] = S;
    p[i] = P - (shrink * P + (near * M + look * G) / (sqrtf(k * S + root) + epsilon));
  }
}

KERNEL acprop(vec p, cvec g, vec m, vec s, size_t n, float rate, float b1, float a1, float b2, float a2, float k, float root, float epsilon,
              float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = m[i], S = s[i], D = G - M;
    p[i] = P - (shrink * P + rate * G / (sqrtf(k * S + root) + epsilon));
    s[i] = b2 * S + a2 * (D * D);
    m[i] = b1 * M + a1 * G;
  }
}

KERNEL yogi(vec p, cvec g, vec m, vec v, size_t n, float rate, float b1, float a1, float a2, float k, float root, float epsilon, float shrink,
            float scale) {
  EACH {
    float P = p[i], G = scale * g[i], Q = G * G, old = v[i], M = b1 * m[i] + a1 * G, V = old - a2 * (sign(old - Q) * Q);
    m[i] = M;
    v[i] = V;
    p[i] = P - (shrink * P + rate * M / (sqrtf(k * V + root) + epsilon));
  }
}

KERNEL laprop(vec p, cvec g, vec m, vec v, size_t n, float rate, float b1, float fresh, float b2, float a2, float k, float epsilon,
              float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], V = b2 * v[i] + a2 * (G * G), M = b1 * m[i] + fresh * G / (sqrtf(k * V) + epsilon);
    m[i] = M;
    v[i] = V;
    p[i] = P - (shrink * P + rate * M);
  }
}

KERNEL adopt(vec p, cvec g, vec m, vec v, size_t n, float near, float look, float b1, float a1, float b2, float a2, float limit, float epsilon,
             float decay, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = v[i], C = clamp(G / larger(sqrtf(V), epsilon), limit), M = b1 * m[i] + a1 * C;
    m[i] = M;
    v[i] = b2 * V + a2 * (G * G);
    p[i] = P - (shrink * P + (near * M + look * C));
  }
}

KERNEL sophia(vec p, cvec g, vec m, cvec h, size_t n, float rate, float b1, float a1, float k, float gamma, float epsilon, float clip,
              float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = b1 * m[i] + a1 * G, U = k * M / larger(gamma * h[i], epsilon);
    m[i] = M;
    p[i] = P - (shrink * P + rate * clamp(U, clip));
  }
}

KERNEL sophiaSquares(vec h, cvec g, size_t n, float b2, float a2, float scale) {
  EACH {
    float G = scale * g[i];
    h[i] = b2 * h[i] + a2 * (G * G);
  }
}

KERNEL adan(vec p, cvec g, vec m, vec v, vec s, vec before, size_t n, float near, float far, float b1, float a1, float b2, float a2, float b3,
            float a3, float weight, float k, float root, float epsilon, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], D = G - before[i], E = G + weight * D;
    float M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * D, S = b3 * s[i] + a3 * (E * E);
    m[i] = M;
    v[i] = V;
    s[i] = S;
    before[i] = G;
    p[i] = P - (shrink * P + (near * M + far * V) / (sqrtf(k * S + root) + epsilon));
  }
}

KERNEL ademamix(vec p, cvec g, vec m, vec l, vec v, size_t n, float near, float far, float b1, float a1, float b2, float a2, float b3, float a3,
                float k, float root, float epsilon, float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i], M = b1 * m[i] + a1 * G, L = b3 * l[i] + a3 * G, V = b2 * v[i] + a2 * (G * G);
    m[i] = M;
    l[i] = L;
    v[i] = V;
    p[i] = P - (shrink * P + (near * M + far * L) / (sqrtf(k * V + root) + epsilon));
  }
}

KERNEL madgrad(vec p, cvec g, cvec start, vec v, vec s, size_t n, float weight, float momentum, float fresh, float epsilon, float decay,
               float shrink, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = v[i] + weight * (G * G), S = s[i] + weight * G;
    float Z = start[i] - S / (cubeRoot(V) + epsilon);
    v[i] = V;
    s[i] = S;
    p[i] = fresh * Z + momentum * (P - shrink * P);
  }
}

KERNEL scheduleFreeAdamw(vec p, cvec g, vec z, vec v, size_t n, float rate, float keep, float fresh, float look, float b2, float a2, float c2,
                         float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], Z = z[i], G = scale * g[i], V = b2 * v[i] + a2 * (G * G), U = G / (sqrtf(V) * c2 + epsilon) + decay * P;
    v[i] = V;
    z[i] = Z - rate * U;
    p[i] = keep * P + fresh * Z + look * U;
  }
}

KERNEL adamHypergradient(vec p, cvec g, vec m, vec v, vec u, size_t n, float rate, float b1, float a1, float b2, float a2, float c1, float c2,
                         float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G);
    float U = c1 * M / (sqrtf(V) * c2 + epsilon);
    m[i] = M;
    v[i] = V;
    u[i] = U;
    p[i] = P - rate * U;
  }
}

KERNEL lamb(cvec p, cvec g, vec m, vec v, vec u, size_t n, float b1, float a1, float b2, float a2, float c1, float c2, float root, float epsilon,
            float decay, float scale) {
  EACH {
    float G = scale * g[i], M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G);
    m[i] = M;
    v[i] = V;
    u[i] = c1 * M / (sqrtf(c2 * V + root) + epsilon) + decay * p[i];
  }
}

KERNEL almeida(vec p, cvec g, vec h, vec v, vec r, size_t n, float rate, float meta, float b, float a, float lowest, float epsilon, float decay,
               float scale) {
  EACH {
    float P = p[i], G = scale * g[i] + decay * P, V = b * v[i] + a * (G * G);
    float R = r[i] * larger(1 + meta * (G * h[i]) / (V + epsilon), lowest);
    h[i] = G;
    v[i] = V;
    r[i] = R;
    p[i] = P - rate * R * G;
  }
}

KERNEL cocob(vec p, cvec g, vec c, vec l, vec a, vec r, cvec x0, size_t n, float alpha, float epsilon, float decay, float scale) {
  EACH {
    float P = p[i], X0 = x0[i], G = scale * g[i] + decay * P, largest = larger(l[i], fabsf(G)), A = a[i] + fabsf(G);
    float R = larger(r[i] - G * (P - X0), 0), C = c[i] - G, L = larger(largest, epsilon);
    l[i] = largest;
    a[i] = A;
    r[i] = R;
    c[i] = C;
    p[i] = X0 + C / (L * larger(A + L, alpha * L)) * (L + R);
  }
}

KERNEL cautious(vec p, cvec g, cvec d, size_t n, float gain, float shrink, float scale) {
  EACH {
    float P = p[i], D = d[i], G = scale * g[i], U = (D < 0 && G > 0) || (D > 0 && G < 0) ? gain * D : 0;
    p[i] = P + (U - shrink * P);
  }
}

KERNEL mechanic(vec p, cvec old, vec d, cvec x0, size_t n, float keep, float size) {
  EACH {
    float D = keep * d[i] + (old[i] - p[i]);
    d[i] = D;
    p[i] = x0[i] - size * D;
  }
}

#define MOST_ARRAYS 7
#define SAMPLES 3000

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

/* As bench/native/main.js fills them: 0.001 to 1, the first two with alternating signs. */
static void fill(float **x, size_t n) {
  for (size_t k = 0; k < MOST_ARRAYS; k++) {
    for (size_t i = 0; i < n; i++) x[k][i] = 0.001f * (float)((i * 7919 + k * 31) % 1000 + 1) * (k < 2 && (i >> k) % 2 ? -1 : 1);
  }
}

static uint32_t checksum(float **x, size_t arrays, size_t n) {
  uint32_t sum = 2166136261u;
  for (size_t k = 0; k < arrays; k++) {
    for (size_t i = 0; i < n; i++) sum = (sum ^ (uint32_t)bits(x[k][i])) * 16777619u;
  }
  return sum;
}

int main(int argc, char **argv) {
  size_t n = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
  if (n == 0) return 2;
  float *x[MOST_ARRAYS];
  for (size_t k = 0; k < MOST_ARRAYS; k++) x[k] = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
  size_t calls = n < 16384 ? 16384 / n : 1;
  static double times[SAMPLES];
#define LOOP(name, arrays, call)                                                   \
  if (strcmp(argv[2], name) == 0) {                                                \
    fill(x, n);                                                                    \
    call;                                                                          \
    printf("%u", checksum(x, arrays, n));                                          \
    for (int s = 0; s < SAMPLES; s++) {                                            \
      double t = now();                                                            \
      for (size_t c = 0; c < calls; c++) call;                                     \
      times[s] = (now() - t) / calls;                                              \
    }                                                                              \
    qsort(times, SAMPLES, sizeof(double), ascending);                              \
    printf(",%f,%f\n", times[0], times[SAMPLES / 2]);                              \
  }
#include "calls.h"
#undef LOOP
  for (size_t k = 0; k < MOST_ARRAYS; k++) free(x[k]);
}
