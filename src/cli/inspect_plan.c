/* movinet inspect --plan: what is computed for a frame, step by step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include "cli/json.h"

#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

/* "+ ADD, 3 RESHAPE": the other ops of a step by name, equal ones together.
 * Returns the columns it took. */
static int list_ops(const movinet_model *model, const movinet_step_info *step, char *out,
                    size_t size)
{
    size_t at = 0;
    const char *before = NULL;
    int same = 0;
    out[0] = '\0';
    for (int i = 0; i <= step->n_ops; i++) {
        movinet_op_info op = {0};
        if (i < step->n_ops && (step->ops[i] == step->op ||
                                movinet_model_op(model, step->ops[i], &op)))
            continue;
        if (before && op.name && strcmp(before, op.name) == 0) {
            same++;
            continue;
        }
        if (before && at < size) {
            const char *comma = at ? ", " : "";
            at += (size_t)(same > 1 ? snprintf(out + at, size - at, "%s%d %s", comma, same, before)
                                    : snprintf(out + at, size - at, "%s%s", comma, before));
        }
        before = op.name;
        same = 1;
    }
    return (int)(at < size ? at : size - 1);
}

static void print_step(const terminal *t, const movinet_model *model, int index,
                       const movinet_step_info *step)
{
    enum { LAYER = 15, KIND = 18, KERNEL = 25 };
    char text[32], ops[256];
    movinet_tensor_info out;
    fprintf(t->out, "  %4d  ", index);
    int used = print_fitted(t, step->layer, LAYER - 1);
    print_spaces(t->out, LAYER - used);
    set_style(t, STYLE_STRONG);
    used = print_fitted(t, step->kind, KIND - 1);
    set_style(t, STYLE_NONE);
    if (step->kernel[0] || step->macs) {
        print_spaces(t->out, KIND - used);
        used = print_fitted(t, step->kernel, KERNEL - 1);
    }
    if (step->macs) {
        print_spaces(t->out, KERNEL - used);
        fputs(format_count(text, step->macs), t->out);
    }
    fputs("\n        ", t->out);
    set_style(t, STYLE_FAINT);
    if (movinet_model_tensor(model, step->output, &out) == MOVINET_OK) {
        fprintf(t->out, "%s ", movinet_type_name(out.type));
        print_shape(t, &out);
        fprintf(t->out, ", ");
    }
    fputs(format_bytes(text, step->output_bytes), t->out);
    set_style(t, STYLE_NONE);
    fputc('\n', t->out);
    if (list_ops(model, step, ops, sizeof ops)) {
        set_style(t, STYLE_FAINT);
        fputs("        with ", t->out);
        print_fitted(t, ops, t->columns - 13);
        set_style(t, STYLE_NONE);
        fputc('\n', t->out);
    }
}

static int count_folded(const movinet_model *model)
{
    int n = 0;
    for (int i = 0; i < movinet_model_get_info(model)->n_ops; i++) {
        movinet_op_info op;
        n += movinet_model_op(model, i, &op) == MOVINET_OK && op.folded;
    }
    return n;
}

void print_plan(const terminal *t, const movinet_model *model)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    char text[32];
    fputc('\n', t->out);
    print_heading(t, "Plan");
    for (int i = 0; i < info->n_steps; i++) {
        movinet_step_info step;
        if (movinet_model_step(model, i, &step) == MOVINET_OK)
            print_step(t, model, i, &step);
    }
    fprintf(t->out, "\n  %d step%s for %d ops", info->n_steps, info->n_steps == 1 ? "" : "s",
            info->n_ops - count_folded(model));
    if (count_folded(model))
        fprintf(t->out, ", %d more computed once, at opening", count_folded(model));
    fprintf(t->out, "; instructions: %s\n", info->cpu);
    fprintf(t->out, "  %s multiply-adds a frame\n", format_count(text, info->macs));
    fprintf(t->out, "  %s of weights, packed", format_bytes(text, info->weight_bytes));
    fprintf(t->out, "; %s a stream\n", format_bytes(text, info->stream_bytes));
}

/* ---- JSON ---- */

static json_t *json_step(const movinet_model *model, int index, const movinet_step_info *step)
{
    movinet_tensor_info out;
    json_t *ops = json_array(), *names = json_array();
    for (int i = 0; i < step->n_ops; i++) {
        movinet_op_info op;
        if (movinet_model_op(model, step->ops[i], &op))
            continue;
        json_array_append_new(ops, json_integer(step->ops[i]));
        json_array_append_new(names, json_text(op.name));
    }
    bool known = movinet_model_tensor(model, step->output, &out) == MOVINET_OK;
    return json_pack("{s:i,s:o,s:o,s:o,s:i,s:o,s:o,s:i,s:s,s:o,s:I,s:I}", "step", index, "layer",
                     json_text(step->layer), "kind", json_text(step->kind), "kernel",
                     json_text(step->kernel), "op", step->op, "ops", ops, "op_names", names,
                     "output", step->output, "type", known ? movinet_type_name(out.type) : "",
                     "shape", known ? json_shape(&out) : json_null(), "output_bytes",
                     (json_int_t)step->output_bytes, "macs", (json_int_t)step->macs);
}

json_t *json_plan(const movinet_model *model)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    json_t *steps = json_array();
    for (int i = 0; i < info->n_steps; i++) {
        movinet_step_info step;
        if (movinet_model_step(model, i, &step) == MOVINET_OK)
            json_array_append_new(steps, json_step(model, i, &step));
    }
    return json_pack("{s:s,s:i,s:I,s:I,s:I,s:o}", "cpu", info->cpu, "n_steps", info->n_steps,
                     "macs", (json_int_t)info->macs, "weight_bytes",
                     (json_int_t)info->weight_bytes, "stream_bytes",
                     (json_int_t)info->stream_bytes, "steps", steps);
}
