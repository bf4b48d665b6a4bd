/* One model's answers to the frames of a source: scores, smoothed scores, what is announced.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_LIVE_ANSWER_H
#define MV_LIVE_ANSWER_H

#include "core/error.h"

typedef struct mvl_answerer {
    movinet_model *model;     ///< not owned; must live as long
    movinet_preprocess preprocess;
    movinet_stream *stream;
    movinet_smoother *smoother;
    movinet_announcer *announcer;
    int n_classes;
    double rate;              ///< frames a second that are classified
    const float *scores;      ///< [n_classes], smoothed; NULL: none yet
} mvl_answerer;

/** Of the options, what concerns a frame: sample_rate, preprocess, threads, smooth, announce.
 * Errors: ARGUMENT, MEMORY, UNSUPPORTED. */
movinet_status mvl_answerer_open(mvl_answerer **out, movinet_model *model,
                                 const movinet_live_options *options, movinet_error *err);
void mvl_answerer_close(mvl_answerer *a);

/** Computes with so many threads from now on; the states stay. After an error nothing has
 * changed. Errors: as opening. */
movinet_status mvl_answerer_threads(mvl_answerer *a, int threads, movinet_error *err);

/** Classifies a frame: sets a->scores, and *events to the *n that came of it. */
movinet_status mvl_answerer_push(mvl_answerer *a, const movinet_frame *frame,
                                 const movinet_event **events, int *n, movinet_error *err);
/** Begins anew. What was announced ends: *events, as many as are returned. */
int mvl_answerer_reset(mvl_answerer *a, const movinet_event **events);

#endif
