/* A network computed as movinet.md describes it: frame by frame, in double, without
 * anything folded or fused. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_ZOO_REFERENCE_H
#define MV_TESTS_ZOO_REFERENCE_H

#include "zoo/network.h"

typedef struct reference reference;

/** Of a streaming network. */
reference *reference_open(const mvz_network *network);
void reference_close(reference *r);
/** image: [size][size][3]; logits: [n_classes]. */
void reference_push(reference *r, const float *image, double *logits);

/** A base network on a clip [frames][size][size][3]. */
void reference_clip(const mvz_network *network, const float *clip, double *logits);

/** Random numbers for all that is not a weight, so that each matters: scales,
 * normalisations, biases. */
void reference_stir(mvz_network *network, uint64_t seed);

#endif
