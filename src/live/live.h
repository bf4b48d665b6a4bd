/* A source as it happens, inside. Three kinds of threads: one that reads (capture.h), one that
 * computes (compute.c), and those that ask (ask.c). SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_LIVE_LIVE_H
#define MV_LIVE_LIVE_H

#include "live/answer.h"
#include "live/capture.h"
#include "video/sampler.h"

enum { MVL_EVENTS = 256 };

struct movinet_live {
    mvl_capture *capture;
    movinet_cut *cut;
    movinet_reset_policy reset;
    pthread_t thread;
    bool started;
    atomic_bool stop, paused, wants_reset, mirrored;
    pthread_mutex_t busy; ///< of the next two: held while a frame is computed; before `lock`
    mvl_answerer *answerer;
    mvv_sampler sampler;
    pthread_mutex_t lock; ///< of what follows
    pthread_cond_t answered;
    movinet_live_state state;
    bool over;            ///< no more answers will come
    int n_classes;
    float *scores;        ///< [n_classes]
    movinet_meter *meter;
    movinet_event events[MVL_EVENTS];
    int64_t first_event, n_events; ///< first_event % MVL_EVENTS is the oldest
    movinet_scaler *scaler; ///< of the one thread that asks for small pictures
};

/** The thread that computes. */
void *mvl_compute_main(void *live);

/** The picture as everybody sees it: flipped, if that was asked for. */
movinet_frame mvl_seen_frame(movinet_live *l, const movinet_frame *as_it_is);

/** Errors: ARGUMENT. */
movinet_status mvl_check_options(const movinet_live_options *options, movinet_error *err);

#endif
