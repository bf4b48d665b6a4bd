/* Every faster kernel against its portable twin: random shapes, values, zero points,
 * multipliers and strides; inputs and outputs end at a page that may not be touched.
 * Every set of instructions that this processor has is tested; the others are named.
 * `test-kernels-simd --bench [SET]` times them on the shapes of MoViNet-A0.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "core/cpu.h"
#include "core/memory.h"
#include "kernels/set.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const set_names[] = {"avx2", "avxvnni", "avx512vnni", "neon", "dotprod",
                                        "i8mm", "simd128"};
static mvk_set c_set, fast;
static const char *fast_name;
static uint32_t seed = 1;

static uint32_t next(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static int between(int low, int high)
{
    return low + (int)(next() % (uint32_t)(high - low + 1));
}

/* ---- memory that ends where a page begins which may not be touched ---- */

typedef struct guarded {
    void *map;
    size_t mapped;
    void *data;
} guarded;

static guarded guard(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (bytes + page - 1) / page * page;
    guarded g = {.mapped = body + 2 * page};
    g.map = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(g.map != MAP_FAILED);
    mprotect(g.map, page, PROT_NONE);
    mprotect((char *)g.map + page + body, page, PROT_NONE);
    g.data = (char *)g.map + page + body - bytes;
    return g;
}

static guarded guard_random(size_t bytes)
{
    guarded g = guard(bytes);
    for (size_t i = 0; i < bytes; i++)
        ((uint8_t *)g.data)[i] = (uint8_t)next();
    return g;
}

/* Weights of no -128, as files have them: some kernels are faster then. */
static void without_lowest(guarded *w, size_t n)
{
    int8_t *x = w->data;
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] == -128 ? 127 : x[i];
}

static void release(guarded g)
{
    munmap(g.map, g.mapped);
}

/* ---- convolutions ---- */

static void random_scales(mvk_scale *scale, int n)
{
    for (int i = 0; i < n; i++) {
        double real = ldexp(1 + (double)next() / (1 << 24), -between(1, 20));
        scale[i] = next() % 50 ? mvk_scale_from_real(real)
                               : (mvk_scale){1 << 30, -between(0, 31)}; /* ties */
    }
}

static void random_limits(int32_t *low, int32_t *high)
{
    *low = next() % 2 ? -128 : between(-128, 0);
    *high = next() % 2 ? 127 : between(*low, 127);
}

static int out_size(int in, int kernel, int stride, int dilation, bool same, int *pad)
{
    int span = (kernel - 1) * dilation + 1;
    int out = same ? (in + stride - 1) / stride : in >= span ? (in - span) / stride + 1 : 0;
    int total = (out - 1) * stride + span - in;
    *pad = same && total > 0 ? total / 2 : 0;
    return out;
}

static mvk_conv random_conv(bool depthwise)
{
    static const int channels[] = {1, 2, 3, 7, 8, 15, 16, 17, 24, 31, 32, 33, 48, 49, 56, 63, 64,
                                   65, 80, 104, 127, 128, 130, 184, 200};
    enum { N = sizeof channels / sizeof *channels };
    mvk_conv c;
    do {
        c = (mvk_conv){.batch = between(1, 2), .in_h = between(1, 13), .in_w = between(1, 14)};
        int kind = (int)(next() % 3);
        c.in_c = channels[next() % N];
        c.out_c = depthwise ? c.in_c : channels[next() % N];
        c.kernel_h = kind ? between(1, 5) : 1;
        c.kernel_w = kind ? between(1, 5) : 1;
        c.stride_h = kind == 2 ? between(1, 3) : 1;
        c.stride_w = kind == 2 ? between(1, 3) : 1;
        c.dilation_h = kind == 2 ? between(1, 2) : 1;
        c.dilation_w = kind == 2 ? between(1, 2) : 1;
        c.groups = c.depth_multiplier = 1;
        bool same = next() % 2;
        c.out_h = out_size(c.in_h, c.kernel_h, c.stride_h, c.dilation_h, same, &c.pad_top);
        c.out_w = out_size(c.in_w, c.kernel_w, c.stride_w, c.dilation_w, same, &c.pad_left);
    } while (c.out_h < 1 || c.out_w < 1);
    c.in_zero = between(-128, 127);
    c.out_zero = between(-128, 127);
    random_limits(&c.act_min, &c.act_max);
    return c;
}

static size_t out_count(const mvk_conv *c)
{
    return (size_t)c->batch * (size_t)c->out_h * (size_t)c->out_w * (size_t)c->out_c;
}

static void run_conv(mvk_conv c, const mvk_conv_kernel *k, const void *weights, const void *in,
                     void *out, int cut)
{
    void *packed = mv_alloc(k->packed_size(&c));
    int rows = c.batch * c.out_h;
    k->pack(&c, weights, packed);
    c.packed = packed;
    k->run(&c, in, out, 0, cut);
    k->run(&c, in, out, cut, rows);
    free(packed);
}

static void compare_conv(bool depthwise, mvk_conv c)
{
    size_t in_count = (size_t)c.batch * (size_t)c.in_h * (size_t)c.in_w * (size_t)c.in_c;
    size_t n_weights = (size_t)c.kernel_h * (size_t)c.kernel_w * (size_t)c.out_c *
                       (depthwise ? 1 : (size_t)c.in_c);
    mvk_scale *scale = calloc((size_t)c.out_c, sizeof *scale);
    int32_t *bias = calloc((size_t)c.out_c, sizeof *bias);
    guarded in = guard_random(in_count), w = guard_random(n_weights);
    guarded want = guard(out_count(&c)), got = guard(out_count(&c));
    if (next() % 2)
        without_lowest(&w, n_weights);
    random_scales(scale, c.out_c);
    for (int i = 0; i < c.out_c; i++)
        bias[i] = between(-100000, 100000);
    c.scale = scale;
    c.bias = next() % 4 ? bias : NULL;
    const mvk_conv_kernel *k0 = depthwise ? c_set.depthwise_s8(&c) : c_set.conv_s8(&c);
    const mvk_conv_kernel *k1 = depthwise ? fast.depthwise_s8(&c) : fast.conv_s8(&c);
    int rows = c.batch * c.out_h;
    run_conv(c, k0, w.data, in.data, want.data, rows);
    run_conv(c, k1, w.data, in.data, got.data, between(0, rows));
    if (memcmp(want.data, got.data, out_count(&c)))
        fail_msg("%s: %s: %dx%dx%d -> %dx%dx%d, kernel %dx%d stride %dx%d", fast_name, k1->name,
                 c.in_h, c.in_w, c.in_c, c.out_h, c.out_w, c.out_c, c.kernel_h, c.kernel_w,
                 c.stride_h, c.stride_w);
    release(in), release(w), release(want), release(got);
    free(scale);
    free(bias);
}

static void conv_s8(void)
{
    for (int i = 0; i < 300; i++)
        compare_conv(false, random_conv(false));
}

static void depthwise_s8(void)
{
    for (int i = 0; i < 300; i++)
        compare_conv(true, random_conv(true));
}

/* The ends of what the kernels take, and one step beyond. */
static void edge_shapes(void)
{
    static const struct {
        bool depthwise;
        int size, in_c, out_c, kernel;
    } shapes[] = {
        {false, 1, 1, 1, 1},       {false, 1, 4096, 4096, 1}, {false, 2, 4095, 3, 1},
        {false, 1, 4097, 17, 1},   {false, 1, 65535, 2, 1},   {false, 3, 455, 5, 3},
        {false, 3, 456, 5, 3},     {false, 12, 1, 65, 1},     {false, 200, 1, 1, 1},
        {false, 9, 3, 24, 3},      {false, 20, 8, 16, 1},     {true, 1, 1, 1, 1},
        {true, 1, 4096, 4096, 3},  {true, 1, 4097, 4097, 5},  {true, 70, 1, 1, 5},
        {true, 2, 33, 33, 5},      {true, 9, 3, 3, 8},        {true, 9, 3, 3, 9},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        mvk_conv c = {.batch = 1, .in_h = shapes[i].size, .in_w = shapes[i].size};
        c.in_c = shapes[i].in_c;
        c.out_c = shapes[i].out_c;
        c.kernel_h = c.kernel_w = shapes[i].kernel;
        c.stride_h = c.stride_w = c.dilation_h = c.dilation_w = c.groups = c.depth_multiplier = 1;
        c.out_h = out_size(c.in_h, c.kernel_h, 1, 1, true, &c.pad_top);
        c.out_w = out_size(c.in_w, c.kernel_w, 1, 1, true, &c.pad_left);
        c.in_zero = between(-128, 127);
        c.out_zero = between(-128, 127);
        random_limits(&c.act_min, &c.act_max);
        compare_conv(shapes[i].depthwise, c);
    }
}

/* The least x that is rescaled to k or more. */
static int32_t least_for(int32_t k, mvk_scale scale)
{
    int32_t low = -(1 << 29), high = 1 << 29;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (mvk_rescale(middle, scale) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Accumulators on both sides of every step of the output, for many scales. In even
 * rounds they are all that a channel can have. */
static void every_step(void)
{
    enum { OUT = 512 };
    static const int8_t in[2] = {127, -128};
    int8_t w[OUT], want[2 * OUT], got[2 * OUT];
    mvk_scale scale[OUT];
    int32_t bias[OUT];
    for (int round = 0; round < 200; round++) {
        mvk_conv c = {.batch = 1, .in_h = 1, .in_w = 2, .in_c = 1, .out_h = 1, .out_w = 2,
                      .out_c = OUT, .kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1,
                      .dilation_h = 1, .dilation_w = 1, .groups = 1, .depth_multiplier = 1,
                      .in_zero = 127, .act_min = -128, .act_max = 127};
        mvk_scale one = mvk_scale_from_real(ldexp(1 + (double)next() / (1 << 24), -between(3, 17)));
        c.out_zero = round % 4 < 2 ? -128 : between(-128, 127);
        c.scale = scale;
        c.bias = bias;
        for (int i = 0; i < OUT; i++) {
            scale[i] = one;
            w[i] = (int8_t)(round % 2 ? between(-127, 127) : 0);
            bias[i] = least_for(i / 2 - 128 - c.out_zero, one) - i % 2;
        }
        run_conv(c, c_set.conv_s8(&c), w, in, want, 1);
        run_conv(c, fast.conv_s8(&c), w, in, got, 1);
        for (int i = 0; i < 2 * OUT; i++)
            if (want[i] != got[i])
                fail_msg("%s: round %d: sum %d, scale %d >> %d: %d, not %d", fast_name, round,
                         bias[i % OUT], one.multiplier, -one.shift, got[i], want[i]);
    }
}

static void temporal_s8(void)
{
    for (int i = 0; i < 200; i++) {
        mvk_temporal t = {.n = between(1, 20), .channels = between(1, 200), .taps = between(1, 16)};
        size_t size = (size_t)t.n * (size_t)t.channels;
        mvk_scale *scale = calloc((size_t)t.channels, sizeof *scale);
        guarded w = guard_random((size_t)t.taps * (size_t)t.channels);
        guarded frames[MVK_MAX_TAPS], out[2] = {guard(size), guard(size)};
        const void *at[MVK_MAX_TAPS];
        if (next() % 2)
            without_lowest(&w, (size_t)t.taps * (size_t)t.channels);
        random_scales(scale, t.channels);
        random_limits(&t.act_min, &t.act_max);
        t.in_zero = between(-128, 127);
        t.out_zero = between(-128, 127);
        t.scale = scale;
        for (int k = 0; k < t.taps; k++) {
            frames[k] = guard_random(size);
            at[k] = frames[k].data;
        }
        for (int k = 0; k < 2; k++) {
            const mvk_temporal_kernel *kernel = (k ? &fast : &c_set)->temporal_s8(&t);
            void *packed = mv_alloc(kernel->packed_size(&t));
            int cut = between(0, t.n);
            kernel->pack(&t, w.data, packed);
            t.packed = packed;
            kernel->run(&t, at, out[k].data, 0, cut);
            kernel->run(&t, at, out[k].data, cut, t.n);
            free(packed);
        }
        if (memcmp(out[0].data, out[1].data, size))
            fail_msg("%s: temporal, %d taps, %d channels", fast_name, t.taps, t.channels);
        for (int k = 0; k < t.taps; k++)
            release(frames[k]);
        release(w), release(out[0]), release(out[1]);
        free(scale);
    }
}

/* ---- elementwise ---- */

static void lookup_s8(void)
{
    int8_t table[256];
    for (int n = 0; n < 300; n++) {
        guarded in = guard_random((size_t)n), a = guard((size_t)n), b = guard((size_t)n);
        for (int i = 0; i < 256; i++)
            table[i] = (int8_t)next();
        c_set.lookup_s8(table, in.data, a.data, (size_t)n);
        fast.lookup_s8(table, in.data, b.data, (size_t)n);
        assert_memory_equal(a.data, b.data, (size_t)n);
        fast.lookup_s8(table, in.data, in.data, (size_t)n); /* in place */
        assert_memory_equal(a.data, in.data, (size_t)n);
        release(in), release(a), release(b);
    }
}

static void quantize_s8(void)
{
    for (int n = 0; n < 200; n++) {
        float scale = ldexpf(1 + (float)next() / (1 << 24), -between(-3, 12));
        int zero = between(-128, 127);
        guarded in = guard((size_t)n * 4), a = guard((size_t)n), b = guard((size_t)n);
        float *x = in.data;
        for (int i = 0; i < n; i++) {
            float steps = next() % 3 ? (float)between(-300, 300) + 0.5f
                                     : (float)between(-40000, 40000) / 100;
            x[i] = next() % 40 ? steps * scale : next() % 2 ? NAN : INFINITY;
        }
        c_set.quantize_s8(scale, zero, x, a.data, (size_t)n);
        fast.quantize_s8(scale, zero, x, b.data, (size_t)n);
        assert_memory_equal(a.data, b.data, (size_t)n);
        guarded f = guard((size_t)n * 4), g = guard((size_t)n * 4);
        c_set.dequantize_s8(scale, zero, a.data, f.data, (size_t)n);
        fast.dequantize_s8(scale, zero, a.data, g.data, (size_t)n);
        assert_memory_equal(f.data, g.data, (size_t)n * 4);
        release(in), release(a), release(b), release(f), release(g);
    }
}

/* Shapes: the same, one number, one a channel, and whatever else broadcasts. */
static void binary_s8(void)
{
    static const mvk_binary_op ops[] = {MVK_ADD, MVK_SUB, MVK_MUL, MVK_MAXIMUM};
    for (int round = 0; round < 600; round++) {
        int32_t shape[2][4];
        int kind[2] = {between(0, 3), between(0, 3)};
        for (int i = 0; i < 4; i++) {
            int32_t d = i == 0 ? 1 : between(1, i == 3 ? 70 : 5);
            for (int k = 0; k < 2; k++)
                shape[k][i] = kind[k] == 1               ? 1
                              : kind[k] == 2 && i < 3    ? 1
                              : kind[k] == 3 && next() % 3 == 0 ? 1
                                                         : d;
        }
        mvk_broadcast b;
        mvk_binary_s8 p;
        size_t count[3] = {1, 1, 1};
        assert_true(mvk_broadcast_init(&b, 4, shape[0], 4, shape[1]));
        for (int i = 0; i < 4; i++) {
            count[0] *= (size_t)shape[0][i];
            count[1] *= (size_t)shape[1][i];
            count[2] *= (size_t)b.shape[i];
        }
        int32_t low, high;
        random_limits(&low, &high);
        float s0 = (float)between(1, 1000) / 1000, s1 = (float)between(1, 1000) / 1000;
        float s2 = (float)between(1, 1000) / 500;
        if (!mvk_binary_s8_init(&p, ops[next() % 4], s0, between(-128, 127), s1,
                                between(-128, 127), s2, between(-128, 127), low, high))
            continue;
        guarded in0 = guard_random(count[0]), in1 = guard_random(count[1]);
        guarded want = guard(count[2]), got = guard(count[2]);
        c_set.binary_s8(&p, &b, in0.data, in1.data, want.data);
        fast.prepare_binary_s8(&p);
        fast.binary_s8(&p, &b, in0.data, in1.data, got.data);
        if (memcmp(want.data, got.data, count[2]))
            fail_msg("%s: binary op %d, kinds %d and %d", fast_name, p.op, kind[0], kind[1]);
        release(in0), release(in1), release(want), release(got);
    }
}

static void average_pool_s8(void)
{
    for (int i = 0; i < 200; i++) {
        mvk_pool p = {.batch = between(1, 2), .in_h = between(1, 12), .in_w = between(1, 12)};
        bool same = next() % 2;
        p.channels = between(1, 70);
        p.filter_h = between(1, 5), p.filter_w = between(1, 5);
        p.stride_h = between(1, 3), p.stride_w = between(1, 3);
        p.out_h = out_size(p.in_h, p.filter_h, p.stride_h, 1, same, &p.pad_top);
        p.out_w = out_size(p.in_w, p.filter_w, p.stride_w, 1, same, &p.pad_left);
        random_limits(&p.act_min, &p.act_max);
        if (i % 10 == 0) { /* windows that miss the picture */
            p.pad_top = between(0, 9);
            p.out_w = between(1, 20);
        }
        size_t pixels = (size_t)p.batch * (size_t)p.out_h * (size_t)p.out_w;
        size_t n = pixels * (size_t)p.channels;
        guarded in = guard_random((size_t)p.batch * (size_t)p.in_h * (size_t)p.in_w *
                                  (size_t)p.channels);
        guarded want = guard(n), got = guard(n);
        c_set.average_pool_s8(&p, in.data, want.data);
        fast.average_pool_s8(&p, in.data, got.data);
        if (memcmp(want.data, got.data, n))
            fail_msg("%s: average pool %dx%d of %d channels", fast_name, p.filter_h, p.filter_w,
                     p.channels);
        release(in), release(want), release(got);
    }
}

/* ---- every set ---- */

static void on_every_set(void (*test)(void))
{
    unsigned has = mv_cpu_flags(), cpu;
    mvk_set_init(&c_set, 0);
    for (size_t i = 0; i < sizeof set_names / sizeof *set_names; i++) {
        fast_name = set_names[i];
        assert_true(mv_cpu_from_name(fast_name, &cpu));
        if ((cpu & has) != cpu) {
            print_message("this processor lacks %s: untested\n", fast_name);
            continue;
        }
        mvk_set_init(&fast, cpu);
        test();
    }
}

#define TEST(name)                                                                                 \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        on_every_set(name);                                                                        \
    }
TEST(conv_s8)
TEST(depthwise_s8)
TEST(edge_shapes)
TEST(every_step)
TEST(temporal_s8)
TEST(lookup_s8)
TEST(quantize_s8)
TEST(binary_s8)
TEST(average_pool_s8)

/* ---- bench ---- */

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double time_conv(mvk_conv c, const mvk_conv_kernel *k)
{
    double times[15];
    size_t in = (size_t)c.in_h * (size_t)c.in_w * (size_t)c.in_c;
    size_t w = (size_t)c.kernel_h * (size_t)c.kernel_w * (size_t)c.in_c * (size_t)c.out_c;
    void *packed = mv_alloc(k->packed_size(&c)), *x = mv_alloc(in), *y = mv_alloc(out_count(&c));
    void *weights = mv_alloc(w);
    k->pack(&c, weights, packed);
    c.packed = packed;
    for (int i = 0; i < 15; i++) {
        uint64_t begin = mv_clock_ns();
        k->run(&c, x, y, 0, c.out_h);
        times[i] = (double)(mv_clock_ns() - begin);
    }
    qsort(times, 15, sizeof *times, by_time);
    free(packed), free(x), free(y), free(weights);
    return times[7];
}

static void bench(unsigned cpu)
{
    static const struct {
        bool depthwise;
        int in, in_c, out_c, kernel, stride;
    } layers[] = {
        {false, 172, 3, 8, 3, 2},   {false, 86, 8, 24, 1, 1},   {true, 86, 24, 24, 5, 2},
        {false, 43, 24, 8, 1, 1},   {false, 43, 8, 80, 1, 1},   {true, 43, 80, 80, 3, 2},
        {false, 22, 80, 32, 1, 1},  {false, 22, 32, 80, 1, 1},  {true, 22, 80, 80, 3, 1},
        {true, 22, 184, 184, 3, 2}, {false, 11, 184, 56, 1, 1}, {false, 11, 56, 184, 1, 1},
        {true, 11, 184, 184, 3, 1}, {false, 11, 56, 384, 1, 1}, {false, 6, 384, 104, 1, 1},
        {false, 6, 104, 344, 1, 1}, {true, 6, 344, 344, 5, 1},  {false, 6, 104, 480, 1, 1},
        {false, 1, 480, 2048, 1, 1}, {false, 1, 2048, 600, 1, 1},
    };
    static mvk_scale scale[4096];
    mvk_set_init(&c_set, 0);
    mvk_set_init(&fast, cpu);
    for (int i = 0; i < 4096; i++)
        scale[i] = mvk_scale_from_real(0.003);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        mvk_conv c = {.batch = 1, .in_h = layers[i].in, .in_w = layers[i].in};
        c.in_c = layers[i].in_c;
        c.out_c = layers[i].out_c;
        c.kernel_h = c.kernel_w = layers[i].kernel;
        c.stride_h = c.stride_w = layers[i].stride;
        c.dilation_h = c.dilation_w = c.groups = c.depth_multiplier = 1;
        c.out_h = out_size(c.in_h, c.kernel_h, c.stride_h, 1, true, &c.pad_top);
        c.out_w = out_size(c.in_w, c.kernel_w, c.stride_w, 1, true, &c.pad_left);
        c.act_min = -128;
        c.act_max = 127;
        c.scale = scale;
        bool d = layers[i].depthwise;
        const mvk_conv_kernel *k0 = d ? c_set.depthwise_s8(&c) : c_set.conv_s8(&c);
        const mvk_conv_kernel *k1 = d ? fast.depthwise_s8(&c) : fast.conv_s8(&c);
        double macs = (double)out_count(&c) * c.kernel_h * c.kernel_w * (d ? 1 : c.in_c);
        double slow = time_conv(c, k0), quick = time_conv(c, k1);
        printf("%3dx%-3d %4d -> %4d  %dx%d/%d  %8.1f us  %6.1f us  x %5.1f  %6.1f G/s  %s\n",
               c.in_h, c.in_w, c.in_c, c.out_c, c.kernel_h, c.kernel_w, c.stride_h, slow / 1000,
               quick / 1000, slow / quick, macs / quick, k1->name);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv_s8),     cmocka_unit_test(test_depthwise_s8),
        cmocka_unit_test(test_edge_shapes), cmocka_unit_test(test_every_step), cmocka_unit_test(test_temporal_s8), cmocka_unit_test(test_lookup_s8),
        cmocka_unit_test(test_quantize_s8), cmocka_unit_test(test_binary_s8),
        cmocka_unit_test(test_average_pool_s8),
    };
    if (argc > 1 && !strcmp(argv[1], "--bench")) {
        unsigned cpu = mv_cpu_flags();
        if (argc > 2 && mv_cpu_from_name(argv[2], &cpu) && (cpu & mv_cpu_flags()) != cpu)
            return 2;
        bench(cpu);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
