/* The parts of the writer. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_WRITER_PARTS_H
#define MV_TFLITE_WRITER_PARTS_H

#include "tflite/tflite.h"
#include "tflite/writer_flatbuffer.h"

#define TFL_LABEL_FILE "labels.txt" ///< its name in the zip

/** The op's version in the file: its own, or the lowest that will do. */
int tfl_version_of(const tfl_model *model, const tfl_op *op);
/** The first TensorFlow Lite that runs all ops of the model ("2.4.0"); false: not known. */
bool tfl_runtime_of(const tfl_model *model, char out[16]);

/** Whether nothing of the op would be lost in writing. */
bool tfl_can_write_op(int code);
/** The op's options; *type is the union's member, 0 (and the result 0): it has none. */
tfl_ref tfl_write_options(tfl_fbw *w, const tfl_op *op, unsigned *type);

/** The metadata FlatBuffer; *bytes is for free(). Error: MEMORY. */
movinet_status tfl_write_metadata(const tfl_model *model, uint8_t **bytes, size_t *size,
                                  movinet_error *err);
/** *bytes (of *size bytes, from malloc) grow by a zip that holds the labels, one a
 * line. Errors: MEMORY, ARGUMENT (a label of two lines). */
movinet_status tfl_append_labels(const tfl_model *model, uint8_t **bytes, size_t *size,
                                 movinet_error *err);

#endif
