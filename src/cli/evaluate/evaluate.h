/* What the parts of movinet evaluate share. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_EVALUATE_EVALUATE_H
#define CLI_EVALUATE_EVALUATE_H

#include "cli/model.h"
#include "cli/options.h"
#include "cli/progress.h"

/** As the command line has them. */
typedef struct evaluate_settings {
    int split;
    const char *map, *results, *report, *title, *model_labels;
    /* the data */
    const char *labels, *clips, *group;
    double validation, test;
    int folds, fold, seed;
    /* how */
    double fps, seconds;
    int preprocess, threads, cpu, format;
    bool no_timing, quiet;
} evaluate_settings;

/** In options.c. */
extern const option_spec evaluate_option_table[];

/** All that lives through the run. */
typedef struct evaluate_job {
    const evaluate_settings *settings;
    const char *data; ///< as it was given
    int n_models;
    movinet_model *models[MOVINET_EVALUATE_MODELS];
    char paths[MOVINET_EVALUATE_MODELS][PATH_ROOM];
    char names[MOVINET_EVALUATE_MODELS][100];
    movinet_dataset *dataset;
    movinet_evaluation *evaluation;
    progress bar;
    movinet_evaluate_phase phase;
} evaluate_job;

/** In text.c, json.c, csv.c: the results on stdout. */
void evaluate_print_text(const evaluate_job *j);
void evaluate_print_json(const evaluate_job *j);
void evaluate_print_csv(const evaluate_job *j);

/** In text.c: "83.3 %", "0.40 s", "5.6 a minute", "1.78 ms"; "-" for what is not known, "never"
 * for what is infinite. */
const char *evaluate_format(char out[32], double value, movinet_figure_unit unit);

#endif
