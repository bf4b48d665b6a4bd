/* The newest picture, handed from one thread to others: nothing queues up, nobody waits
 * for a reader. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_LIVE_LATEST_H
#define MV_LIVE_LATEST_H

#include "core/error.h"
#include "picture/planes.h"

#include <pthread.h>

/** Readers at a time: who computes, who shows, who records. And slots: the newest, one a
 * reader, and the one being written. */
enum { MVL_READERS = 3, MVL_SLOTS = MVL_READERS + 2 };

typedef struct mvl_picture {
    movinet_frame frame; ///< RGB8 or DECODED; pixels are the slot's own
    int64_t number;      ///< from 1
    double captured;     ///< seconds on the caller's clock
    uint8_t *pixels;
    size_t room;
    mvv_planes planes;   ///< of a DECODED frame, in `pixels`
    int readers;
} mvl_picture;

typedef struct mvl_latest {
    pthread_mutex_t lock;
    pthread_cond_t come;     ///< a picture came, or mvl_latest_wake was called
    mvl_picture slots[MVL_SLOTS];
    int newest;              ///< -1: none yet
    int64_t number;
    bool woken;
} mvl_latest;

void mvl_latest_init(mvl_latest *l);
void mvl_latest_free(mvl_latest *l);
/** Copies a frame, RGB8 or DECODED. Memory is taken only when pictures grow. Error: MEMORY. */
movinet_status mvl_latest_put(mvl_latest *l, const movinet_frame *frame, double captured,
                              movinet_error *err);
/** The newest picture, if its number is above `seen`; else waits up to `seconds` for one.
 * NULL: none came, or somebody woke the readers. To be given back. At most MVL_READERS. */
const mvl_picture *mvl_latest_take(mvl_latest *l, int64_t seen, double seconds);
void mvl_latest_give(mvl_latest *l, const mvl_picture *picture);
/** Whether mvl_latest_wake was called. */
bool mvl_latest_is_over(mvl_latest *l);
/** Lets all that wait go, and from then on nobody waits. */
void mvl_latest_wake(mvl_latest *l);

/** A condition with a clock that is never set, and the time `seconds` from now on it. */
void mvl_cond_init(pthread_cond_t *cond);
struct timespec mvl_deadline(double seconds);

#endif
