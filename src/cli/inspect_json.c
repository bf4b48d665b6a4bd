/* movinet inspect --format json. SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include "cli/json.h"
#include "cli/text.h"

#include <stdlib.h>

json_t *json_shape(const movinet_tensor_info *tensor)
{
    json_t *shape = json_array();
    for (int i = 0; i < tensor->rank && i < MOVINET_MAX_RANK; i++)
        json_array_append_new(shape, json_integer(tensor->shape[i]));
    return shape;
}

static json_t *json_states(const movinet_model *model)
{
    json_t *states = json_array();
    for (int i = 0; i < movinet_model_get_info(model)->n_states; i++) {
        movinet_state_info state;
        movinet_tensor_info tensor;
        if (movinet_model_state(model, i, &state) ||
            movinet_model_tensor(model, state.input, &tensor))
            continue;
        json_array_append_new(
            states, json_pack("{s:o,s:s,s:o,s:I,s:b}", "name", json_text(state.name), "type",
                              movinet_type_name(tensor.type), "shape", json_shape(&tensor), "bytes",
                              (json_int_t)tensor.bytes, "pass_through", (int)state.pass_through));
    }
    return states;
}

static json_t *json_kinds(const movinet_model *model)
{
    int n;
    json_t *list = json_array();
    op_kind *kinds = count_ops(model, &n);
    for (int i = 0; kinds && i < n; i++)
        json_array_append_new(
            list, json_pack("{s:o,s:i,s:i,s:I}", "name", json_text(kinds[i].name), "count",
                            kinds[i].count, "folded", kinds[i].folded, "macs",
                            (json_int_t)kinds[i].macs));
    free(kinds);
    return list;
}

static json_t *json_tensor(const movinet_model *model, int32_t index)
{
    movinet_tensor_info tensor;
    if (index < 0 || movinet_model_tensor(model, index, &tensor))
        return json_null();
    json_t *object =
        json_pack("{s:i,s:o,s:s,s:o,s:b}", "tensor", (int)index, "name", json_text(tensor.name),
                  "type", movinet_type_name(tensor.type), "shape", json_shape(&tensor), "constant",
                  (int)tensor.constant);
    if (!object || tensor.n_scales == 0)
        return object;
    json_t *scales = json_array(), *zeros = json_array();
    for (int i = 0; i < tensor.n_scales; i++) {
        json_array_append_new(scales, json_number((double)tensor.scales[i]));
        json_array_append_new(zeros, json_integer(tensor.zero_points[i]));
    }
    json_object_set_new(object, "scales", scales);
    json_object_set_new(object, "zero_points", zeros);
    json_object_set_new(object, "quantized_dimension", json_integer(tensor.quantized_dimension));
    return object;
}

static json_t *json_tensors(const movinet_model *model, const int32_t *indices, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_tensor(model, indices[i]));
    return list;
}

static json_t *json_every_op(const movinet_model *model)
{
    json_t *list = json_array();
    for (int i = 0; i < movinet_model_get_info(model)->n_ops; i++) {
        movinet_op_info op;
        if (movinet_model_op(model, i, &op))
            continue;
        json_array_append_new(
            list, json_pack("{s:i,s:o,s:i,s:I,s:b,s:o,s:o}", "index", i, "name",
                            json_text(op.name), "version", op.version, "macs", (json_int_t)op.macs,
                            "folded", (int)op.folded, "inputs",
                            json_tensors(model, op.inputs, op.n_inputs), "outputs",
                            json_tensors(model, op.outputs, op.n_outputs)));
    }
    return list;
}

static const char *label_source_word(movinet_label_source source)
{
    switch (source) {
    case MOVINET_LABELS_NONE: return "none";
    case MOVINET_LABELS_METADATA: return "metadata";
    case MOVINET_LABELS_FILE: return "file";
    case MOVINET_LABELS_KINETICS: return "kinetics-600";
    }
    return "none";
}

static json_t *json_model(const movinet_model *model, const char *path)
{
    const movinet_model_info *info = movinet_model_get_info(model);
    char hex[65];
    sha256_text(model, hex);
    json_t *object = json_pack(
        "{s:o,s:I,s:s,s:o,s:b,s:b,s:o,s:o,s:o}", "file", json_text(path), "file_bytes",
        (json_int_t)info->file_bytes, "sha256", hex, "variant", json_text(info->variant),
        "streaming", (int)info->streaming, "squeeze_excitation", (int)info->squeeze_excitation,
        "precision", json_text(info->precision), "description", json_text(info->description),
        "signature", json_text(info->signature));
    json_t *more = json_pack(
        "{s:{s:i,s:i,s:i,s:o},s:i,s:s,s:i,s:i,s:I,s:I,s:I,s:I,s:i,s:i,s:I,s:s,s:o,s:o}", "frame",
        "width", info->frame_width, "height", info->frame_height, "per_step", info->frames_per_step, "rate",
        json_number(info->frame_rate), "classes", info->n_classes, "label_source",
        label_source_word(info->label_source), "inputs", info->n_inputs, "tensors",
        info->n_tensors, "state_bytes", (json_int_t)info->state_bytes, "stream_bytes",
        (json_int_t)info->stream_bytes, "macs", (json_int_t)info->macs, "parameters",
        (json_int_t)info->parameters, "n_ops", info->n_ops, "n_steps", info->n_steps,
        "weight_bytes", (json_int_t)info->weight_bytes, "cpu", info->cpu, "states", json_states(model),
        "op_counts", json_kinds(model));
    if (!object || !more || json_object_update(object, more)) {
        json_decref(object);
        object = NULL;
    }
    json_decref(more);
    return object;
}

bool print_model_json(const movinet_model *model, const char *path, bool ops, bool plan)
{
    json_t *object = json_model(model, path);
    if (object && ops)
        json_object_set_new(object, "ops", json_every_op(model));
    if (object && plan)
        json_object_set_new(object, "plan", json_plan(model));
    return print_json(object, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
}
