/* SPDX-License-Identifier: Apache-2.0 */
#include "train/start.h"

#include "api/model.h"
#include "train/draw.h"
#include "zoo/network_read.h"

#include <string.h>

#define FIRST_DEVIATION 0.01 /* of a new classifier's weights */

static movinet_status build(mvz_network **out, const mvt_start *start, movinet_error *err)
{
    const movinet_train_options *o = start->options;
    const mvz_spec spec = {.variant = o->variant ? mvz_variant_find(o->variant) : NULL,
                           .n_classes = start->n_classes,
                           .size = o->size,
                           .activation = (mvz_activation)o->activation,
                           .no_se = o->no_squeeze_excitation,
                           .seed = o->seed};
    if (!spec.variant)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "'%.60s' is no MoViNet; there are A0, A1, A2, A3, A4, A5, T0",
                       o->variant ? o->variant : "");
    if ((unsigned)o->activation > MOVINET_RELU)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no activation has the number %d",
                       (int)o->activation);
    return mvz_network_open(out, &spec, err);
}

/* ---- other classes ------------------------------------------------------------------- */

static void draw_classes(mvz_network *net, uint64_t seed)
{
    mv_random random = mvt_draw(seed, MVT_DRAW_CLASSES, 0, 0);
    float *weights = net->values + net->classes->weights.at;
    for (size_t i = 0; i < net->classes->weights.n; i++)
        weights[i] = (float)(FIRST_DEVIATION * mv_random_normal(&random));
    memset(net->values + net->classes->bias.at, 0,
           net->classes->bias.n * sizeof *net->values);
}

/* The same network with another last convolution. */
static movinet_status with_classes(mvz_network **out, const mvz_network *from, int n_classes,
                                   movinet_error *err)
{
    const mvz_spec spec = {.variant = from->variant, .n_classes = n_classes, .size = from->size,
                           .activation = from->act, .no_se = !from->se,
                           .no_norm = !from->stem->gamma.n, .blank = true};
    movinet_status status = mvz_network_open(out, &spec, err);
    if (status)
        return status;
    mvz_network *net = *out;
    net->act = from->act;
    net->gate_act = from->gate_act;
    net->dense_act = from->dense_act;
    for (int i = 0; i < net->n_convs; i++)
        net->convs[i].act = from->convs[i].act;
    for (int i = 0; i < net->n_params; i++) {
        mvz_range to = net->params[i].range, at = from->params[i].range;
        if (net->params[i].conv != net->classes)
            memcpy(net->values + to.at, from->values + at.at, to.n * sizeof *net->values);
    }
    return MOVINET_OK;
}

static bool same_labels(const movinet_model *model, const mvt_start *start)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    if (info->n_classes != start->n_classes || info->label_source == MOVINET_LABELS_NONE)
        return false;
    for (int i = 0; i < start->n_classes; i++)
        if (strcmp(movinet_model_label(model, i), start->labels[i]) != 0)
            return false;
    return true;
}

static movinet_status take(mvz_network **out, const mvt_start *start, const movinet_model *model,
                           bool *kept, movinet_error *err)
{
    mvz_network *whole;
    movinet_status status = mvz_network_read(&whole, &model->file, err);
    if (!status && whole->base) {
        status = mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                         "it sees whole clips; only streaming MoViNets can be trained");
        mvz_network_close(whole);
    }
    if (status)
        return status;
    *kept = same_labels(model, start);
    if (*kept) {
        *out = whole;
        return MOVINET_OK;
    }
    status = with_classes(out, whole, start->n_classes, err);
    mvz_network_close(whole);
    if (!status)
        draw_classes(*out, start->options->seed);
    return status;
}

movinet_status mvt_start_network(mvz_network **out, const mvt_start *start, bool *kept,
                                 movinet_error *err)
{
    const movinet_train_options *o = start->options;
    movinet_model *model;
    *out = NULL;
    *kept = false;
    if (o->from && o->variant)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "either a model to begin from or a variant, not both");
    if (!o->from && !o->variant)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "nothing to begin from: name a model, or a "
                       "variant to be trained from scratch");
    if (!o->from)
        return build(out, start, err);
    movinet_status status = movinet_model_open(&model, o->from, NULL, err);
    if (status)
        return status;
    status = take(out, start, model, kept, err);
    if (status)
        mv_error_prefix(err, o->from);
    movinet_model_close(model);
    return status;
}
