/* Average pooling of int8: rows are added up first, 32 values at a time, then columns;
 * divisions are multiplications. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/x86.h"

#include <immintrin.h>
#include <stddef.h>

/* With n <= 22 taps, (|sum| + n / 2) / n is ((|sum| + n / 2) · ceil(2^16 / n)) >> 16: what
 * the reciprocal is too large by, less than n / 2^16 of 1 / n, times at most 129 · n, is
 * less than 1. */
enum { MAX_TAPS = 22, MAX_ROW = 8192 };

static inline __mmask32 mask32(int n)
{
    return n >= 32 ? ~0u : (1u << n) - 1;
}

/* sums[i] = in[i] + in[i + step] + …, `rows` of them */
static void add_rows(const int8_t *in, ptrdiff_t step, int rows, int n, int16_t *sums)
{
    for (int i = 0; i < n; i += 32) {
        __mmask32 mask = mask32(n - i);
        __m512i sum = _mm512_setzero_si512();
        for (int r = 0; r < rows; r++)
            sum = _mm512_add_epi16(
                sum, _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, in + r * step + i)));
        _mm512_storeu_si512(sums + i, sum);
    }
}

typedef struct division {
    __m512i half, reciprocal, low, high;
    int n;
} division;

static division division_by(const mvk_pool *p, int n)
{
    return (division){_mm512_set1_epi16((short)(n / 2)),
                      _mm512_set1_epi16((short)(n > 1 ? (65536 + n - 1) / n : 0)),
                      _mm512_set1_epi16((short)p->act_min), _mm512_set1_epi16((short)p->act_max),
                      n};
}

/* Halves away from zero. n = 0: 0. */
static inline __m256i divide(const division *d, __m512i sum)
{
    __m512i size = _mm512_add_epi16(_mm512_abs_epi16(sum), d->half);
    __m512i q = d->n == 1 ? size : _mm512_mulhi_epu16(size, d->reciprocal);
    q = _mm512_mask_sub_epi16(q, _mm512_movepi16_mask(sum), _mm512_setzero_si512(), q);
    return _mm512_cvtepi16_epi8(_mm512_min_epi16(_mm512_max_epi16(q, d->low), d->high));
}

/* Which of `size` rows or columns the window at `at` covers. */
static void clip(int at, int filter, int size, int *begin, int *end)
{
    *begin = at > 0 ? at < size ? at : size : 0;
    *end = at + filter < size ? at + filter : size;
    *end = *end < *begin ? *begin : *end;
}

static void run_row(const mvk_pool *p, const int8_t *in, int8_t *out, int y, int16_t *sums)
{
    int y0, y1, x0, x1;
    clip(y * p->stride_h - p->pad_top, p->filter_h, p->in_h, &y0, &y1);
    ptrdiff_t width = (ptrdiff_t)p->in_w * p->channels;
    add_rows(in + y0 * width, width, y1 - y0, (int)width, sums);
    division d = division_by(p, 0);
    for (int x = 0; x < p->out_w; x++, out += p->channels) {
        clip(x * p->stride_w - p->pad_left, p->filter_w, p->in_w, &x0, &x1);
        if (d.n != (y1 - y0) * (x1 - x0))
            d = division_by(p, (y1 - y0) * (x1 - x0));
        for (int c = 0; c < p->channels; c += 32) {
            __mmask32 mask = mask32(p->channels - c);
            __m512i sum = _mm512_setzero_si512();
            for (int i = x0; i < x1; i++)
                sum = _mm512_add_epi16(
                    sum, _mm512_maskz_loadu_epi16(mask, sums + (ptrdiff_t)i * p->channels + c));
            _mm256_mask_storeu_epi8(out + c, mask, divide(&d, sum));
        }
    }
}

void mvk_average_pool_s8_avx512(const mvk_pool *p, const int8_t *in, int8_t *out)
{
    _Alignas(64) int16_t sums[MAX_ROW + 32];
    if ((int64_t)p->filter_h * p->filter_w > MAX_TAPS ||
        (int64_t)p->in_w * p->channels > MAX_ROW) {
        mvk_average_pool_s8(p, in, out);
        return;
    }
    for (int b = 0; b < p->batch; b++)
        for (int y = 0; y < p->out_h; y++) {
            run_row(p, in, out, y, sums);
            out += (ptrdiff_t)p->out_w * p->channels;
            in += y == p->out_h - 1 ? (ptrdiff_t)p->in_h * p->in_w * p->channels : 0;
        }
}
