/* A MoViNet in memory: its layers and their numbers. The writer makes a file of
 * it (network_file.h), training changes its numbers.
 *
 *     image ─► stem ─► layers ─► head ─► mean over space and time ─► dense ─► classes
 *
 * A layer:
 *
 *     x ─► expand ─► spatial ─► temporal ─► gate ─► project ─► · scale ─► + ─►
 *     └──────────────────── [average pool ─► skip] ─────────────────────┘
 *
 *     gate (squeeze-excitation): m = mean over the picture, s = mean of m over time,
 *     y · gate_act(excite(act(squeeze(concat(s, m) [+ position]))))
 *
 * A streaming network takes one frame after another; "over time" is then the
 * frames so far. A base network sees a whole clip: its spatial convolution covers
 * time, too (frames before and behind alike), and the gate sees the mean over the
 * clip alone. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ZOO_NETWORK_H
#define MV_ZOO_NETWORK_H

#include "core/memory.h"
#include "zoo/variants.h"

#define MVZ_BN_EPSILON 1e-3f
#define MVZ_GATE_SLOPE 0.16667f ///< hard sigmoid: relu6(x + 3) · this, as the published files have it
#define MVZ_POSITION_BASE 10000.0

typedef enum mvz_activation {
    MVZ_DEFAULT = 0,  ///< in a mvz_spec: hard swish, base networks swish
    MVZ_HARD_SWISH = MOVINET_HARD_SWISH,
    MVZ_RELU6 = MOVINET_RELU6,
    MVZ_SWISH = MOVINET_SWISH,
    MVZ_RELU = MOVINET_RELU,
    MVZ_HARD_SIGMOID, ///< gates only
    MVZ_SIGMOID,      ///< gates only
    MVZ_LINEAR,
} mvz_activation;

/** What a number of the network is for. */
typedef enum mvz_role {
    MVZ_WEIGHTS,
    MVZ_BIAS,
    MVZ_GAMMA, MVZ_BETA,    ///< of a batch normalisation: learned
    MVZ_MEAN, MVZ_VARIANCE, ///< of a batch normalisation: running, not learned
    MVZ_SCALE,              ///< of a layer, or of its positional encoding
} mvz_role;

/** Numbers values[at] … values[at + n - 1]. n 0: there are none. */
typedef struct mvz_range {
    size_t at, n;
} mvz_range;

typedef enum mvz_conv_kind {
    MVZ_FULL,     ///< kh × kw over all channels; weights [out][kh][kw][in]
    MVZ_POINT,    ///< 1 × 1; weights [out][in]
    MVZ_SPATIAL,  ///< depthwise, TensorFlow's SAME padding; weights [kt][kh][kw][out]
    MVZ_TEMPORAL, ///< depthwise over this frame and the kt − 1 before it; weights [kt][out]
} mvz_conv_kind;

/** A convolution: act(norm(weights · x + bias)); norm or bias or neither may be missing. */
typedef struct mvz_conv {
    const char *name;      ///< "stem", "block1_layer0/expand", …
    mvz_conv_kind kind;
    int in, out;           ///< channels; equal for depthwise ones
    int kt, kh, kw, stride;
    int in_h, in_w, out_h, out_w;
    bool of_means;         ///< reads means over the picture, one for each channel
    mvz_activation act;
    mvz_range weights, bias;
    mvz_range gamma, beta, mean, variance; ///< [out] each; n 0: no normalisation
} mvz_conv;

/** What is missing is NULL, or has n 0. */
typedef struct mvz_layer {
    char name[24];         ///< "block1_layer0"
    int block, index;
    mvz_conv *expand, *spatial, *temporal, *squeeze, *excite, *project, *skip;
    bool pool;             ///< 3 × 3 average with stride 2 before skip
    mvz_range scale;       ///< [1]
    mvz_range position;    ///< [1] scale of the positional encoding
} mvz_layer;

typedef struct mvz_param {
    mvz_role role;
    mvz_range range;
    const mvz_conv *conv;  ///< whose it is; NULL: a layer's
} mvz_param;

typedef struct mvz_spec {
    const mvz_variant *variant;
    bool base;             ///< a whole clip at once
    int n_classes;         ///< 0: 600
    int size;              ///< side of the image; 0: the variant's
    int frames;            ///< of a base network's clip; 0: the variant's
    mvz_activation activation;
    bool no_se;            ///< without squeeze-excitation
    bool no_norm;          ///< biases instead of batch normalisations
    bool blank;            ///< all numbers 0, for who has others
    uint64_t seed;         ///< of the first weights
} mvz_spec;

typedef struct mvz_network {
    const mvz_variant *variant; ///< a copy of its own
    bool base, se, position;
    int n_classes, size;
    int frames;            ///< of a clip; 1: streaming
    mvz_activation act, gate_act, dense_act;
    mvz_conv *stem, *head, *dense, *classes;
    int n_layers, n_convs, n_params;
    mvz_layer *layers;
    mvz_conv *convs;       ///< all of them, in order
    mvz_param *params;     ///< all of them, in order; together they are all values
    size_t n_values;
    float *values;
    mv_arena arena;
} mvz_network;

/** Builds the network and gives it its first numbers: weights HeNormal, biases 0,
 * scales of layers 1, of positions 0, normalisations neutral. Errors: ARGUMENT, MEMORY. */
movinet_status mvz_network_open(mvz_network **out, const mvz_spec *spec, movinet_error *err);
void mvz_network_close(mvz_network *network);

/** Gives the weights new first numbers. The same seed, the same bits, anywhere. */
void mvz_network_init(mvz_network *network, uint64_t seed);

/** What can be counted by the tables. */
typedef struct mvz_count {
    int64_t macs;       ///< multiply-adds a frame (streaming) or a clip (base)
    int64_t parameters; ///< learned numbers, with normalisations as scale and shift
    int64_t folded;     ///< weights and biases in a file, where normalisations are folded
} mvz_count;
mvz_count mvz_network_count(const mvz_network *network);

/** Channels of a gate's hidden layer, and of all "make divisible": the nearest
 * multiple of 8, but not below 90 % of the value. */
int mvz_divisible(double value);

#endif
