/* int8 average pooling with AVX2, up to 64 channels at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx2.h"
#include "kernels/x86/x86.h"

enum { MAX_TAPS = 255 }; ///< sums are int16

/* Division of 0 … 2^15-1 by n as a multiplication: floor(x·m / 2^(15+shift)) with m the
 * least above 2^(15+shift) / n and 2^shift >= n is exact. */
typedef struct divisor {
    int n, shift;
    __m256i half, m;
} divisor;

static divisor divisor_of(int n)
{
    divisor d = {.n = n};
    while (1 << d.shift < n)
        d.shift++;
    d.half = _mm256_set1_epi16((short)(n / 2));
    d.m = _mm256_set1_epi16((short)(((1 << (15 + d.shift)) / (n ? n : 1)) + 1));
    return d;
}

/* The mean, halves away from zero. */
INLINE __m256i divide(__m256i sum, const divisor *d)
{
    __m256i x;
    if (d->n <= 1)
        return sum;
    x = _mm256_add_epi16(_mm256_abs_epi16(sum), d->half);
    x = _mm256_srl_epi16(_mm256_mulhi_epu16(x, d->m), _mm_cvtsi32_si128(d->shift - 1));
    return _mm256_sign_epi16(x, sum);
}

/* Input rows or columns under one output. */
typedef struct span {
    int begin, end;
} span;

static span span_of(int at, int stride, int pad, int filter, int size)
{
    int origin = at * stride - pad;
    span s = {origin > 0 ? origin : 0, origin + filter < size ? origin + filter : size};
    s.end = s.end < s.begin ? s.begin : s.end;
    return s;
}

/* 16 values; the last of n may be fewer. */
INLINE __m256i load16(const int8_t *p, const int n)
{
    __m128i x;
    if (n >= 16)
        return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
    x = mvk_load8(p, n);
    if (n > 8)
        x = _mm_unpacklo_epi64(x, mvk_load8(p + 8, n - 8));
    return _mm256_cvtepi8_epi16(x);
}

/* V vectors of 16 channels of one output, of the last `left`. */
INLINE void pool_vectors(const mvk_pool *pool, const int V, const int left, const int8_t *in,
                         span y, span x, const divisor *d, int8_t *out)
{
    const size_t size = (size_t)pool->channels, pitch = (size_t)pool->in_w * size;
    const __m128i low = _mm_set1_epi8((char)pool->act_min);
    const __m128i high = _mm_set1_epi8((char)pool->act_max);
    __m256i sum[4];
    UNROLL for (int v = 0; v < V; v++)
        sum[v] = _mm256_setzero_si256();
    for (int row = y.begin; row < y.end; row++) {
        const int8_t *from = in + (size_t)row * pitch + (size_t)x.begin * size;
        for (int column = x.begin; column < x.end; column++, from += size)
            UNROLL for (int v = 0; v < V; v++)
                sum[v] = _mm256_add_epi16(sum[v], load16(from + 16 * v, v < V - 1 ? 16 : left));
    }
    UNROLL for (int v = 0; v < V; v++) {
        __m256i mean = divide(sum[v], d);
        __m128i q = _mm_packs_epi16(_mm256_castsi256_si128(mean),
                                    _mm256_extracti128_si256(mean, 1));
        mvk_store16(out + 16 * v, _mm_min_epi8(_mm_max_epi8(q, low), high),
                    v < V - 1 ? 16 : left);
    }
}

/* One output pixel. */
static void pool_pixel(const mvk_pool *pool, const int8_t *in, span y, span x, const divisor *d,
                       int8_t *out)
{
    int c = 0, left = pool->channels;
    for (; left >= 64; c += 64, left -= 64)
        pool_vectors(pool, 4, 16, in + c, y, x, d, out + c);
    if (left >= 32) {
        pool_vectors(pool, 2, 16, in + c, y, x, d, out + c);
        c += 32;
        left -= 32;
    }
    if (left >= 16) {
        pool_vectors(pool, 1, 16, in + c, y, x, d, out + c);
        c += 16;
        left -= 16;
    }
    if (left == 8)
        pool_vectors(pool, 1, 8, in + c, y, x, d, out + c);
    else if (left)
        pool_vectors(pool, 1, left, in + c, y, x, d, out + c);
}

void mvk_average_pool_s8_avx2(const mvk_pool *pool, const int8_t *in, int8_t *out)
{
    const size_t picture = (size_t)pool->in_h * (size_t)pool->in_w * (size_t)pool->channels;
    divisor d = divisor_of(0);
    if ((int64_t)pool->filter_h * pool->filter_w > MAX_TAPS) {
        mvk_average_pool_s8(pool, in, out);
        return;
    }
    for (int b = 0; b < pool->batch; b++, in += picture)
        for (int oy = 0; oy < pool->out_h; oy++) {
            span y = span_of(oy, pool->stride_h, pool->pad_top, pool->filter_h, pool->in_h);
            for (int ox = 0; ox < pool->out_w; ox++, out += pool->channels) {
                span x = span_of(ox, pool->stride_w, pool->pad_left, pool->filter_w, pool->in_w);
                int n = (y.end - y.begin) * (x.end - x.begin);
                if (n != d.n)
                    d = divisor_of(n);
                pool_pixel(pool, in, y, x, &d, out);
            }
        }
}
