/* The results of an evaluation as one JSON object. SPDX-License-Identifier: Apache-2.0 */
#include "cli/evaluate/evaluate.h"

#include "cli/json.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>

/* Eight digits behind the point: shares of any number of clips. */
static json_t *rounded(double value)
{
    return json_number(round(value * 1e8) / 1e8);
}

/* null for what is not known; within a figure for what is infinite: never. */
static json_t *figure(movinet_figure f)
{
    if (isnan(f.value))
        return json_null();
    return json_pack("{s:o,s:o,s:o}", "value", rounded(f.value), "low", rounded(f.low), "high",
                     rounded(f.high));
}

static json_t *label(const evaluate_job *j, int answer)
{
    return json_text(movinet_evaluation_label(j->evaluation, answer));
}

static json_t *clip_name(const evaluate_job *j, int clip)
{
    const movinet_dataset_clip *c = movinet_dataset_get_clip(j->dataset, clip);
    return c ? json_text(c->name) : json_null();
}

/* ---- one model ---- */

static json_t *figures(const evaluate_job *j, int model)
{
    json_t *object = json_object();
    for (int k = 0; k < MOVINET_FIGURES; k++)
        json_object_set_new(
            object, movinet_figure_get_info((movinet_figure_kind)k)->name,
            figure(movinet_evaluation_figure(j->evaluation, model, (movinet_figure_kind)k)));
    return object;
}

static json_t *classes(const evaluate_job *j, int model)
{
    json_t *list = json_array();
    for (int i = 0; i < movinet_evaluation_get_info(j->evaluation)->n_classes; i++) {
        movinet_class_figures f = movinet_evaluation_class(j->evaluation, model, i);
        json_array_append_new(
            list, json_pack("{s:o,s:b,s:i,s:i,s:i,s:o,s:o,s:o,s:o}", "label", label(j, i), "known",
                            movinet_evaluation_knows(j->evaluation, model, i), "clips", f.clips,
                            "answered", f.answered, "right", f.right, "precision",
                            figure(f.precision), "recall", figure(f.recall), "f1", figure(f.f1),
                            "average_precision", figure(f.average_precision)));
    }
    return list;
}

/* What was answered, of each class: all that is not 0. */
static json_t *confusion(const evaluate_job *j, int model)
{
    const movinet_evaluation_info *info = movinet_evaluation_get_info(j->evaluation);
    json_t *list = json_array();
    for (int i = 0; i < info->n_classes; i++)
        for (int k = 0; k < info->n_answers; k++) {
            int n = movinet_evaluation_count(j->evaluation, model, i, k);
            if (n)
                json_array_append_new(list, json_pack("{s:o,s:o,s:i}", "label", label(j, i),
                                                      "answer", label(j, k), "clips", n));
        }
    return list;
}

static json_t *over_time(const evaluate_job *j, int model)
{
    movinet_evaluation_moment m;
    json_t *list = json_array();
    for (int i = 1; movinet_evaluation_after(j->evaluation, model, i, &m); i++)
        json_array_append_new(list, json_pack("{s:o,s:i,s:o}", "seconds", rounded(m.seconds),
                                              "clips", m.clips, "right", figure(m.right)));
    return list;
}

static json_t *calibration(const evaluate_job *j, int model)
{
    json_t *list = json_array();
    for (int i = 0; i < MOVINET_EVALUATION_BINS; i++) {
        movinet_evaluation_bin b = movinet_evaluation_calibration(j->evaluation, model, i);
        if (b.clips)
            json_array_append_new(list,
                                  json_pack("{s:i,s:o,s:o}", "clips", b.clips, "probability",
                                            rounded(b.probability), "right", figure(b.right)));
    }
    return list;
}

static json_t *model(const evaluate_job *j, int m)
{
    const movinet_model_info *info = movinet_model_get_info(j->models[m]);
    json_t *memory =
        json_pack("{s:I,s:I,s:I}", "weights", (json_int_t)info->weight_bytes, "stream",
                  (json_int_t)info->stream_bytes, "file", (json_int_t)info->file_bytes);
    return json_pack(
        "{s:o,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "name", json_text(j->names[m]), "path",
        json_text(j->paths[m]), "variant", info->variant, "precision", info->precision, "cpu",
        info->cpu, "figures", figures(j, m), "bytes", memory, "classes", classes(j, m), "confusion",
        confusion(j, m), "over_time", over_time(j, m), "calibration", calibration(j, m));
}

/* ---- two models ---- */

static json_t *disagreements(const evaluate_job *j, int a, int b)
{
    int n = movinet_evaluation_disagreements(j->evaluation, a, b, NULL, 0);
    movinet_disagreement *found = calloc((size_t)n + 1, sizeof *found);
    json_t *list = json_array();
    if (found)
        movinet_evaluation_disagreements(j->evaluation, a, b, found, n);
    for (int i = 0; found && i < n; i++)
        json_array_append_new(
            list, json_pack("{s:o,s:i,s:i,s:i,s:i,s:o}", "label", label(j, found[i].index), "clips",
                            found[i].clips, "differ", found[i].differ, "only_a", found[i].only_a,
                            "only_b", found[i].only_b, "clip", clip_name(j, found[i].clip)));
    free(found);
    return list;
}

static json_t *pair(const evaluate_job *j, int a, int b)
{
    movinet_evaluation_pair p = movinet_evaluation_compare(j->evaluation, a, b);
    json_t *differences = json_object();
    for (int k = 0; k < MOVINET_FIGURES; k++)
        json_object_set_new(
            differences, movinet_figure_get_info((movinet_figure_kind)k)->name,
            figure(movinet_evaluation_difference(j->evaluation, a, b, (movinet_figure_kind)k)));
    return json_pack("{s:o,s:o,s:o,s:i,s:i,s:i,s:i,s:o,s:o,s:o,s:o}", "a", json_text(j->names[a]),
                     "b", json_text(j->names[b]), "b_less_a", differences, "both_right", p.both,
                     "only_a", p.only_a, "only_b", p.only_b, "neither", p.neither, "mcnemar_p",
                     json_number(p.mcnemar), "same_answer", figure(p.agreement), "same_on_frames",
                     figure(p.frames), "disagreements", disagreements(j, a, b));
}

/* ---- all ---- */

static json_t *skipped(const evaluate_job *j)
{
    const movinet_dataset_clip *c;
    json_t *list = json_array();
    for (int i = 0; (c = movinet_dataset_get_clip(j->dataset, i)); i++)
        if (c->skipped)
            json_array_append_new(list, json_pack("{s:o,s:o}", "clip", json_text(c->name), "why",
                                                  json_text(c->skipped)));
    return list;
}

void evaluate_print_json(const evaluate_job *j)
{
    static const char *const splits[] = {"", "train", "validation", "test", "all"};
    const movinet_evaluation_info *info = movinet_evaluation_get_info(j->evaluation);
    json_t *models = json_array(), *pairs = json_array();
    for (int m = 0; m < j->n_models; m++)
        json_array_append_new(models, model(j, m));
    for (int b = 1; b < j->n_models; b++)
        for (int a = 0; a < b; a++)
            json_array_append_new(pairs, pair(j, a, b));
    json_t *all =
        json_pack("{s:o,s:s,s:i,s:i,s:i,s:i,s:b,s:o,s:o,s:o}", "data", json_text(j->data), "split",
                  splits[info->clips], "clips", info->n_counted, "sources", info->n_sources,
                  "classes", info->n_classes, "left_out", info->n_unknown, "several_labels",
                  info->multi_label, "skipped", skipped(j), "models", models, "pairs", pairs);
    print_json(all, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
}
