/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/states.h"

#include <string.h>

typedef struct port {
    const char *name;
    size_t length;
    int tensor;
} port;

typedef struct ports {
    port *at;
    int n;
} ports;

/* "serving_default_state_head_pool_buffer:0" carries "state_head_pool_buffer";
 * a name without "state_" counts whole. */
static port port_from_tensor(const mvg_graph *graph, int tensor)
{
    const char *name = graph->tensors[tensor].name;
    const char *state = strstr(name, "state_");
    if (state)
        name = state;
    return (port){name, strcspn(name, ":;/"), tensor};
}

static bool same_name(const port *a, const port *b)
{
    return a->length && a->length == b->length && !memcmp(a->name, b->name, a->length);
}

static bool make_ports(mvg_graph *graph, ports *out, int n, const tfl_named *named,
                       const int32_t *plain)
{
    out->at = mv_arena_alloc(&graph->arena, (size_t)n + 1, sizeof *out->at);
    out->n = n;
    for (int i = 0; out->at && i < n; i++)
        out->at[i] = named ? (port){named[i].name, strlen(named[i].name), named[i].tensor}
                           : port_from_tensor(graph, plain[i]);
    return out->at;
}

/* The state that a signature-less output belongs to by name, or by being the
 * input itself. */
static int partner(const port *output, const ports *inputs)
{
    for (int i = 0; i < inputs->n; i++)
        if (same_name(output, &inputs->at[i]))
            return i;
    for (int i = 0; i < inputs->n; i++)
        if (output->tensor == inputs->at[i].tensor)
            return i;
    return -1;
}

static movinet_status add_state(mvg_graph *graph, const port *in, const port *out,
                                movinet_error *err)
{
    char *name = mv_arena_string(&graph->arena, in->name, in->length);
    if (!name)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    graph->states[graph->n_states++] = (mvg_state){name, in->tensor, out->tensor, -1, false};
    return MOVINET_OK;
}

static movinet_status pair(mvg_graph *graph, const ports *inputs, const ports *outputs,
                           movinet_error *err)
{
    bool *used = mv_arena_alloc(&graph->arena, (size_t)inputs->n + 1, sizeof *used);
    graph->states = mv_arena_alloc(&graph->arena, (size_t)inputs->n + 1, sizeof *graph->states);
    graph->rings = mv_arena_alloc(&graph->arena, (size_t)inputs->n + 1, sizeof *graph->rings);
    if (!used || !graph->states || !graph->rings)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    graph->image = graph->logits = -1;
    int n_logits = 0;
    for (int i = 0; i < outputs->n; i++) {
        int p = partner(&outputs->at[i], inputs);
        if (p >= 0 && used[p])
            return mv_fail(err, MOVINET_ERR_FORMAT, "state '%.*s' has two outputs",
                           (int)inputs->at[p].length, inputs->at[p].name);
        if (p >= 0) {
            used[p] = true;
            movinet_status status = add_state(graph, &inputs->at[p], &outputs->at[i], err);
            if (status)
                return status;
        } else if (!n_logits++ || (outputs->at[i].length == 6 &&
                                   !memcmp(outputs->at[i].name, "logits", 6))) {
            graph->logits = outputs->at[i].tensor;
        }
    }
    if (graph->logits < 0)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "no output for the scores: every output is a state");
    for (int i = 0; i < inputs->n; i++) {
        if (used[i])
            continue;
        if (graph->image >= 0)
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                           "two inputs that are not states, tensor %d '%.80s' and tensor %d "
                           "'%.80s': only one image input is supported",
                           graph->image, graph->tensors[graph->image].name, inputs->at[i].tensor,
                           graph->tensors[inputs->at[i].tensor].name);
        graph->image = inputs->at[i].tensor;
    }
    if (graph->image < 0)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "no input for the image: every input is a state");
    return MOVINET_OK;
}

/* Of several signatures: serving_default, else the first. */
static const tfl_signature *choose(const tfl_model *file)
{
    for (int i = 0; i < file->n_signatures; i++)
        if (!strcmp(file->signatures[i].key, "serving_default"))
            return &file->signatures[i];
    return file->n_signatures ? &file->signatures[0] : NULL;
}

/* An input that the signature leaves out would be read unset. */
static movinet_status all_inputs_named(const mvg_graph *graph, const tfl_model *file,
                                       const ports *inputs, movinet_error *err)
{
    for (int i = 0; i < file->n_inputs; i++) {
        bool named = false;
        for (int k = 0; k < inputs->n; k++)
            named = named || inputs->at[k].tensor == file->inputs[i];
        if (!named)
            return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                           "input tensor %d '%.80s' is missing from signature '%.80s'",
                           file->inputs[i], graph->tensors[file->inputs[i]].name,
                           graph->signature);
    }
    return MOVINET_OK;
}

movinet_status mvg_find_states(mvg_graph *graph, const tfl_model *file, movinet_error *err)
{
    const tfl_signature *s = choose(file);
    ports inputs, outputs;
    bool made = s ? make_ports(graph, &inputs, s->n_inputs, s->inputs, NULL) &&
                        make_ports(graph, &outputs, s->n_outputs, s->outputs, NULL)
                  : make_ports(graph, &inputs, file->n_inputs, NULL, file->inputs) &&
                        make_ports(graph, &outputs, file->n_outputs, NULL, file->outputs);
    if (!made)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    graph->signature = s ? s->key : "";
    movinet_status status = all_inputs_named(graph, file, &inputs, err);
    return status ? status : pair(graph, &inputs, &outputs, err);
}

static movinet_status check_image(mvg_graph *graph, movinet_error *err)
{
    const mvg_tensor *t = &graph->tensors[graph->image];
    bool type = t->type == MOVINET_FLOAT32 ||
                ((t->type == MOVINET_INT8 || t->type == MOVINET_UINT8) && t->quant.n == 1);
    if (!type || t->data)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "image input, tensor %d '%.80s': must be float32 or quantized 8 bit",
                       graph->image, t->name);
    bool shape = t->rank == 4 || (t->rank == 5 && t->shape[0] == 1);
    if (!shape || t->shape[t->rank - 1] != 3)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "image input, tensor %d '%.80s': must be [1, frames, height, width, 3] or "
                       "[frames, height, width, 3]",
                       graph->image, t->name);
    graph->frames = t->shape[t->rank - 4];
    graph->height = t->shape[t->rank - 3];
    graph->width = t->shape[t->rank - 2];
    if (graph->height < 1 || graph->width < 1 || graph->height > 8192 || graph->width > 8192)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "image input of %d x %d pixels",
                       graph->width, graph->height);
    return MOVINET_OK;
}

static movinet_status check_state(const mvg_graph *graph, const mvg_state *s, movinet_error *err)
{
    const mvg_tensor *in = &graph->tensors[s->input], *out = &graph->tensors[s->output];
    if (in->data)
        return mv_fail(err, MOVINET_ERR_FORMAT, "state '%.80s': its input is a constant", s->name);
    if (in->type != out->type || in->bytes != out->bytes || !in->bytes)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "state '%.80s': goes in as %zu bytes of %s and comes out as %zu bytes of %s",
                       s->name, in->bytes, movinet_type_name(in->type), out->bytes,
                       movinet_type_name(out->type));
    return MOVINET_OK;
}

movinet_status mvg_check_ends(mvg_graph *graph, movinet_error *err)
{
    movinet_status status = check_image(graph, err);
    for (int i = 0; !status && i < graph->n_states; i++) {
        if (graph->tensors[graph->states[i].output].producer == -2)
            return mv_fail(err, MOVINET_ERR_FORMAT, "state '%.80s': nothing writes it",
                           graph->states[i].name);
        status = check_state(graph, &graph->states[i], err);
    }
    if (status)
        return status;
    const mvg_tensor *t = &graph->tensors[graph->logits];
    bool type = t->type == MOVINET_FLOAT32 || (t->type == MOVINET_INT8 && t->quant.n == 1);
    if (t->producer == -2)
        return mv_fail(err, MOVINET_ERR_FORMAT, "scores, tensor %d '%.80s': nothing writes it",
                       graph->logits, t->name);
    if (!type || t->count < 1 || t->count > 1000000 ||
        t->count != (size_t)t->shape[t->rank ? t->rank - 1 : 0])
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "scores, tensor %d '%.80s': must be one row of float32 or int8",
                       graph->logits, t->name);
    graph->n_classes = (int)t->count;
    return MOVINET_OK;
}
