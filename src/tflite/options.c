/* Options of ops: which table an op has, which field of it goes where.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"

#include <math.h>
#include <stddef.h>

#define MAX_STEP 32767 /* of strides, dilations and windows: products stay in 32 bits */

/* The member of the union that ops of a code have. */
static const struct {
    unsigned char code, type;
} types_of_ops[] = {
    {TFL_OP_CONV_2D, TFL_OPTIONS_CONV_2D},
    {TFL_OP_DEPTHWISE_CONV_2D, TFL_OPTIONS_DEPTHWISE_CONV_2D},
    {TFL_OP_AVERAGE_POOL_2D, TFL_OPTIONS_POOL_2D},
    {TFL_OP_MAX_POOL_2D, TFL_OPTIONS_POOL_2D},
    {TFL_OP_L2_POOL_2D, TFL_OPTIONS_POOL_2D},
    {TFL_OP_FULLY_CONNECTED, TFL_OPTIONS_FULLY_CONNECTED},
    {TFL_OP_SOFTMAX, TFL_OPTIONS_SOFTMAX},
    {TFL_OP_CONCATENATION, TFL_OPTIONS_CONCATENATION},
    {TFL_OP_ADD, TFL_OPTIONS_ADD},
    {TFL_OP_SUB, TFL_OPTIONS_SUB},
    {TFL_OP_MUL, TFL_OPTIONS_MUL},
    {TFL_OP_DIV, TFL_OPTIONS_DIV},
    {TFL_OP_L2_NORMALIZATION, TFL_OPTIONS_L2_NORM},
    {TFL_OP_RESIZE_BILINEAR, TFL_OPTIONS_RESIZE_BILINEAR},
    {TFL_OP_RESIZE_NEAREST_NEIGHBOR, TFL_OPTIONS_RESIZE_NEAREST_NEIGHBOR},
    {TFL_OP_RESHAPE, TFL_OPTIONS_RESHAPE},
    {TFL_OP_GATHER, TFL_OPTIONS_GATHER},
    {TFL_OP_MEAN, TFL_OPTIONS_REDUCER},
    {TFL_OP_SUM, TFL_OPTIONS_REDUCER},
    {TFL_OP_REDUCE_PROD, TFL_OPTIONS_REDUCER},
    {TFL_OP_REDUCE_MAX, TFL_OPTIONS_REDUCER},
    {TFL_OP_REDUCE_MIN, TFL_OPTIONS_REDUCER},
    {TFL_OP_REDUCE_ANY, TFL_OPTIONS_REDUCER},
    {TFL_OP_REDUCE_ALL, TFL_OPTIONS_REDUCER},
    {TFL_OP_SQUEEZE, TFL_OPTIONS_SQUEEZE},
    {TFL_OP_STRIDED_SLICE, TFL_OPTIONS_STRIDED_SLICE},
    {TFL_OP_CAST, TFL_OPTIONS_CAST},
    {TFL_OP_ARG_MAX, TFL_OPTIONS_ARG_MAX},
    {TFL_OP_ARG_MIN, TFL_OPTIONS_ARG_MIN},
    {TFL_OP_TRANSPOSE_CONV, TFL_OPTIONS_TRANSPOSE_CONV},
    {TFL_OP_SHAPE, TFL_OPTIONS_SHAPE},
    {TFL_OP_PACK, TFL_OPTIONS_PACK},
    {TFL_OP_UNPACK, TFL_OPTIONS_UNPACK},
    {TFL_OP_ONE_HOT, TFL_OPTIONS_ONE_HOT},
    {TFL_OP_LEAKY_RELU, TFL_OPTIONS_LEAKY_RELU},
    {TFL_OP_BATCH_MATMUL, TFL_OPTIONS_BATCH_MATMUL},
};

#define O(type, field, kind, member)                                                               \
    {TFL_OPTIONS_##type, field, TFL_OPTION_##kind,                                                \
     (unsigned short)offsetof(tfl_options, member), #member}

/* All options that are one number. The two lists (new_shape, squeeze_dims) are
 * read below. */
const tfl_option tfl_option_list[] = {
    O(CONV_2D, 0, PADDING, padding),
    O(CONV_2D, 1, STEP, stride_w),
    O(CONV_2D, 2, STEP, stride_h),
    O(CONV_2D, 3, FUSED, activation),
    O(CONV_2D, 4, STEP_1, dilation_w),
    O(CONV_2D, 5, STEP_1, dilation_h),
    O(DEPTHWISE_CONV_2D, 0, PADDING, padding),
    O(DEPTHWISE_CONV_2D, 1, STEP, stride_w),
    O(DEPTHWISE_CONV_2D, 2, STEP, stride_h),
    O(DEPTHWISE_CONV_2D, 3, INT, depth_multiplier),
    O(DEPTHWISE_CONV_2D, 4, FUSED, activation),
    O(DEPTHWISE_CONV_2D, 5, STEP_1, dilation_w),
    O(DEPTHWISE_CONV_2D, 6, STEP_1, dilation_h),
    O(TRANSPOSE_CONV, 0, PADDING, padding),
    O(TRANSPOSE_CONV, 1, STEP, stride_w),
    O(TRANSPOSE_CONV, 2, STEP, stride_h),
    O(TRANSPOSE_CONV, 3, FUSED, activation),
    O(POOL_2D, 0, PADDING, padding),
    O(POOL_2D, 1, STEP, stride_w),
    O(POOL_2D, 2, STEP, stride_h),
    O(POOL_2D, 3, STEP, filter_w),
    O(POOL_2D, 4, STEP, filter_h),
    O(POOL_2D, 5, FUSED, activation),
    O(FULLY_CONNECTED, 0, FUSED, activation),
    O(FULLY_CONNECTED, 1, BYTE, weights_format),
    O(FULLY_CONNECTED, 2, FLAG, keep_num_dims),
    O(SOFTMAX, 0, REAL, beta),
    O(CONCATENATION, 0, INT, axis),
    O(CONCATENATION, 1, FUSED, activation),
    O(ADD, 0, FUSED, activation),
    O(SUB, 0, FUSED, activation),
    O(MUL, 0, FUSED, activation),
    O(DIV, 0, FUSED, activation),
    O(L2_NORM, 0, FUSED, activation),
    O(RESIZE_BILINEAR, 2, FLAG, align_corners),
    O(RESIZE_BILINEAR, 3, FLAG, half_pixel_centers),
    O(RESIZE_NEAREST_NEIGHBOR, 0, FLAG, align_corners),
    O(RESIZE_NEAREST_NEIGHBOR, 1, FLAG, half_pixel_centers),
    O(GATHER, 0, INT, axis),
    O(GATHER, 1, INT, batch_dims),
    O(REDUCER, 0, FLAG, keep_dims),
    O(STRIDED_SLICE, 0, INT, begin_mask),
    O(STRIDED_SLICE, 1, INT, end_mask),
    O(STRIDED_SLICE, 2, INT, ellipsis_mask),
    O(STRIDED_SLICE, 3, INT, new_axis_mask),
    O(STRIDED_SLICE, 4, INT, shrink_axis_mask),
    O(STRIDED_SLICE, 5, FLAG, offset),
    O(CAST, 0, BYTE, in_type),
    O(CAST, 1, BYTE, out_type),
    O(ARG_MAX, 0, BYTE, out_type),
    O(ARG_MIN, 0, BYTE, out_type),
    O(SHAPE, 0, BYTE, out_type),
    O(PACK, 0, INT, values_count),
    O(PACK, 1, INT, axis),
    O(UNPACK, 0, INT, values_count),
    O(UNPACK, 1, INT, axis),
    O(ONE_HOT, 0, INT, axis),
    O(LEAKY_RELU, 0, REAL, alpha),
    O(BATCH_MATMUL, 0, FLAG, adj_x),
    O(BATCH_MATMUL, 1, FLAG, adj_y),
    {0},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

unsigned tfl_options_type_of(int code)
{
    for (size_t i = 0; i < COUNT(types_of_ops); i++)
        if (types_of_ops[i].code == code)
            return types_of_ops[i].type;
    return 0;
}

/* A number that has to be from `least` to `most`. */
static movinet_status read_range(const tfl_option *o, int value, int least, int most, int *to,
                                 const char *where, movinet_error *err)
{
    *to = value;
    if (value < least || value > most)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: its option %s is %d, and not %d to %d", where,
                       o->name, value, least, most);
    return MOVINET_OK;
}

static movinet_status read_option(tfl_options *options, const tfl_option *o, const tfl_table *table,
                                  const char *where, movinet_error *err)
{
    void *to = (char *)options + o->place;
    float real;
    switch ((tfl_option_kind)o->kind) {
    case TFL_OPTION_BYTE: *(int *)to = tfl_get_i8(table, o->field); break;
    case TFL_OPTION_FLAG: *(bool *)to = tfl_get_bool(table, o->field); break;
    case TFL_OPTION_INT: *(int *)to = tfl_get_i32(table, o->field, 0); break;
    case TFL_OPTION_STEP:
        return read_range(o, tfl_get_i32(table, o->field, 0), 1, MAX_STEP, to, where, err);
    case TFL_OPTION_STEP_1:
        return read_range(o, tfl_get_i32(table, o->field, 1), 1, MAX_STEP, to, where, err);
    case TFL_OPTION_PADDING:
        return read_range(o, tfl_get_i8(table, o->field), TFL_PADDING_SAME, TFL_PADDING_VALID, to,
                          where, err);
    case TFL_OPTION_FUSED:
        return read_range(o, tfl_get_i8(table, o->field), TFL_ACT_NONE, TFL_ACT_SIGN_BIT, to, where,
                          err);
    case TFL_OPTION_REAL:
        *(float *)to = real = tfl_get_f32(table, o->field);
        if (!isfinite(real))
            return mv_fail(err, MOVINET_ERR_FORMAT, "%s: its option %s is not a finite number",
                           where, o->name);
        break;
    }
    return MOVINET_OK;
}

/* A list of at most MOVINET_MAX_RANK numbers. n: -1 where it is left out. */
static movinet_status read_list(int32_t *list, int *n, const tfl_table *table, int field,
                                const char *name, const char *where, movinet_error *err)
{
    tfl_vector values = tfl_get_vector(table, field, 4);
    if (values.n > MOVINET_MAX_RANK)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s: its option %s has %u entries, over %d",
                       where, name, values.n, MOVINET_MAX_RANK);
    for (uint32_t i = 0; i < values.n; i++)
        list[i] = tfl_at_i32(&values, i);
    *n = values.bytes ? (int)values.n : -1;
    return MOVINET_OK;
}

/* Values where the file leaves the whole table out. Strides and windows stay 0:
 * an op that needs them has no meaning without them. */
static void set_defaults(tfl_options *options, int code)
{
    *options = (tfl_options){.dilation_w = 1, .dilation_h = 1};
    if (code == TFL_OP_RESHAPE)
        options->n_new_shape = -1;
}

movinet_status tfl_read_options(tfl_options *options, int code, unsigned type,
                                const tfl_table *table, const char *where, movinet_error *err)
{
    unsigned expected = tfl_options_type_of(code);
    set_defaults(options, code);
    if (!expected)
        return MOVINET_OK;
    bool needs = expected == TFL_OPTIONS_CONV_2D || expected == TFL_OPTIONS_DEPTHWISE_CONV_2D ||
                 expected == TFL_OPTIONS_TRANSPOSE_CONV || expected == TFL_OPTIONS_POOL_2D;
    if ((!type || !table->fb) && !needs)
        return MOVINET_OK;
    if (!type || !table->fb)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: its options are missing", where);
    if (type != expected)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: has the options of another op (%u, not %u)",
                       where, type, expected);
    movinet_status status = MOVINET_OK;
    for (const tfl_option *o = tfl_option_list; !status && o->type; o++)
        if (o->type == type)
            status = read_option(options, o, table, where, err);
    if (!status && code == TFL_OP_RESHAPE)
        status = read_list(options->new_shape, &options->n_new_shape, table, 0, "new_shape", where,
                           err);
    if (!status && code == TFL_OP_SQUEEZE) {
        status = read_list(options->squeeze_dims, &options->n_squeeze_dims, table, 0,
                           "squeeze_dims", where, err);
        if (options->n_squeeze_dims < 0)
            options->n_squeeze_dims = 0;
    }
    return status;
}
