/* The step loops of assembly/optimizers in C, as the kernels have them: what a native compiler makes of the same arithmetic.
 * Prints "name,n,least,median" a line, in nanoseconds a call. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef float *restrict vec;
typedef const float *restrict cvec;

__attribute__((noinline)) static void sgd(vec p, cvec g, size_t n, float rate, float decay, float scale) {
  for (size_t i = 0; i < n; i++) {
    float P = p[i], G = scale * g[i] + decay * P;
    p[i] = P - rate * G;
  }
}

__attribute__((noinline)) static void momentum(vec p, cvec g, vec b, size_t n, float rate, float mu, float gain, float decay, float scale) {
  for (size_t i = 0; i < n; i++) {
    float P = p[i], G = scale * g[i] + decay * P, B = mu * b[i] + gain * G;
    b[i] = B;
    p[i] = P - rate * B;
  }
}

__attribute__((noinline)) static void adagrad(vec p, cvec g, vec s, size_t n, float rate, float eps, float decay, float scale) {
  for (size_t i = 0; i < n; i++) {
    float P = p[i], G = scale * g[i] + decay * P, S = s[i] + G * G;
    s[i] = S;
    p[i] = P - rate * G / (sqrtf(S) + eps);
  }
}

__attribute__((noinline)) static void adadelta(vec p, cvec g, vec v, vec u, size_t n, float rate, float rho, float fresh, float eps, float decay,
                                               float scale) {
  for (size_t i = 0; i < n; i++) {
    float P = p[i], U = u[i], G = scale * g[i] + decay * P, V = rho * v[i] + fresh * (G * G);
    float D = sqrtf(U + eps) / sqrtf(V + eps) * G;
    v[i] = V;
    u[i] = rho * U + fresh * (D * D);
    p[i] = P - rate * D;
  }
}

__attribute__((noinline)) static void rmsprop(vec p, cvec g, vec v, size_t n, float rate, float alpha, float fresh, float eps, float decay,
                                              float scale) {
  for (size_t i = 0; i < n; i++) {
    float P = p[i], G = scale * g[i] + decay * P, V = alpha * v[i] + fresh * (G * G);
    v[i] = V;
    p[i] = P - rate * (G / (sqrtf(V) + eps));
  }
}

__attribute__((noinline)) static void adam(vec p, cvec g, vec m, vec v, size_t n, float rate, float b1, float a1, float b2, float a2, float c2,
                                           float eps, float decay, float scale) {
  for (size_t i = 0; i < n; i++) {
    float P = p[i], G = scale * g[i] + decay * P, M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G);
    m[i] = M;
    v[i] = V;
    p[i] = P - rate * M / (sqrtf(V) * c2 + eps);
  }
}

__attribute__((noinline)) static void adamw(vec p, cvec g, vec m, vec v, size_t n, float rate, float b1, float a1, float b2, float a2, float c2,
                                            float eps, float shrink, float scale) {
  for (size_t i = 0; i < n; i++) {
    float P = p[i], G = scale * g[i], M = b1 * m[i] + a1 * G, V = b2 * v[i] + a2 * (G * G);
    m[i] = M;
    v[i] = V;
    p[i] = P - (shrink * P + rate * M / (sqrtf(V) * c2 + eps));
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv) {
  for (int a = 1; a < argc; a++) {
    size_t n = strtoull(argv[a], NULL, 10);
    float *x[4];
    for (int k = 0; k < 4; k++) {
      x[k] = aligned_alloc(64, n * sizeof(float) + 64 * (k + 1) / 64 * 64);
      for (size_t i = 0; i < n; i++) x[k][i] = 0.001f * (float)((i * 7919 + k * 31) % 1000 + 1);
    }
    size_t calls = n < 16384 ? 16384 / n : 1;
    int samples = n > 1 << 20 ? 20 : n > 1 << 17 ? 300 : 3000;
    static double times[3000];
#define TIME(name, call)                                                        \
  {                                                                             \
    for (int s = 0; s < samples; s++) {                                         \
      double t = now();                                                         \
      for (size_t c = 0; c < calls; c++) call;                                  \
      times[s] = (now() - t) / calls;                                           \
    }                                                                           \
    qsort(times, samples, sizeof(double), ascending);                           \
    printf("%s,%zu,%f,%f\n", name, n, times[0], times[samples / 2]);            \
  }
    TIME("sgd", sgd(x[0], x[1], n, 1e-6f, 0, 1))
    TIME("sgd momentum", momentum(x[0], x[1], x[2], n, 1e-6f, 0.9f, 1, 0, 1))
    TIME("adagrad", adagrad(x[0], x[1], x[2], n, 1e-6f, 1e-10f, 0, 1))
    TIME("adadelta", adadelta(x[0], x[1], x[2], x[3], n, 1e-6f, 0.9f, 0.1f, 1e-6f, 0, 1))
    TIME("rmsprop", rmsprop(x[0], x[1], x[2], n, 1e-6f, 0.99f, 0.01f, 1e-8f, 0, 1))
    TIME("adam", adam(x[0], x[1], x[2], x[3], n, 1e-6f, 0.9f, 0.1f, 0.999f, 0.001f, 1, 1e-8f, 0, 1))
    TIME("adamw", adamw(x[0], x[1], x[2], x[3], n, 1e-6f, 0.9f, 0.1f, 0.999f, 0.001f, 1, 1e-8f, 1e-8f, 1))
    for (int k = 0; k < 4; k++) free(x[k]);
  }
}
