/* What the parts of movinet compare share. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COMPARE_COMPARE_H
#define CLI_COMPARE_COMPARE_H

#include "cli/options.h"
#include "movinet/movinet.h"

typedef struct compare_settings {
    int frames, top, preprocess, format, cpu;
    double fps;
    bool all, quiet;
} compare_settings;

typedef struct compare_job {
    const compare_settings *settings;
    const char *names[2]; ///< as they were given
    movinet_model *models[2];
    movinet_comparison *comparison;
    movinet_drift *drifts; ///< [n]
    int n;
} compare_job;

/** In results.c: what was found, on stdout. */
void compare_print_text(const compare_job *j);
void compare_print_json(const compare_job *j);
void compare_print_csv(const compare_job *j);

#endif
