/* SPDX-License-Identifier: Apache-2.0 */
#include "train/net.h"

#include "train/net_plan.h"

#include <stdlib.h>
#include <string.h>

void mvt_net_close(mvt_net *net)
{
    if (!net)
        return;
    free(net->memory);
    mv_arena_free(&net->arena);
    free(net);
}

movinet_status mvt_net_open(mvt_net **out, const mvz_network *shape, mvt_real *values,
                            mvt_real *grads, mvt_machine *machine, const mvt_net_options *options,
                            movinet_error *err)
{
    *out = NULL;
    if (shape->base)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "base networks cannot be trained; streaming ones can");
    mvt_net *net = calloc(1, sizeof *net);
    if (!net)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    net->shape = shape;
    net->options = *options;
    net->machine = machine;
    net->pass = (mvt_pass){.m = machine, .values = values, .grads = grads,
                           .momentum = (mvt_real)0.99};
    movinet_status status = mvt_plan(net, err);
    if (status) {
        mvt_net_close(net);
        return status;
    }
    mvt_net_shape(net, options->clips, options->frames);
    *out = net;
    return MOVINET_OK;
}

static void set_frames(mvt_layer *l, int frames, int clip_frames)
{
    mvt_tensor *all[] = {&l->expand.out, &l->spatial.out, &l->temporal.out, &l->project.out,
                         &l->skip.out, &l->pooled, &l->out, &l->gate.means,
                         &l->gate.squeeze.out, &l->gate.excite.out};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        all[i]->frames = frames;
    l->clip_frames = l->temporal.clip_frames = l->gate.clip_frames = clip_frames;
}

void mvt_net_shape(mvt_net *net, int clips, int clip_frames)
{
    int frames = clips * clip_frames, rows = net->options.all_frames ? frames : clips;
    mvt_head *h = &net->head;
    net->clips = clips;
    net->frames = clip_frames;
    net->image.frames = net->stem.out.frames = h->conv.out.frames = frames;
    h->clip_frames = clip_frames;
    h->features.frames = h->dense.out.frames = h->hidden.frames = h->classes.out.frames = rows;
    for (int i = 0; i < net->shape->n_layers; i++)
        set_frames(&net->layers[i], frames, clip_frames);
}

/* Normalisations that do not learn stay as they are. */
static mvt_pass pass_of(const mvt_net *net, bool train)
{
    mvt_pass p = net->pass;
    p.train = train;
    return p;
}

void mvt_net_features(mvt_net *net, bool train)
{
    mvt_pass p = pass_of(net, train);
    mvt_unit_forward(&p, &net->stem);
    for (int i = 0; i < net->shape->n_layers; i++)
        mvt_layer_forward(&p, &net->layers[i]);
    mvt_head_forward(&p, &net->head);
}

void mvt_net_classify(mvt_net *net, bool train)
{
    mvt_pass p = pass_of(net, train);
    mvt_classify_forward(&p, &net->head);
}

void mvt_net_forward(mvt_net *net, bool train)
{
    mvt_net_features(net, train);
    mvt_net_classify(net, train);
}

/* ---- backward ---------------------------------------------------------------------- */

/* Where the gradients of layer i's input go. */
static void set_input_grad(mvt_net *net, int i)
{
    mvt_layer *l = &net->layers[i];
    bool wanted = net->options.first <= i; /* something before it learns */
    if (!wanted)
        l->in->d = NULL;
    else if (!l->skip.conv)
        l->in->d = l->out.d;
    else
        l->in->d = net->outs[l->out.d == net->outs[0]];
}

void mvt_net_backward(mvt_net *net)
{
    mvt_pass p = pass_of(net, true);
    mvt_head *h = &net->head;
    int n = net->shape->n_layers, first = net->options.first;
    mvt_classify_backward(&p, h, first <= n + 2);
    if (first > n + 1)
        return;
    h->conv.out.d = net->work.a;
    h->conv.in->d = first <= n ? net->outs[0] : NULL;
    mvt_head_backward(&p, h);
    for (int i = n - 1; i >= 0 && first <= i + 1; i--) {
        set_input_grad(net, i);
        mvt_layer_backward(&p, &net->layers[i], &net->work);
    }
    if (first == 0)
        mvt_unit_backward(&p, &net->stem, false, false);
}

static int place_of(const mvz_network *shape, const mvz_param *param)
{
    int n = shape->n_layers;
    if (param->conv == shape->stem)
        return 0;
    if (param->conv == shape->head)
        return n + 1;
    if (param->conv == shape->dense)
        return n + 2;
    if (param->conv == shape->classes)
        return n + 3;
    for (int i = 0; i < n; i++) {
        const mvz_layer *l = &shape->layers[i];
        const mvz_conv *convs[] = {l->expand, l->spatial, l->temporal, l->squeeze, l->excite,
                                   l->project, l->skip};
        for (size_t k = 0; param->conv && k < sizeof convs / sizeof *convs; k++)
            if (convs[k] == param->conv)
                return i + 1;
        if (!param->conv && (param->range.at == l->scale.at ||
                             (l->position.n && param->range.at == l->position.at)))
            return i + 1;
    }
    return 0;
}

bool mvt_learns(const mvz_network *shape, int first, const mvz_param *param)
{
    return param->role != MVZ_MEAN && param->role != MVZ_VARIANCE &&
           place_of(shape, param) >= first;
}
