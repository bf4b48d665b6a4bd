/* SPDX-License-Identifier: Apache-2.0 */
#include "train/loops.h"

#include <math.h>
#include <string.h>

/* MVT_SET: the name of the set of instructions that this is compiled for. */
#define NAME_(set) mvt_loops_##set
#define NAME(set) NAME_(set)
#define inline_always inline __attribute__((always_inline))

typedef mvt_real real;
typedef real vec __attribute__((vector_size(64), aligned(sizeof(real)), may_alias));
enum { VEC = sizeof(vec) / sizeof(real) };

/* ---- activations ----------------------------------------------------------------- */

/* e^x, good to two units in the last place, without branches: 2^n · e^r with n whole and
 * |r| <= ln 2 / 2, where e^r is a polynomial. */
#ifdef MVT_DOUBLE
static inline_always real exponential(real x)
{
    return exp(x);
}
#else
static inline_always real exponential(real x)
{
    const float whole = 12582912.0f; /* 1.5 · 2^23: adding it rounds to a whole number */
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float sum = x * 1.44269504f + whole, n = sum - whole;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = (p * r) * r + r + 1.0f;
    /* The last bits of the sum are n's. (No conversion: x may be no number.) */
    uint32_t bits;
    memcpy(&bits, &sum, sizeof bits);
    bits = (bits + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}
#endif

static inline_always real clip6(real x)
{
    return x < 0 ? 0 : x > 6 ? 6 : x;
}

static inline_always real act_of(mvz_activation act, real x)
{
    switch (act) {
    case MVZ_HARD_SWISH: return x * clip6(x + 3) * (real)(1.0 / 6);
    case MVZ_RELU6: return clip6(x);
    case MVZ_RELU: return x < 0 ? 0 : x;
    case MVZ_SWISH: return x / (1 + exponential(-x));
    case MVZ_SIGMOID: return 1 / (1 + exponential(-x));
    case MVZ_HARD_SIGMOID: return clip6(x + 3) * (real)MVZ_GATE_SLOPE;
    default: return x;
    }
}

/* The derivative; where there is none, that of the side of 0. */
static inline_always real slope_of(mvz_activation act, real x)
{
    real s;
    switch (act) {
    case MVZ_HARD_SWISH:
        s = (2 * x + 3) * (real)(1.0 / 6);
        return x <= -3 ? 0 : x >= 3 ? 1 : s;
    case MVZ_RELU6: return x <= 0 ? 0 : x >= 6 ? 0 : 1;
    case MVZ_RELU: return x <= 0 ? 0 : 1;
    case MVZ_SWISH:
        s = 1 / (1 + exponential(-x));
        return s * (1 + x * (1 - s));
    case MVZ_SIGMOID:
        s = 1 / (1 + exponential(-x));
        return s * (1 - s);
    case MVZ_HARD_SIGMOID: return x <= -3 ? 0 : x >= 3 ? 0 : (real)MVZ_GATE_SLOPE;
    default: return 1;
    }
}

/* One loop for each activation, which is then a constant in it. */
#define FOR_EACH_ACT(act, call)                                                                    \
    switch (act) {                                                                                 \
    case MVZ_HARD_SWISH: call(MVZ_HARD_SWISH); break;                                              \
    case MVZ_RELU6: call(MVZ_RELU6); break;                                                        \
    case MVZ_RELU: call(MVZ_RELU); break;                                                          \
    case MVZ_SWISH: call(MVZ_SWISH); break;                                                        \
    case MVZ_SIGMOID: call(MVZ_SIGMOID); break;                                                    \
    case MVZ_HARD_SIGMOID: call(MVZ_HARD_SIGMOID); break;                                          \
    default: call(MVZ_LINEAR); break;                                                              \
    }

/* ---- steps of MVT_LANES numbers ------------------------------------------------------ */

/* The rest is done for numbers p + j, j = 0 … lanes - 1, of channels q + j. Whole steps have
 * a number of lanes that the compiler knows. */
#define STEPS(n, c, ...)                                                                           \
    do {                                                                                           \
        size_t p = 0, q = 0, step_ = MVT_LANES % (size_t)(c);                                      \
        for (; p + MVT_LANES <= (n); p += MVT_LANES) {                                             \
            for (size_t j = 0; j < MVT_LANES; j++) {                                               \
                __VA_ARGS__                                                                        \
            }                                                                                      \
            q += step_;                                                                            \
            q -= q >= (size_t)(c) ? (size_t)(c) : 0;                                               \
        }                                                                                          \
        for (size_t j = 0; j < (n) - p; j++) {                                                     \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    } while (0)

static void load(real *restrict y, const real *restrict z, const mvt_affine *f, size_t n, int c)
{
    const real *restrict scale = f->scale, *restrict shift = f->shift;
#define CALL(act)                                                                                  \
    STEPS(n, c, { y[p + j] = act_of(act, z[p + j] * scale[q + j] + shift[q + j]); })
    FOR_EACH_ACT(f->act, CALL)
#undef CALL
}

static void finish(real *restrict d, const real *restrict z, const mvt_affine *f,
                   const mvt_white *white, real *restrict sum, real *restrict white_sum, size_t n,
                   int c)
{
    const real *restrict scale = f->scale, *restrict shift = f->shift;
    if (!white_sum) {
#define CALL(act)                                                                                  \
    STEPS(n, c, {                                                                                  \
        real g = d[p + j] * slope_of(act, z[p + j] * scale[q + j] + shift[q + j]);                 \
        d[p + j] = g;                                                                              \
        sum[q + j] += g;                                                                           \
    })
        FOR_EACH_ACT(f->act, CALL)
#undef CALL
        return;
    }
    const real *restrict rate = white->rate, *restrict begin = white->begin;
#define CALL(act)                                                                                  \
    STEPS(n, c, {                                                                                  \
        real x = z[p + j], g = d[p + j] * slope_of(act, x * scale[q + j] + shift[q + j]);          \
        d[p + j] = g;                                                                              \
        sum[q + j] += g;                                                                           \
        white_sum[q + j] += g * (x * rate[q + j] + begin[q + j]);                                  \
    })
    FOR_EACH_ACT(f->act, CALL)
#undef CALL
}

static void grad(real *restrict dz, const real *restrict d, const real *restrict z,
                 const real *restrict a, const real *restrict b, const real *restrict e, size_t n,
                 int c)
{
    STEPS(n, c, { dz[p + j] = d[p + j] * a[q + j] + (z[p + j] * b[q + j] + e[q + j]); });
}

static void sums(const real *restrict x, real *restrict sum, size_t n, int c)
{
    STEPS(n, c, { sum[q + j] += x[p + j]; });
}

static void squares(const real *restrict x, const real *restrict mean, real *restrict sum, size_t n,
                    int c)
{
    STEPS(n, c, {
        real away = x[p + j] - mean[q + j];
        sum[q + j] += away * away;
    });
}

static void products(const real *restrict x, const real *restrict y, real *restrict sum, size_t n,
                     int c)
{
    STEPS(n, c, { sum[q + j] += x[p + j] * y[p + j]; });
}

static void mul_add(real *restrict x, const real *restrict a, const real *restrict b, size_t n,
                    int c)
{
    STEPS(n, c, { x[p + j] = x[p + j] * a[q + j] + b[q + j]; });
}

static void join(real *restrict out, real factor, const real *restrict x, const mvt_affine *x_f,
                 const real *restrict y, const mvt_affine *y_f, size_t n, int c)
{
    const real *restrict xs = x_f->scale, *restrict xb = x_f->shift;
    if (!y_f) {
        STEPS(n, c, {
            out[p + j] = factor * (x[p + j] * xs[q + j] + xb[q + j]) + y[p + j];
        });
        return;
    }
    const real *restrict ys = y_f->scale, *restrict yb = y_f->shift;
    STEPS(n, c, {
        out[p + j] = factor * (x[p + j] * xs[q + j] + xb[q + j]) +
                     (y[p + j] * ys[q + j] + yb[q + j]);
    });
}

/* ---- taps: sums stay in registers ------------------------------------------------------ */

static void taps_rest(real *out, const mvt_taps *taps, size_t p, size_t n, size_t q)
{
    for (; p < n; p++, q++) {
        real sum = 0;
        for (int t = 0; t < taps->n; t++)
            sum += taps->in[t][p] * taps->weights[t][q];
        out[p] = sum;
    }
}

static size_t next_channel(size_t q, size_t step, int c)
{
    q += step;
    return q >= (size_t)c ? q % (size_t)c : q;
}

static void taps(real *restrict out, const mvt_taps *taps, size_t n, int c)
{
    size_t p = 0, q = 0;
    for (; p + 4 * VEC <= n; p += 4 * VEC, q = next_channel(q, 4 * VEC, c)) {
        vec s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
        for (int t = 0; t < taps->n; t++) {
            const vec *x = (const vec *)(taps->in[t] + p);
            const vec *w = (const vec *)(taps->weights[t] + q);
            s0 += x[0] * w[0];
            s1 += x[1] * w[1];
            s2 += x[2] * w[2];
            s3 += x[3] * w[3];
        }
        vec *to = (vec *)(out + p);
        to[0] = s0;
        to[1] = s1;
        to[2] = s2;
        to[3] = s3;
    }
    for (; p + VEC <= n; p += VEC, q = next_channel(q, VEC, c)) {
        vec s = {0};
        for (int t = 0; t < taps->n; t++)
            s += *(const vec *)(taps->in[t] + p) * *(const vec *)(taps->weights[t] + q);
        *(vec *)(out + p) = s;
    }
    taps_rest(out, taps, p, n, q);
}

static void taps_weights(const mvt_taps *taps, const real *restrict d, size_t n, int c)
{
    size_t p = 0, q = 0;
    for (; p + 2 * VEC <= n; p += 2 * VEC, q = next_channel(q, 2 * VEC, c)) {
        const vec *g = (const vec *)(d + p);
        vec g0 = g[0], g1 = g[1];
        for (int t = 0; t < taps->n; t++) {
            const vec *x = (const vec *)(taps->in[t] + p);
            vec *w = (vec *)(taps->weights[t] + q);
            vec w0 = w[0] + x[0] * g0, w1 = w[1] + x[1] * g1;
            w[0] = w0;
            w[1] = w1;
        }
    }
    for (; p < n; p++, q++)
        for (int t = 0; t < taps->n; t++)
            taps->weights[t][q] += taps->in[t][p] * d[p];
}

extern const mvt_loops NAME(MVT_SET);
const mvt_loops NAME(MVT_SET) = {
    .load = load,
    .finish = finish,
    .grad = grad,
    .sums = sums,
    .squares = squares,
    .products = products,
    .mul_add = mul_add,
    .join = join,
    .taps = taps,
    .taps_weights = taps_weights,
};
