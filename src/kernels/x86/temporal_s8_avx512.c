/* Depthwise convolution over time with VPDPBUSD: four frames' bytes of each channel side
 * by side, 64 channels at a time. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/taps_avx512.h"
#include "kernels/x86/x86.h"

static int tap(int taps, int group, int i)
{
    return 4 * group + i < taps ? 4 * group + i : -1;
}

static size_t size(const mvk_temporal *t)
{
    return mvk_taps_size((t->taps + 3) / 4, t->channels);
}

static void pack(const mvk_temporal *t, const void *weights, void *to)
{
    mvk_taps_source from = {.groups = (t->taps + 3) / 4,
                            .channels = t->channels,
                            .tap = tap,
                            .taps = t->taps,
                            .in_zero = t->in_zero,
                            .out_zero = t->out_zero,
                            .act_min = t->act_min,
                            .act_max = t->act_max,
                            .bias = t->bias,
                            .scale = t->scale};
    mvk_taps_pack(&from, weights, to);
}

/* One block at byte `at` of every frame; if it is held twice, at `at2` too. */
INLINE void place(const mvk_taps_job *j, int b, const int groups, const int taps,
                  const int8_t *const *frames, int8_t *out, size_t at, size_t at2)
{
    const int8_t *w = j->weights + (size_t)b * (size_t)groups * 256;
    const mvk_param16 *params = j->params + 4 * b;
    const bool twice = j->t.twice && b == j->t.blocks - 1;
    const int n = j->t.channels - 64 * b;
    const __mmask64 mask = mvk_mask64(n);
    __m512i acc[4], t[4], x[4];
    UNROLL for (int v = 0; v < 4; v++)
        acc[v] = mvk_load512(params[v].bias);
    UNROLL for (int g = 0; g < groups; g++, w += 256) {
        UNROLL for (int i = 0; i < 4; i++) {
            const int8_t *f = frames[4 * g + i < taps ? 4 * g + i : taps - 1];
            if (4 * g + i >= taps && i > 0)
                t[i] = t[i - 1]; /* weight 0 */
            else
                t[i] = twice ? mvk_load_twice(f + at, f + at2, (__mmask32)mask)
                             : mvk_load_tap(f + at, mask);
        }
        mvk_interleave(x, t[0], t[1], t[2], t[3]);
        UNROLL for (int v = 0; v < 4; v++)
            acc[v] = _mm512_dpbusd_epi32(acc[v], x[v], mvk_load512(w + 64 * v));
    }
    UNROLL for (int v = 0; v < 4; v++)
        mvk_rescale_some(acc + v, 1, 1, &params[v]);
    mvk_store_block(out + at, out + at2, mvk_finish64(acc, &j->finish), n, twice);
}

INLINE void run_places(const mvk_temporal *t, const int groups, const int taps,
                       const void *const *frames, int8_t *out, int begin, int end)
{
    const mvk_taps_job j = mvk_taps_open(t->packed, t->out_zero, t->act_min, t->act_max);
    const int8_t *in[MVK_MAX_TAPS] = {0};
    const size_t step = (size_t)t->channels;
    for (int k = 0; k < taps; k++)
        in[k] = frames[k];
    int whole = j.t.blocks - (j.t.twice > 0);
    for (int i = begin; i < end; i++)
        for (int b = 0; b < whole; b++)
            place(&j, b, groups, taps, in, out, (size_t)i * step + 64 * (size_t)b, 0);
    for (int i = begin; j.t.twice && i < end; i += 2) {
        size_t at = (size_t)i * step + 64 * (size_t)whole;
        place(&j, whole, groups, taps, in, out, at, i + 1 < end ? at + step : at);
    }
}

static void run(const mvk_temporal *t, const void *const *frames, void *out, int begin, int end)
{
    switch (t->taps) {
    case 3: run_places(t, 1, 3, frames, out, begin, end); break;
    case 5: run_places(t, 2, 5, frames, out, begin, end); break;
    default: run_places(t, (t->taps + 3) / 4, t->taps, frames, out, begin, end); break;
    }
}

static const mvk_temporal_kernel temporal = {"temporal s8 avx512vnni", size, pack, run};

const mvk_temporal_kernel *mvk_temporal_s8_avx512(const mvk_temporal *t)
{
    return t->taps <= MVK_MAX_TAPS && mvk_scales_fit(t->scale, t->channels) ? &temporal : NULL;
}
