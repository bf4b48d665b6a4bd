/* The decoded clips of a data set, each decoded once and kept in a folder: DIR/12/34….clip.
 * A clip is known there by its file's path, size and time, and by how it was decoded; what
 * does not fit any more is not found, and nothing is ever deleted.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_CACHE_H
#define MV_DATA_CACHE_H

#include "data/decode.h"
#include "data/entry.h"

#include <stdatomic.h>

/** What is known of a clip in one kind. */
typedef struct mvd_slot {
    uint8_t key[32];
    atomic_int frames;   ///< 0: it must be decoded
    atomic_bool checked; ///< its pixels were compared with their CRC
} mvd_slot;

typedef struct mvd_cache {
    movinet_dataset *dataset;
    mvd_shape shape;
    bool wanted[MOVINET_SPLITS][MVD_KINDS]; ///< for clips of each split
    char *dir;
    mvd_slot *slots[MVD_KINDS]; ///< [n_clips]
} mvd_cache;

/** dir: NULL for $XDG_CACHE_HOME/movinet/clips or ~/.cache/movinet/clips. Looks for what is
 * there already; clips whose file is not there are skipped. `dataset` must live as long.
 * Errors: ARGUMENT, IO, MEMORY. */
movinet_status mvd_cache_open(mvd_cache **out, movinet_dataset *dataset, const char *dir,
                              const mvd_shape *shape, const bool wanted[MOVINET_SPLITS][MVD_KINDS],
                              movinet_error *err);
void mvd_cache_close(mvd_cache *cache);

typedef struct mvd_plan {
    int ready, missing;     ///< clips
    uint64_t ready_bytes;   ///< on the disk
    uint64_t missing_bytes; ///< estimated, from the lengths of some
    uint64_t free_bytes;    ///< of the disk
} mvd_plan;

/** What mvd_cache_fill will do. Opens some of the videos. */
movinet_status mvd_cache_plan(const mvd_cache *cache, mvd_plan *out, movinet_error *err);

/** Called after each clip, from one thread at a time; false: stop. */
typedef bool mvd_progress(void *user, int done, int total);

/** Decodes what is missing, a clip a thread; clips that cannot be decoded are skipped. Stopped
 * or killed, it goes on where it was the next time. Errors: IO (the disk is full, …),
 * CANCELLED, MEMORY, UNSUPPORTED (built without FFmpeg). */
movinet_status mvd_cache_fill(mvd_cache *cache, int threads, mvd_progress *progress, void *user,
                              movinet_error *err);

/** Maps a clip, which was not skipped, into memory; to be given back with mvd_entry_close. One
 * that is missing or damaged is decoded anew. Any thread. Errors: as mvd_decode; IO; FORMAT if
 * the file has changed meanwhile. */
movinet_status mvd_cache_get(mvd_cache *cache, int clip, mvd_kind kind, mvd_clip *out,
                             movinet_error *err);

/** Decodes into the cache whatever of the clip is missing there. frames: kept for the next
 * call. Errors: as mvd_decode; *disk: it was the cache that could not be written. */
movinet_status mvd_cache_decode(mvd_cache *cache, int clip, int threads,
                                bool (*interrupted)(void *user), void *user,
                                mvd_frames frames[MVD_KINDS], bool *disk, movinet_error *err);

/** Frames of a clip in this kind; 0: it was skipped, or is not wanted or not there. */
int mvd_cache_frames(const mvd_cache *cache, int clip, mvd_kind kind);

/** Whether the clip is usable and wanted in this kind. */
bool mvd_cache_wants(const mvd_cache *cache, int clip, mvd_kind kind);

/** Bytes of a frame. */
size_t mvd_frame_bytes(const mvd_shape *shape, mvd_kind kind);

#endif
