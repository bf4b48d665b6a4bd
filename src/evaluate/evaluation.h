/* An evaluation while it runs, and as it is kept. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_EVALUATE_EVALUATION_H
#define MV_EVALUATE_EVALUATION_H

#include "core/memory.h"
#include "evaluate/interval.h"
#include "evaluate/metrics.h"

#include <stdio.h>

enum { MVX_TOP = 5 };

/** So many frames one after the other with the same answer. */
typedef struct mvx_stretch {
    int answer, frames;
} mvx_stretch;

/** One clip through one model. Probabilities are whole billionths, so that what is read
 * again from a file of results is the same. */
typedef struct mvx_outcome {
    int frames;   ///< 0: not done
    int rank;     ///< of the clip's class, the best of several; -1: it has none
    double truth; ///< probability of that class
    int n_top;    ///< of the best answers, at most MVX_TOP
    int top[MVX_TOP];
    double p[MVX_TOP];
    int n_stretches;
    mvx_stretch *stretches; ///< for free()
    double *scores;         ///< [n_classes], several labels a clip; else NULL; for free()
} mvx_outcome;

/** What is known of one model. */
typedef struct mvx_model {
    movinet_model *model;
    const char *name;
    int n_classes;         ///< of the model
    double rate;           ///< frames a second
    int *answers;          ///< [n_classes] which answer each class is
    bool *known;           ///< [classes of the data]
    mvx_outcome *outcomes; ///< [n] of the clips
    double *latencies;     ///< [n_latencies] ms, of frames timed in turn with those of the others
    /* of the counted clips */
    int *counts; ///< [classes of the data][n_answers]; NULL: several labels a clip
    movinet_class_figures *classes; ///< [classes of the data]
    int longest;         ///< frames of the longest clip
    int *seen, *right;   ///< [longest] clips that have so many frames and one more; right then
    movinet_figure figures[MOVINET_FIGURES];
} mvx_model;

struct movinet_evaluation {
    mv_arena arena;
    movinet_dataset *dataset;
    movinet_evaluate_options options;
    movinet_evaluation_info info;
    mvx_model models[MOVINET_EVALUATE_MODELS];
    const char **labels; ///< [n_answers]
    int n;               ///< clips that go through the models
    int *clips;          ///< [n] their numbers in the data set
    int *places;         ///< [clips of the data set] the reverse; -1: none
    char (*stamps)[17];  ///< [n] what a clip is known by in a file of results
    char key[17];        ///< what all results hang on but the clips
    char *results;       ///< path, for free(); NULL: not kept
    bool keep_results;   ///< also when all is done
    int *counted;        ///< [n_counted] places of clips that all models have seen
    int *units;          ///< [n_counted] their sources, numbered 0 … n_sources-1
    int n_latencies;
    movinet_figure *differences; ///< [n_models][n_models][MOVINET_FIGURES]
    char **notes;                ///< [n_notes] for movinet_evaluate_watch.say; for free()
    int n_notes;
    bool ready;
};

void mvx_outcome_free(mvx_outcome *o);
movinet_status mvx_no_memory(movinet_error *err);

static inline const movinet_dataset_clip *mvx_clip(const movinet_evaluation *e, int place)
{
    return movinet_dataset_get_clip(e->dataset, e->clips[place]);
}

/** Whether an answer is one of the clip's classes. */
bool mvx_is_right(const movinet_dataset_clip *clip, int answer);
/** Frames until the answer is right for the first time; 0: never. */
int mvx_first_right(const movinet_dataset_clip *clip, const mvx_outcome *o);

/** "…" for movinet_evaluate_watch.say, once the evaluation runs. */
void mvx_note(movinet_evaluation *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** In match.c: labels, and each model's answers. */
movinet_status mvx_match(movinet_evaluation *e, movinet_error *err);

/** In results.c and results_write.c. Finds the file, and takes what is in it. */
movinet_status mvx_results_open(movinet_evaluation *e, movinet_error *err);
/** Opens it to be added to; *out is NULL where none is kept. */
movinet_status mvx_results_append(const movinet_evaluation *e, FILE **out, movinet_error *err);
/** Adds a clip: all its outcomes, or why there are none. false: it could not be written. */
bool mvx_results_put(const movinet_evaluation *e, FILE *out, int place, const char *trouble);
/** All is done: sorts it, or takes it away. */
movinet_status mvx_results_end(const movinet_evaluation *e, movinet_error *err);

/** In clip.c: what one thread needs to put clips through the models. */
typedef struct mvx_worker mvx_worker;
movinet_status mvx_worker_open(mvx_worker **out, movinet_evaluation *e,
                               bool (*interrupted)(void *user), void *user, movinet_error *err);
void mvx_worker_close(mvx_worker *w);
/** Fills in the outcomes of one clip; *seconds: of video. After an error there are none.
 * *fatal: it is not the clip's fault. */
movinet_status mvx_worker_run(mvx_worker *w, int place, double *seconds, bool *fatal,
                              movinet_error *err);

/** A clip's frames at so many a second, beginning `at` seconds into it. */
movinet_status mvx_open_clip(const movinet_evaluation *e, const movinet_dataset_clip *clip,
                             double rate, double at, movinet_video **video, movinet_error *err);

/** In latency.c. Errors: MEMORY, CANCELLED. */
typedef bool mvx_go_on(void *user, int done, int total);
movinet_status mvx_time_models(movinet_evaluation *e, mvx_go_on *go_on, void *user,
                               movinet_error *err);

/** In figures.c: all that is known afterwards. */
movinet_status mvx_figures(movinet_evaluation *e, movinet_error *err);
/** In count.c: what is taken for what, and right answers over time. */
movinet_status mvx_count(movinet_evaluation *e, mvx_model *m, movinet_error *err);

#endif
