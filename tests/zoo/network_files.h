/* Networks, their files, and what the engine makes of these.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_ZOO_NETWORK_FILES_H
#define MV_TESTS_ZOO_NETWORK_FILES_H

#include "tflite/tflite.h"
#include "zoo/network.h"

typedef struct file {
    uint8_t *bytes; ///< for free()
    size_t size;
} file;

/** All of these fail the test where something goes wrong. */
file file_of_model(const tfl_model *model);
file file_of_network(const mvz_network *network, movinet_precision precision);
mvz_network *network_of_file(const file *f);

/** A file of ../shared (or $MOVINET_SHARED); skips the test where it is missing. */
file shared_file(const char *folder, const char *name);
/** Its path; valid until the next call. */
const char *shared_path(const char *folder, const char *name);

/** Logits [n_frames][classes] of frames [n_frames][size][size][3], states going from frame
 * to frame; for free(). */
float *logits_of_file(const file *f, const float *frames, int n_frames);
/** The same of a network, by its float32 file. */
float *logits_of_network(const mvz_network *network, const float *frames, int n_frames);
/** Random ones, for free(). */
float *random_frames(int size, int n_frames, uint64_t seed);

/** The same network in real numbers: constants dequantized, QUANTIZE and DEQUANTIZE of all
 * else views, so that nothing is rounded between ops. The model points into the other. */
tfl_model float_twin(const tfl_model *model);

#endif
