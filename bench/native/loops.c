/* The step loops of assembly/elementwise in C, one element after the other and with the arguments of the kernels: what a native compiler makes
 * of the same arithmetic. bench/native/main.js writes kernels.h, the loops, and calls.h, with a line LOOP(name, arrays, call) for each.
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
static inline float clamp(float x, float least, float most) { return larger(smaller(x, most), least); }

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

/* The loops themselves, written from the formulas by scripts/kernels/c.js. */
#include "kernels.h"

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
