/* What the parts of movinet train share. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TRAIN_TRAIN_H
#define CLI_TRAIN_TRAIN_H

#include "cli/model.h"
#include "cli/options.h"
#include "cli/progress.h"

/** As the command line has them. Numbers that were not given are NaN, counts -1, where 0
 * means something of its own. */
typedef struct train_settings {
    /* what from, and where to */
    const char *data, *from, *fresh, *out, *run;
    bool resume, quiet;
    /* the data */
    const char *labels, *clips, *group;
    double validation, test;
    int folds, fold;
    const char *cache;
    double fps, seconds;
    int preprocess;
    /* what learns */
    bool head;
    const char *layers;
    bool keep_dense, keep_norm, all_frames;
    int activation, size;
    bool no_se;
    /* how */
    int epochs, batch, frames, optimizer, loss, patience, looks;
    double rate, layers_rate, warm_up, weight_decay, clip, label_smoothing, mixup, dropout,
        drop_layers, average;
    bool no_class_weights, no_augment, no_flip;
    int threads, seed, precision;
    double memory;
} train_settings;

/** In options.c. */
extern const option_spec train_option_table[];
void train_defaults(void *settings);

/** What a run is told as. */
typedef struct train_view {
    const movinet_dataset *dataset;
    const char *name;       ///< of the data set
    bool quiet;
    terminal screen;        ///< stdout
    progress bar;
    char bar_name[40];
    movinet_train_phase phase;
    int epoch;              ///< that the bar is of
    bool data_told, head_told;
} train_view;

/** In report.c. */
void train_tell_plan(const train_view *v, const movinet_train_plan *plan);
bool train_on_progress(void *view, const movinet_train_progress *p);
void train_on_epoch(void *view, const movinet_train_epoch *e);
void train_on_line(void *view, const char *line);
void train_tell_result(const train_view *v, const movinet_train_result *r, const char *out,
                       const char *run);

#endif
