/* Which network a form is one of. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/form.h"

#include <stdio.h>
#include <string.h>

enum { LARGEST_WIDTH = UINT16_MAX };

static int frames_of(const mvz_form_layer *layer)
{
    return layer->temporal.n_ops ? layer->temporal.shape.kt : layer->spatial.shape.kt;
}

static mvz_layer_shape shape_of(const mvz_form_layer *layer)
{
    return (mvz_layer_shape){(uint16_t)layer->spatial.shape.out,
                             (uint8_t)(10 * frames_of(layer) + layer->spatial.shape.kh)};
}

static bool fits(const mvz_variant *v, const mvz_form *form)
{
    int n = 0;
    for (int b = 0; b < MVZ_BLOCKS; b++) {
        const mvz_block_shape *block = &v->blocks[b];
        for (int k = 0; k < block->n_layers; k++, n++) {
            const mvz_form_layer *layer = &form->layers[n];
            if (layer->project.shape.out != block->base ||
                layer->spatial.shape.stride != (k ? 1 : block->stride) ||
                frames_of(layer) != block->layers[k].kernel / 10)
                return false;
        }
    }
    return form->stem.shape.out == v->stem && form->head.shape.out == v->head &&
           form->dense.shape.out == v->dense;
}

/* ---- a network that no table has ------------------------------------------------------- */

/* "…block3_layer0_stream_buffer" in the name of the state that the layer reads says where
 * blocks begin that look alike. */
static bool is_first_by_name(const mvg_graph *g, const mvz_form_layer *layer)
{
    int ring = layer->temporal.n_ops ? g->ops[layer->temporal.ops[0]].ring : -1;
    return ring >= 0 && strstr(g->states[g->rings[ring].state].name, "_layer0_");
}

static bool is_first(const mvg_graph *g, const mvz_form *form, int i)
{
    const mvz_form_layer *layer = &form->layers[i];
    return i == 0 || layer->spatial.shape.stride != 1 ||
           layer->project.shape.out != form->layers[i - 1].project.shape.out ||
           is_first_by_name(g, layer);
}

static movinet_status refuse(int layer, const char *what, int value, movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: layer %d: %s %d", layer + 1, what,
                   value);
}

static movinet_status check_layer(const mvz_form *form, int i, movinet_error *err)
{
    const mvz_form_layer *layer = &form->layers[i];
    const mvz_conv *s = &layer->spatial.shape, *p = &layer->project.shape;
    if (s->out > LARGEST_WIDTH || p->out > LARGEST_WIDTH)
        return refuse(i, "too many channels,", s->out > p->out ? s->out : p->out, err);
    if (s->kh != s->kw || s->kh > 9)
        return refuse(i, "a kernel that is not square or larger than 9 × 9, height", s->kh, err);
    if (frames_of(layer) > MVZ_MAX_TAPS)
        return refuse(i, "a kernel over too many frames,", frames_of(layer), err);
    if (s->stride > 2)
        return refuse(i, "its stride is", s->stride, err);
    return MOVINET_OK;
}

static movinet_status make_blocks(const mvz_form *form, const mvg_graph *g, mvz_variant *out,
                                  movinet_error *err)
{
    int b = -1;
    for (int i = 0; i < form->n_layers; i++) {
        const mvz_form_layer *layer = &form->layers[i];
        if (is_first(g, form, i) && ++b < MVZ_BLOCKS)
            out->blocks[b] = (mvz_block_shape){.base = (uint16_t)layer->project.shape.out,
                                               .stride = (uint8_t)layer->spatial.shape.stride};
        if (b >= MVZ_BLOCKS)
            return refuse(i, "it begins one block more than there are,", MVZ_BLOCKS, err);
        mvz_block_shape *block = &out->blocks[b];
        if (block->n_layers == MVZ_MAX_BLOCK_LAYERS)
            return refuse(i, "its block has more layers than", MVZ_MAX_BLOCK_LAYERS, err);
        block->layers[block->n_layers++] = shape_of(layer);
    }
    return MOVINET_OK;
}

static movinet_status make_custom(const mvz_form *form, const mvg_graph *graph, mvz_variant *out,
                                  movinet_error *err)
{
    const mvz_conv *ends[] = {&form->stem.shape, &form->head.shape, &form->dense.shape};
    for (int i = 0; i < 3; i++)
        if (ends[i]->out > LARGEST_WIDTH)
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: a convolution of %d "
                           "channels", ends[i]->out);
    *out = (mvz_variant){.name = "custom", .stem = (uint16_t)form->stem.shape.out,
                         .head = (uint16_t)form->head.shape.out,
                         .dense = (uint16_t)form->dense.shape.out,
                         .size = (uint16_t)graph->width, .frames = 50};
    return make_blocks(form, graph, out, err);
}

movinet_status mvz_form_variant(const mvz_form *form, const mvg_graph *graph, mvz_variant *out,
                                movinet_error *err)
{
    mvz_layer_shape layers[MVZ_MAX_LAYERS];
    movinet_status status = MOVINET_OK;
    if (!form->n_layers)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: it has no layer that adds "
                       "what it makes of its input to its input");
    for (int i = 0; !status && i < form->n_layers; i++) {
        status = check_layer(form, i, err);
        layers[i] = shape_of(&form->layers[i]);
    }
    if (status)
        return status;
    const mvz_variant *table = mvz_variant_of(layers, form->n_layers);
    if (table && fits(table, form))
        *out = *table;
    else
        status = make_custom(form, graph, out, err);
    if (form->layers[0].squeeze.n_ops && !form->base)
        out->position = form->layers[0].has_position;
    return status;
}
