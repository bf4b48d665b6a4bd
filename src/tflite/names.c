/* Names of ops and sizes of element types. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/tflite.h"

#include <string.h>

static const char *const op_names[TFL_OP_COUNT] = {
#define TFL_OP_NAME(name) #name,
    TFL_OP_LIST(TFL_OP_NAME)
#undef TFL_OP_NAME
};

const char *tfl_op_name(int code)
{
    return code >= 0 && code < TFL_OP_COUNT ? op_names[code] : NULL;
}

int tfl_op_code(const char *name)
{
    for (int code = 0; code < TFL_OP_COUNT; code++)
        if (!strcmp(op_names[code], name))
            return code;
    return -1;
}

size_t tfl_type_size(movinet_type type)
{
    switch (type) {
    case MOVINET_BOOL:
    case MOVINET_UINT8:
    case MOVINET_INT8: return 1;
    case MOVINET_FLOAT16:
    case MOVINET_INT16: return 2;
    case MOVINET_FLOAT32:
    case MOVINET_INT32: return 4;
    case MOVINET_INT64:
    case MOVINET_FLOAT64: return 8;
    case MOVINET_STRING: return 0;
    }
    return 0;
}
