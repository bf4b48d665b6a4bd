/* What the files of this folder share among themselves.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_INTERNAL_H
#define MV_TFLITE_INTERNAL_H

#include "tflite/flatbuffer.h"
#include "tflite/tflite.h"

/** Unpacks the file of this name from the zip behind a model; *text is for free(), also after
 * an error. Errors: FORMAT, MEMORY, UNSUPPORTED (what reads zips is not there). */
movinet_status tfl_unzip(const uint8_t *bytes, size_t size, const char *name, char **text,
                         size_t *text_size, movinet_error *err);

/** Whether the vector's bytes are exactly `text`. */
bool tfl_text_is(const tfl_vector *string, const char *text);

/** Decodes the options of an op with this code from the union member `type`.
 * `where` names the op in messages. Errors: FORMAT (options of another op, a
 * value out of range), UNSUPPORTED. Faults of the FlatBuffer stay in it. */
movinet_status tfl_read_options(tfl_options *options, int code, unsigned type,
                                const tfl_table *table, const char *where, movinet_error *err);

typedef enum tfl_option_kind {
    TFL_OPTION_BYTE,    ///< an enum of one byte
    TFL_OPTION_FLAG,    ///< bool
    TFL_OPTION_INT,     ///< 0 where left out
    TFL_OPTION_STEP,    ///< a number from 1 on that has to be there
    TFL_OPTION_STEP_1,  ///< the same, but 1 where left out
    TFL_OPTION_REAL,    ///< float, finite
    TFL_OPTION_PADDING, ///< TFL_PADDING_…
    TFL_OPTION_FUSED,   ///< TFL_ACT_…
} tfl_option_kind;

/** An option that is one number: a field of a table in the file, a member of tfl_options. */
typedef struct tfl_option {
    unsigned char type, field, kind;
    unsigned short place; ///< in tfl_options
    const char *name;
} tfl_option;

/** All of them but the two lists (new_shape, squeeze_dims); type 0 ends it. */
extern const tfl_option tfl_option_list[];

/** The union member that ops of this code have; 0: none that we know. */
unsigned tfl_options_type_of(int code);

#endif
