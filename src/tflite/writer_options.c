/* Options of ops, written by the table that they are read by.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tflite/internal.h"
#include "tflite/writer_parts.h"

/* Ops without options, or with a table of options that has no field. */
static const unsigned char plain_ops[] = {
    TFL_OP_DEQUANTIZE, TFL_OP_FLOOR, TFL_OP_LOGISTIC, TFL_OP_RELU, TFL_OP_RELU_N1_TO_1,
    TFL_OP_RELU6, TFL_OP_TANH, TFL_OP_PAD, TFL_OP_TRANSPOSE, TFL_OP_EXP, TFL_OP_PRELU,
    TFL_OP_MAXIMUM, TFL_OP_MINIMUM, TFL_OP_NEG, TFL_OP_PADV2, TFL_OP_SLICE, TFL_OP_SIN, TFL_OP_TILE,
    TFL_OP_EXPAND_DIMS, TFL_OP_LOG, TFL_OP_SQRT, TFL_OP_RSQRT, TFL_OP_POW, TFL_OP_SQUARE,
    TFL_OP_FILL, TFL_OP_SQUARED_DIFFERENCE, TFL_OP_ABS, TFL_OP_COS, TFL_OP_ELU, TFL_OP_QUANTIZE,
    TFL_OP_HARD_SWISH, TFL_OP_BROADCAST_TO,
};

bool tfl_can_write_op(int code)
{
    if (tfl_options_type_of(code))
        return true;
    for (size_t i = 0; i < sizeof plain_ops; i++)
        if (plain_ops[i] == code)
            return true;
    return false;
}

static void put_option(tfl_fbw_table *table, const tfl_option *o, const tfl_options *options)
{
    const void *from = (const char *)options + o->place;
    switch ((tfl_option_kind)o->kind) {
    case TFL_OPTION_FLAG: tfl_put_u8(table, o->field, *(const bool *)from); break;
    case TFL_OPTION_REAL: tfl_put_f32(table, o->field, *(const float *)from); break;
    case TFL_OPTION_BYTE:
    case TFL_OPTION_PADDING:
    case TFL_OPTION_FUSED: tfl_put_u8(table, o->field, (unsigned)*(const int *)from); break;
    case TFL_OPTION_STEP_1:
        if (*(const int *)from == 1)
            break; /* what it is where left out */
        tfl_put_i32(table, o->field, *(const int *)from);
        break;
    case TFL_OPTION_INT:
    case TFL_OPTION_STEP: tfl_put_i32(table, o->field, *(const int *)from); break;
    }
}

tfl_ref tfl_write_options(tfl_fbw *w, const tfl_op *op, unsigned *type)
{
    tfl_fbw_table table = {0};
    *type = tfl_options_type_of(op->code);
    if (!*type)
        return 0;
    for (const tfl_option *o = tfl_option_list; o->type; o++)
        if (o->type == *type)
            put_option(&table, o, &op->options);
    if (op->code == TFL_OP_RESHAPE && op->options.n_new_shape >= 0)
        tfl_put_ref(&table, 0, tfl_fbw_i32s(w, op->options.new_shape, op->options.n_new_shape));
    if (op->code == TFL_OP_SQUEEZE)
        tfl_put_ref(&table, 0, tfl_fbw_i32s(w, op->options.squeeze_dims,
                                            op->options.n_squeeze_dims));
    return tfl_fbw_table_end(w, &table);
}
