/* Evaluations as objects: beginning, ending, what was asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/evaluation.h"

#include "core/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

movinet_status mvx_no_memory(movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "evaluation: out of memory");
}

void mvx_note(movinet_evaluation *e, const char *format, ...)
{
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    char **larger = realloc(e->notes, ((size_t)e->n_notes + 1) * sizeof *larger);
    if (!larger)
        return; /* what is noted is not needed */
    e->notes = larger;
    if ((e->notes[e->n_notes] = strdup(line)))
        e->n_notes++;
}

void mvx_outcome_free(mvx_outcome *o)
{
    free(o->stretches);
    free(o->scores);
    *o = (mvx_outcome){0};
}

/* ---- answers of a clip -------------------------------------------------------------------- */

bool mvx_is_right(const movinet_dataset_clip *clip, int answer)
{
    for (int i = 0; i < clip->n_classes; i++)
        if (clip->classes[i] == answer)
            return true;
    return false;
}

int mvx_first_right(const movinet_dataset_clip *clip, const mvx_outcome *o)
{
    int frames = 0;
    for (int i = 0; i < o->n_stretches; i++) {
        if (mvx_is_right(clip, o->stretches[i].answer))
            return frames + 1;
        frames += o->stretches[i].frames;
    }
    return 0;
}

/* ---- beginning ---------------------------------------------------------------------------- */

static movinet_status check_options(const movinet_evaluate_options *o, int n_models,
                                    movinet_error *err)
{
    if (n_models < 1 || n_models > MOVINET_EVALUATE_MODELS)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "evaluation of %d models: 1 to %d can be",
                       n_models, MOVINET_EVALUATE_MODELS);
    if ((int)o->clips < 0 || o->clips > MOVINET_EVALUATE_ALL)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "there are no such clips: %d", (int)o->clips);
    if (!(o->frame_rate >= 0 && o->frame_rate <= 1000))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%g frames a second: must be up to 1000",
                       o->frame_rate);
    if (!(o->seconds >= 0 && o->seconds < 1e9))
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%g seconds of a clip: must be 0 or more",
                       o->seconds);
    if (o->threads < 0 || o->threads > 256)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "%d threads: must be 1 to 256", o->threads);
    return MOVINET_OK;
}

/* Which clips are meant, where that was not said. */
static movinet_evaluate_clips choose(const movinet_evaluation *e)
{
    if (e->options.clips)
        return e->options.clips;
    if (!movinet_dataset_get_info(e->dataset)->own_splits)
        return MOVINET_EVALUATE_ALL;
    if (movinet_dataset_count(e->dataset, -1, MOVINET_SPLIT_TEST))
        return MOVINET_EVALUATE_TEST;
    return movinet_dataset_count(e->dataset, -1, MOVINET_SPLIT_VALIDATION)
               ? MOVINET_EVALUATE_VALIDATION
               : MOVINET_EVALUATE_ALL;
}

static bool is_chosen(const movinet_evaluation *e, const movinet_dataset_clip *clip)
{
    return e->info.clips == MOVINET_EVALUATE_ALL ||
           (int)clip->split == (int)e->info.clips - MOVINET_EVALUATE_TRAIN;
}

/* One label a clip: whether all models know it. Of several, it is enough if some are known. */
static bool is_known(const movinet_evaluation *e, const movinet_dataset_clip *clip)
{
    for (int m = 0; m < e->info.n_models; m++)
        for (int i = 0; i < clip->n_classes && !e->info.multi_label; i++)
            if (!e->models[m].known[clip->classes[i]])
                return false;
    return true;
}

static movinet_status choose_clips(movinet_evaluation *e, movinet_error *err)
{
    const movinet_dataset_clip *clip;
    size_t n = (size_t)movinet_dataset_get_info(e->dataset)->n_clips + 1;
    e->clips = mv_arena_alloc(&e->arena, n, sizeof *e->clips);
    e->places = mv_arena_alloc(&e->arena, n, sizeof *e->places);
    e->counted = mv_arena_alloc(&e->arena, n, sizeof *e->counted);
    e->units = mv_arena_alloc(&e->arena, n, sizeof *e->units);
    if (!e->clips || !e->places || !e->counted || !e->units)
        return mvx_no_memory(err);
    e->info.clips = choose(e);
    for (int i = 0; (clip = movinet_dataset_get_clip(e->dataset, i)); i++) {
        bool chosen = is_chosen(e, clip), known = is_known(e, clip);
        e->places[i] = chosen && known ? e->n : -1;
        if (chosen && known)
            e->clips[e->n++] = i;
        e->info.n_clips += chosen;
        e->info.n_unknown += chosen && !known;
    }
    static const char *const names[] = {"", " for training", " for validation", " for test", ""};
    if (!e->info.n_clips)
        return mv_fail(err, MOVINET_ERR_FORMAT, "the data set has no clip%s", names[e->info.clips]);
    if (!e->n)
        return mv_fail(err, MOVINET_ERR_FORMAT, "of the %d clips%s none is of a class that %s",
                       e->info.n_clips, names[e->info.clips],
                       e->info.n_models > 1 ? "all models know" : "the model knows");
    if (e->info.n_unknown)
        mvx_note(e, "%d of %d clips are left out: their classes are not known to %s",
                 e->info.n_unknown, e->info.n_clips,
                 e->info.n_models > 1 ? "all models" : "the model");
    return MOVINET_OK;
}

static movinet_status take_models(movinet_evaluation *e, movinet_model *const *models,
                                  movinet_error *err)
{
    for (int m = 0; m < e->info.n_models; m++) {
        mvx_model *k = &e->models[m];
        const movinet_model_info *info = movinet_model_get_info(models[m]);
        char number[20];
        snprintf(number, sizeof number, "%d", m + 1);
        const char *name = e->options.names && e->options.names[m] ? e->options.names[m] : number;
        *k = (mvx_model){.model = models[m], .n_classes = info->n_classes};
        k->rate = e->options.frame_rate > 0 ? e->options.frame_rate : info->frame_rate;
        k->name = mv_arena_string(&e->arena, name, strlen(name));
        if (!k->name)
            return mvx_no_memory(err);
    }
    return MOVINET_OK;
}

/* What came before must be there for all models. */
static void settle_outcomes(movinet_evaluation *e)
{
    for (int i = 0; i < e->n; i++) {
        bool whole = true;
        for (int m = 0; m < e->info.n_models; m++)
            whole &= e->models[m].outcomes[i].frames > 0;
        for (int m = 0; m < e->info.n_models && !whole; m++)
            mvx_outcome_free(&e->models[m].outcomes[i]);
        e->info.n_ready += whole;
    }
}

static movinet_status open_parts(movinet_evaluation *e, movinet_model *const *models,
                                 movinet_error *err)
{
    movinet_status status = take_models(e, models, err);
    if (!status)
        status = mvx_match(e, err);
    if (!status)
        status = choose_clips(e, err);
    for (int m = 0; !status && m < e->info.n_models; m++) {
        e->models[m].outcomes =
            mv_arena_alloc(&e->arena, (size_t)e->n, sizeof *e->models[m].outcomes);
        if (!e->models[m].outcomes)
            status = mvx_no_memory(err);
    }
    if (!status)
        status = mvx_results_open(e, err);
    if (!status)
        settle_outcomes(e);
    e->info.results_path = e->keep_results ? e->results : NULL;
    return status;
}

movinet_status movinet_evaluation_open(movinet_evaluation **out, movinet_model *const *models,
                                       int n_models, movinet_dataset *dataset,
                                       const movinet_evaluate_options *options, movinet_error *err)
{
    static const movinet_evaluate_options defaults;
    *out = NULL;
    options = options ? options : &defaults;
    movinet_status status = check_options(options, n_models, err);
    if (status)
        return status;
    movinet_evaluation *e = calloc(1, sizeof *e);
    if (!e)
        return mvx_no_memory(err);
    const movinet_dataset_info *info = movinet_dataset_get_info(dataset);
    e->dataset = dataset;
    e->options = *options;
    e->info.n_models = n_models;
    e->info.n_classes = info->n_classes;
    e->info.multi_label = info->multi_label;
    status = open_parts(e, models, err);
    if (status)
        movinet_evaluation_close(e);
    else
        *out = e;
    return status;
}

void movinet_evaluation_close(movinet_evaluation *e)
{
    if (!e)
        return;
    for (int m = 0; m < e->info.n_models; m++) {
        mvx_model *k = &e->models[m];
        for (int i = 0; i < e->n && k->outcomes; i++)
            mvx_outcome_free(&k->outcomes[i]);
        free(k->latencies);
    }
    for (int i = 0; i < e->n_notes; i++)
        free(e->notes[i]);
    free(e->notes);
    free(e->results);
    mv_arena_free(&e->arena);
    free(e);
}

/* ---- what it is --------------------------------------------------------------------------- */

const movinet_evaluation_info *movinet_evaluation_get_info(const movinet_evaluation *e)
{
    return &e->info;
}

const char *movinet_evaluation_label(const movinet_evaluation *e, int answer)
{
    return answer >= 0 && answer < e->info.n_answers ? e->labels[answer] : "?";
}

const char *movinet_evaluation_name(const movinet_evaluation *e, int model)
{
    return model >= 0 && model < e->info.n_models ? e->models[model].name : "?";
}

bool movinet_evaluation_knows(const movinet_evaluation *e, int model, int index)
{
    return model >= 0 && model < e->info.n_models && index >= 0 && index < e->info.n_classes &&
           e->models[model].known[index];
}
