/* From a tfl_model to the bytes of a .tflite file: what tfl_read reads, with the
 * same tensors, ops and signatures in the same order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TFLITE_WRITER_H
#define MV_TFLITE_WRITER_H

#include "tflite/tflite.h"

/** Writes a model: its subgraph, signatures, description, labels. Metadata is
 * made anew (the image is RGB, [0, 1]); tensors with the same data share a
 * buffer; constants begin on 16 bytes. An op's version 0 means the lowest that
 * does what the op asks for. *bytes is for free(). What a tfl_model does not
 * hold of a file (other subgraphs, descriptions of tensors) is not written.
 * Errors: UNSUPPORTED (an op whose options this library does not know), MEMORY. */
movinet_status tfl_write(const tfl_model *model, uint8_t **bytes, size_t *size,
                         movinet_error *err);

/** tfl_write into a file, which is there whole or not at all. Errors: also IO. */
movinet_status tfl_write_file(const tfl_model *model, const char *path, movinet_error *err);

#endif
