/* What a file is, in words. SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"
#include "core/cpu.h"
#include "zoo/variants.h"

#include <string.h>

bool mva_is_spatial(const mvg_graph *g, const mvg_op *o)
{
    if (o->code != TFL_OP_DEPTHWISE_CONV_2D)
        return false;
    const mvg_tensor *w = &g->tensors[o->inputs[1]];
    return w->shape[1] > 1 && w->shape[1] == w->shape[2];
}

/* Every layer of every variant has one spatial depthwise convolution; their widths and
 * kernels tell the variants apart. */
static const char *variant(const mvg_graph *g)
{
    mvz_layer_shape layers[MVZ_BLOCKS * MVZ_MAX_BLOCK_LAYERS];
    const int room = sizeof layers / sizeof *layers;
    int n = 0;
    for (int i = 0; i < g->n_ops && n < room; i++) {
        if (!mva_is_spatial(g, &g->ops[i]))
            continue;
        const mvg_tensor *w = &g->tensors[g->ops[i].inputs[1]];
        bool known = w->shape[3] <= UINT16_MAX && w->shape[1] < 10;
        layers[n++] = (mvz_layer_shape){known ? (uint16_t)w->shape[3] : 0, (uint8_t)w->shape[1]};
    }
    const mvz_variant *v = g->n_states ? mvz_variant_of(layers, n) : NULL;
    return v ? v->name : "unknown";
}

/* Blocks whose running mean is read and written, not only carried along. */
static bool squeeze_excitation(const mvg_graph *g)
{
    for (int i = 0; i < g->n_states; i++) {
        const mvg_state *s = &g->states[i];
        if (strstr(s->name, "block") && strstr(s->name, "pool_buffer") && s->input != s->output)
            return true;
    }
    return false;
}

static bool has_weights(const mvg_op *o)
{
    return o->code == TFL_OP_CONV_2D || o->code == TFL_OP_DEPTHWISE_CONV_2D ||
           o->code == TFL_OP_FULLY_CONNECTED || o->code == MVG_OP_TEMPORAL;
}

static const char *precision(const mvg_graph *g)
{
    bool int8 = false, mixed = false, half = false;
    for (int i = 0; i < g->n_ops; i++) {
        const mvg_op *o = &g->ops[i];
        const mvg_tensor *first = o->n_inputs && o->inputs[0] >= 0 ? &g->tensors[o->inputs[0]]
                                                                   : NULL;
        if (first && first->data && first->type == MOVINET_FLOAT16)
            half = true;
        if (!has_weights(o))
            continue;
        bool int8_weights = g->tensors[o->inputs[1]].type == MOVINET_INT8;
        int8 = int8 || (int8_weights && first->type == MOVINET_INT8);
        mixed = mixed || (int8_weights && first->type == MOVINET_FLOAT32);
    }
    return int8 ? "int8" : mixed ? "dynamic range" : half ? "float16" : "float32";
}

static int64_t parameters(const mvg_graph *g)
{
    int64_t n = 0;
    for (int i = 0; i < g->n_ops; i++) {
        const mvg_op *o = &g->ops[i];
        if (!has_weights(o))
            continue;
        for (int k = 1; k < o->n_inputs; k++)
            if (o->inputs[k] >= 0)
                n += (int64_t)g->tensors[o->inputs[k]].count;
    }
    return n;
}

void mva_describe(movinet_model *model)
{
    const mvg_graph *g = &model->plan.graph;
    movinet_model_info *info = &model->info;
    info->variant = variant(g);
    info->precision = precision(g);
    info->description = model->file.description ? model->file.description : "";
    info->signature = g->signature;
    info->streaming = g->n_states > 0;
    info->squeeze_excitation = squeeze_excitation(g);
    info->frame_width = g->width;
    info->frame_height = g->height;
    info->frames_per_step = 1;
    info->frame_rate = 5;
    info->n_classes = g->n_classes;
    info->n_inputs = model->file.n_inputs;
    info->n_states = g->n_states;
    for (int i = 0; i < g->n_states; i++)
        info->state_bytes += g->tensors[g->states[i].input].bytes;
    info->stream_bytes = model->plan.arena_bytes;
    info->n_ops = g->n_ops;
    info->n_tensors = g->n_tensors;
    for (int i = 0; i < g->n_ops; i++)
        info->macs += g->ops[i].macs;
    info->parameters = parameters(g);
    info->n_steps = model->plan.n_steps;
    info->weight_bytes = model->plan.weight_bytes;
    info->cpu = mv_cpu_name(model->plan.set.cpu);
}
