/* The options of a run with their defaults filled in. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_SETTINGS_H
#define MV_TRAIN_SETTINGS_H

#include "zoo/network.h"

typedef struct mvt_settings {
    bool from_scratch;
    bool classifier;     ///< the classifier alone, from features
    int layers;          ///< 0 … all of them and the stem
    int first;           ///< as mvt_net_options.first
    bool keep_dense, keep_norm, all_frames, augment, class_weights;
    int epochs, batch, frames, patience, looks, threads;
    movinet_optimizer optimizer;
    double rate, layers_rate, warm_up, weight_decay, clip, smoothing, mixup, dropout, drop_layers;
    double average;
    uint64_t memory, seed;
    movinet_precision precision;
} mvt_settings;

/** Errors: ARGUMENT, names the option. */
movinet_status mvt_settings_of(mvt_settings *s, const movinet_train_options *o,
                               const mvz_network *shape, movinet_error *err);

#endif
