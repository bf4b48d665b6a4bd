/* What the files of this folder share among themselves.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_INTERNAL_H
#define MV_TFLITE_INTERNAL_H

#include "tflite/flatbuffer.h"
#include "tflite/tflite.h"

/** A copy that can be printed: control characters (a tab apart) and bytes that
 * are not UTF-8 become '?'. NULL when out of memory. */
char *tfl_copy_text(mv_arena *arena, const uint8_t *text, size_t length);

/** Whether the vector's bytes are exactly `text`. */
bool tfl_text_is(const tfl_vector *string, const char *text);

/** Decodes the options of an op with this code from the union member `type`.
 * `where` names the op in messages. Errors: FORMAT (options of another op, a
 * value out of range), UNSUPPORTED. Faults of the FlatBuffer stay in it. */
movinet_status tfl_read_options(tfl_options *options, int code, unsigned type,
                                const tfl_table *table, const char *where, movinet_error *err);

#endif
