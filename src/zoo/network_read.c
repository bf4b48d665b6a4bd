/* From the form found in a graph to the network: the same parts, or what differs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/network_read.h"

#include "engine/plan.h"
#include "graph/passes.h"
#include "zoo/read_numbers.h"

#include <stdlib.h>

/* ---- the same parts? ------------------------------------------------------------------ */

static movinet_status differ(const mvz_conv *conv, const char *what, int is, int wanted,
                             movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: %s %s %d, not %d", conv->name,
                   what, is, wanted);
}

static movinet_status same_conv(const mvz_network *net, const mvz_found *found,
                                const mvz_conv *conv, movinet_error *err)
{
    const mvz_conv *f = &found->shape;
    const struct {
        const char *what;
        int is, wanted;
    } all[] = {
        {"reads this many channels:", f->in, conv->in},
        {"gives this many channels:", f->out, conv->out},
        {"has a kernel over this many frames:", f->kt, conv->kt},
        {"has a kernel of height", f->kh, conv->kh},
        {"has a kernel of width", f->kw, conv->kw},
        {"has the stride", f->stride, conv->stride},
        {"reads pictures of height", f->in_h, conv->in_h},
        {"reads pictures of width", f->in_w, conv->in_w},
        {"gives pictures of height", f->out_h, conv->out_h},
        {"gives pictures of width", f->out_w, conv->out_w},
        {"reads this many pictures at once:", found->frames,
         conv->of_means || conv->kind == MVZ_TEMPORAL ? 1 : net->frames},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].is != all[i].wanted)
            return differ(conv, all[i].what, all[i].is, all[i].wanted, err);
    if (f->kind != conv->kind)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: %s is a convolution of "
                       "another kind", conv->name);
    return MOVINET_OK;
}

/* What the network has there, and what was found. */
typedef struct part {
    mvz_conv *conv;
    const mvz_found *found;
    const char *name;
} part;

enum { LAYER_PARTS = 7 };

static void parts_of(const mvz_layer *layer, const mvz_form_layer *form, part out[LAYER_PARTS])
{
    const part all[LAYER_PARTS] = {
        {layer->expand, &form->expand, "expand"},    {layer->spatial, &form->spatial, "spatial"},
        {layer->temporal, &form->temporal, "temporal"}, {layer->squeeze, &form->squeeze, "squeeze"},
        {layer->excite, &form->excite, "excite"},    {layer->project, &form->project, "project"},
        {layer->skip, &form->skip, "skip"},
    };
    for (int i = 0; i < LAYER_PARTS; i++)
        out[i] = all[i];
}

static movinet_status same_layer(const mvz_network *net, const mvz_layer *layer,
                                 const mvz_form_layer *form, movinet_error *err)
{
    part parts[LAYER_PARTS];
    movinet_status status = MOVINET_OK;
    parts_of(layer, form, parts);
    for (int i = 0; !status && i < LAYER_PARTS; i++) {
        const part *p = &parts[i];
        if (!p->conv != !p->found->n_ops)
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: %s has %s %s convolution, "
                           "where such a network has %s", layer->name, p->conv ? "no" : "a",
                           p->name, p->conv ? "one" : "none");
        if (p->conv)
            status = same_conv(net, p->found, p->conv, err);
    }
    if (!status && (layer->pool != form->pool || (layer->position.n > 0) != form->has_position))
        status = mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: %s has %s, unlike such a "
                         "network", layer->name, layer->pool != form->pool
                             ? form->pool ? "an average pool" : "no average pool"
                             : form->has_position ? "a positional encoding"
                                                  : "no positional encoding");
    return status;
}

static movinet_status same_ends(const mvz_network *net, const mvz_form *form, movinet_error *err)
{
    movinet_status status = same_conv(net, &form->stem, net->stem, err);
    if (!status)
        status = same_conv(net, &form->head, net->head, err);
    if (!status)
        status = same_conv(net, &form->dense, net->dense, err);
    return status ? status : same_conv(net, &form->classes, net->classes, err);
}

/* ---- the numbers ------------------------------------------------------------------------ */

static movinet_status take_layer(mvz_numbers *n, mvz_layer *layer, const mvz_form_layer *form)
{
    part parts[LAYER_PARTS];
    float *values = n->network->values;
    movinet_status status = MOVINET_OK;
    parts_of(layer, form, parts);
    for (int i = 0; !status && i < LAYER_PARTS; i++)
        if (parts[i].conv && parts[i].conv != layer->project)
            status = mvz_numbers_conv(n, parts[i].conv, parts[i].found, 1);
    if (status)
        return status;
    mvz_found project = form->project;
    values[layer->scale.at] = 1;
    if (form->has_scale) {
        const mvg_tensor *t = &n->graph->tensors[project.after[0].constant];
        values[layer->scale.at] = (float)mvz_number(t, 0);
        project.n_after--;
        for (int i = 0; i < project.n_after; i++)
            project.after[i] = project.after[i + 1];
    }
    if (layer->position.n)
        values[layer->position.at] = (float)form->position;
    /* Sixths that are rounded otherwise, and whatever else multiplies the gate, go on into
     * what reads the product. */
    double factor = form->gate_factor;
    if (layer->excite && form->excite.shape.act == MVZ_HARD_SIGMOID)
        factor = (float)factor == MVZ_GATE_SLOPE ? 1 : factor / (double)MVZ_GATE_SLOPE;
    return mvz_numbers_conv(n, layer->project, &project, factor);
}

static movinet_status take_all(mvz_numbers *n, const mvz_form *form)
{
    mvz_network *net = n->network;
    movinet_status status = mvz_numbers_conv(n, net->stem, &form->stem, 1);
    for (int i = 0; !status && i < net->n_layers; i++)
        status = take_layer(n, &net->layers[i], &form->layers[i]);
    if (!status)
        status = mvz_numbers_conv(n, net->head, &form->head, 1);
    if (!status)
        status = mvz_numbers_conv(n, net->dense, &form->dense, 1);
    if (!status)
        status = mvz_numbers_conv(n, net->classes, &form->classes, 1);
    if (status)
        return status;
    net->act = net->stem->act;
    net->dense_act = net->dense->act;
    if (net->se)
        net->gate_act = net->layers[0].excite->act;
    return mvz_numbers_check(n);
}

/* ---- the network -------------------------------------------------------------------------- */

static movinet_status make_spec(const mvz_form *form, const mvg_graph *graph, mvz_variant *variant,
                                mvz_spec *out, movinet_error *err)
{
    movinet_status status = mvz_form_variant(form, graph, variant, err);
    if (status)
        return status;
    mvz_activation act = form->stem.shape.act;
    if (act != MVZ_HARD_SWISH && act != MVZ_SWISH && act != MVZ_RELU6 && act != MVZ_RELU)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: no activation of the family "
                       "behind the stem");
    if (form->classes.shape.act != MVZ_LINEAR)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: there is an activation behind "
                       "its scores");
    if (graph->width != graph->height)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "not a MoViNet: its image of %d × %d pixels "
                       "is not square", graph->width, graph->height);
    *out = (mvz_spec){.variant = variant, .base = form->base, .n_classes = graph->n_classes,
                      .size = graph->width, .frames = graph->frames, .activation = act,
                      .no_se = !form->layers[0].squeeze.n_ops, .no_norm = true, .blank = true};
    return MOVINET_OK;
}

static movinet_status make_network(mvz_network **out, const mvz_form *form, const mvg_graph *graph,
                                   movinet_error *err)
{
    mvz_variant variant;
    mvz_spec spec;
    movinet_status status = make_spec(form, graph, &variant, &spec, err);
    if (status)
        return status;
    status = mvz_network_open(out, &spec, err);
    if (status)
        return status == MOVINET_ERR_ARGUMENT && err
                   ? (err->status = MOVINET_ERR_UNSUPPORTED) : status;
    mvz_network *net = *out;
    for (int i = 0; !status && i < net->n_layers; i++)
        status = same_layer(net, &net->layers[i], &form->layers[i], err);
    if (!status)
        status = same_ends(net, form, err);
    if (!status)
        status = take_all(&(mvz_numbers){net, graph, err}, form);
    return status;
}

movinet_status mvz_network_read(mvz_network **out, const tfl_model *model, movinet_error *err)
{
    mvg_graph graph;
    *out = NULL;
    movinet_status status = mvg_build(&graph, model, mve_evaluate, err);
    if (status)
        return status;
    mvz_form *form = malloc(sizeof *form);
    status = form ? mvg_pass_all_rings(&graph, err)
                  : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    if (!status)
        status = mvz_form_read(form, &graph, err);
    if (!status)
        status = make_network(out, form, &graph, err);
    if (status) {
        mvz_network_close(*out);
        *out = NULL;
    }
    free(form);
    mvg_free(&graph);
    return status;
}
