/* The public model. SPDX-License-Identifier: Apache-2.0 */
#include "api/model.h"

#include "core/cpu.h"
#include "core/sha256.h"
#include "zoo/builtin.h"
#include "zoo/zoo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Above any published file by far; a length that lies must not fill memory. */
#define MAX_MODEL_BYTES ((size_t)1 << 30)
#define MAX_LABEL_BYTES ((size_t)16 << 20)

static void destroy(movinet_model *model)
{
    for (int i = 0; model->numbered && i < model->info.n_classes; i++)
        free(model->numbered[i]);
    free(model->numbered);
    mve_plan_free(&model->plan);
    tfl_free(&model->file);
    mv_arena_free(&model->arena);
    mv_lock_end(&model->lock);
    free(model->bytes);
    free(model);
}

movinet_model *mva_model_hold(movinet_model *model)
{
    atomic_fetch_add(&model->references, 1);
    return model;
}

void movinet_model_close(movinet_model *model)
{
    if (model && atomic_fetch_sub(&model->references, 1) == 1)
        destroy(model);
}

/* ---- labels ---- */

static movinet_status number_classes(movinet_model *model, movinet_error *err)
{
    int n = model->info.n_classes;
    model->numbered = calloc((size_t)n, sizeof *model->numbered);
    for (int i = 0; model->numbered && i < n; i++) {
        char text[32];
        snprintf(text, sizeof text, "class %d", i);
        if (!(model->numbered[i] = strdup(text)))
            return mve_no_memory(err);
    }
    return model->numbered ? MOVINET_OK : mve_no_memory(err);
}

static movinet_status labels_from_file(movinet_model *model, const char *path, movinet_error *err)
{
    int n;
    movinet_status status = mva_read_labels(&model->arena, path, MAX_LABEL_BYTES, &model->labels, &n,
                                            err);
    if (status)
        return status;
    if (n != model->info.n_classes)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: %d labels, but the model has %d classes",
                       path, n, model->info.n_classes);
    model->info.label_source = MOVINET_LABELS_FILE;
    return MOVINET_OK;
}

static movinet_status labels_from_text(movinet_model *model, const char *text, movinet_error *err)
{
    int n;
    movinet_status status = tfl_split_labels(&model->arena, text, strlen(text), &model->labels, &n,
                                             err);
    if (!status && n != model->info.n_classes)
        status = mv_fail(err, MOVINET_ERR_FORMAT, "%d labels were given, but it has %d classes", n,
                         model->info.n_classes);
    if (!status)
        model->info.label_source = MOVINET_LABELS_FILE;
    return status;
}

static movinet_status find_labels(movinet_model *model, const movinet_model_options *options,
                                  movinet_error *err)
{
    movinet_model_info *info = &model->info;
    if (options && options->labels_path)
        return labels_from_file(model, options->labels_path, err);
    if (options && options->labels)
        return labels_from_text(model, options->labels, err);
    if (model->file.n_labels == info->n_classes) {
        model->labels = model->file.labels;
        info->label_source = MOVINET_LABELS_METADATA;
    } else if (model->file.n_labels) {
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "its metadata has %d labels, but it has %d classes; give a label file",
                       model->file.n_labels, info->n_classes);
    } else if (info->n_classes == 600) {
        model->labels = mvz_kinetics600;
        info->label_source = MOVINET_LABELS_KINETICS;
    } else {
        return number_classes(model, err);
    }
    return MOVINET_OK;
}

const char *movinet_model_label(const movinet_model *model, int index)
{
    if (index < 0 || index >= model->info.n_classes)
        return "?";
    return model->labels ? model->labels[index] : model->numbered[index];
}

/* ---- opening ---- */

const char *movinet_cpu(void)
{
    return mv_cpu_name(mv_cpu_flags());
}

/* The instructions asked for must be there. */
static movinet_status choose(mve_options *out, const movinet_model_options *options,
                             movinet_error *err)
{
    unsigned has = mv_cpu_flags();
    *out = (mve_options){.cpu = has, .plain = options && options->plain};
    if (!options || !options->cpu)
        return MOVINET_OK;
    if (!mv_cpu_from_name(options->cpu, &out->cpu))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "'%s' is no set of instructions; there are c, avx2, avxvnni, avx512vnni, "
                       "neon, dotprod, i8mm, simd128",
                       options->cpu);
    if (out->cpu & ~has)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "this processor has no %s, but %s",
                       options->cpu, movinet_cpu());
    return MOVINET_OK;
}

static movinet_status load(movinet_model *model, const movinet_model_options *options,
                           movinet_error *err)
{
    movinet_model_info *info = &model->info;
    mve_options plan_options;
    movinet_status status = choose(&plan_options, options, err);
    if (!status)
        status = tfl_read(&model->file, model->bytes, info->file_bytes, err);
    if (!status)
        status = mve_plan_build(&model->plan, &model->file, &plan_options, err);
    if (status)
        return status;
    mva_describe(model);
    status = mva_describe_steps(model, err);
    if (status)
        return status;
    return find_labels(model, options, err);
}

/* Takes `bytes`. */
static movinet_status open_bytes(movinet_model **out, uint8_t *bytes, size_t size,
                                 const movinet_model_options *options, movinet_error *err)
{
    movinet_model *model = calloc(1, sizeof *model);
    if (!model) {
        free(bytes);
        return mve_no_memory(err);
    }
    atomic_init(&model->references, 1);
    mv_lock_init(&model->lock);
    model->bytes = bytes;
    model->info.file_bytes = size;
    movinet_status status = load(model, options, err);
    if (status)
        destroy(model);
    else
        *out = model;
    return status;
}

/* `*bytes` is for free(). */
static movinet_status read_model(const char *path, uint8_t **bytes, size_t *size,
                                 movinet_error *err)
{
    int inside = mvz_builtin_find(path);
    if (inside < 0 || strchr(path, ':') == NULL)
        return mv_read_file(path, MAX_MODEL_BYTES, bytes, size, err);
    *size = (size_t)movinet_builtin_get(inside)->bytes;
    *bytes = malloc(*size);
    if (!*bytes)
        return mve_no_memory(err);
    memcpy(*bytes, mvz_builtin_bytes(inside), *size);
    return MOVINET_OK;
}

movinet_status movinet_model_open(movinet_model **out, const char *path,
                                  const movinet_model_options *options, movinet_error *err)
{
    uint8_t *bytes;
    size_t size;
    *out = NULL;
    movinet_status status = read_model(path, &bytes, &size, err);
    if (status)
        return status;
    status = open_bytes(out, bytes, size, options, err);
    /* A label file's own message names that file already. */
    bool labels = options && options->labels_path && err &&
                  !strncmp(err->message, options->labels_path, strlen(options->labels_path));
    if (status && !labels)
        mv_error_prefix(err, path);
    return status;
}

movinet_status movinet_model_open_memory(movinet_model **out, const void *bytes, size_t size,
                                         const movinet_model_options *options, movinet_error *err)
{
    *out = NULL;
    if (!bytes || size > MAX_MODEL_BYTES)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no model bytes, or too many");
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        return mve_no_memory(err);
    memcpy(copy, bytes, size);
    return open_bytes(out, copy, size, options, err);
}

/* ---- what it is ---- */

const movinet_model_info *movinet_model_get_info(const movinet_model *model)
{
    return &model->info;
}

void movinet_model_sha256(const movinet_model *model, uint8_t out[32])
{
    movinet_model *m = (movinet_model *)(uintptr_t)model; /* the cached digest alone changes */
    mv_lock_take(&m->lock);
    if (!m->hashed) {
        mv_sha256 sha;
        mv_sha256_begin(&sha);
        mv_sha256_update(&sha, m->bytes, m->info.file_bytes);
        mv_sha256_end(&sha, m->sha256);
        m->hashed = true;
    }
    memcpy(out, m->sha256, 32);
    mv_lock_give(&m->lock);
}

movinet_status movinet_model_tensor(const movinet_model *model, int index,
                                    movinet_tensor_info *out)
{
    const mvg_graph *g = &model->plan.graph;
    if (index < 0 || index >= g->n_tensors)
        return MOVINET_ERR_ARGUMENT;
    const mvg_tensor *t = &g->tensors[index];
    *out = (movinet_tensor_info){.name = t->name,
                                 .type = t->type,
                                 .rank = t->rank,
                                 .bytes = t->bytes,
                                 .constant = t->data || model->file.tensors[index].data,
                                 .n_scales = t->quant.n,
                                 .quantized_dimension = t->quant.axis,
                                 .scales = t->quant.scale,
                                 .zero_points = t->quant.zero_point};
    memcpy(out->shape, t->shape, sizeof out->shape);
    return MOVINET_OK;
}

movinet_status movinet_model_op(const movinet_model *model, int index, movinet_op_info *out)
{
    const mvg_graph *g = &model->plan.graph;
    if (index < 0 || index >= g->n_ops)
        return MOVINET_ERR_ARGUMENT;
    /* As the file has it: passes may have turned it into something else. */
    const tfl_op *o = &model->file.ops[index];
    *out = (movinet_op_info){.name = tfl_op_name(o->code),
                             .version = o->version,
                             .n_inputs = o->n_inputs,
                             .inputs = o->inputs,
                             .n_outputs = o->n_outputs,
                             .outputs = o->outputs,
                             .macs = g->ops[index].macs,
                             .folded = g->ops[index].folded};
    return MOVINET_OK;
}

movinet_status movinet_model_state(const movinet_model *model, int index, movinet_state_info *out)
{
    const mvg_graph *g = &model->plan.graph;
    if (index < 0 || index >= g->n_states)
        return MOVINET_ERR_ARGUMENT;
    const mvg_state *s = &g->states[index];
    *out = (movinet_state_info){s->name, s->input, s->output, s->input == s->output};
    return MOVINET_OK;
}
