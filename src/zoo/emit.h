/* The ops that a network's parts become. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_EMIT_H
#define MV_ZOO_EMIT_H

#include "tflite/draft.h"
#include "zoo/network.h"

/** Of all layers that tables have room for, and the head's. */
enum { MVZ_MAX_STATES = 4 * MVZ_BLOCKS * MVZ_MAX_BLOCK_LAYERS + 2 };

/** A model under construction. All tensors here are float32 unless they say. */
typedef struct mvz_emit {
    const mvz_network *network;
    tfl_draft draft;
    const char *part; ///< what names of tensors begin with
    struct {
        char name[64];
        int tensor;
    } outputs[MVZ_MAX_STATES]; ///< states, which come after the logits
    int n_outputs;
} mvz_emit;

void mvz_emit_begin(mvz_emit *e, const char *part);
/** A tensor "PART/NAME". */
int mvz_emit_tensor(mvz_emit *e, const char *name, movinet_type type, int rank,
                    const int32_t *shape);
/** An output of the model, once the logits are there. */
void mvz_emit_later(mvz_emit *e, const char *name, int tensor);

int mvz_emit_reshape(mvz_emit *e, int x, int rank, const int32_t *shape);
/** The convolution with its normalisation folded in, and its activation. x: [frames,
 * h, w, in], or [1, kt, h * w, in] for one over time, which gives [1, 1, h * w, out]. */
int mvz_emit_conv(mvz_emit *e, const mvz_conv *conv, int x);
/** Mean over the picture, of a base network over the clip: [1, 1, 1, channels]. */
int mvz_emit_mean(mvz_emit *e, int x, int channels);
/** The 3 × 3 average that makes the skip as small as `spatial` makes its layer. */
int mvz_emit_pool(mvz_emit *e, int x, const mvz_conv *spatial, int channels);
/** x times one number of the network. */
int mvz_emit_scale(mvz_emit *e, const char *name, mvz_range scale, int x, int rank,
                   const int32_t *shape);
/** A constant [1, 1, 1, n]: 10000^(-k / n). */
int mvz_emit_frequencies(mvz_emit *e, int n);
/** x [1, 1, 1, classes] is the logits; they and the states are the outputs. */
void mvz_emit_logits(mvz_emit *e, int x);

#endif
