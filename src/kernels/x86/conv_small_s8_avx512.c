/* Convolution of few channels to few (the stem: 3 to 8, 16 or 24; the first expansion, 8
 * to 24) with VPDPBUSD. Eight pixels in a row give out_c / 8 blocks of 64 output bytes.
 * Each kernel row of their windows fits one register, from which VPERMB picks four taps
 * for each output: no lane is idle. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/requant_avx512.h"
#include "kernels/x86/x86.h"

#include <string.h>

enum { PIXELS = 8, MAX_ROWS = 4, MAX_GROUPS = 4, MAX_OUT = 24 };

/* ---- packing ---- */

typedef struct packed {
    int rows, groups;       ///< of the kernel; of four taps in a row
    int vectors;            ///< of 16 outputs
    size_t picks, weights;  ///< [vectors][groups], [vectors][groups][rows] of 64 bytes
} packed;

static packed layout(const mvk_conv *c)
{
    packed p = {.rows = c->kernel_h, .groups = (c->kernel_w * c->in_c + 3) / 4};
    p.vectors = c->out_c / 2;
    p.picks = 64 + (size_t)p.vectors * sizeof(mvk_param16);
    p.weights = p.picks + (size_t)p.vectors * (size_t)p.groups * 64;
    return p;
}

static size_t packed_size(const mvk_conv *c)
{
    packed p = layout(c);
    return p.weights + (size_t)p.vectors * (size_t)(p.groups * p.rows) * 64;
}

/* Weights of output channel n to a lane, whose first group is at `to`. */
static mvk_channel pack_channel(const mvk_conv *c, const packed *p, const int8_t *w, int n,
                                int8_t *to, int lane)
{
    const int32_t *bias = c->bias;
    int width = c->kernel_w * c->in_c, k = c->kernel_h * width;
    w += (ptrdiff_t)n * k;
    for (int i = 0; i < k; i++) {
        int row = i / width, tap = i % width;
        to[(tap / 4 * p->rows + row) * 64 + 4 * lane + tap % 4] = w[i];
    }
    return mvk_channel_of(w, k, 1, c->in_zero, 128, bias ? bias[n] : 0, c->scale[n]);
}

static void pack(const mvk_conv *c, const void *weights, void *to)
{
    packed p = layout(c);
    mvk_param16 *params = (mvk_param16 *)((char *)to + 64);
    int width = c->kernel_w * c->in_c;
    memcpy(to, &p, sizeof p);
    for (int v = 0; v < p.vectors; v++) {
        uint8_t *picks = (uint8_t *)to + p.picks + (size_t)(v * p.groups) * 64;
        int8_t *w = (int8_t *)to + p.weights + (size_t)(v * p.groups * p.rows) * 64;
        mvk_channel channels[16] = {0};
        for (int lane = 0; lane < 16; lane++) {
            int place = v / 4 * 64 + mvk_lane64(v % 4, lane), pixel = place / c->out_c;
            for (int tap = 0; tap < 4 * p.groups; tap++) /* past the row: weight 0 */
                picks[tap / 4 * 64 + 4 * lane + tap % 4] =
                    (uint8_t)(pixel * c->stride_w * c->in_c + (tap < width ? tap : 0));
            channels[lane] = pack_channel(c, &p, weights, place % c->out_c, w, lane);
        }
        mvk_param16_set(&params[v], channels, 16, c->out_zero, c->act_min, c->act_max);
    }
}

/* ---- running ---- */

typedef struct job {
    packed p;
    const mvk_param16 *params;
    const uint8_t *picks;
    const int8_t *weights;
    mvk_finish512 finish;
} job;

/* Four vectors of outputs from the rows of eight windows. Two neighbours are of the same
 * pixels, since out_c is a multiple of 8, and pick the same. */
INLINE __m512i block(const job *j, int v, const __m512i *in, const int rows, const int groups)
{
    const int size = groups * rows * 64;
    const uint8_t *picks = j->picks + (ptrdiff_t)v * groups * 64;
    const int8_t *w = j->weights + (ptrdiff_t)v * size;
    __m512i acc[4];
    UNROLL for (int i = 0; i < 4; i++)
        acc[i] = mvk_load512(j->params[v + i].bias);
    UNROLL for (int i = 0; i < 4; i += 2, picks += 2 * groups * 64, w += 2 * size)
        for (int g = 0; g < groups; g++) {
            const __m512i pick = mvk_load512(picks + g * 64);
            const int8_t *at = w + g * rows * 64;
            for (int r = 0; r < rows; r++, at += 64) {
                __m512i taps = _mm512_permutexvar_epi8(pick, in[r]);
                acc[i] = _mm512_dpbusd_epi32(acc[i], taps, mvk_load512(at));
                acc[i + 1] = _mm512_dpbusd_epi32(acc[i + 1], taps, mvk_load512(at + size));
            }
        }
    UNROLL for (int i = 0; i < 4; i++)
        mvk_rescale_some(acc + i, 1, 1, &j->params[v + i]);
    return mvk_finish64(acc, &j->finish);
}

/* Kernel row r of n windows from output (row, x); outside stands the zero point. */
static __m512i load_row(const mvk_conv *c, const int8_t *picture, int y, int x, int n)
{
    const __m512i zero = _mm512_set1_epi8((char)c->in_zero);
    int first = x * c->stride_w - c->pad_left, end = first + (n - 1) * c->stride_w + c->kernel_w;
    int begin = first > 0 ? first : 0;
    end = end < c->in_w ? end : c->in_w;
    if (y < 0 || y >= c->in_h || begin >= end)
        return mvk_unsigned(zero);
    const int8_t *from = picture + ((ptrdiff_t)y * c->in_w + begin) * c->in_c;
    int bytes = (end - begin) * c->in_c, skip = (begin - first) * c->in_c;
    /* Pixels left of the picture: the mask moves along with the address. */
    return mvk_unsigned(_mm512_mask_loadu_epi8(zero, mvk_mask64(bytes) << skip, from - skip));
}

INLINE void run_row(const mvk_conv *c, const job *j, const int8_t *in, int8_t *out, int row,
                    const int rows, const int groups)
{
    const int8_t *picture = in + (ptrdiff_t)(row / c->out_h) * c->in_h * c->in_w * c->in_c;
    int y = row % c->out_h * c->stride_h - c->pad_top;
    out += (ptrdiff_t)row * c->out_w * c->out_c;
    for (int x = 0; x < c->out_w; x += PIXELS) {
        int n = c->out_w - x < PIXELS ? c->out_w - x : PIXELS, left = n * c->out_c;
        __m512i lines[MAX_ROWS];
        for (int r = 0; r < rows; r++)
            lines[r] = load_row(c, picture, y + r, x, n);
        for (int v = 0; left > 0; v += 4, left -= 64, out += 64)
            _mm512_mask_storeu_epi8(out, mvk_mask64(left), block(j, v, lines, rows, groups));
        out += left < 0 ? left : 0;
    }
}

static void run(const mvk_conv *c, const void *in, void *out, int row_begin, int row_end)
{
    job j = {.finish = mvk_finish512_init(c->out_zero, c->act_min, c->act_max)};
    memcpy(&j.p, c->packed, sizeof j.p);
    j.params = (const mvk_param16 *)((const char *)c->packed + 64);
    j.picks = (const uint8_t *)c->packed + j.p.picks;
    j.weights = (const int8_t *)c->packed + j.p.weights;
    for (int row = row_begin; row < row_end; row++) {
        if (j.p.rows == 3 && j.p.groups == 3)
            run_row(c, &j, in, out, row, 3, 3);
        else if (j.p.rows == 1 && j.p.groups == 2)
            run_row(c, &j, in, out, row, 1, 2);
        else
            run_row(c, &j, in, out, row, j.p.rows, j.p.groups);
    }
}

static const mvk_conv_kernel kernel = {"conv s8 avx512vnni 8 pixels", packed_size, pack, run};

const mvk_conv_kernel *mvk_conv_small_s8_avx512(const mvk_conv *c)
{
    int64_t span = ((int64_t)(PIXELS - 1) * c->stride_w + c->kernel_w) * c->in_c;
    bool fits = c->groups == 1 && c->dilation_h == 1 && c->dilation_w == 1 && span <= 64 &&
                c->kernel_h <= MAX_ROWS && c->kernel_w * c->in_c <= 4 * MAX_GROUPS &&
                c->out_c % 8 == 0 && c->out_c <= MAX_OUT;
    return fits && mvk_scales_fit(c->scale, c->out_c) ? &kernel : NULL;
}
