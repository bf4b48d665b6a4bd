/* What training and evaluation take clips from: a data set, decoded, as the network's input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_FEED_H
#define MV_DATA_FEED_H

#include "data/augment.h"
#include "data/cache.h"

typedef struct mvd_feed_options {
    const char *cache_dir; ///< see mvd_cache_open
    int width, height;     ///< of the network's input
    double rate;           ///< frames a second; 0: 5
    double seconds;        ///< of a clip, at most; 0: 60
    movinet_preprocess preprocess;
    bool looks;          ///< training looks at clips in many ways
    bool views;          ///< clips are also wanted as they are; always of those that are
                         ///< not for training
    mvd_augment augment; ///< of looks
    bool flip_sides;     ///< flip also clips whose label speaks of left and right
    int frames;          ///< of a look, at most; 0: as many as there are
    uint64_t seed;       ///< of looks
} mvd_feed_options;

typedef struct mvd_feed {
    movinet_dataset *dataset;
    mvd_feed_options options;
    mvd_cache *cache;
    bool *may_flip; ///< [n_clips]
} mvd_feed;

/** Finds out what is decoded already; `dataset` must live as long, and so must nothing else.
 * Then comes mvd_cache_fill. Errors: ARGUMENT, IO, MEMORY. */
movinet_status mvd_feed_open(mvd_feed **out, movinet_dataset *dataset,
                             const mvd_feed_options *options, movinet_error *err);
void mvd_feed_close(mvd_feed *feed);

/** Frames of every look at a clip; 0: it was skipped. */
int mvd_feed_look_frames(const mvd_feed *feed, int clip);
/** Frames of the clip as it is. */
int mvd_feed_view_frames(const mvd_feed *feed, int clip);

/** out[look frames][height][width][3]: byte / 255. The same for the same epoch. Any thread.
 * Errors: as mvd_cache_get. */
movinet_status mvd_feed_look(mvd_feed *feed, int clip, uint64_t epoch, float *out,
                             movinet_error *err);

/** out[frames][height][width][3], from frame `first` on: what movinet_stream_push would make
 * of them. Any thread. Errors: as mvd_cache_get. */
movinet_status mvd_feed_view(mvd_feed *feed, int clip, int first, int frames, float *out,
                             movinet_error *err);

#endif
