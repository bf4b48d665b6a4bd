/* Depthwise convolution over space or time with VPDPBUSD: the bytes of four taps
 * are interleaved, so that one instruction adds four products to each of 16
 * channels; 64 channels at a time. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/x86.h"
#include "kernels/x86/requant_avx512.h"

#include <string.h>

enum { MAX_TAPS = 64 };

/* ---- packing, the same for both ---- */

typedef struct packed {
    int groups;      ///< of four taps
    int blocks;      ///< of 64 channels
    size_t weights, zeros; ///< where they begin, bytes; the parameters come first
} packed;

static packed layout(int taps, int channels)
{
    packed p = {.groups = (taps + 3) / 4, .blocks = (channels + 63) / 64};
    p.weights = 64 + (size_t)p.blocks * 4 * sizeof(mvk_param16);
    p.zeros = p.weights + (size_t)p.blocks * (size_t)p.groups * 256;
    return p;
}

/* Behind the weights lie `channels` bytes of the zero point: a tap outside the
 * picture reads them. */
static size_t size_of(int taps, int channels)
{
    packed p = layout(taps, channels);
    return p.zeros + (size_t)p.blocks * 64;
}

static void pack_taps(int taps, int channels, int32_t in_zero, const int32_t *bias,
                      const mvk_scale *scale, const int8_t *w, void *to)
{
    packed p = layout(taps, channels);
    mvk_param16 *params = (mvk_param16 *)((char *)to + 64);
    int8_t *out = (int8_t *)to + p.weights;
    memset(to, 0, size_of(taps, channels));
    memcpy(to, &p, sizeof p);
    memset((char *)to + p.zeros, in_zero, (size_t)p.blocks * 64);
    for (int v = 0; v < 4 * p.blocks; v++)
        for (int lane = 0; lane < 16; lane++) {
            int c = v / 4 * 64 + mvk_lane64(v % 4, lane);
            int32_t sum = 0;
            for (int t = 0; c < channels && t < taps; t++) {
                int8_t x = w[(size_t)t * (size_t)channels + (size_t)c];
                size_t vector = ((size_t)(v / 4) * (size_t)p.groups + (size_t)(t / 4)) * 4 +
                                (size_t)(v % 4);
                out[vector * 64 + (size_t)lane * 4 + (size_t)(t % 4)] = x;
                sum += x;
            }
            if (c < channels)
                mvk_param16_set(&params[v], lane, (bias ? bias[c] : 0) - (in_zero + 128) * sum,
                                scale[c]);
            else
                mvk_param16_set(&params[v], lane, 0, (mvk_scale){0, 0});
        }
}

/* ---- 64 channels of one output position ---- */

typedef struct job {
    packed p;
    const mvk_param16 *params;
    const int8_t *weights;
    mvk_finish512 finish;
    int channels;
} job;

static job job_init(const void *to, int channels, int32_t zero, int32_t low, int32_t high)
{
    job j = {.channels = channels, .finish = mvk_finish512_init(zero, low, high)};
    memcpy(&j.p, to, sizeof j.p);
    j.params = (const mvk_param16 *)((const char *)to + 64);
    j.weights = (const int8_t *)to + j.p.weights;
    return j;
}

static inline __m512i load_tap(const int8_t *p, __mmask64 mask)
{
    return _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, p), _mm512_set1_epi8((char)0x80));
}

/* taps[4 · groups]: where each tap's channels are; those past the last have
 * weight 0 and point anywhere readable. */
static inline __attribute__((always_inline)) void
position(const job *j, int groups, const int8_t *const *taps, int8_t *out)
{
    const int8_t *w = j->weights;
    for (int b = 0; b < j->p.blocks; b++) {
        const mvk_param16 *params = j->params + 4 * b;
        int at = 64 * b, left = j->channels - at;
        __mmask64 mask = left >= 64 ? ~0ull : (1ull << left) - 1;
        __m512i acc[4];
        for (int v = 0; v < 4; v++)
            acc[v] = mvk_load512(params[v].bias);
        for (int g = 0; g < groups; g++, w += 256) {
            __m512i t0 = load_tap(taps[4 * g] + at, mask);
            __m512i t1 = load_tap(taps[4 * g + 1] + at, mask);
            __m512i t2 = load_tap(taps[4 * g + 2] + at, mask);
            __m512i t3 = load_tap(taps[4 * g + 3] + at, mask);
            __m512i a = _mm512_unpacklo_epi8(t0, t1), b2 = _mm512_unpackhi_epi8(t0, t1);
            __m512i c = _mm512_unpacklo_epi8(t2, t3), d = _mm512_unpackhi_epi8(t2, t3);
            acc[0] = _mm512_dpbusd_epi32(acc[0], _mm512_unpacklo_epi16(a, c), mvk_load512(w));
            acc[1] = _mm512_dpbusd_epi32(acc[1], _mm512_unpackhi_epi16(a, c), mvk_load512(w + 64));
            acc[2] = _mm512_dpbusd_epi32(acc[2], _mm512_unpacklo_epi16(b2, d),
                                         mvk_load512(w + 128));
            acc[3] = _mm512_dpbusd_epi32(acc[3], _mm512_unpackhi_epi16(b2, d),
                                         mvk_load512(w + 192));
        }
        _mm512_mask_storeu_epi8(out + at, mask, mvk_finish64(acc, params, &j->finish));
    }
}

static void any_position(const job *j, const int8_t *const *taps, int8_t *out)
{
    switch (j->p.groups) {
    case 1: position(j, 1, taps, out); break;
    case 2: position(j, 2, taps, out); break;
    case 3: position(j, 3, taps, out); break; /* 3×3 */
    case 7: position(j, 7, taps, out); break; /* 5×5 */
    default: position(j, j->p.groups, taps, out); break;
    }
}

/* ---- over space ---- */

static size_t packed_size(const mvk_conv *c)
{
    return size_of(c->kernel_h * c->kernel_w, c->out_c);
}

static void pack(const mvk_conv *c, const void *weights, void *to)
{
    pack_taps(c->kernel_h * c->kernel_w, c->out_c, c->in_zero, c->bias, c->scale, weights, to);
}

static void run_row(const mvk_conv *c, const job *j, const int8_t *zeros, const int8_t *in,
                    int8_t *out, int row)
{
    const int8_t *taps[MAX_TAPS];
    size_t width = (size_t)c->in_w, size = (size_t)c->in_c;
    int batch = row / c->out_h, y0 = row % c->out_h * c->stride_h - c->pad_top;
    const int8_t *picture = in + (size_t)batch * (size_t)c->in_h * width * size;
    for (int t = 0; t < 4 * j->p.groups; t++)
        taps[t] = zeros;
    for (int ox = 0; ox < c->out_w; ox++) {
        int x0 = ox * c->stride_w - c->pad_left, t = 0;
        for (int ky = 0; ky < c->kernel_h; ky++) {
            int y = y0 + ky * c->dilation_h;
            bool there = y >= 0 && y < c->in_h;
            for (int kx = 0; kx < c->kernel_w; kx++, t++) {
                int x = x0 + kx * c->dilation_w;
                taps[t] = there && x >= 0 && x < c->in_w
                              ? picture + ((size_t)y * width + (size_t)x) * size
                              : zeros;
            }
        }
        any_position(j, taps, out + ((size_t)row * (size_t)c->out_w + (size_t)ox) * size);
    }
}

static void run(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    job j = job_init(c->packed, c->out_c, c->out_zero, c->act_min, c->act_max);
    const int8_t *zeros = (const int8_t *)c->packed + j.p.zeros;
    for (int row = row_begin; row < row_end; row++)
        run_row(c, &j, zeros, in, out, row);
}

static const mvk_conv_kernel kernel = {"depthwise s8 avx512vnni", packed_size, pack, run};

const mvk_conv_kernel *mvk_depthwise_s8_avx512(const mvk_conv *c)
{
    bool fits = c->depth_multiplier == 1 && (int64_t)c->kernel_h * c->kernel_w <= MAX_TAPS &&
                mvk_scales_fit(c->scale, c->out_c);
    return fits ? &kernel : NULL;
}

/* ---- over time ---- */

static size_t temporal_size(const mvk_temporal *t)
{
    return size_of(t->taps, t->channels);
}

static void temporal_pack(const mvk_temporal *t, const void *weights, void *to)
{
    pack_taps(t->taps, t->channels, t->in_zero, t->bias, t->scale, weights, to);
}

static void temporal_run(const mvk_temporal *t, const void *const *frames, void *out, int begin,
                         int end)
{
    job j = job_init(t->packed, t->channels, t->out_zero, t->act_min, t->act_max);
    const int8_t *zeros = (const int8_t *)t->packed + j.p.zeros, *taps[MAX_TAPS];
    for (int i = begin; i < end; i++) {
        size_t at = (size_t)i * (size_t)t->channels;
        for (int k = 0; k < 4 * j.p.groups; k++)
            taps[k] = k < t->taps ? (const int8_t *)frames[k] + at : zeros;
        any_position(&j, taps, (int8_t *)out + at);
    }
}

static const mvk_temporal_kernel temporal = {"temporal s8 avx512vnni", temporal_size,
                                             temporal_pack, temporal_run};

const mvk_temporal_kernel *mvk_temporal_s8_avx512(const mvk_temporal *t)
{
    return t->taps <= MVK_MAX_TAPS && mvk_scales_fit(t->scale, t->channels) ? &temporal : NULL;
}
