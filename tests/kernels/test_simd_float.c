/* Every faster float kernel against its portable twin: random shapes with all tails,
 * buffers that lie against pages that may not be touched, any split of rows. What only
 * moves or rounds single values must have the twin's bits; sums of K products must be
 * within (K + 4) · 2^-23 · (Σ |x · w| + |bias|) of the exact ones.
 * `--bench [SET]` times all of them on the shapes of MoViNet-A0.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

#include "core/cpu.h"
#include "core/memory.h"
#include "kernels/set.h"
#include "support/slow.h"

#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include "kernels/x86/float.h"

#include <immintrin.h>
#endif

/* ---- buffers between pages that may not be touched --------------------------------- */

typedef struct pages {
    uint8_t *map;
    size_t mapped, bytes;
    float *data;
} pages;

enum { UNTOUCHED = 0xa5 };

/* At the end of its pages or at their beginning. */
static pages pages_get(rng *r, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (bytes + page - 1) / page * page;
    pages p = {.mapped = body + 2 * page, .bytes = bytes};

    p.map = mmap(NULL, p.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(p.map != MAP_FAILED);
    memset(p.map + page, UNTOUCHED, body);
    mprotect(p.map, page, PROT_NONE);
    mprotect(p.map + page + body, page, PROT_NONE);
    p.data = (float *)(p.map + page + (rng_int(r, 0, 2) ? body - bytes : 0));
    return p;
}

/* Checks that the rest of its pages is as it was. */
static void pages_free(pages p)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const uint8_t *begin = (const uint8_t *)p.data, *end = p.map + p.mapped - page, *at;

    for (at = p.map + page; at < end; at++)
        if (at < begin || at >= begin + p.bytes)
            assert_int_equal(*at, UNTOUCHED);
    munmap(p.map, p.mapped);
}

static pages pages_random(rng *r, size_t n)
{
    pages p = pages_get(r, n * sizeof(float));

    rng_fill_f32(r, p.data, n);
    return p;
}

/* Values at which things go wrong, and any bits at all. */
static float odd_value(rng *r)
{
    static const float special[] = {0.0f, -0.0f, 1e-45f, -1e-40f, 0x1p-126f, 3, -3, 6, 88.8f,
                                    -88.8f, 104, -104, 1e38f, -1e38f, INFINITY, -INFINITY, NAN,
                                    0.5f, -0.5f, 0x1.fffffep-2f, 2.5f, 0x1p120f, 0x1p-90f};
    uint32_t bits = rng_next(r);
    float any;

    switch (rng_int(r, 0, 5)) {
    case 0: return special[rng_int(r, 0, (int)(sizeof special / sizeof *special) - 1)];
    case 1: memcpy(&any, &bits, sizeof any); return any;
    default: return rng_float(r, -9, 9);
    }
}

static pages pages_odd(rng *r, size_t n)
{
    pages p = pages_get(r, n * sizeof(float));

    for (size_t i = 0; i < n; i++)
        p.data[i] = odd_value(r);
    return p;
}

static void assert_same_bits(const char *what, const float *want, const float *got, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(want + i, got + i, sizeof *want) && !(isnan(want[i]) && isnan(got[i])))
            fail_msg("%s: value %zu of %zu is %a, not %a", what, i, n, (double)got[i],
                     (double)want[i]);
}

/* ---- sums of products ------------------------------------------------------------------ */

typedef struct product {
    double sum, magnitude; ///< Σ x · w + bias, Σ |x · w| + |bias|
    int terms;
} product;

static void add_product(product *p, float x, float w)
{
    p->sum += (double)x * (double)w;
    p->magnitude += fabs((double)x * (double)w);
    p->terms++;
}

static void assert_sum(const char *what, const product *p, float low, float high, float got)
{
    double want = p->sum < (double)low ? (double)low : p->sum > (double)high ? (double)high : p->sum;
    double bound = (p->terms + 4) * 0x1p-23 * p->magnitude;

    if (!(fabs((double)got - want) <= bound))
        fail_msg("%s: %a, not %a: off by %g of %g that %d products may be", what, (double)got, want,
                 fabs((double)got - want), bound, p->terms);
}

/* ---- convolutions ------------------------------------------------------------------------ */

static int pick(rng *r, const int *from, size_t n)
{
    return from[rng_int(r, 0, (int)n - 1)];
}

static int any_channels(rng *r)
{
    static const int usual[] = {1, 3, 4, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 40, 47, 48, 56,
                                63, 64, 65, 72, 80, 88, 96, 104, 112, 127, 128, 136, 184};

    return rng_int(r, 0, 3) ? pick(r, usual, sizeof usual / sizeof *usual) : rng_int(r, 1, 150);
}

static int out_size(int in, int kernel, int stride, int dilation, bool same, int *pad)
{
    int span = (kernel - 1) * dilation + 1;
    int out = same ? (in + stride - 1) / stride : in >= span ? (in - span) / stride + 1 : 1;
    int total = (out - 1) * stride + span - in;

    *pad = same && total > 0 ? total / 2 : 0;
    return out;
}

static void finish_shape(mvk_conv *c, bool same)
{
    c->out_h = out_size(c->in_h, c->kernel_h, c->stride_h, c->dilation_h, same, &c->pad_top);
    c->out_w = out_size(c->in_w, c->kernel_w, c->stride_w, c->dilation_w, same, &c->pad_left);
}

static mvk_conv random_shape(rng *r, bool depthwise)
{
    mvk_conv c = {.batch = rng_int(r, 1, 2), .groups = 1, .depth_multiplier = 1};
    int kind = rng_int(r, 0, 3); /* 1×1, square, anything, anything anywhere */

    c.in_h = rng_int(r, 0, 5) ? rng_int(r, 1, 14) : 1;
    c.in_w = rng_int(r, 0, 5) ? rng_int(r, 1, kind ? 24 : 60) : 1;
    c.in_c = any_channels(r);
    c.out_c = depthwise ? c.in_c : any_channels(r);
    if (kind == 2 && c.in_c > 40 && !depthwise)
        c.in_c = c.in_c % 40 + 1;
    c.kernel_h = c.kernel_w = kind ? rng_int(r, 0, 3) ? 2 * rng_int(r, 1, 2) + 1 : rng_int(r, 1, 6) : 1;
    c.stride_h = c.stride_w = kind ? rng_int(r, 1, 2) : 1;
    c.dilation_h = c.dilation_w = 1;
    if (kind >= 2) {
        c.kernel_w = rng_int(r, 1, 5);
        c.stride_w = rng_int(r, 1, 3);
        c.dilation_h = rng_int(r, 1, 3);
        c.dilation_w = rng_int(r, 1, 3);
    }
    finish_shape(&c, rng_int(r, 0, 2) > 0);
    if (kind == 3) { /* windows that miss the picture, too */
        c.pad_top = rng_int(r, 0, 7);
        c.pad_left = rng_int(r, 0, 7);
        c.out_h = rng_int(r, 1, 9);
        c.out_w = rng_int(r, 1, 30);
    }
    if (!depthwise && rng_int(r, 0, 9) == 0)
        c.groups = c.in_c % 2 || c.out_c % 2 ? 1 : 2;
    if (depthwise && rng_int(r, 0, 9) == 0) {
        c.depth_multiplier = 2;
        c.out_c *= 2;
    }
    c.act_min_f = rng_int(r, 0, 1) ? -INFINITY : rng_float(r, -2, 0);
    c.act_max_f = rng_int(r, 0, 1) ? INFINITY : rng_float(r, 0, 6);
    return c;
}

static size_t in_count(const mvk_conv *c)
{
    return (size_t)c->batch * (size_t)c->in_h * (size_t)c->in_w * (size_t)c->in_c;
}

static size_t out_count(const mvk_conv *c)
{
    return (size_t)c->batch * (size_t)c->out_h * (size_t)c->out_w * (size_t)c->out_c;
}

static size_t weight_count(const mvk_conv *c, bool depthwise)
{
    return (size_t)c->kernel_h * (size_t)c->kernel_w * (size_t)c->out_c *
           (size_t)(depthwise ? 1 : c->in_c / c->groups);
}

/* Output channel o of pixel (b, y, x), from the definition. */
static product exact(const mvk_conv *c, bool depthwise, const float *in, const float *w, int b,
                     int y, int x, int o)
{
    int depth = depthwise ? 1 : c->in_c / c->groups;
    int first = depthwise ? o / c->depth_multiplier : o / (c->out_c / c->groups) * depth;
    const float *bias = c->bias;
    product p = {bias ? (double)bias[o] : 0, bias ? fabs((double)bias[o]) : 0, 0};

    for (int ky = 0; ky < c->kernel_h; ky++)
        for (int kx = 0; kx < c->kernel_w; kx++) {
            int iy = y * c->stride_h - c->pad_top + ky * c->dilation_h;
            int ix = x * c->stride_w - c->pad_left + kx * c->dilation_w;
            size_t tap = (size_t)ky * (size_t)c->kernel_w + (size_t)kx;

            if (iy < 0 || iy >= c->in_h || ix < 0 || ix >= c->in_w)
                continue;
            for (int k = 0; k < depth; k++) {
                size_t at = (((size_t)b * (size_t)c->in_h + (size_t)iy) * (size_t)c->in_w +
                             (size_t)ix) * (size_t)c->in_c + (size_t)(first + k);
                size_t weight = depthwise ? tap * (size_t)c->out_c + (size_t)o
                    : ((size_t)o * (size_t)(c->kernel_h * c->kernel_w) + tap) * (size_t)depth +
                          (size_t)k;

                add_product(&p, in[at], w[weight]);
            }
        }
    return p;
}

static void describe(char text[256], const mvk_conv_kernel *kernel, const mvk_conv *c)
{
    snprintf(text, 256, "%s: %dx%dx%dx%d -> %dx%dx%d, kernel %dx%d, stride %d %d, dilation %d %d, "
             "padding %d %d", kernel->name, c->batch, c->in_h, c->in_w, c->in_c, c->out_h, c->out_w,
             c->out_c, c->kernel_h, c->kernel_w, c->stride_h, c->stride_w, c->dilation_h,
             c->dilation_w, c->pad_top, c->pad_left);
}

static const mvk_conv_kernel *choose(const mvk_set *set, const mvk_conv *c, bool depthwise)
{
    return depthwise ? set->depthwise_f32(c) : set->conv_f32(c);
}

/* Weights as they come from int8 files: a multiple of each channel's scale. */
static void quantize_weights(rng *r, float *w, int channels, size_t each)
{
    for (int o = 0; o < channels; o++) {
        float scale = rng_float(r, 0.001f, 0.02f);

        for (size_t k = 0; k < each; k++)
            w[(size_t)o * each + k] = scale * (float)(k ? rng_int(r, -127, 127) : -127);
    }
}

static void check_conv(const mvk_set *set, rng *r, mvk_conv c, bool depthwise, bool quantized)
{
    const mvk_conv_kernel *kernel = choose(set, &c, depthwise);
    pages in = pages_random(r, in_count(&c)), bias = pages_random(r, (size_t)c.out_c);
    pages w = pages_random(r, weight_count(&c, depthwise));
    pages whole = pages_get(r, out_count(&c) * sizeof(float));
    pages split = pages_get(r, out_count(&c) * sizeof(float));
    int rows = c.batch * c.out_h, a = rng_int(r, 0, rows), b = rng_int(r, a, rows);
    size_t i = 0;
    char text[256];

    describe(text, kernel, &c);
    if (quantized)
        quantize_weights(r, w.data, c.out_c, weight_count(&c, depthwise) / (size_t)c.out_c);
    c.bias = rng_int(r, 0, 3) ? bias.data : NULL;
    size_t size = (kernel->packed_size(&c) + 63) / 64 * 64;
    pages packed = pages_get(r, size);
    kernel->pack(&c, w.data, packed.data);
    c.packed = packed.data;
    kernel->run(&c, in.data, whole.data, 0, rows);
    kernel->run(&c, in.data, split.data, b, rows);
    kernel->run(&c, in.data, split.data, 0, a);
    kernel->run(&c, in.data, split.data, a, b);
    assert_same_bits(text, whole.data, split.data, out_count(&c));
    for (int n = 0; n < c.batch; n++)
        for (int y = 0; y < c.out_h; y++)
            for (int x = 0; x < c.out_w; x++)
                for (int o = 0; o < c.out_c; o++) {
                    product p = exact(&c, depthwise, in.data, w.data, n, y, x, o);

                    assert_sum(text, &p, c.act_min_f, c.act_max_f, whole.data[i++]);
                }
    pages_free(in), pages_free(bias), pages_free(w), pages_free(whole), pages_free(split);
    pages_free(packed);
}

static void conv(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(400); i++)
        check_conv(set, r, random_shape(r, false), false, false);
}

/* One pixel: matrix times vector, of float weights and of int8 ones. */
static void matvec(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(200); i++) {
        mvk_conv c = {.batch = 1, .in_h = 1, .in_w = 1, .out_h = 1, .out_w = 1, .kernel_h = 1,
                      .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1,
                      .groups = 1, .depth_multiplier = 1, .act_min_f = -INFINITY,
                      .act_max_f = INFINITY};

        c.in_c = rng_int(r, 0, 9) ? rng_int(r, 1, 700) : rng_int(r, 1, 20000);
        c.out_c = c.in_c > 700 ? rng_int(r, 1, 9) : rng_int(r, 1, rng_int(r, 0, 3) ? 70 : 300);
        check_conv(set, r, c, false, rng_int(r, 0, 1));
    }
}

static void depthwise(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(400); i++)
        check_conv(set, r, random_shape(r, true), true, false);
}

/* ---- over time ----------------------------------------------------------------------------- */

static void check_temporal(const mvk_set *set, rng *r)
{
    mvk_temporal t = {.n = rng_int(r, 1, 20), .channels = any_channels(r), .taps = rng_int(r, 1, 7)};
    size_t size = (size_t)t.n * (size_t)t.channels;
    pages bias = pages_random(r, (size_t)t.channels);
    pages w = pages_random(r, (size_t)t.taps * (size_t)t.channels);
    pages frames[MVK_MAX_TAPS], out = pages_get(r, size * sizeof(float));
    const void *at[MVK_MAX_TAPS];
    int cut = rng_int(r, 0, t.n);

    t.taps = rng_int(r, 0, 9) ? t.taps : 1;
    t.act_min_f = rng_int(r, 0, 1) ? -INFINITY : 0;
    t.act_max_f = rng_int(r, 0, 1) ? INFINITY : 6;
    t.bias = rng_int(r, 0, 3) ? bias.data : NULL;
    const mvk_temporal_kernel *kernel = set->temporal_f32(&t);
    for (int k = 0; k < t.taps; k++) {
        frames[k] = pages_random(r, size);
        at[k] = frames[k].data;
    }
    pages packed = pages_get(r, (kernel->packed_size(&t) + 63) / 64 * 64);
    kernel->pack(&t, w.data, packed.data);
    t.packed = packed.data;
    kernel->run(&t, at, out.data, cut, t.n);
    kernel->run(&t, at, out.data, 0, cut);
    for (size_t i = 0; i < size; i++) {
        size_t c = i % (size_t)t.channels;
        product p = {t.bias ? (double)bias.data[c] : 0, t.bias ? fabs((double)bias.data[c]) : 0, 0};

        for (int k = 0; k < t.taps; k++)
            add_product(&p, frames[k].data[i], w.data[(size_t)k * (size_t)t.channels + c]);
        assert_sum(kernel->name, &p, t.act_min_f, t.act_max_f, out.data[i]);
    }
    for (int k = 0; k < t.taps; k++)
        pages_free(frames[k]);
    pages_free(bias), pages_free(w), pages_free(out), pages_free(packed);
}

static void temporal(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(300); i++)
        check_temporal(set, r);
}

/* ---- one value at a time ---------------------------------------------------------------------- */

/* Two shapes that broadcast: equal, scalar, by last axis, or anything. */
static void random_broadcast(rng *r, mvk_broadcast *b)
{
    int rank = rng_int(r, 1, 5), kind = rng_int(r, 0, 4);
    int32_t shape[2][MVK_MAX_RANK];

    for (int i = 0; i < rank; i++) {
        int32_t n = i == rank - 1 ? rng_int(r, 1, 70) : rng_int(r, 1, 5);
        int which = rng_int(r, 0, 1);

        shape[0][i] = shape[1][i] = n;
        if (kind == 1 || (kind == 2 && i < rank - 1))
            shape[rng_int(r, 0, 9) ? 1 : which][i] = 1;
        if (kind == 3 && i == rank - 1)
            shape[which][i] = 1;
        if (kind == 4 && rng_int(r, 0, 1))
            shape[which][i] = 1;
    }
    assert_true(mvk_broadcast_init(b, rank, shape[0], rank, shape[1]));
}

static void check_binary(const mvk_set *set, rng *r)
{
    size_t n[2] = {1, 1}, size = 1;
    mvk_broadcast b;

    random_broadcast(r, &b);
    for (int i = 0; i < b.rank; i++) {
        size *= (size_t)b.shape[i];
        for (int k = 0; k < 2; k++)
            n[k] += (size_t)b.stride[k][i] * (size_t)(b.shape[i] - 1);
    }
    pages in0 = pages_odd(r, n[0]), in1 = pages_odd(r, n[1]);
    pages want = pages_get(r, size * sizeof(float)), got = pages_get(r, size * sizeof(float));
    mvk_binary_op op = (mvk_binary_op)rng_int(r, MVK_ADD, MVK_SQUARED_DIFFERENCE);
    float low = rng_int(r, 0, 1) ? -INFINITY : 0, high = rng_int(r, 0, 1) ? INFINITY : 6;

    mvk_binary_f32(op, low, high, &b, in0.data, in1.data, want.data);
    set->binary_f32(op, low, high, &b, in0.data, in1.data, got.data);
    assert_same_bits("binary", want.data, got.data, size);
    for (int k = 0; k < 2; k++) /* onto itself */
        if (n[k] == size) {
            memcpy(got.data, (k ? in1 : in0).data, size * sizeof(float));
            set->binary_f32(op, low, high, &b, k ? in0.data : got.data, k ? got.data : in1.data,
                            got.data);
            assert_same_bits("binary in place", want.data, got.data, size);
        }
    pages_free(in0), pages_free(in1), pages_free(want), pages_free(got);
}

static void binary(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(2000); i++)
        check_binary(set, r);
}

/* Within 4 · 2^-23 of the value; results so small that floats thin out may be 0. */
static void assert_logistic(const float *in, const float *got, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double want = 1 / (1 + exp(-(double)in[i]));
        double bound = 4 * 0x1p-23 * want + 0x1p-126;

        if (isnan(in[i]) ? !isnan(got[i]) : !(fabs((double)got[i] - want) <= bound))
            fail_msg("logistic of %a is %a, not %a", (double)in[i], (double)got[i], want);
    }
}

static void unary(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(3000); i++) {
        size_t n = (size_t)(i % 100 ? rng_int(r, 0, 70) : 20000);
        mvk_unary_op op = (mvk_unary_op)rng_int(r, MVK_RELU, MVK_LEAKY_RELU);
        pages in = pages_odd(r, n), want = pages_get(r, n * sizeof(float));
        pages got = pages_get(r, n * sizeof(float));

        if (i % 2)
            op = i % 4 == 1 ? MVK_HARD_SWISH : MVK_LOGISTIC;
        mvk_unary_f32(op, 0.25f, in.data, want.data, n);
        set->unary_f32(op, 0.25f, in.data, got.data, n);
        if (op == MVK_LOGISTIC)
            assert_logistic(in.data, got.data, n);
        else
            assert_same_bits("unary", want.data, got.data, n);
        memcpy(want.data, got.data, n * sizeof(float));
        memcpy(got.data, in.data, n * sizeof(float));
        set->unary_f32(op, 0.25f, got.data, got.data, n);
        assert_same_bits("unary in place", want.data, got.data, n);
        pages_free(in), pages_free(want), pages_free(got);
    }
}

static void dynamic_round(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(2000); i++) {
        size_t n = (size_t)(i % 50 ? rng_int(r, 0, 300) : rng_int(r, 0, 20000));
        float low = rng_float(r, -20, 1), high = rng_float(r, low, 20);
        pages in = pages_get(r, n * sizeof(float)), want = pages_get(r, n * sizeof(float));
        pages got = pages_get(r, n * sizeof(float));

        for (size_t k = 0; k < n; k++)
            in.data[k] = rng_float(r, low, high);
        if (n && i % 5 == 0) /* NaN, infinity, and what makes ties */
            in.data[rng_int(r, 0, (int)n - 1)] = odd_value(r);
        if (i % 7 == 0)
            for (size_t k = 0; k < n; k++)
                in.data[k] = k ? 0.25f * (float)rng_int(r, -400, 400) : 127.5f;
        mvk_dynamic_round(in.data, want.data, n);
        set->dynamic_round(in.data, got.data, n);
        assert_same_bits("dynamic_round", want.data, got.data, n);
        set->dynamic_round(in.data, in.data, n);
        assert_same_bits("dynamic_round in place", want.data, in.data, n);
        pages_free(in), pages_free(want), pages_free(got);
    }
}

/* ---- pools, sums -------------------------------------------------------------------------------- */

static void average_pool(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(400); i++) {
        mvk_pool p = {.batch = rng_int(r, 1, 2), .in_h = rng_int(r, 1, 12), .in_w = rng_int(r, 1, 12),
                      .channels = any_channels(r), .filter_h = rng_int(r, 1, 4),
                      .filter_w = rng_int(r, 1, 4), .stride_h = rng_int(r, 1, 3),
                      .stride_w = rng_int(r, 1, 3), .act_min_f = -1, .act_max_f = 2};
        bool same = rng_int(r, 0, 1);

        p.out_h = out_size(p.in_h, p.filter_h, p.stride_h, 1, same, &p.pad_top);
        p.out_w = out_size(p.in_w, p.filter_w, p.stride_w, 1, same, &p.pad_left);
        if (i % 10 == 0) { /* windows that miss the picture */
            p.pad_top = rng_int(r, 0, 9);
            p.out_w = rng_int(r, 1, 20);
        }
        size_t in = (size_t)p.batch * (size_t)p.in_h * (size_t)p.in_w * (size_t)p.channels;
        size_t out = (size_t)p.batch * (size_t)p.out_h * (size_t)p.out_w * (size_t)p.channels;
        pages from = pages_random(r, in), want = pages_get(r, out * sizeof(float));
        pages got = pages_get(r, out * sizeof(float));

        mvk_average_pool_f32(&p, from.data, want.data);
        set->average_pool_f32(&p, from.data, got.data);
        assert_same_bits("average_pool", want.data, got.data, out);
        pages_free(from), pages_free(want), pages_free(got);
    }
}

static void reduce(const mvk_set *set, rng *r)
{
    for (int i = 0; i < fewer(1000); i++) {
        mvk_reduce red = {.op = (mvk_reduce_op)rng_int(r, MVK_SUM, MVK_REDUCE_MIN),
                          .rank = rng_int(r, 1, 5)};
        size_t in = 1, out = 1;

        if (i % 2)
            red.op = MVK_MEAN;
        for (int k = 0; k < red.rank; k++) {
            red.shape[k] = k == red.rank - 1 ? any_channels(r) : rng_int(r, 1, 5);
            red.reduced[k] = i % 3 ? k > 0 && k < red.rank - 1 : rng_int(r, 0, 1);
            in *= (size_t)red.shape[k];
            out *= red.reduced[k] ? 1 : (size_t)red.shape[k];
        }
        pages from = pages_random(r, in), want = pages_get(r, out * sizeof(float));
        pages got = pages_get(r, out * sizeof(float));
        void *scratch = malloc(mvk_reduce_scratch(&red));

        mvk_reduce_f32(&red, from.data, want.data, scratch);
        set->reduce_f32(&red, from.data, got.data, scratch);
        assert_same_bits("reduce", want.data, got.data, out);
        free(scratch);
        pages_free(from), pages_free(want), pages_free(got);
    }
}

/* ---- all sets ------------------------------------------------------------------------------------ */

/* Sets that have float kernels of their own. */
static const char *const set_names[] = {"avx2", "avx512vnni", "neon", "simd128"};

static bool machine_has(unsigned flags)
{
    return (mv_cpu_flags() & flags) == flags;
}

static void set_up(mvk_set *set, unsigned flags)
{
    mvk_set_init(set, flags);
#if defined(__x86_64__)
    mvk_set_init_x86_float(set);
#endif
}

static void each_set(const char *what, void (*check)(const mvk_set *set, rng *r))
{
    int tested = 0;

    for (size_t i = 0; i < sizeof set_names / sizeof *set_names; i++) {
        unsigned flags;
        mvk_set set, portable;
        rng r = {20 + i};

        assert_true(mv_cpu_from_name(set_names[i], &flags));
        if (!machine_has(flags)) {
            print_message("%s: %s is not tested: this machine lacks it\n", what, set_names[i]);
            continue;
        }
        set_up(&set, flags);
        mvk_set_init(&portable, 0);
        assert_true(set.unary_f32 != portable.unary_f32); /* or there is nothing to test */
        check(&set, &r);
        tested++;
    }
    if (!tested)
        skip();
}

#define TEST(name)                                                                              \
    static void test_##name(void **state)                                                       \
    {                                                                                           \
        (void)state;                                                                            \
        each_set(#name, name);                                                                  \
    }

TEST(conv)
TEST(matvec)
TEST(depthwise)
TEST(temporal)
TEST(binary)
TEST(unary)
TEST(dynamic_round)
TEST(average_pool)
TEST(reduce)

/* ---- bench ------------------------------------------------------------------------------------------ */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Multiply-adds a nanosecond that this core can do. */
#if defined(__x86_64__)

#define PEAK(name, isa, type, fill, fma, low)                                                   \
    __attribute__((target(isa))) static double name(void)                                       \
    {                                                                                           \
        const int turns = 200000;                                                               \
        type a = fill(1e-9f), s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a;   \
        double begin = now();                                                                   \
                                                                                                \
        for (int t = 0; t < turns; t++) {                                                       \
            s0 = fma(a, a, s0), s1 = fma(a, a, s1), s2 = fma(a, a, s2), s3 = fma(a, a, s3);     \
            s4 = fma(a, a, s4), s5 = fma(a, a, s5), s6 = fma(a, a, s6), s7 = fma(a, a, s7);     \
            __asm__ volatile("" : "+v"(a));                                                     \
            __asm__ volatile("" : "+v"(s0), "+v"(s1), "+v"(s2), "+v"(s3));                      \
            __asm__ volatile("" : "+v"(s4), "+v"(s5), "+v"(s6), "+v"(s7));                      \
        }                                                                                       \
        begin = now() - begin;                                                                  \
        return turns * 8 * (double)(sizeof(type) / sizeof(float)) /                             \
               (begin + (low(s0) + low(s7) < 0));                                               \
    }

PEAK(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_cvtss_f32)
PEAK(peak_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_cvtss_f32)

static double measure_peak(unsigned flags)
{
    return flags & MV_CPU_AVX512VNNI ? peak_avx512() : flags & MV_CPU_AVX2 ? peak_avx2() : NAN;
}

#else

static double measure_peak(unsigned flags)
{
    (void)flags;
    return NAN;
}

#endif

/* One kernel's run on given data; called many times. */
typedef struct job {
    const mvk_set *set;
    mvk_conv conv;
    mvk_temporal temporal;
    mvk_pool pool;
    mvk_reduce reduce;
    mvk_broadcast broadcast;
    mvk_unary_op unary;
    bool depthwise;
    const void *frames[MVK_MAX_TAPS];
    float *in, *other, *weights, *out, *packed;
    size_t n;
    const char *name; ///< of the kernel
    double macs;
} job;

static void run_conv(job *j)
{
    choose(j->set, &j->conv, j->depthwise)->run(&j->conv, j->in, j->out, 0, j->conv.out_h);
}

static void run_temporal(job *j)
{
    j->set->temporal_f32(&j->temporal)->run(&j->temporal, j->frames, j->out, 0, j->temporal.n);
}

static void run_pool(job *j)
{
    j->set->average_pool_f32(&j->pool, j->in, j->out);
}

static void run_reduce(job *j)
{
    j->set->reduce_f32(&j->reduce, j->in, j->out, NULL);
}

static void run_binary(job *j)
{
    j->set->binary_f32(MVK_MUL, -INFINITY, INFINITY, &j->broadcast, j->in, j->other, j->out);
}

static void run_unary(job *j)
{
    j->set->unary_f32(j->unary, 0, j->in, j->out, j->n);
}

static void run_round(job *j)
{
    j->set->dynamic_round(j->in, j->out, j->n);
}

/* Packs for the job's set. */
static void prepare(job *j)
{
    free(j->packed);
    j->packed = NULL;
    if (j->conv.batch) {
        const mvk_conv_kernel *k = choose(j->set, &j->conv, j->depthwise);

        j->packed = mv_alloc(k->packed_size(&j->conv));
        k->pack(&j->conv, j->weights, j->packed);
        j->conv.packed = j->packed;
        j->name = k->name;
    } else if (j->temporal.n) {
        const mvk_temporal_kernel *k = j->set->temporal_f32(&j->temporal);

        j->packed = mv_alloc(k->packed_size(&j->temporal));
        k->pack(&j->temporal, j->weights, j->packed);
        j->temporal.packed = j->packed;
        j->name = k->name;
    } else {
        j->name = "";
    }
}

static double time_job(job *j, void (*run)(job *j), const mvk_set *set)
{
    double times[31], begin, once;
    int turns;

    j->set = set;
    prepare(j);
    begin = now();
    run(j);
    once = now() - begin;
    turns = once > 50e3 ? 1 : (int)(50e3 / (once + 1)) + 1;
    for (int i = 0; i < 31; i++) {
        begin = now();
        for (int k = 0; k < turns; k++)
            run(j);
        times[i] = (now() - begin) / turns;
    }
    qsort(times, 31, sizeof *times, by_value);
    return times[15];
}

static void compare(const char *label, job *j, void (*run)(job *j), const mvk_set *fast)
{
    mvk_set portable;
    double slow, quick, peak;

    mvk_set_init(&portable, 0);
    slow = time_job(j, run, &portable);
    quick = time_job(j, run, fast);
    peak = measure_peak(fast->cpu);
    printf("%-30s %9.0f ns %9.0f ns  x %5.1f", label, slow, quick, slow / quick);
    if (j->macs > 0)
        printf("  %5.1f G/s %4.0f %%", j->macs / quick, 100 * j->macs / quick / peak);
    printf("  %s\n", j->name);
    free(j->packed);
    j->packed = NULL;
}

static void bench_conv(job j, const mvk_set *fast, bool is_depthwise, const int layer[5])
{
    mvk_conv *c = &j.conv;
    char label[64];

    *c = (mvk_conv){.batch = 1, .in_h = layer[0], .in_w = layer[0], .in_c = layer[1],
                    .out_c = layer[2], .kernel_h = layer[3], .kernel_w = layer[3],
                    .stride_h = layer[4], .stride_w = layer[4], .dilation_h = 1, .dilation_w = 1,
                    .groups = 1, .depth_multiplier = 1, .act_min_f = -INFINITY,
                    .act_max_f = INFINITY};
    finish_shape(c, true);
    j.depthwise = is_depthwise;
    j.macs = (double)weight_count(c, is_depthwise) * c->out_h * c->out_w;
    snprintf(label, sizeof label, "%s %dx%d %d->%d %dx%d/%d", is_depthwise ? "dw" : "conv", layer[0],
             layer[0], layer[1], layer[2], layer[3], layer[3], layer[4]);
    compare(label, &j, run_conv, fast);
}

static void bench_temporal(job j, const mvk_set *fast, int n, int channels, int taps)
{
    char label[64];

    j.temporal = (mvk_temporal){.n = n, .channels = channels, .taps = taps, .act_min_f = -INFINITY,
                                .act_max_f = INFINITY};
    for (int k = 0; k < taps; k++)
        j.frames[k] = j.in + (size_t)k * (size_t)n * (size_t)channels;
    j.macs = (double)n * channels * taps;
    snprintf(label, sizeof label, "temporal %d x %d, %d taps", n, channels, taps);
    compare(label, &j, run_temporal, fast);
}

static void bench_pixels(job j, const mvk_set *fast, int size, int channels)
{
    int32_t shape[3] = {size, size, channels}, last[1] = {channels};
    char label[64];

    j.n = (size_t)size * (size_t)size * (size_t)channels;
    j.pool = (mvk_pool){.batch = 1, .in_h = size, .in_w = size, .channels = channels, .filter_h = 3,
                        .filter_w = 3, .stride_h = 2, .stride_w = 2, .act_min_f = -INFINITY,
                        .act_max_f = INFINITY};
    j.pool.out_h = out_size(size, 3, 2, 1, true, &j.pool.pad_top);
    j.pool.out_w = out_size(size, 3, 2, 1, true, &j.pool.pad_left);
    j.reduce = (mvk_reduce){.op = MVK_MEAN, .rank = 3, .shape = {size, size, channels},
                            .reduced = {true, true, false}};
    snprintf(label, sizeof label, "pool 3x3/2 %dx%dx%d", size, size, channels);
    compare(label, &j, run_pool, fast);
    snprintf(label, sizeof label, "mean %dx%dx%d", size, size, channels);
    compare(label, &j, run_reduce, fast);
    mvk_broadcast_init(&j.broadcast, 3, shape, 3, shape);
    snprintf(label, sizeof label, "mul %dx%dx%d", size, size, channels);
    compare(label, &j, run_binary, fast);
    mvk_broadcast_init(&j.broadcast, 3, shape, 1, last);
    snprintf(label, sizeof label, "mul by channel %dx%dx%d", size, size, channels);
    compare(label, &j, run_binary, fast);
    j.unary = MVK_HARD_SWISH;
    snprintf(label, sizeof label, "hard swish %dx%dx%d", size, size, channels);
    compare(label, &j, run_unary, fast);
    j.unary = MVK_LOGISTIC;
    snprintf(label, sizeof label, "logistic %dx%dx%d", size, size, channels);
    compare(label, &j, run_unary, fast);
    snprintf(label, sizeof label, "dynamic round %dx%dx%d", size, size, channels);
    compare(label, &j, run_round, fast);
}

static int bench(const char *name)
{
    /* size, channels in and out, kernel, stride */
    static const int conv_layers[][5] = {
        {172, 3, 8, 3, 2},  {86, 8, 24, 1, 1},   {43, 24, 8, 1, 1},    {43, 8, 80, 1, 1},
        {22, 80, 32, 1, 1}, {22, 32, 80, 1, 1},  {22, 32, 184, 1, 1},  {11, 184, 56, 1, 1},
        {11, 56, 112, 1, 1}, {11, 112, 56, 1, 1}, {11, 56, 184, 1, 1}, {11, 56, 384, 1, 1},
        {6, 56, 104, 1, 1}, {6, 384, 104, 1, 1}, {6, 104, 280, 1, 1},  {6, 280, 104, 1, 1},
        {6, 104, 344, 1, 1}, {6, 344, 104, 1, 1}, {6, 104, 480, 1, 1}, {1, 48, 16, 1, 1},
        {1, 368, 96, 1, 1}, {1, 96, 184, 1, 1},  {1, 480, 2048, 1, 1}, {1, 2048, 600, 1, 1},
        {1, 2048, 7, 1, 1}};
    static const int depthwise_layers[][5] = {
        {86, 24, 24, 5, 2},  {43, 80, 80, 3, 2},   {22, 80, 80, 3, 1},  {22, 184, 184, 3, 2},
        {11, 112, 112, 3, 1}, {11, 184, 184, 3, 1}, {11, 384, 384, 3, 2}, {6, 280, 280, 5, 1},
        {6, 344, 344, 5, 1}};
    enum { VALUES = 2048 * 1024 };
    unsigned flags = mv_cpu_flags();
    rng r = {1};
    mvk_set fast;
    job j = {0};

    if (name && (!mv_cpu_from_name(name, &flags) || !machine_has(flags))) {
        printf("no such set here: %s\n", name);
        return 1;
    }
    set_up(&fast, flags);
    j.in = mv_alloc(VALUES * sizeof(float));
    j.other = mv_alloc(VALUES * sizeof(float));
    j.weights = mv_alloc(VALUES * sizeof(float));
    j.out = mv_alloc(VALUES * sizeof(float));
    rng_fill_f32(&r, j.in, VALUES);
    rng_fill_f32(&r, j.other, VALUES);
    for (int i = 0; i < VALUES; i++)
        j.weights[i] = 0.015f * (float)(i % 16 ? rng_int(&r, -127, 127) : 127);
    printf("portable C, %s, ratio, multiply-adds a second, share of the peak\n",
           mv_cpu_name(flags));
    for (size_t i = 0; i < sizeof conv_layers / sizeof *conv_layers; i++)
        bench_conv(j, &fast, false, conv_layers[i]);
    for (size_t i = 0; i < sizeof depthwise_layers / sizeof *depthwise_layers; i++)
        bench_conv(j, &fast, true, depthwise_layers[i]);
    bench_temporal(j, &fast, 484, 80, 3);
    bench_temporal(j, &fast, 121, 184, 5);
    bench_temporal(j, &fast, 36, 384, 5);
    bench_pixels(j, &fast, 86, 24);
    bench_pixels(j, &fast, 22, 80);
    bench_pixels(j, &fast, 11, 184);
    free(j.in), free(j.other), free(j.weights), free(j.out);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv),     cmocka_unit_test(test_matvec),
        cmocka_unit_test(test_depthwise), cmocka_unit_test(test_temporal),
        cmocka_unit_test(test_binary),   cmocka_unit_test(test_unary),
        cmocka_unit_test(test_dynamic_round), cmocka_unit_test(test_average_pool),
        cmocka_unit_test(test_reduce),
    };

    if (argc > 1 && !strcmp(argv[1], "--bench"))
        return bench(argc > 2 ? argv[2] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
