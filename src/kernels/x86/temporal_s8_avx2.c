/* Depthwise convolution over time, for AVX2 and AVX-VNNI: eight channels of four
 * positions at a time. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/taps_avx2.h"
#include "kernels/x86/x86.h"

#include <string.h>

/* Channels are the outer loop, for the sake of their weights, over so many positions at a
 * time, for the sake of the cache. */
enum { RUN = 32 };

/* A column of taps over n outputs. */
static mvk_conv as_conv(const mvk_temporal *t)
{
    return (mvk_conv){.batch = 1, .out_h = 1, .out_w = t->n, .out_c = t->channels,
                      .kernel_h = t->taps, .kernel_w = 1, .bias = t->bias, .scale = t->scale,
                      .in_zero = t->in_zero, .out_zero = t->out_zero, .act_min = t->act_min,
                      .act_max = t->act_max};
}

static size_t packed_size(const mvk_temporal *t)
{
    const mvk_conv c = as_conv(t);
    return mvk_packed8_size(&c);
}

static void pack(const mvk_temporal *t, const void *weights, void *to)
{
    const mvk_conv c = as_conv(t);
    mvk_pack8(&c, weights, to);
}

typedef struct job {
    const mvk_temporal *t;
    const int8_t *frames[MVK_MAX_TAPS + MVK_TAPS - 1]; ///< the last again where none is
    mvk_packed8 p;
    const mvk_param8 *params;
    const __m256i *weights;
    mvk_finish256 finish;
} job;

/* Eight channels from 8 · v on, `left` of which are there, of n positions from `at` on,
 * n <= 4. All are read before one is written: in place is fine. */
INLINE void four_positions(const job *j, const int G, int v, const int left, int8_t *out,
                           size_t at, const int n)
{
    const size_t size = (size_t)j->t->channels;
    const __m256i *w = j->weights + (size_t)v * (size_t)G;
    const mvk_param8 *p = j->params + v;
    __m256i acc[4];
    UNROLL for (int k = 0; k < 4; k++) {
        const size_t from = (at + (size_t)(k < n ? k : 0)) * size + (size_t)v * 8;
        acc[k] = mvk_load256(p->bias);
        UNROLL for (int g = 0; g < G; g++) {
            __m128i tap[MVK_TAPS];
            UNROLL for (int s = 0; s < MVK_TAPS; s++)
                tap[s] = mvk_load8(j->frames[g * MVK_TAPS + s] + from, left);
            acc[k] = mvk_dot(acc[k], mvk_interleave(tap), w[g]);
        }
    }
    mvk_rescale8(acc, 4, 1, p);
    __m256i y = mvk_finish32(acc[0], acc[1], acc[2], acc[3], &j->finish);
    __m128i low = _mm256_castsi256_si128(y), high = _mm256_extracti128_si256(y, 1);
    out += at * size + (size_t)v * 8;
    mvk_store8(out, low, left);
    if (n > 1)
        mvk_store8(out + size, _mm_unpackhi_epi64(low, low), left);
    if (n > 2)
        mvk_store8(out + 2 * size, high, left);
    if (n > 3)
        mvk_store8(out + 3 * size, _mm_unpackhi_epi64(high, high), left);
}

INLINE void positions(const job *j, const int G, int v, const int left, int8_t *out, int begin,
                      int end)
{
    for (; begin + 4 <= end; begin += 4)
        four_positions(j, G, v, left, out, (size_t)begin, 4);
    if (begin < end)
        four_positions(j, G, v, left, out, (size_t)begin, end - begin);
}

/* For the numbers of taps that networks have, unrolled. */
#define POSITIONS_OF(G)                                                                            \
    NOINLINE void positions_##G(const job *j, int v, int8_t *out, int begin, int end)              \
    {                                                                                              \
        positions(j, G, v, 8, out, begin, end);                                                    \
    }
POSITIONS_OF(1)
POSITIONS_OF(2)
POSITIONS_OF(3)

static void any_positions(const job *j, int v, int8_t *out, int begin, int end)
{
    const int left = j->t->channels - 8 * v, kind = left < 8 ? 0 : j->p.groups;
    switch (kind) {
    case 1: positions_1(j, v, out, begin, end); break;
    case 2: positions_2(j, v, out, begin, end); break;
    case 3: positions_3(j, v, out, begin, end); break;
    default: positions(j, j->p.groups, v, left, out, begin, end); break;
    }
}

static void run(const mvk_temporal *t, const void *const *frames, void *out, int begin, int end)
{
    job j = {.t = t, .finish = mvk_finish256_init(t->out_zero, t->act_min, t->act_max)};
    memcpy(&j.p, t->packed, sizeof j.p);
    j.params = (const mvk_param8 *)(const void *)((const char *)t->packed + 64);
    j.weights = (const __m256i *)(const void *)((const char *)t->packed + j.p.weights);
    for (int k = 0; k < j.p.groups * MVK_TAPS; k++)
        j.frames[k] = frames[k < t->taps ? k : t->taps - 1];
    for (int i = begin; i < end; i += RUN)
        for (int v = 0; v < j.p.vectors; v++)
            any_positions(&j, v, out, i, end - i < RUN ? end : i + RUN);
}

static const mvk_temporal_kernel kernel = {"temporal s8 " MVK_TEXT(MVK_S8_SET), packed_size, pack,
                                           run};

const mvk_temporal_kernel *MVK_S8(temporal_s8)(const mvk_temporal *t)
{
    bool fits = t->taps >= 1 && t->taps <= MVK_MAX_TAPS &&
                mvk_scales_fit8(t->scale, t->bias, t->channels);
    return fits ? &kernel : NULL;
}
