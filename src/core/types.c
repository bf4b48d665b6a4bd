/* Names of element types. SPDX-License-Identifier: Apache-2.0 */
#include "movinet/movinet.h"

const char *movinet_type_name(movinet_type type)
{
    switch (type) {
    case MOVINET_FLOAT32: return "float32";
    case MOVINET_FLOAT16: return "float16";
    case MOVINET_INT32: return "int32";
    case MOVINET_UINT8: return "uint8";
    case MOVINET_INT64: return "int64";
    case MOVINET_STRING: return "string";
    case MOVINET_BOOL: return "bool";
    case MOVINET_INT16: return "int16";
    case MOVINET_INT8: return "int8";
    case MOVINET_FLOAT64: return "float64";
    }
    return "unknown type";
}
