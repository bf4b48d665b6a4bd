/* Float depthwise convolution over time: POSITIONS at a time share the weights' loads;
 * memory is read from front to back. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/float.h"
#include "kernels/x86/float_lanes.h"

enum { POSITIONS = 4 };

static ptrdiff_t padded(const mvk_temporal *t)
{
    return ((ptrdiff_t)t->channels + LANES - 1) / LANES * LANES;
}

/* Packed: bias, then [taps], each [channels rounded up to vectors]. */
static size_t packed_size(const mvk_temporal *t)
{
    size_t size = (size_t)padded(t) * ((size_t)t->taps + 1) * sizeof(float);

    return (size + 63) / 64 * 64;
}

static void pack(const mvk_temporal *t, const void *weights, void *packed)
{
    const float *bias = t->bias, *from = weights;
    ptrdiff_t width = padded(t), c;
    float *to = packed;

    for (int k = -1; k < t->taps; k++) {
        const float *row = k < 0 ? bias : from + (ptrdiff_t)k * t->channels;

        for (c = 0; c < width; c++)
            *to++ = row && c < t->channels ? row[c] : 0;
    }
}

/* `n` positions from value `at` of every frame, one vector of channels from c. */
ALWAYS_INLINE void positions(const mvk_temporal *t, const float *const *frames, float *out,
                             ptrdiff_t at, ptrdiff_t c, const int n, const int whole, mask m,
                             int taps)
{
    const float *bias = t->packed, *w = bias + padded(t);
    const vec low = vec_fill(t->act_min_f), high = vec_fill(t->act_max_f);
    vec sum[POSITIONS], b = vec_load(bias + c);

    UNROLL(16) for (int p = 0; p < n; p++)
        sum[p] = vec_zero();
    UNROLL(16) for (int k = 0; k < taps; k++) {
        vec weight = vec_load(w + k * padded(t) + c);

        UNROLL(16) for (int p = 0; p < n; p++)
            sum[p] = vec_fma(vec_load_last(frames[k] + at + p * (ptrdiff_t)t->channels + c, whole, m),
                             weight, sum[p]);
    }
    UNROLL(16) for (int p = 0; p < n; p++)
        vec_store_last(out + at + p * (ptrdiff_t)t->channels + c, whole, m,
                       vec_clamp(vec_add(sum[p], b), low, high));
}

ALWAYS_INLINE void run_positions(const mvk_temporal *t, const float *const *frames, float *out,
                                 ptrdiff_t at, const int n, int taps)
{
    int c = 0;

    for (; c + LANES <= t->channels; c += LANES)
        positions(t, frames, out, at, c, n, 1, mask_first(LANES), taps);
    if (c < t->channels)
        positions(t, frames, out, at, c, n, 0, mask_first(t->channels - c), taps);
}

ALWAYS_INLINE void run(const mvk_temporal *t, const void *const *frames, void *out, int begin,
                       int end, int taps)
{
    const float *in[MVK_MAX_TAPS] = {0};
    int i = begin;

    for (int k = 0; k < taps; k++)
        in[k] = frames[k];
    for (; i + POSITIONS <= end; i += POSITIONS)
        run_positions(t, in, out, (ptrdiff_t)i * t->channels, POSITIONS, taps);
    for (; i < end; i++)
        run_positions(t, in, out, (ptrdiff_t)i * t->channels, 1, taps);
}

static void run_3(const mvk_temporal *t, const void *const *frames, void *out, int begin, int end)
{
    run(t, frames, out, begin, end, 3);
}

static void run_5(const mvk_temporal *t, const void *const *frames, void *out, int begin, int end)
{
    run(t, frames, out, begin, end, 5);
}

static void run_any(const mvk_temporal *t, const void *const *frames, void *out, int begin,
                    int end)
{
    run(t, frames, out, begin, end, t->taps);
}

#if defined(__AVX512F__)
#define NAME(what) "temporal f32 " what "avx512 4x16"
#else
#define NAME(what) "temporal f32 " what "avx2 4x8"
#endif

static const mvk_temporal_kernel three = {NAME("3 "), packed_size, pack, run_3};
static const mvk_temporal_kernel five = {NAME("5 "), packed_size, pack, run_5};
static const mvk_temporal_kernel any = {NAME(""), packed_size, pack, run_any};

const mvk_temporal_kernel *MVK_FLOAT(choose_temporal)(const mvk_temporal *t)
{
    if (t->taps > MVK_MAX_TAPS)
        return &mvk_temporal_f32_c;
    return t->taps == 3 ? &three : t->taps == 5 ? &five : &any;
}
