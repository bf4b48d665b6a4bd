/* From a table to a network. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_SIZE = 16, MAX_SIZE = 1024, MAX_CLASSES = 100000, MAX_FRAMES = 1000, MAX_VALUES = 1 << 28 };
enum { CONVS_A_LAYER = 7, CONVS_BESIDE = 4, PARAMS_A_CONV = 6, PARAMS_A_LAYER = 2 };

/* What is being built, and where in it we are. */
typedef struct build {
    mvz_network *network;
    bool norm;
    bool failed; /* out of memory */
    int channels, height, width; /* of what the next convolution reads */
    bool of_means;               /* it is means over the picture */
} build;

int mvz_divisible(double value)
{
    int nearest = (int)(value + 4) / 8 * 8;
    if (nearest < 8)
        nearest = 8;
    return nearest < 0.9 * value ? nearest + 8 : nearest;
}

/* ---- parts ------------------------------------------------------------------ */

static mvz_range add_param(build *b, mvz_role role, const mvz_conv *conv, size_t n)
{
    mvz_network *net = b->network;
    mvz_range range = {net->n_values, n};
    net->params[net->n_params++] = (mvz_param){role, range, conv};
    net->n_values += n;
    return range;
}

static void name_conv(build *b, mvz_conv *conv, const char *layer, const char *part)
{
    char name[64];
    int n = snprintf(name, sizeof name, "%s%s%s", layer, *layer ? "/" : "", part);
    conv->name = mv_arena_string(&b->network->arena, name, (size_t)n);
    b->failed = b->failed || !conv->name;
}

/* A convolution of what was last built. normed: with a normalisation behind it, if
 * the network has them; else with a bias. */
static mvz_conv *add_conv(build *b, mvz_conv shape, bool normed, const char *layer,
                          const char *part)
{
    mvz_conv *conv = &b->network->convs[b->network->n_convs++];
    bool depthwise = shape.kind == MVZ_SPATIAL || shape.kind == MVZ_TEMPORAL;
    *conv = shape;
    conv->in = b->channels;
    conv->in_h = b->height;
    conv->in_w = b->width;
    conv->of_means = b->of_means;
    conv->out_h = (b->height + conv->stride - 1) / conv->stride;
    conv->out_w = (b->width + conv->stride - 1) / conv->stride;
    name_conv(b, conv, layer, part);
    size_t taps = (size_t)conv->kt * (size_t)conv->kh * (size_t)conv->kw, n = (size_t)conv->out;
    conv->weights = add_param(b, MVZ_WEIGHTS, conv, n * taps * (depthwise ? 1 : (size_t)conv->in));
    if (!normed || !b->norm)
        conv->bias = add_param(b, MVZ_BIAS, conv, n);
    if (normed && b->norm) {
        conv->gamma = add_param(b, MVZ_GAMMA, conv, n);
        conv->beta = add_param(b, MVZ_BETA, conv, n);
        conv->mean = add_param(b, MVZ_MEAN, conv, n);
        conv->variance = add_param(b, MVZ_VARIANCE, conv, n);
    }
    b->channels = conv->out;
    b->height = conv->out_h;
    b->width = conv->out_w;
    return conv;
}

static mvz_conv *add_point(build *b, int out, mvz_activation act, bool normed, const char *layer,
                           const char *part)
{
    return add_conv(b, (mvz_conv){.kind = MVZ_POINT, .out = out, .kt = 1, .kh = 1, .kw = 1,
                                  .stride = 1, .act = act}, normed, layer, part);
}

/* ---- a layer ------------------------------------------------------------------- */

/* The two small convolutions of the gate, on one "pixel". */
static void add_gate(build *b, mvz_layer *layer)
{
    const mvz_network *net = b->network;
    build at = *b;
    /* A stream sees the mean of this frame beside that of all so far. */
    int means = net->base ? 1 : 2, expand = b->channels;
    at.channels = means * expand;
    at.height = at.width = 1;
    at.of_means = true;
    if (net->position)
        layer->position = add_param(b, MVZ_SCALE, NULL, 1);
    layer->squeeze = add_point(&at, mvz_divisible(0.25 * expand * means), net->act, false,
                               layer->name, "squeeze");
    layer->excite = add_point(&at, expand, net->gate_act, false, layer->name, "excite");
    b->failed = at.failed;
}

/* The feature: one convolution over space and time, or one for each in turn. */
static void add_feature(build *b, mvz_layer *layer, int stride, int kernel)
{
    const mvz_network *net = b->network;
    int frames = kernel / 10, side = kernel % 10;
    mvz_conv spatial = {.kind = MVZ_SPATIAL, .out = b->channels, .kt = net->base ? frames : 1,
                        .kh = side, .kw = side, .stride = stride, .act = net->act};
    mvz_conv temporal = {.kind = MVZ_TEMPORAL, .out = b->channels, .kt = frames, .kh = 1, .kw = 1,
                         .stride = 1, .act = net->act};
    layer->spatial = add_conv(b, spatial, true, layer->name, "spatial");
    if (frames > 1 && !net->base)
        layer->temporal = add_conv(b, temporal, true, layer->name, "temporal");
}

static void add_layer(build *b, int block, int index, int stride)
{
    mvz_network *net = b->network;
    const mvz_block_shape *shape = &net->variant->blocks[block];
    mvz_layer *layer = &net->layers[net->n_layers++];
    const build before = *b;
    layer->block = block;
    layer->index = index;
    snprintf(layer->name, sizeof layer->name, "block%d_layer%d", block, index);
    layer->expand = add_point(b, shape->layers[index].expand, net->act, true, layer->name,
                              "expand");
    add_feature(b, layer, stride, shape->layers[index].kernel);
    if (net->se)
        add_gate(b, layer);
    layer->project = add_point(b, shape->base, MVZ_LINEAR, true, layer->name, "project");
    layer->scale = add_param(b, MVZ_SCALE, NULL, 1);
    layer->pool = stride > 1;
    if (layer->pool || before.channels != shape->base) {
        b->channels = before.channels; /* the pool has made it as small as the feature */
        layer->skip = add_point(b, shape->base, MVZ_LINEAR, true, layer->name, "skip");
    }
}

/* ---- the whole ------------------------------------------------------------------- */

static void add_all(build *b)
{
    mvz_network *net = b->network;
    const mvz_variant *v = net->variant;
    b->channels = 3;
    b->height = b->width = net->size;
    net->stem = add_conv(b, (mvz_conv){.kind = MVZ_FULL, .out = v->stem, .kt = 1, .kh = 3, .kw = 3,
                                       .stride = 2, .act = net->act}, true, "", "stem");
    for (int i = 0; i < MVZ_BLOCKS; i++)
        for (int k = 0; k < v->blocks[i].n_layers; k++)
            add_layer(b, i, k, k ? 1 : v->blocks[i].stride);
    net->head = add_point(b, v->head, net->act, true, "", "head");
    b->height = b->width = 1;
    b->of_means = true;
    net->dense = add_point(b, v->dense, net->dense_act, false, "", "dense");
    net->classes = add_point(b, net->n_classes, MVZ_LINEAR, false, "", "classes");
}

static movinet_status check(const mvz_spec *spec, movinet_error *err)
{
    if (spec->size && (spec->size < MIN_SIZE || spec->size > MAX_SIZE))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "an image of %d × %d pixels: the side has to be "
                       "%d to %d", spec->size, spec->size, MIN_SIZE, MAX_SIZE);
    if (spec->n_classes < 0 || spec->n_classes > MAX_CLASSES)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%d classes: 1 to %d are possible",
                       spec->n_classes, MAX_CLASSES);
    if (spec->frames < 0 || spec->frames > MAX_FRAMES)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "clips of %d frames: 1 to %d are possible",
                       spec->frames, MAX_FRAMES);
    return MOVINET_OK;
}

static void set_kind(mvz_network *net, const mvz_spec *spec)
{
    const mvz_variant *v = net->variant;
    net->base = spec->base;
    net->se = !spec->no_se;
    net->position = v->position && !spec->base && net->se;
    net->n_classes = spec->n_classes ? spec->n_classes : 600;
    net->size = spec->size ? spec->size : v->size;
    net->frames = !spec->base ? 1 : spec->frames ? spec->frames : v->frames;
    net->act = spec->activation;
    if (net->act == MVZ_DEFAULT)
        net->act = spec->base ? MVZ_SWISH : MVZ_HARD_SWISH;
    net->gate_act = net->act == MVZ_SWISH ? MVZ_SIGMOID : MVZ_HARD_SIGMOID;
    /* The published streaming networks have swish here, those for int8 ReLU6. */
    net->dense_act = net->act == MVZ_HARD_SWISH ? MVZ_SWISH : net->act;
}

/* The network has its own copy of the variant. */
static bool take_lists(mvz_network *net, const mvz_variant *variant)
{
    size_t layers = 0;
    mvz_variant *own = mv_arena_alloc(&net->arena, 1, sizeof *own);
    if (!own)
        return false;
    *own = *variant;
    net->variant = own;
    for (int i = 0; i < MVZ_BLOCKS; i++)
        layers += net->variant->blocks[i].n_layers;
    size_t convs = layers * CONVS_A_LAYER + CONVS_BESIDE;
    size_t params = convs * PARAMS_A_CONV + layers * PARAMS_A_LAYER;
    net->layers = mv_arena_alloc(&net->arena, layers, sizeof *net->layers);
    net->convs = mv_arena_alloc(&net->arena, convs, sizeof *net->convs);
    net->params = mv_arena_alloc(&net->arena, params, sizeof *net->params);
    return net->layers && net->convs && net->params;
}

movinet_status mvz_network_open(mvz_network **out, const mvz_spec *spec, movinet_error *err)
{
    *out = NULL;
    movinet_status status = check(spec, err);
    if (status)
        return status;
    mvz_network *net = calloc(1, sizeof *net);
    build b = {.network = net, .norm = !spec->no_norm};
    if (net) {
        b.failed = !take_lists(net, spec->variant);
        if (!b.failed) {
            set_kind(net, spec);
            add_all(&b);
        }
        if (!b.failed && net->n_values > MAX_VALUES) {
            mvz_network_close(net);
            return mv_fail(err, MOVINET_ERR_ARGUMENT, "a MoViNet-%s of that many classes has more "
                           "than %d million numbers", spec->variant->name, MAX_VALUES >> 20);
        }
        if (!b.failed)
            net->values = mv_alloc(net->n_values * sizeof *net->values);
    }
    if (!net || !net->values) {
        mvz_network_close(net);
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a MoViNet-%s",
                       spec->variant->name);
    }
    if (!spec->blank)
        mvz_network_init(net, spec->seed);
    *out = net;
    return MOVINET_OK;
}

void mvz_network_close(mvz_network *network)
{
    if (!network)
        return;
    free(network->values);
    mv_arena_free(&network->arena);
    free(network);
}

/* ---- counts ----------------------------------------------------------------------- */

mvz_count mvz_network_count(const mvz_network *net)
{
    mvz_count count = {0};
    for (int i = 0; i < net->n_convs; i++) {
        const mvz_conv *c = &net->convs[i];
        /* Gates and classifier see a clip once, the rest each of its frames. */
        int64_t pixels = (int64_t)c->out_h * c->out_w * (c->of_means ? 1 : net->frames);
        count.macs += (int64_t)c->weights.n * pixels;
        count.folded += (int64_t)c->weights.n + c->out;
    }
    for (int i = 0; i < net->n_params; i++)
        if (net->params[i].role != MVZ_MEAN && net->params[i].role != MVZ_VARIANCE)
            count.parameters += (int64_t)net->params[i].range.n;
    return count;
}
