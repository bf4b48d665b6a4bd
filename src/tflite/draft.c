/* SPDX-License-Identifier: Apache-2.0 */
#include "tflite/draft.h"

#include <stdlib.h>
#include <string.h>

/* One more element, zeroed, in a list that doubles: its address, or NULL. */
#define ADD(draft, list, n) add(draft, (void **)&(list), &(n), sizeof *(list))
static void *add(tfl_draft *draft, void **list, int *n, size_t size)
{
    size_t count = (size_t)*n;
    if (!(count & (count - 1))) { /* 0, 1, 2, 4, …: full */
        void *larger = realloc(*list, (count ? 2 * count : 1) * size);
        if (!larger) {
            draft->failed = true;
            return NULL;
        }
        *list = larger;
    }
    *n += 1;
    return memset((char *)*list + count * size, 0, size);
}

static char *copy_text(tfl_draft *draft, const char *text)
{
    char *copy = mv_arena_string(&draft->arena, text, strlen(text));
    draft->failed = draft->failed || !copy;
    return copy;
}

static void *copy_bytes(tfl_draft *draft, const void *from, size_t count, size_t size)
{
    void *copy = mv_arena_alloc(&draft->arena, count ? count : 1, size);
    draft->failed = draft->failed || !copy;
    if (copy && from && count)
        memcpy(copy, from, count * size);
    return copy;
}

/* ---- tensors ------------------------------------------------------------- */

int tfl_draft_tensor(tfl_draft *draft, const char *name, movinet_type type, int rank,
                     const int32_t *shape)
{
    tfl_tensor *t = ADD(draft, draft->tensors, draft->n_tensors);
    if (!t)
        return 0;
    t->name = copy_text(draft, name);
    t->type = type;
    t->rank = rank;
    if (rank)
        memcpy(t->shape, shape, (size_t)rank * sizeof *shape);
    return draft->n_tensors - 1;
}

int tfl_draft_constant(tfl_draft *draft, const char *name, movinet_type type, int rank,
                       const int32_t *shape, const void *data)
{
    size_t size = tfl_type_size(type);
    int index = tfl_draft_tensor(draft, name, type, rank, shape);
    for (int i = 0; i < rank; i++)
        if (!mv_mul_size(size, (size_t)shape[i], &size))
            draft->failed = true;
    if (draft->failed)
        return 0;
    tfl_tensor *t = &draft->tensors[index];
    t->data = copy_bytes(draft, data, size, 1);
    t->size = size;
    return index;
}

int tfl_draft_ints(tfl_draft *draft, int n, const int32_t *values)
{
    int32_t length = n;
    for (int i = 0; i < draft->n_tensors; i++) {
        const tfl_tensor *t = &draft->tensors[i];
        if (t->data && t->type == MOVINET_INT32 && t->rank == 1 && t->shape[0] == n &&
            !memcmp(t->data, values, (size_t)n * sizeof *values))
            return i;
    }
    return tfl_draft_constant(draft, "numbers", MOVINET_INT32, 1, &length, values);
}

void *tfl_draft_data(tfl_draft *draft, int tensor)
{
    return draft->failed ? NULL : (void *)(uintptr_t)draft->tensors[tensor].data;
}

void tfl_draft_quantize(tfl_draft *draft, int tensor, int n, const float *scales, int axis)
{
    float *scale = copy_bytes(draft, scales, (size_t)n, sizeof *scale);
    int32_t *zeros = copy_bytes(draft, NULL, (size_t)n, sizeof *zeros);
    if (!draft->failed)
        draft->tensors[tensor].quant = (tfl_quant){n, n > 1 ? axis : 0, scale, zeros};
}

/* ---- ops ------------------------------------------------------------------- */

void tfl_draft_op(tfl_draft *draft, int code, int n_inputs, const int32_t *inputs, int output,
                  const tfl_options *options)
{
    tfl_op *op = ADD(draft, draft->ops, draft->n_ops);
    int32_t to = output;
    if (!op)
        return;
    op->code = code;
    op->n_inputs = n_inputs;
    op->inputs = copy_bytes(draft, inputs, (size_t)n_inputs, sizeof *inputs);
    op->n_outputs = 1;
    op->outputs = copy_bytes(draft, &to, 1, sizeof to);
    if (options)
        op->options = *options;
    else if (code == TFL_OP_RESHAPE)
        op->options.n_new_shape = -1;
    /* As the reader fills them in where the file leaves them out. */
    if (!op->options.dilation_w)
        op->options.dilation_w = op->options.dilation_h = 1;
}

/* ---- ends -------------------------------------------------------------------- */

void tfl_draft_input(tfl_draft *draft, const char *name, int tensor)
{
    tfl_named *named = ADD(draft, draft->inputs, draft->n_inputs);
    if (named)
        *named = (tfl_named){copy_text(draft, name), tensor};
}

void tfl_draft_output(tfl_draft *draft, const char *name, int tensor)
{
    tfl_named *named = ADD(draft, draft->outputs, draft->n_outputs);
    if (named)
        *named = (tfl_named){copy_text(draft, name), tensor};
}

/* ---- from another model -------------------------------------------------------- */

void tfl_draft_copy_tensors(tfl_draft *draft, const tfl_model *model)
{
    for (int i = 0; i < model->n_tensors; i++) {
        tfl_tensor *t = ADD(draft, draft->tensors, draft->n_tensors);
        if (!t)
            return;
        *t = model->tensors[i];
    }
}

void tfl_draft_copy_ops(tfl_draft *draft, const tfl_model *model)
{
    for (int i = 0; i < model->n_ops; i++) {
        tfl_op *op = ADD(draft, draft->ops, draft->n_ops);
        if (!op)
            return;
        *op = model->ops[i];
    }
}

/* ---- the end -------------------------------------------------------------------- */

static const int32_t *ends(tfl_draft *draft, const tfl_named *named, int n)
{
    int32_t *list = copy_bytes(draft, NULL, (size_t)n, sizeof *list);
    for (int i = 0; list && i < n; i++)
        list[i] = named[i].tensor;
    return list;
}

/* The lists go into the arena, the arena to the model. */
static movinet_status finish(tfl_draft *draft, tfl_model *m, movinet_error *err)
{
    m->n_tensors = draft->n_tensors;
    m->n_ops = draft->n_ops;
    m->n_subgraphs = 1;
    m->tensors = copy_bytes(draft, draft->tensors, (size_t)draft->n_tensors, sizeof *m->tensors);
    m->ops = copy_bytes(draft, draft->ops, (size_t)draft->n_ops, sizeof *m->ops);
    if (draft->failed) {
        tfl_draft_free(draft);
        *m = (tfl_model){0};
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while building the model");
    }
    m->arena = draft->arena;
    draft->arena = (mv_arena){0};
    tfl_draft_free(draft);
    return MOVINET_OK;
}

movinet_status tfl_draft_end(tfl_draft *draft, const char *description, int n_labels,
                             const char *const *labels, tfl_model *out, movinet_error *err)
{
    *out = (tfl_model){0};
    tfl_signature *s = copy_bytes(draft, NULL, 1, sizeof *s);
    const char **names = copy_bytes(draft, NULL, (size_t)n_labels, sizeof *names);
    for (int i = 0; names && i < n_labels; i++)
        names[i] = copy_text(draft, labels[i]);
    if (s) {
        s->key = copy_text(draft, "serving_default");
        s->n_inputs = draft->n_inputs;
        s->n_outputs = draft->n_outputs;
        s->inputs = copy_bytes(draft, draft->inputs, (size_t)s->n_inputs, sizeof *s->inputs);
        s->outputs = copy_bytes(draft, draft->outputs, (size_t)s->n_outputs, sizeof *s->outputs);
    }
    out->description = copy_text(draft, description);
    out->signatures = s;
    out->n_signatures = 1;
    out->labels = names;
    out->n_labels = n_labels;
    out->n_inputs = draft->n_inputs;
    out->n_outputs = draft->n_outputs;
    out->inputs = ends(draft, draft->inputs, draft->n_inputs);
    out->outputs = ends(draft, draft->outputs, draft->n_outputs);
    return finish(draft, out, err);
}

movinet_status tfl_draft_end_as(tfl_draft *draft, const tfl_model *model, tfl_model *out,
                                movinet_error *err)
{
    tfl_model m = *model;
    m.arena = (mv_arena){0};
    m.metadata = NULL;
    m.metadata_size = 0;
    movinet_status status = finish(draft, &m, err);
    *out = m;
    return status;
}

void tfl_draft_free(tfl_draft *draft)
{
    free(draft->tensors);
    free(draft->ops);
    free(draft->inputs);
    free(draft->outputs);
    mv_arena_free(&draft->arena);
    *draft = (tfl_draft){0};
}
