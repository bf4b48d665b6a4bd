/* movinet evaluate: what models are worth on clips whose classes are known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/evaluate/evaluate.h"

#include "cli/interrupt.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>

static const example examples[] = {
    {"movinet evaluate fight.run/model.tflite fight.run/clips.csv",
     "A model on the clips that were held back when it was trained."},
    {"movinet evaluate old.tflite new.tflite videos/ --report report.html",
     "Two models on the same clips, a folder for each class; and a page to look at."},
    {"movinet evaluate a0 kinetics600_test.csv --clips kinetics/ --results a0.csv",
     "The annotation of Kinetics beside its clips."},
    {NULL, NULL},
};

/* ---- getting ready ---- */

/* "new" of "models/new.tflite". */
static void name_model(char out[100], const char *word)
{
    const char *slash = strrchr(word, '/'), *name = slash && slash[1] ? slash + 1 : word;
    size_t n = strlen(name);
    if (n > 7 && !strcmp(name + n - 7, ".tflite"))
        n -= 7;
    snprintf(out, 100, "%.*s", n < 70 ? (int)n : 70, name);
}

/* Two of one name get their numbers. */
static void name_models(evaluate_job *j, const char *const *words)
{
    for (int i = 0; i < j->n_models; i++)
        name_model(j->names[i], words[i]);
    for (int i = 0; i < j->n_models; i++) {
        bool twice = false;
        for (int k = i + 1; k < j->n_models; k++) {
            if (strcmp(j->names[i], j->names[k]))
                continue;
            twice = true;
            snprintf(j->names[k] + strlen(j->names[k]), 20, " (%d)", k + 1);
        }
        if (twice)
            snprintf(j->names[i] + strlen(j->names[i]), 20, " (%d)", i + 1);
    }
}

static bool open_models(evaluate_job *j, const char *const *words)
{
    const evaluate_settings *s = j->settings;
    for (int i = 0; i < j->n_models; i++) {
        const model_choice choice = {.name = words[i], .labels = s->model_labels, .cpu = s->cpu};
        if (!open_model(&choice, &j->models[i], j->paths[i]))
            return false;
    }
    return true;
}

static bool open_data(evaluate_job *j)
{
    const evaluate_settings *s = j->settings;
    movinet_error err;
    const movinet_dataset_options options = {
        .labels_path = s->labels,
        .clips_dir = s->clips,
        .group = s->group,
        .validation = s->validation,
        .test = s->test,
        .folds = s->folds,
        .fold = s->fold,
        .seed = (uint64_t)s->seed,
    };
    if (!movinet_dataset_open(&j->dataset, j->data, &options, &err))
        return true;
    complain(j->data, err.message);
    return false;
}

static bool open_evaluation(evaluate_job *j)
{
    const evaluate_settings *s = j->settings;
    const char *names[MOVINET_EVALUATE_MODELS];
    movinet_error err;
    for (int i = 0; i < j->n_models; i++)
        names[i] = j->names[i];
    const movinet_evaluate_options options = {
        .clips = (movinet_evaluate_clips)s->split,
        .map_path = s->map,
        .results_path = s->results,
        .names = names,
        .frame_rate = s->fps,
        .seconds = s->seconds,
        .preprocess = chosen_preprocess(s->preprocess),
        .threads = s->threads,
        .no_timing = s->no_timing,
        .seed = (uint64_t)s->seed,
    };
    if (!movinet_evaluation_open(&j->evaluation, j->models, j->n_models, j->dataset, &options,
                                 &err))
        return true;
    complain(NULL, err.message);
    return false;
}

/* ---- meanwhile ---- */

/* "120 of 300 clips  31 x real time" */
static bool on_progress(void *user, const movinet_evaluate_progress *p)
{
    evaluate_job *j = user;
    char words[100];
    if (p->phase != j->phase) {
        progress_clear(&j->bar);
        j->bar = progress_of("latency", j->settings->quiet || !j->bar.screen.is_terminal);
        j->phase = p->phase;
    }
    if (was_interrupted())
        return false;
    if (p->phase == MOVINET_EVALUATING_FIGURES || !progress_is_due(&j->bar, p->done, p->total))
        return true;
    double rate = progress_rate(&j->bar, p->done), speed = 0;
    if (rate > 0 && p->done > j->bar.first)
        speed = p->seconds / ((p->done - j->bar.first) / rate);
    int n = snprintf(words, sizeof words, "%d of %d %s", p->done, p->total,
                     p->phase == MOVINET_EVALUATING_CLIPS ? "clips" : "frames");
    if (speed > 0 && p->phase == MOVINET_EVALUATING_CLIPS &&
        (j->bar.screen.columns >= 90 || !j->bar.screen.is_terminal))
        snprintf(words + n, sizeof words - (size_t)n, "  %.0f %s real time", speed,
                 j->bar.screen.utf8 ? "×" : "x");
    progress_show(&j->bar, p->done, p->total, words);
    return true;
}

static void on_line(void *user, const char *line)
{
    evaluate_job *j = user;
    progress_clear(&j->bar);
    if (!j->settings->quiet)
        note(NULL, line);
}

static bool evaluate(evaluate_job *j)
{
    movinet_error err;
    const movinet_evaluate_watch watch = {on_progress, on_line, j};
    const movinet_evaluation_info *info = movinet_evaluation_get_info(j->evaluation);
    char text[100];
    if (info->n_ready && !j->settings->quiet) {
        snprintf(text, sizeof text, "%d of %d clips are done already", info->n_ready,
                 info->n_clips - info->n_unknown);
        note(NULL, text);
    }
    j->bar = progress_of("evaluating", j->settings->quiet);
    movinet_status status = movinet_evaluation_run(j->evaluation, &watch, &err);
    progress_clear(&j->bar);
    if (status == MOVINET_ERR_CANCELLED)
        complain(NULL, "interrupted; the same command goes on where it was");
    else if (status)
        complain(NULL, err.message);
    return status == MOVINET_OK;
}

/* ---- afterwards ---- */

static bool tell(const evaluate_job *j)
{
    switch (j->settings->format) {
    case 0: evaluate_print_text(j); break;
    case 1: evaluate_print_json(j); break;
    default: evaluate_print_csv(j); break;
    }
    return output_arrived();
}

static bool write_report(const evaluate_job *j)
{
    const evaluate_settings *s = j->settings;
    movinet_error err;
    if (!s->report)
        return true;
    if (movinet_evaluation_report(j->evaluation, s->title, s->report, &err)) {
        complain(s->report, err.message);
        return false;
    }
    if (!s->quiet)
        note(s->report, "is the report");
    return true;
}

static int run(const invocation *call)
{
    evaluate_job *j = calloc(1, sizeof *j);
    if (!j) {
        complain(NULL, "out of memory");
        return EXIT_FAILED;
    }
    j->settings = call->settings;
    j->n_models = call->n_operands - 1;
    j->data = call->operands[j->n_models];
    if (j->settings->fold && !j->settings->folds) {
        complain(NULL, "--fold is one of --folds: give both");
        free(j);
        return EXIT_USAGE;
    }
    catch_interrupts();
    name_models(j, call->operands);
    bool fine = open_models(j, call->operands) && open_data(j) && open_evaluation(j) &&
                evaluate(j) && tell(j) && write_report(j);
    movinet_evaluation_close(j->evaluation);
    movinet_dataset_close(j->dataset);
    for (int i = 0; i < j->n_models; i++)
        movinet_model_close(j->models[i]);
    free(j);
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_evaluate = {
    .name = "evaluate",
    .operands = "MODEL... DATA",
    .min_operands = 2,
    .max_operands = MOVINET_EVALUATE_MODELS + 1,
    .suggest = SUGGEST_MODELS,
    .summary = "Find out what models are worth on clips whose classes are known.",
    .about =
        "DATA is what movinet train takes: a folder with a folder for each class, a CSV with the "
        "columns file,label[,start,end][,split], or the annotation of Kinetics. Each clip goes "
        "through each model frame by frame; what counts is the answer after the last one, and how "
        "it came about. Every figure has a 95 % interval. Of two or more models the differences "
        "are told, too, which are surer than the figures: the clips are the same.\n\n"
        "Labels of models and data need not be written alike: case, and spaces as _ or -, do not "
        "matter, and --map says the rest. Clips that a model cannot know are left out.",
    .options = evaluate_option_table,
    .examples = examples,
    .settings_size = sizeof(evaluate_settings),
    .run = run,
};
