/* The newest packets of a live source, in memory that does not grow: it begins with a key frame
 * always. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_RECORD_RING_H
#define MV_RECORD_RING_H

#include "core/error.h"

#include <libavcodec/avcodec.h>

typedef struct mvv_ring {
    AVPacket **packets; ///< [capacity], from `first` on, round
    int capacity, first, n;
    int64_t number; ///< of the oldest, counted from 0
    size_t bytes;
    int64_t span; ///< so much time is kept, in the packets' units
    size_t most_bytes;
} mvv_ring;

void mvv_ring_free(mvv_ring *r);
/** Takes a reference to the packet, which comes after all others, and drops from the front what
 * is older than `span` or more than `most_bytes`, up to a key frame. *lost: there is nothing
 * left, and nothing is kept until a key frame comes. Error: MEMORY. */
movinet_status mvv_ring_add(mvv_ring *r, const AVPacket *packet, bool *lost, movinet_error *err);
void mvv_ring_clear(mvv_ring *r);

/** The number that the next packet will have. */
int64_t mvv_ring_end(const mvv_ring *r);
/** By its number, from r->number to mvv_ring_end - 1. */
const AVPacket *mvv_ring_get(const mvv_ring *r, int64_t number);
/** The last key frame that is not after `pts`, else the oldest; mvv_ring_end where it is empty. */
int64_t mvv_ring_find(const mvv_ring *r, int64_t pts);

#endif
