/* The quantizer: frames come in, an int8 file goes out. SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"
#include "quantize/correct.h"
#include "tflite/precision.h"
#include "zoo/network_file.h"
#include "zoo/network_read.h"

#include <stdlib.h>
#include <string.h>

enum { USUAL_CORRECTION = 128 };

struct movinet_quantizer {
    movinet_quantize_options options;
    tfl_model model;      ///< the network in float32, as our writer makes it
    mvq_frames frames;
    mvq_tensor *tensors;  ///< [model.n_tensors]
    movinet_quantize_info info;
};

/* A layer's scale goes into the convolution before it, where it costs nothing. */
static void fold_scales(mvz_network *network)
{
    for (int i = 0; i < network->n_layers; i++) {
        const mvz_layer *layer = &network->layers[i];
        const mvz_range ranges[] = {layer->project->weights, layer->project->bias};
        float *scale = network->values + layer->scale.at;
        for (int k = 0; layer->scale.n && k < 2; k++)
            for (size_t j = 0; j < ranges[k].n; j++)
                network->values[ranges[k].at + j] *= *scale;
        if (layer->scale.n)
            *scale = 1;
    }
}

/* The float32 form of any MoViNet. fold: layers' scales are gone. */
static movinet_status take_network(const movinet_model *model, bool fold, tfl_model *out,
                                   movinet_error *err)
{
    mvz_network *network;
    movinet_status status = mvz_network_read(&network, &model->file, err);
    if (status)
        return status;
    if (fold)
        fold_scales(network);
    bool named = model->info.label_source != MOVINET_LABELS_NONE;
    status = mvz_network_model(network, named ? model->labels : NULL, out, err);
    mvz_network_close(network);
    return status;
}

static movinet_status check(const movinet_model *model, movinet_error *err)
{
    if (!strcmp(model->info.precision, "int8"))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "the model is int8 already: quantize the float model that it was made from");
    if (!model->info.streaming)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "the model takes whole clips: only streaming ones can be quantized");
    return MOVINET_OK;
}

movinet_status movinet_convert(const movinet_model *model, movinet_precision precision,
                               const char *path, movinet_error *err)
{
    tfl_model whole;
    movinet_status status = check(model, err);
    if (!status)
        status = take_network(model, false, &whole, err);
    if (status)
        return status;
    status = tfl_write_file_as(&whole, precision, path, err);
    tfl_free(&whole);
    return status;
}

/* ---- calibration ----------------------------------------------------------------------- */

static movinet_status begin(movinet_quantizer *q, const movinet_model *model, movinet_error *err)
{
    movinet_status status = take_network(model, true, &q->model, err);
    if (status)
        return status;
    q->tensors = calloc((size_t)q->model.n_tensors, sizeof *q->tensors);
    if (!q->tensors)
        return mv_fail(err, MOVINET_ERR_MEMORY, "quantizer: out of memory");
    status = mvq_int8_plan(&q->model, q->options.float_layers, q->tensors, err);
    for (int i = 0; i < q->model.n_tensors; i++)
        q->info.tensors += q->tensors[i].wide && q->tensors[i].root == i;
    if (status)
        return status;
    return mvq_frames_open(&q->frames, model->info.frame_width, model->info.frame_height,
                           q->options.preprocess, err);
}

movinet_status movinet_quantizer_open(movinet_quantizer **out, const movinet_model *model,
                                      const movinet_quantize_options *options, movinet_error *err)
{
    *out = NULL;
    movinet_status status = check(model, err);
    if (status)
        return status;
    movinet_quantizer *q = calloc(1, sizeof *q);
    if (!q)
        return mv_fail(err, MOVINET_ERR_MEMORY, "quantizer: out of memory");
    if (options)
        q->options = *options;
    status = begin(q, model, err);
    if (status)
        movinet_quantizer_close(q);
    else
        *out = q;
    return status;
}

void movinet_quantizer_close(movinet_quantizer *q)
{
    if (!q)
        return;
    mvq_frames_free(&q->frames);
    free(q->tensors);
    tfl_free(&q->model);
    free(q);
}

movinet_status movinet_quantizer_push(movinet_quantizer *q, const movinet_frame *frame,
                                      movinet_error *err)
{
    movinet_status status = mvq_frames_add(&q->frames, frame, err);
    if (!status) {
        q->info.frames++;
        q->info.clips += q->frames.first[q->frames.n - 1];
    }
    return status;
}

void movinet_quantizer_reset(movinet_quantizer *q)
{
    q->frames.begins = true;
}

movinet_quantize_info movinet_quantizer_get_info(const movinet_quantizer *q)
{
    return q->info;
}

/* ---- the file ---------------------------------------------------------------------------- */

static movinet_status take_ranges(movinet_quantizer *q, movinet_error *err)
{
    size_t n = (size_t)q->model.n_tensors;
    int image = q->model.signatures[0].inputs[0].tensor;
    mvq_range *ranges = calloc(n, sizeof *ranges);
    mvq_behind *behind = calloc(n, sizeof *behind);
    movinet_status status = ranges && behind
                                ? MOVINET_OK
                                : mv_fail(err, MOVINET_ERR_MEMORY, "quantizer: out of memory");
    for (size_t i = 0; !status && i < n; i++)
        behind[i] = q->tensors[i].behind;
    if (!status)
        status = mvq_ranges_see(&q->frames, &q->model, behind, !q->options.min_max, ranges, err);
    for (int i = 0; !status && i < q->model.n_tensors; i++)
        if (i != image)
            q->tensors[i].range = ranges[i];
    free(ranges);
    free(behind);
    return status;
}

static movinet_status write_int8(const movinet_quantizer *q, const char *path, movinet_error *err)
{
    tfl_model made;
    movinet_status status = mvq_int8_make(&q->model, q->tensors, NULL, &made, err);
    if (status)
        return status;
    /* Gates and the classifier are float still: their weights become int8. */
    status = tfl_write_file_as(&made, MOVINET_PRECISION_DYNAMIC, path, err);
    tfl_free(&made);
    return status;
}

movinet_status movinet_quantizer_write(movinet_quantizer *q, const char *path, movinet_error *err)
{
    mv_arena arena = {0};
    int limit = q->options.correct ? q->options.correct : USUAL_CORRECTION;
    if (!q->frames.n)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no frame to calibrate with");
    movinet_status status = take_ranges(q, err);
    if (!status && limit > 0)
        status = mvq_correct(&q->frames, limit, &q->model, q->tensors, &arena, q->options.going,
                             q->options.user, err);
    if (!status)
        status = write_int8(q, path, err);
    for (int i = 0; i < q->model.n_tensors; i++)
        q->tensors[i].plus = NULL;
    mv_arena_free(&arena);
    return status;
}
