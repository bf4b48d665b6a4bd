/* A thread that reads a source, whatever happens to it, and leaves the newest picture.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_LIVE_CAPTURE_H
#define MV_LIVE_CAPTURE_H

#include "live/latest.h"

#include <stdatomic.h>

typedef struct mvl_capture {
    mvl_latest latest;
    char *source, *input_format;
    movinet_video_options options;
    bool is_file;          ///< has its own time and an end; else it is tried again for ever
    bool loop;
    double speed;          ///< of a file, 1: its own
    pthread_t thread;
    bool started;
    atomic_bool stop;
    pthread_mutex_t lock;  ///< of what follows
    pthread_cond_t nudge;  ///< ends a pause early
    movinet_live_phase phase;
    movinet_error why;     ///< of WAITING and FAILED
    double retry_at;       ///< of WAITING: mvl_now() of the next try
    int width, height;
} mvl_capture;

/** Seconds since some moment. */
double mvl_now(void);

movinet_status mvl_capture_open(mvl_capture *c, const char *source,
                                const movinet_live_options *options, movinet_error *err);
/** Ends the thread, also where it waits for a source. */
void mvl_capture_close(mvl_capture *c);

/** Pause before the n-th try in a row, from 1: half a second, twice as long each time, at
 * most half a minute. */
double mvl_retry_pause(int n);

#endif
