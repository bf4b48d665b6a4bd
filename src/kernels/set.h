/* The kernels that have faster versions, as one table of function pointers that
 * is filled once, when a model is opened: first the portable C, then what the
 * processor can do better overrides entries. Every entry gives the bits of its
 * portable twin in integer kernels, and is within a stated bound in float ones.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_KERNELS_SET_H
#define MV_KERNELS_SET_H

#include "kernels/kernels.h"

/** How one kind of convolution packs and runs. All fields of mvk_conv but
 * `packed` are set when packed_size and pack are called. `weights` is int8_t or
 * float, as the kind is; rows as in mvk_conv_s8. */
/* `packed` is zeroed before it is packed into. */
typedef struct mvk_conv_kernel {
    const char *name; ///< "conv 1x1 vnni 8x48", for plans and benches
    size_t (*packed_size)(const mvk_conv *conv);
    void (*pack)(const mvk_conv *conv, const void *weights, void *packed);
    void (*run)(const mvk_conv *conv, const void *in, void *out, int row_begin, int row_end);
} mvk_conv_kernel;

/** A depthwise convolution over time: out[i][c] = requantize(bias[c] + Σ_t
 * (frames[t][i][c] − in_zero) · weights[t][c]) for each of n positions. */
typedef struct mvk_temporal {
    int n, channels, taps;
    const void *packed;
    const void *bias;          ///< int32_t or float [channels], or NULL
    int32_t in_zero, out_zero, act_min, act_max;
    const mvk_scale *scale;    ///< [channels]
    float act_min_f, act_max_f;
} mvk_temporal;

enum { MVK_MAX_TAPS = 16 };

typedef struct mvk_temporal_kernel {
    const char *name;
    size_t (*packed_size)(const mvk_temporal *t);
    void (*pack)(const mvk_temporal *t, const void *weights, void *packed); ///< [taps, channels]
    /** Positions begin … end-1. frames[0] is the oldest. */
    void (*run)(const mvk_temporal *t, const void *const *frames, void *out, int begin, int end);
} mvk_temporal_kernel;

typedef struct mvk_set {
    unsigned cpu;             ///< flags it was made for (core/cpu.h)
    /** The best kernel for this convolution's shape. */
    const mvk_conv_kernel *(*conv_s8)(const mvk_conv *conv);
    const mvk_conv_kernel *(*conv_f32)(const mvk_conv *conv);
    const mvk_conv_kernel *(*depthwise_s8)(const mvk_conv *conv);
    const mvk_conv_kernel *(*depthwise_f32)(const mvk_conv *conv);
    const mvk_temporal_kernel *(*temporal_s8)(const mvk_temporal *t);
    const mvk_temporal_kernel *(*temporal_f32)(const mvk_temporal *t);
    void (*average_pool_s8)(const mvk_pool *pool, const int8_t *in, int8_t *out);
    void (*average_pool_f32)(const mvk_pool *pool, const float *in, float *out);
    /** Once, after mvk_binary_s8_init: looks for faster ways. */
    void (*prepare_binary_s8)(mvk_binary_s8 *p);
    void (*binary_s8)(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                      const int8_t *in1, int8_t *out);
    void (*binary_f32)(mvk_binary_op op, float act_min, float act_max, const mvk_broadcast *b,
                       const float *in0, const float *in1, float *out);
    void (*unary_f32)(mvk_unary_op op, float alpha, const float *in, float *out, size_t n);
    void (*lookup_s8)(const int8_t table[256], const int8_t *in, int8_t *out, size_t n);
    void (*quantize_s8)(float scale, int32_t zero, const float *in, int8_t *out, size_t n);
    void (*dequantize_s8)(float scale, int32_t zero, const int8_t *in, float *out, size_t n);
    void (*dynamic_round)(const float *in, float *out, size_t n);
    void (*reduce_s8)(const mvk_reduce *r, const int8_t *in, int8_t *out, void *scratch);
    void (*reduce_f32)(const mvk_reduce *r, const float *in, float *out, void *scratch);
} mvk_set;

/** Fills the table with the best for `cpu` (mv_cpu_flags(), or less). */
void mvk_set_init(mvk_set *set, unsigned cpu);

/* The parts of x86: override entries as set->cpu allows. */
void mvk_set_init_x86_int8(mvk_set *set);
void mvk_set_init_x86_float(mvk_set *set);
/* And those of Arm and WebAssembly. */
void mvk_set_init_arm(mvk_set *set);
void mvk_set_init_wasm(mvk_set *set);

/* The portable convolutions, which SIMD versions fall back on for odd shapes. */
extern const mvk_conv_kernel mvk_conv_s8_c, mvk_conv_f32_c, mvk_depthwise_s8_c, mvk_depthwise_f32_c;
extern const mvk_temporal_kernel mvk_temporal_s8_c, mvk_temporal_f32_c;

#endif
