/* New models. SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"
#include "tflite/precision.h"
#include "zoo/network_file.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LABEL_BYTES ((size_t)4 << 20)

/* Labels and their number; *n 0: there is no file. */
static movinet_status read_labels(mv_arena *arena, const char *path, const char *const **labels,
                                  int *n, movinet_error *err)
{
    *labels = NULL;
    *n = 0;
    if (!path)
        return MOVINET_OK;
    movinet_status status = mva_read_labels(arena, path, MAX_LABEL_BYTES, labels, n, err);
    if (!status && !*n)
        status = mv_fail(err, MOVINET_ERR_FORMAT, "%s: there is no label in it", path);
    return status;
}

static movinet_status make_spec(const char *variant, const movinet_new_options *options,
                                int n_labels, mvz_spec *out, movinet_error *err)
{
    *out = (mvz_spec){.variant = variant ? mvz_variant_find(variant) : NULL,
                      .base = options->base,
                      .n_classes = options->n_classes ? options->n_classes : n_labels,
                      .size = options->size,
                      .frames = options->frames,
                      .activation = (mvz_activation)options->activation,
                      .no_se = options->no_squeeze_excitation,
                      .seed = options->seed};
    if (!out->variant)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "'%.60s' is no MoViNet; there are A0, A1, A2, A3, A4, A5, T0",
                       variant ? variant : "");
    if ((unsigned)options->activation > MOVINET_RELU)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no activation has the number %d",
                       (int)options->activation);
    if ((unsigned)options->precision > MOVINET_PRECISION_DYNAMIC)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no precision has the number %d",
                       (int)options->precision);
    if (n_labels && out->n_classes != n_labels)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%s: %d labels, for %d classes",
                       options->labels_path, n_labels, out->n_classes);
    return MOVINET_OK;
}

movinet_status movinet_new(const char *path, const char *variant,
                           const movinet_new_options *options, movinet_error *err)
{
    static const movinet_new_options none = {0};
    mv_arena arena = {0};
    mvz_network *network = NULL;
    tfl_model model = {0};
    const char *const *labels;
    int n_labels;
    mvz_spec spec;
    options = options ? options : &none;
    movinet_status status = path ? MOVINET_OK
                                 : mv_fail(err, MOVINET_ERR_ARGUMENT, "no path to write to");
    if (!status)
        status = read_labels(&arena, options->labels_path, &labels, &n_labels, err);
    if (!status)
        status = make_spec(variant, options, n_labels, &spec, err);
    if (!status)
        status = mvz_network_open(&network, &spec, err);
    if (!status)
        status = mvz_network_model(network, labels, &model, err);
    if (!status)
        status = tfl_write_file_as(&model, options->precision, path, err);
    tfl_free(&model);
    mvz_network_close(network);
    mv_arena_free(&arena);
    return status;
}
