/* Float convolution as matrix multiplication in tiles: some pixels by some vectors of
 * output channels, whose sums live in registers while the loop runs over the receptive
 * field. Inside the picture, a receptive field is a few pieces of memory (one a kernel
 * row), which are read where they are; at the edges it is first copied, zeros and all.
 * Every output is the same chain of fused multiply-adds whatever tile it falls in, so
 * rows can be split anywhere. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/float.h"
#include "kernels/x86/float_lanes.h"

#include <string.h>

/* A group of output channels is up to UNITS_MAX vectors, the last of which may be half
 * a vector where that saves work (AVX-512; `half` below). Tiles are ROWS pixels, or
 * ROWS_NARROW for groups of so few vectors that the sums leave room. */
#if defined(__AVX512F__)
enum { UNITS_MAX = 4, HALF_LANES = 8, NARROW_UNITS = 2 };
typedef __m256 half_vec;
#define half_load(p) _mm256_loadu_ps(p)
#define half_fill(x) _mm256_set1_ps(x)
#define half_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define half_zero() _mm256_setzero_ps()
#else
enum { UNITS_MAX = 2, HALF_LANES = 0, NARROW_UNITS = 1 };
#endif
enum { ROWS = 6, ROWS_NARROW = 12, DEPTH_MAX = 1024 };

/* ---- packing ------------------------------------------------------------------ */

/* How output channels are grouped: `units` vectors in `groups` nearly equal parts. */
typedef struct grouping {
    int full, half; ///< whole vectors (the last perhaps not all used); 1 if a half follows
    int groups;
} grouping;

static grouping grouping_of(int channels)
{
    int rest = channels % LANES;
    grouping g = {channels / LANES, 0, 0};

    if (rest > HALF_LANES)
        g.full++;
    else if (rest > 0)
        g.half = 1;
    g.groups = (g.full + g.half + UNITS_MAX - 1) / UNITS_MAX;
    return g;
}

/* One group: `full` vectors, then perhaps a half. */
typedef struct group {
    int channel, full, half;
    int width;      ///< channels with their padding
    int used;       ///< channels of its last vector that there are
    ptrdiff_t at;   ///< first channel, counted with padding
} group;

static group group_at(const grouping *g, int channels, int i)
{
    int units = g->full + g->half, each = units / g->groups, more = units % g->groups;
    int first = i * each + (i < more ? i : more), n = each + (i < more);
    bool last = i == g->groups - 1;
    group it = {first * LANES, n - (last && g->half), last && g->half, 0, LANES, first * LANES};

    it.width = it.full * LANES + it.half * HALF_LANES;
    if (last)
        it.used = channels - it.channel - it.width + (it.half ? HALF_LANES : LANES);
    return it;
}

static int field_size(const mvk_conv *conv)
{
    return conv->kernel_h * conv->kernel_w * conv->in_c;
}

static int padded_channels(const mvk_conv *conv)
{
    grouping g = grouping_of(conv->out_c);

    return g.full * LANES + g.half * HALF_LANES;
}

/* Floats of packed biases: a multiple of a cache line, for what follows. */
static int bias_size(const mvk_conv *conv)
{
    return (conv->out_c + 15) / 16 * 16;
}

/* Packed: bias [bias_size], then for each group [field][width]. */
static size_t packed_size(const mvk_conv *conv)
{
    size_t size = (size_t)padded_channels(conv) * (size_t)field_size(conv);

    return ((size_t)bias_size(conv) + (size + 15) / 16 * 16) * sizeof(float);
}

static void pack(const mvk_conv *conv, const void *weights, void *packed)
{
    const float *from = weights, *bias = conv->bias;
    grouping g = grouping_of(conv->out_c);
    int size = field_size(conv), biases = bias_size(conv), i, k, c;
    float *to = packed;

    for (c = 0; c < biases; c++)
        *to++ = bias && c < conv->out_c ? bias[c] : 0;
    for (i = 0; i < g.groups; i++) {
        group it = group_at(&g, conv->out_c, i);

        for (k = 0; k < size; k++)
            for (c = it.channel; c < it.channel + it.width; c++)
                *to++ = c < conv->out_c ? from[(ptrdiff_t)c * size + k] : 0;
    }
}

/* ---- tiles ---------------------------------------------------------------------- */

typedef struct job {
    ptrdiff_t x_step;        ///< floats from one pixel's field to the next one's
    int pieces, length;      ///< of a field
    ptrdiff_t piece_step;    ///< floats from one piece to the next
    ptrdiff_t out_step;      ///< floats from one output pixel to the next
    const float *bias, *w;   ///< the group's
    float low, high;
    int used;                ///< channels that the last vector stores
} job;

/* Sums of `rows` pixels times `full` vectors and `half` halves, all constants here. */
ALWAYS_INLINE void tile(const job *j, const float *x, float *out, const int rows, const int full,
                        const int half)
{
    vec sum[ROWS_NARROW][UNITS_MAX];
    const float *w = j->w;
#if defined(__AVX512F__)
    half_vec rest[ROWS_NARROW];
#endif

    UNROLL(16) for (int r = 0; r < rows; r++) {
        UNROLL(16) for (int u = 0; u < full; u++)
            sum[r][u] = vec_zero();
#if defined(__AVX512F__)
        if (half)
            rest[r] = half_zero();
#endif
    }
    for (int piece = 0; piece < j->pieces; piece++, x += j->piece_step)
        for (ptrdiff_t k = 0; k < j->length; k++, w += full * LANES + half * HALF_LANES) {
            vec b[UNITS_MAX];
#if defined(__AVX512F__)
            half_vec b_rest = half_zero();

            if (half)
                b_rest = half_load(w + full * LANES);
#endif
            UNROLL(16) for (int u = 0; u < full; u++)
                b[u] = vec_load(w + u * LANES);
            UNROLL(16) for (int r = 0; r < rows; r++) {
                float value = x[r * j->x_step + k];

                UNROLL(16) for (int u = 0; u < full; u++)
                    sum[r][u] = vec_fma(vec_fill(value), b[u], sum[r][u]);
#if defined(__AVX512F__)
                if (half)
                    rest[r] = half_fma(half_fill(value), b_rest, rest[r]);
#endif
            }
        }
    const vec low = vec_fill(j->low), high = vec_fill(j->high);
    const mask m = mask_first(j->used);
    const int whole = !half && j->used == LANES;

    UNROLL(16) for (int r = 0; r < rows; r++, out += j->out_step) {
        UNROLL(16) for (int u = 0; u < full; u++) {
            vec y = vec_add(sum[r][u], vec_load(j->bias + u * LANES));

            vec_store_last(out + u * LANES, half || u < full - 1 || whole, m,
                           vec_clamp(y, low, high));
        }
#if defined(__AVX512F__)
        if (half) {
            half_vec y = _mm256_add_ps(rest[r], half_load(j->bias + full * LANES));

            y = _mm256_min_ps(half_fill(j->high), _mm256_max_ps(half_fill(j->low), y));
            _mm256_mask_storeu_ps(out + full * LANES, (__mmask8)m, y);
        }
#endif
    }
}

typedef void tile_function(const job *j, const float *x, float *out);

#define TILE(rows, full, half)                                                              \
    static void tile_##rows##_##full##_##half(const job *j, const float *x, float *out)     \
    {                                                                                       \
        tile(j, x, out, rows, full, half);                                                  \
    }
#define TILES(full, half)                                                                   \
    TILE(1, full, half) TILE(2, full, half) TILE(3, full, half) TILE(4, full, half)         \
    TILE(5, full, half) TILE(6, full, half)
#define NAMES(full, half)                                                                   \
    tile_1_##full##_##half, tile_2_##full##_##half, tile_3_##full##_##half,                 \
    tile_4_##full##_##half, tile_5_##full##_##half, tile_6_##full##_##half

#if defined(__AVX512F__)

TILES(1, 0) TILES(2, 0) TILES(3, 0) TILES(4, 0)
TILES(0, 1) TILES(1, 1) TILES(2, 1) TILES(3, 1)
TILE(12, 1, 0) TILE(12, 2, 0) TILE(12, 0, 1) TILE(12, 1, 1)

/* [half][full][rows − 1] */
static tile_function *const tiles[2][UNITS_MAX + 1][ROWS] = {
    {{0}, {NAMES(1, 0)}, {NAMES(2, 0)}, {NAMES(3, 0)}, {NAMES(4, 0)}},
    {{NAMES(0, 1)}, {NAMES(1, 1)}, {NAMES(2, 1)}, {NAMES(3, 1)}, {0}},
};
static tile_function *const narrow_tiles[2][NARROW_UNITS + 1] = {
    {0, tile_12_1_0, tile_12_2_0}, {tile_12_0_1, tile_12_1_1, 0}};

#else

TILES(1, 0) TILES(2, 0)
TILE(12, 1, 0)

static tile_function *const tiles[2][UNITS_MAX + 1][ROWS] = {
    {{0}, {NAMES(1, 0)}, {NAMES(2, 0)}}};
static tile_function *const narrow_tiles[2][NARROW_UNITS + 1] = {{0, tile_12_1_0}};

#endif

/* `pixels` outputs in a row. */
static void run_pixels(const job *j, const group *g, const float *x, float *out, ptrdiff_t pixels)
{
    tile_function *const *few = tiles[g->half][g->full];

    if (g->full + g->half <= NARROW_UNITS)
        for (; pixels >= ROWS_NARROW; pixels -= ROWS_NARROW) {
            narrow_tiles[g->half][g->full](j, x, out);
            x += ROWS_NARROW * j->x_step;
            out += ROWS_NARROW * j->out_step;
        }
    for (; pixels > 0; pixels -= ROWS) {
        few[(pixels < ROWS ? pixels : ROWS) - 1](j, x, out);
        x += ROWS * j->x_step;
        out += ROWS * j->out_step;
    }
}

/* The same for every group of channels. `skip` values of each field are not there. */
static void run_groups(const mvk_conv *conv, job j, const float *x, float *out, ptrdiff_t pixels,
                       int skip)
{
    const float *bias = conv->packed, *w = bias + bias_size(conv);
    grouping g = grouping_of(conv->out_c);
    int size = field_size(conv), i;

    j.out_step = conv->out_c;
    j.low = conv->act_min_f;
    j.high = conv->act_max_f;
    for (i = 0; i < g.groups; i++) {
        group it = group_at(&g, conv->out_c, i);

        j.bias = bias + it.at;
        j.w = w + it.at * size + (ptrdiff_t)skip * it.width;
        j.used = it.used;
        run_pixels(&j, &it, x, out + it.channel, pixels);
    }
}

/* ---- 1×1: all pixels are one run ------------------------------------------------- */

static bool is_pointwise(const mvk_conv *conv)
{
    return conv->kernel_h == 1 && conv->kernel_w == 1 && conv->stride_h == 1 &&
           conv->stride_w == 1 && conv->pad_top == 0 && conv->pad_left == 0 &&
           conv->in_h == conv->out_h && conv->in_w == conv->out_w;
}

static void run_pointwise(const mvk_conv *conv, const void *in, void *out, int row_begin,
                          int row_end)
{
    ptrdiff_t first = (ptrdiff_t)row_begin * conv->out_w;
    ptrdiff_t pixels = (ptrdiff_t)(row_end - row_begin) * conv->out_w;
    job j = {.x_step = conv->in_c, .pieces = 1, .length = conv->in_c};

    run_groups(conv, j, (const float *)in + first * conv->in_c,
               (float *)out + first * conv->out_c, pixels, 0);
}

/* ---- any kernel ------------------------------------------------------------------- */

/* One output row: where its fields begin, and which kernel rows are in the picture. */
typedef struct line {
    const float *in; ///< the picture
    int y;           ///< input row of kernel row 0
    int ky_begin, ky_end;
} line;

static line line_at(const mvk_conv *conv, const float *in, int row)
{
    line l = {.y = row % conv->out_h * conv->stride_h - conv->pad_top};

    l.in = in + (ptrdiff_t)(row / conv->out_h) * conv->in_h * conv->in_w * conv->in_c;
    while (l.ky_begin < conv->kernel_h && l.y + l.ky_begin * conv->dilation_h < 0)
        l.ky_begin++;
    l.ky_end = l.ky_begin;
    while (l.ky_end < conv->kernel_h && l.y + l.ky_end * conv->dilation_h < conv->in_h)
        l.ky_end++;
    return l;
}

static const float *row_of(const mvk_conv *conv, const line *l, int ky)
{
    return l->in + (ptrdiff_t)(l->y + ky * conv->dilation_h) * conv->in_w * conv->in_c;
}

/* Copies the field of output pixel x, zeros where it is beyond the left or right edge. */
static void gather(const mvk_conv *conv, const line *l, int x, float *to)
{
    size_t bytes = (size_t)conv->in_c * sizeof *to;
    int ky, kx;

    for (ky = l->ky_begin; ky < l->ky_end; ky++) {
        const float *row = row_of(conv, l, ky);

        for (kx = 0; kx < conv->kernel_w; kx++, to += conv->in_c) {
            int at = x * conv->stride_w - conv->pad_left + kx * conv->dilation_w;

            if (at < 0 || at >= conv->in_w)
                memset(to, 0, bytes);
            else
                memcpy(to, row + (ptrdiff_t)at * conv->in_c, bytes);
        }
    }
}

static void run_edge(const mvk_conv *conv, const line *l, float *out, int x, int x_end)
{
    int piece = conv->kernel_w * conv->in_c, size = (l->ky_end - l->ky_begin) * piece, n, i;
    job j = {.x_step = size, .pieces = 1, .length = size};
    float fields[ROWS * DEPTH_MAX];

    for (; x < x_end; x += n) {
        n = x_end - x < ROWS ? x_end - x : ROWS;
        for (i = 0; i < n; i++)
            gather(conv, l, x + i, fields + (ptrdiff_t)i * size);
        run_groups(conv, j, fields, out + (ptrdiff_t)x * conv->out_c, n, l->ky_begin * piece);
    }
}

/* Output pixels begin … end-1 have whole fields in one piece a kernel row. */
static void inside(const mvk_conv *conv, int *begin, int *end)
{
    int room = conv->in_w - conv->kernel_w + conv->pad_left;

    *begin = (conv->pad_left + conv->stride_w - 1) / conv->stride_w;
    *end = room < 0 ? 0 : room / conv->stride_w + 1;
    *end = *end < conv->out_w ? *end : conv->out_w;
    if (*end <= *begin || (conv->dilation_w > 1 && conv->kernel_w > 1))
        *begin = *end = conv->out_w;
}

static void run_any(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end)
{
    int piece = conv->kernel_w * conv->in_c, begin, end, row;

    inside(conv, &begin, &end);
    for (row = row_begin; row < row_end; row++) {
        float *to = (float *)out + (ptrdiff_t)row * conv->out_w * conv->out_c;
        line l = line_at(conv, in, row);
        int x = begin * conv->stride_w - conv->pad_left;
        job j = {.x_step = (ptrdiff_t)conv->stride_w * conv->in_c,
                 .pieces = l.ky_end - l.ky_begin,
                 .length = piece,
                 .piece_step = (ptrdiff_t)conv->dilation_h * conv->in_w * conv->in_c};

        if (j.pieces == 0) { /* no kernel row is in the picture: the bias alone */
            run_edge(conv, &l, to, 0, conv->out_w);
            continue;
        }
        run_edge(conv, &l, to, 0, begin);
        if (begin < end)
            run_groups(conv, j, row_of(conv, &l, l.ky_begin) + (ptrdiff_t)x * conv->in_c,
                       to + (ptrdiff_t)begin * conv->out_c, end - begin, l.ky_begin * piece);
        run_edge(conv, &l, to, end, conv->out_w);
    }
}

#if defined(__AVX512F__)
static const mvk_conv_kernel pointwise = {"conv f32 1x1 avx512 6x64", packed_size, pack,
                                          run_pointwise};
static const mvk_conv_kernel any = {"conv f32 avx512 6x64", packed_size, pack, run_any};
#else
static const mvk_conv_kernel pointwise = {"conv f32 1x1 avx2 6x16", packed_size, pack,
                                          run_pointwise};
static const mvk_conv_kernel any = {"conv f32 avx2 6x16", packed_size, pack, run_any};
#endif

const mvk_conv_kernel *MVK_FLOAT(choose_conv)(const mvk_conv *conv)
{
    int64_t field = (int64_t)conv->kernel_h * conv->kernel_w * conv->in_c;

    if (conv->groups != 1)
        return &mvk_conv_f32_c;
    if (is_pointwise(conv))
        return &pointwise;
    return field <= DEPTH_MAX ? &any : &mvk_conv_f32_c;
}
