/* The arithmetic: one function per op family and type, on dense row-major
 * tensors. Integer kernels give, bit for bit, what TensorFlow Lite's reference
 * kernels give (or its default ones, where a golden file was made with those).
 * Nothing here allocates, and nothing knows of graphs: callers have checked
 * shapes and types. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_KERNELS_KERNELS_H
#define MV_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MVK_MAX_RANK 8

/* ---- requantize.c: fixed-point scaling ---------------------------------- */

/** real ≈ multiplier · 2^(shift − 31), multiplier in [2^30, 2^31) or 0. */
typedef struct mvk_scale {
    int32_t multiplier;
    int shift; ///< positive: left
} mvk_scale;

/** TensorFlow Lite's QuantizeMultiplier. real must be finite and >= 0. */
mvk_scale mvk_scale_from_real(double real);
/** MultiplyByQuantizedMultiplier, the double-rounding form. */
int32_t mvk_rescale(int32_t x, mvk_scale scale);

/* ---- conv.c, depthwise.c ------------------------------------------------- */

/** A 2-D convolution over NHWC. Weights: convolution [out_c, kernel_h,
 * kernel_w, in_c / groups]; depthwise [kernel_h, kernel_w, out_c] with
 * out_c = in_c · depth_multiplier. */
typedef struct mvk_conv {
    int batch, in_h, in_w, in_c, out_h, out_w, out_c;
    int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
    int groups;            ///< convolution only; 1 but for grouped convolutions
    int depth_multiplier;  ///< depthwise only
    const void *packed;    ///< from the matching pack function
    const void *bias;      ///< int32_t or float [out_c], or NULL
    /* int8 */
    int32_t in_zero, out_zero, act_min, act_max;
    const mvk_scale *scale; ///< [out_c]: in_scale · w_scale / out_scale
    /* float */
    float act_min_f, act_max_f;
} mvk_conv;

/* Packing: once, at load. Sizes in bytes; blocks are MV_ALIGN aligned. */
size_t mvk_conv_s8_packed_size(const mvk_conv *conv);
void mvk_conv_s8_pack(const mvk_conv *conv, const int8_t *weights, void *packed);
size_t mvk_conv_f32_packed_size(const mvk_conv *conv);
void mvk_conv_f32_pack(const mvk_conv *conv, const float *weights, void *packed);
size_t mvk_depthwise_s8_packed_size(const mvk_conv *conv);
void mvk_depthwise_s8_pack(const mvk_conv *conv, const int8_t *weights, void *packed);
size_t mvk_depthwise_f32_packed_size(const mvk_conv *conv);
void mvk_depthwise_f32_pack(const mvk_conv *conv, const float *weights, void *packed);

/* Rows row_begin … row_end-1 of batch · out_h output rows: the unit that
 * threads share. Any split gives the same bits. */
void mvk_conv_s8(const mvk_conv *conv, const int8_t *in, int8_t *out, int row_begin, int row_end);
void mvk_conv_f32(const mvk_conv *conv, const float *in, float *out, int row_begin, int row_end);
void mvk_depthwise_s8(const mvk_conv *conv, const int8_t *in, int8_t *out, int row_begin,
                      int row_end);
void mvk_depthwise_f32(const mvk_conv *conv, const float *in, float *out, int row_begin,
                       int row_end);

/* ---- pool.c --------------------------------------------------------------- */

typedef struct mvk_pool {
    int batch, in_h, in_w, channels, out_h, out_w;
    int filter_h, filter_w, stride_h, stride_w, pad_top, pad_left;
    int32_t act_min, act_max;
    float act_min_f, act_max_f;
} mvk_pool;

void mvk_average_pool_s8(const mvk_pool *pool, const int8_t *in, int8_t *out);
void mvk_average_pool_f32(const mvk_pool *pool, const float *in, float *out);
void mvk_max_pool_s8(const mvk_pool *pool, const int8_t *in, int8_t *out);
void mvk_max_pool_f32(const mvk_pool *pool, const float *in, float *out);

/* ---- binary.c: two inputs, broadcast --------------------------------------- */

typedef enum mvk_binary_op {
    MVK_ADD, MVK_SUB, MVK_MUL, MVK_DIV, MVK_MAXIMUM, MVK_MINIMUM, MVK_SQUARED_DIFFERENCE,
} mvk_binary_op;

/** Output shape and, per input, the element stride of each axis (0 where it is
 * broadcast). */
typedef struct mvk_broadcast {
    int rank;
    int32_t shape[MVK_MAX_RANK];
    ptrdiff_t stride[2][MVK_MAX_RANK];
} mvk_broadcast;

/** False if the shapes do not broadcast. */
bool mvk_broadcast_init(mvk_broadcast *b, int rank0, const int32_t *shape0, int rank1,
                        const int32_t *shape1);

/** Parameters of int8 ADD, SUB (both inputs shifted left by left_shift and
 * rescaled), MUL, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE. */
typedef struct mvk_binary_s8 {
    mvk_binary_op op;
    int32_t zero[2], out_zero, act_min, act_max;
    int left_shift;
    mvk_scale in_scale[2], out_scale;
    /* A form in float that was found to give the same results for all pairs of inputs;
     * set by mvk_set's prepare_binary_s8, for its own binary_s8. */
    bool in_float;
    float weight[2], offset;
} mvk_binary_s8;

/** Fills in zero points, shifts and scales as TensorFlow Lite's Prepare does.
 * False if the scales are outside what it computes. */
bool mvk_binary_s8_init(mvk_binary_s8 *p, mvk_binary_op op, float scale0, int32_t zero0,
                        float scale1, int32_t zero1, float out_scale, int32_t out_zero,
                        int32_t act_min, int32_t act_max);

void mvk_binary_s8_run(const mvk_binary_s8 *p, const mvk_broadcast *b, const int8_t *in0,
                       const int8_t *in1, int8_t *out);
void mvk_binary_f32(mvk_binary_op op, float act_min, float act_max, const mvk_broadcast *b,
                    const float *in0, const float *in1, float *out);
/** Wraps around; division truncates and by zero gives zero. */
void mvk_binary_s32(mvk_binary_op op, int32_t act_min, int32_t act_max, const mvk_broadcast *b,
                    const int32_t *in0, const int32_t *in1, int32_t *out);
void mvk_binary_s64(mvk_binary_op op, const mvk_broadcast *b, const int64_t *in0,
                    const int64_t *in1, int64_t *out);

/* ---- unary.c --------------------------------------------------------------- */

typedef enum mvk_unary_op {
    MVK_RELU, MVK_RELU6, MVK_RELU_N1_TO_1, MVK_HARD_SWISH, MVK_LOGISTIC, MVK_TANH, MVK_RSQRT,
    MVK_SQRT, MVK_SQUARE, MVK_EXP, MVK_ABS, MVK_NEG, MVK_SIN, MVK_COS, MVK_LEAKY_RELU,
} mvk_unary_op;

void mvk_unary_f32(mvk_unary_op op, float alpha, const float *in, float *out, size_t n);

/** The 256 outputs of a unary int8 op; table[(uint8_t)q] = op(q). As TensorFlow
 * Lite computes each (HARD_SWISH and RELUs in fixed point, LOGISTIC, TANH and
 * others by its float table). False if it would refuse the scales. */
bool mvk_table_s8(int8_t table[256], mvk_unary_op op, float alpha, float in_scale, int32_t in_zero,
                  float out_scale, int32_t out_zero);
void mvk_lookup_s8(const int8_t table[256], const int8_t *in, int8_t *out, size_t n);

/* ---- quantize.c ------------------------------------------------------------ */

void mvk_quantize_s8(float scale, int32_t zero, const float *in, int8_t *out, size_t n);
void mvk_dequantize_s8(float scale, int32_t zero, const int8_t *in, float *out, size_t n);
/** Rounds to the nearest of 256 levels between the least and the greatest of 0 and all
 * n values, one of them exactly 0: TensorFlow Lite's AsymmetricQuantizeFloats, back in
 * float. In place is fine. */
void mvk_dynamic_round(const float *in, float *out, size_t n);
/** int8 to int8 of another scale: TensorFlow Lite's Requantize. */
void mvk_requantize_table(int8_t table[256], float in_scale, int32_t in_zero, float out_scale,
                          int32_t out_zero);
/** IEEE half to float, exact. */
void mvk_half_to_f32(const uint16_t *in, float *out, size_t n);
/** Per channel: element i has channel (i / inner) % channels. */
void mvk_dequantize_channels_s8(const float *scale, const int32_t *zero, int channels,
                                size_t inner, const int8_t *in, float *out, size_t n);
/** Between any two of float32, int32, int64, bool/uint8, int8, int16 (movinet_type
 * numbers); float to integer truncates, saturating. False if not supported. */
bool mvk_cast(int in_type, const void *in, int out_type, void *out, size_t n);

/* ---- reduce.c -------------------------------------------------------------- */

typedef enum mvk_reduce_op {
    MVK_SUM, MVK_MEAN, MVK_REDUCE_MAX, MVK_REDUCE_MIN, MVK_REDUCE_PROD,
} mvk_reduce_op;

typedef struct mvk_reduce {
    mvk_reduce_op op;
    int rank;
    int32_t shape[MVK_MAX_RANK];
    bool reduced[MVK_MAX_RANK]; ///< axes that go
    float in_scale, out_scale;  ///< int8
    int32_t in_zero, out_zero;
    bool keep_dims; ///< the op's option: int8 MEAN of rank 4 over axes 1, 2 rounds otherwise then
} mvk_reduce;

/** Bytes of scratch the run functions need. */
size_t mvk_reduce_scratch(const mvk_reduce *r);
void mvk_reduce_s8(const mvk_reduce *r, const int8_t *in, int8_t *out, void *scratch);
void mvk_reduce_f32(const mvk_reduce *r, const float *in, float *out, void *scratch);
void mvk_reduce_s32(const mvk_reduce *r, const int32_t *in, int32_t *out, void *scratch);

/* ---- move.c: data moved, not computed; `size` is bytes an element (1, 2, 4, 8) --- */

/** out[i…] = in[begin + i·step …]; step may be negative. */
void mvk_strided_slice(int rank, const int32_t *in_shape, const int32_t *begin,
                       const int32_t *step, const int32_t *out_shape, size_t size, const void *in,
                       void *out);
/** Copies `in` ([outer, in_inner] bytes) to column `offset` of `out` ([outer, out_inner]). */
void mvk_concat_part(size_t outer, size_t in_inner, size_t out_inner, size_t offset,
                     const void *in, void *out);
void mvk_pad(int rank, const int32_t *in_shape, const int32_t *before, const int32_t *after,
             size_t size, const void *value, const void *in, void *out);
void mvk_transpose(int rank, const int32_t *in_shape, const int32_t *perm, size_t size,
                   const void *in, void *out);
void mvk_broadcast_to(int rank, const int32_t *out_shape, const ptrdiff_t *in_stride, size_t size,
                      const void *in, void *out);
void mvk_fill(size_t size, const void *value, void *out, size_t n);
/** out[o, i, :] = in[o, index[i], :]; indices were checked or are clamped to 0 … axis-1. */
void mvk_gather(size_t outer, int32_t axis, size_t inner_bytes, const int32_t *index, size_t n,
                const void *in, void *out);

/* ---- resize.c, softmax.c, fully_connected.c -------------------------------- */

typedef struct mvk_resize {
    int batch, in_h, in_w, channels, out_h, out_w;
    bool align_corners, half_pixel_centers;
} mvk_resize;

void mvk_resize_bilinear_f32(const mvk_resize *r, const float *in, float *out);
void mvk_resize_bilinear_s8(const mvk_resize *r, const int8_t *in, int8_t *out);
void mvk_resize_nearest(const mvk_resize *r, size_t size, const void *in, void *out);

/** Over the last axis of [outer, n]. */
void mvk_softmax_f32(float beta, const float *in, float *out, size_t outer, int n);
/** int8 to int8 (scale 1/256, zero −128) as TensorFlow Lite's table softmax. */
void mvk_softmax_s8(float beta, float in_scale, float out_scale, int32_t out_zero,
                    const int8_t *in, int8_t *out, size_t outer, int n);
/** [outer, depth] · weights [units, depth]ᵀ; a convolution 1×1 in all but name:
 * callers use mvk_conv with kernel 1. */

#endif
