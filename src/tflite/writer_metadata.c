/* What the file says of itself to tools: its image is RGB in [0, 1], its scores
 * have these labels. SPDX-License-Identifier: Apache-2.0 */
#include "tflite/writer_parts.h"

#include <string.h>

/* The picture: three channels, and at least height and width before them. */
static bool is_image(const tfl_tensor *t)
{
    return t->rank >= 4 && t->shape[t->rank - 1] == 3 && t->shape[t->rank - 2] > 1;
}

static bool is_scores(const tfl_model *m, const tfl_tensor *t)
{
    return m->n_labels && t->rank && t->shape[t->rank - 1] == m->n_labels;
}

/* The name of a tensor in the first signature, else its own. */
static const char *name_of(const tfl_model *m, int tensor, bool input)
{
    const tfl_signature *s = m->n_signatures ? &m->signatures[0] : NULL;
    int n = !s ? 0 : input ? s->n_inputs : s->n_outputs;
    for (int i = 0; i < n; i++) {
        const tfl_named *named = input ? &s->inputs[i] : &s->outputs[i];
        if (named->tensor == tensor)
            return named->name;
    }
    return m->tensors[tensor].name;
}

static tfl_ref write_one(tfl_fbw *w, tfl_ref ref)
{
    return tfl_fbw_refs(w, &ref, 1);
}

static void put_image_content(tfl_fbw *w, tfl_fbw_table *content, const tfl_tensor *t)
{
    tfl_fbw_table size = {0}, image = {0};
    tfl_put_i32(&size, 0, t->shape[t->rank - 2]);
    tfl_put_i32(&size, 1, t->shape[t->rank - 3]);
    tfl_ref size_ref = tfl_fbw_table_end(w, &size);
    tfl_put_u8(&image, TFL_META_IMAGE_COLOR_SPACE, 1);
    tfl_put_ref(&image, TFL_META_IMAGE_SIZE, size_ref);
    tfl_put_u8(content, TFL_META_CONTENT_TYPE, TFL_CONTENT_IMAGE);
    tfl_put_ref(content, TFL_META_CONTENT_PROPERTIES, tfl_fbw_table_end(w, &image));
}

/* Bytes 0 … 255 are divided by 255: "(x - mean) / std". */
static tfl_ref write_normalization(tfl_fbw *w)
{
    static const float mean[] = {0}, std[] = {255};
    tfl_fbw_table options = {0}, unit = {0};
    tfl_put_ref(&options, TFL_META_NORMALIZATION_MEAN, tfl_fbw_f32s(w, mean, 1));
    tfl_put_ref(&options, TFL_META_NORMALIZATION_STD, tfl_fbw_f32s(w, std, 1));
    tfl_put_u8(&unit, TFL_META_UNIT_TYPE, 1);
    tfl_put_ref(&unit, TFL_META_UNIT_OPTIONS, tfl_fbw_table_end(w, &options));
    return write_one(w, tfl_fbw_table_end(w, &unit));
}

static tfl_ref write_range(tfl_fbw *w)
{
    static const float most[] = {1}, least[] = {0};
    tfl_fbw_table stats = {0};
    tfl_put_ref(&stats, TFL_META_STATS_MAX, tfl_fbw_f32s(w, most, 1));
    tfl_put_ref(&stats, TFL_META_STATS_MIN, tfl_fbw_f32s(w, least, 1));
    return tfl_fbw_table_end(w, &stats);
}

static tfl_ref write_label_file(tfl_fbw *w)
{
    tfl_fbw_table file = {0};
    tfl_put_ref(&file, TFL_META_FILE_NAME, tfl_fbw_string(w, TFL_LABEL_FILE));
    tfl_put_ref(&file, TFL_META_FILE_DESCRIPTION,
                tfl_fbw_string(w, "Names of the classes, one a line."));
    tfl_put_u8(&file, TFL_META_FILE_TYPE, TFL_FILE_TENSOR_AXIS_LABELS);
    return write_one(w, tfl_fbw_table_end(w, &file));
}

static tfl_ref write_tensor(tfl_fbw *w, const tfl_model *m, int tensor, bool input)
{
    const tfl_tensor *t = &m->tensors[tensor];
    tfl_fbw_table table = {0}, content = {0}, feature = {0};
    tfl_put_ref(&table, TFL_META_TENSOR_NAME, tfl_fbw_string(w, name_of(m, tensor, input)));
    if (input && is_image(t)) {
        put_image_content(w, &content, t);
        tfl_put_ref(&table, TFL_META_TENSOR_DESCRIPTION,
                    tfl_fbw_string(w, "A picture: red, green and blue from 0 to 1."));
        tfl_put_ref(&table, TFL_META_TENSOR_PROCESS_UNITS, write_normalization(w));
        tfl_put_ref(&table, TFL_META_TENSOR_STATS, write_range(w));
    } else {
        tfl_put_u8(&content, TFL_META_CONTENT_TYPE, TFL_CONTENT_FEATURE);
        tfl_put_ref(&content, TFL_META_CONTENT_PROPERTIES, tfl_fbw_table_end(w, &feature));
    }
    if (!input && is_scores(m, t))
        tfl_put_ref(&table, TFL_META_TENSOR_FILES, write_label_file(w));
    tfl_put_ref(&table, TFL_META_TENSOR_CONTENT, tfl_fbw_table_end(w, &content));
    return tfl_fbw_table_end(w, &table);
}

static tfl_ref write_tensors(tfl_fbw *w, const tfl_model *m, bool input, tfl_ref *refs)
{
    int n = input ? m->n_inputs : m->n_outputs;
    for (int i = 0; i < n; i++)
        refs[i] = write_tensor(w, m, input ? m->inputs[i] : m->outputs[i], input);
    return tfl_fbw_refs(w, refs, n);
}

movinet_status tfl_write_metadata(const tfl_model *model, uint8_t **bytes, size_t *size,
                                  movinet_error *err)
{
    tfl_fbw w = {0};
    mv_arena arena = {0};
    tfl_fbw_table subgraph = {0}, root = {0};
    int most = model->n_inputs > model->n_outputs ? model->n_inputs : model->n_outputs;
    tfl_ref *refs = mv_arena_alloc(&arena, (size_t)most + 1, sizeof *refs);
    if (!refs)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while writing the model");
    tfl_put_ref(&subgraph, TFL_META_SUBGRAPH_INPUTS, write_tensors(&w, model, true, refs));
    tfl_put_ref(&subgraph, TFL_META_SUBGRAPH_OUTPUTS, write_tensors(&w, model, false, refs));
    tfl_ref only = tfl_fbw_table_end(&w, &subgraph);
    tfl_put_ref(&root, TFL_META_SUBGRAPHS, write_one(&w, only));
    tfl_put_ref(&root, TFL_META_NAME,
                tfl_fbw_string(&w, model->description ? model->description : ""));
    tfl_put_ref(&root, TFL_META_MIN_PARSER_VERSION, tfl_fbw_string(&w, "1.0.0"));
    mv_arena_free(&arena);
    return tfl_fbw_end(&w, tfl_fbw_table_end(&w, &root), "M001", bytes, size, err);
}
