/* A network that learns: all its parts over a batch of clips, forward and backward.
 *
 * Streaming networks only. A clip is computed as a stream would: time goes one way, means
 * over time are those of the frames so far. So the logits after frame t are those that
 * the stream gives after it. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_NET_H
#define MV_TRAIN_NET_H

#include "train/head.h"
#include "train/layer.h"

typedef struct mvt_net_options {
    int clips;         ///< of a batch, at most
    int frames;        ///< of a clip, at most
    bool classifier;   ///< dense and classes alone: head.features is the caller's
    bool all_frames;   ///< logits after every frame, not only after the last
    int first;         ///< where learning begins: 0: the stem, i: layer i - 1, n_layers + 1: the
                       ///< head's convolution, n_layers + 2: dense, + 3: classes, + 4: nowhere
    bool keep_norm;    ///< normalise by the running statistics, also where it learns
    size_t memory;     ///< bytes that must do, for which some of it is computed twice; 0: no limit
} mvt_net_options;

typedef struct mvt_net {
    const mvz_network *shape;
    mvt_net_options options;
    mvt_machine *machine;
    mvt_pass pass;
    int clips, frames;  ///< of the next batch
    mvt_tensor image;   ///< [frames][size][size][3] in [0, 1]
    mvt_unit stem;
    mvt_layer *layers;  ///< [shape->n_layers]
    mvt_head head;
    mvt_layer_work work;
    mvt_real *outs[2];  ///< gradients between layers, in turns
    mvt_real *memory;   ///< of all values and gradients
    size_t bytes;       ///< of it, and of the machine's scratch
    int recomputed;     ///< layers that are computed twice
    mv_arena arena;
} mvt_net;

/** values: [shape->n_values], the caller's; read, and running means moved on. grads: the
 * same, or NULL where nothing learns. Errors: MEMORY (also if options.memory does not do),
 * UNSUPPORTED (base networks). */
movinet_status mvt_net_open(mvt_net **out, const mvz_network *shape, mvt_real *values,
                            mvt_real *grads, mvt_machine *machine, const mvt_net_options *options,
                            movinet_error *err);
void mvt_net_close(mvt_net *net);

/** The next batch has so many clips of so many frames, and head.lengths, if it is to be
 * used, tells how many of these frames are the clip's own. At first as many as there can be. */
void mvt_net_shape(mvt_net *net, int clips, int frames);

/** From image.z to head.logits. train: batch statistics, dropout, dropped layers. */
void mvt_net_forward(mvt_net *net, bool train);
/** The first half of it: head.features. */
void mvt_net_features(mvt_net *net, bool train);
/** The second half. */
void mvt_net_classify(mvt_net *net, bool train);

/** After mvt_net_forward, from head.classes.out.d, the gradient of the logits: adds to the
 * gradients of all that learns. */
void mvt_net_backward(mvt_net *net);

/** Whether the network's convolution learns where learning begins at `first`. */
bool mvt_learns(const mvz_network *shape, int first, const mvz_param *param);

#endif
