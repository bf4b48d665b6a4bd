/* A thread that reads a source, whatever happens to it, and leaves the newest picture.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_LIVE_CAPTURE_H
#define MV_LIVE_CAPTURE_H

#include "live/latest.h"

#include <stdatomic.h>

typedef struct mvl_capture {
    mvl_latest latest;
    char *source, *input_format;
    movinet_source_kind kind;
    movinet_video_options options;
    bool is_file;          ///< has its own pace, and is over when it ends
    bool loop;
    double speed;          ///< of its own pace
    pthread_t thread;
    atomic_bool stop;
    atomic_int owners;     ///< who opened it, and the thread
    pthread_mutex_t lock;  ///< of what follows
    pthread_cond_t nudge;  ///< ends a pause early
    movinet_live_phase phase;
    movinet_error why;     ///< of WAITING and FAILED
    double retry_at;       ///< of WAITING: mvl_now() of the next try
    int width, height;
    bool done;             ///< the thread has nothing more to do
} mvl_capture;

/** Seconds since some moment. */
double mvl_now(void);

/** Errors: MEMORY, UNSUPPORTED (no threads). */
movinet_status mvl_capture_open(mvl_capture **out, const char *source,
                                const movinet_live_options *options, movinet_error *err);
/** Ends the thread, also where it waits for a source; one that hangs in the system (a name that
 * is looked up, a driver) is left to itself after half a second, and gives back all when it
 * comes round. NULL is fine. */
void mvl_capture_close(mvl_capture *c);

/** Pause before the n-th try in a row, from 1: half a second, twice as long each time, at
 * most half a minute. */
double mvl_retry_pause(int n);

#endif
