/* The plan, in words: which ops each step computes, for which layer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"
#include "zoo/variants.h"

#include <stdio.h>
#include <string.h>

static const char *layer_name(movinet_model *model, const mvz_variant *variant, int layer)
{
    for (int b = 0; b < MVZ_BLOCKS; b++) {
        if (layer < variant->blocks[b].n_layers) {
            char text[40];
            snprintf(text, sizeof text, "block%d layer%d", b, layer);
            return mv_arena_string(&model->arena, text, strlen(text));
        }
        layer -= variant->blocks[b].n_layers;
    }
    return "";
}

/* The step that writes `tensor`, through views; -1 if none does. */
static int writer(const mve_plan *plan, int tensor)
{
    for (int i = 0; i < plan->n_steps; i++)
        if (plan->root[plan->steps[i].output] == plan->root[tensor])
            return i;
    return -1;
}

static bool is_state(const mvg_graph *g, const char *what)
{
    for (int i = 0; i < g->n_states; i++)
        if (strstr(g->states[i].name, what))
            return true;
    return false;
}

/* A layer begins with the expansion, the step that feeds its spatial depthwise
 * convolution; the head begins behind the last block's last projection. */
static movinet_status name_layers(movinet_model *model, movinet_error *err)
{
    const mve_plan *plan = &model->plan;
    const mvg_graph *g = &plan->graph;
    const mvz_variant *variant = mvz_variant_find(model->info.variant);
    int layer = 0;
    if (!variant || !is_state(g, "block"))
        return MOVINET_OK;
    for (int i = 0; i < plan->n_steps; i++)
        model->steps[i].layer = NULL;
    for (int i = 0; i < plan->n_steps; i++) {
        const mvg_op *o = &g->ops[plan->steps[i].head];
        if (!mva_is_spatial(g, o))
            continue;
        int expand = writer(plan, o->inputs[0]);
        const char *name = layer_name(model, variant, layer++);
        if (!name)
            return mve_no_memory(err);
        model->steps[expand >= 0 && expand < i ? expand : i].layer = name;
    }
    const char *now = "stem";
    for (int i = 0; i < plan->n_steps; i++) {
        if (model->steps[i].layer)
            now = model->steps[i].layer;
        model->steps[i].layer = now;
    }
    return MOVINET_OK;
}

/* From the end back to the first convolution whose width is that of the head's
 * pool state: all of that is the head. */
static void name_head(movinet_model *model)
{
    const mve_plan *plan = &model->plan;
    const mvg_graph *g = &plan->graph;
    size_t width = 0;
    for (int i = 0; i < g->n_states; i++)
        if (strstr(g->states[i].name, "head_pool_buffer"))
            width = g->tensors[g->states[i].input].count;
    for (int i = plan->n_steps - 1; width && i >= 0; i--) {
        const mvg_op *o = &g->ops[plan->steps[i].head];
        const mvg_tensor *out = &g->tensors[o->outputs[0]];
        model->steps[i].layer = "head";
        if (o->code == TFL_OP_CONV_2D && out->rank == 4 && (size_t)out->shape[3] == width)
            return;
    }
}

static movinet_status describe_step(movinet_model *model, int index, movinet_error *err)
{
    const mvg_graph *g = &model->plan.graph;
    const mve_step *s = &model->plan.steps[index];
    movinet_step_info *out = &model->steps[index];
    int n = 0;
    for (int i = s->head; i >= 0; i = g->ops[i].next)
        n++;
    int32_t *ops = mv_arena_alloc(&model->arena, (size_t)n, sizeof *ops);
    if (!ops)
        return mve_no_memory(err);
    *out = (movinet_step_info){.kind = mvg_op_name(g->ops[s->head].code),
                               .kernel = s->kernel ? s->kernel : "",
                               .layer = "",
                               .op = s->head,
                               .ops = ops,
                               .output = s->output,
                               .output_bytes = g->tensors[s->output].bytes};
    for (int i = s->head; i >= 0; i = g->ops[i].next) {
        ops[out->n_ops++] = i;
        out->macs += g->ops[i].macs;
    }
    return MOVINET_OK;
}

movinet_status mva_describe_steps(movinet_model *model, movinet_error *err)
{
    int n = model->plan.n_steps;
    movinet_status status = MOVINET_OK;
    model->steps = mv_arena_alloc(&model->arena, (size_t)n + 1, sizeof *model->steps);
    if (!model->steps)
        return mve_no_memory(err);
    for (int i = 0; !status && i < n; i++)
        status = describe_step(model, i, err);
    if (!status)
        status = name_layers(model, err);
    if (!status && n && strcmp(model->steps[0].layer, "") != 0)
        name_head(model);
    return status;
}

movinet_status movinet_model_step(const movinet_model *model, int index, movinet_step_info *out)
{
    if (index < 0 || index >= model->info.n_steps)
        return MOVINET_ERR_ARGUMENT;
    *out = model->steps[index];
    return MOVINET_OK;
}
