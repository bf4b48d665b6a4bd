/* SPDX-License-Identifier: Apache-2.0 */
#include "live/latest.h"
#include "core/memory.h"
#include "picture/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void mvl_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct timespec mvl_deadline(double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    seconds = seconds < 0 ? 0 : seconds > 1e6 ? 1e6 : seconds;
    int64_t ns = t.tv_nsec + (int64_t)(seconds * 1e9);
    t.tv_sec += (time_t)(ns / 1000000000);
    t.tv_nsec = (long)(ns % 1000000000);
    return t;
}

void mvl_latest_init(mvl_latest *l)
{
    *l = (mvl_latest){.newest = -1};
    pthread_mutex_init(&l->lock, NULL);
    mvl_cond_init(&l->come);
}

void mvl_latest_free(mvl_latest *l)
{
    for (int i = 0; i < MVL_SLOTS; i++)
        free(l->slots[i].pixels);
    pthread_cond_destroy(&l->come);
    pthread_mutex_destroy(&l->lock);
}

/* One that nobody reads and that is not the newest. There is one, with MVL_READERS. */
static mvl_picture *free_slot(mvl_latest *l)
{
    mvl_picture *slot = NULL;
    pthread_mutex_lock(&l->lock);
    for (int i = 0; i < MVL_SLOTS && !slot; i++)
        if (i != l->newest && !l->slots[i].readers)
            slot = &l->slots[i];
    pthread_mutex_unlock(&l->lock);
    return slot;
}

/* More memory only; what was in it is gone. */
static bool reserve(uint8_t **bytes, size_t *room, size_t need)
{
    if (need <= *room)
        return true;
    free(*bytes);
    *bytes = malloc(need);
    *room = *bytes ? need : 0;
    return *bytes != NULL;
}

static size_t bytes_of(const movinet_frame *frame)
{
    size_t row, bytes;
    if (frame->pixel == MOVINET_DECODED)
        return mvv_planes_size(frame->pixels);
    bool fits = mv_mul_size((size_t)frame->width, 3, &row) &&
                mv_mul_size(row, (size_t)frame->height, &bytes);
    return fits ? bytes : 0;
}

static void copy(mvl_picture *slot, const movinet_frame *frame)
{
    size_t row = (size_t)frame->width * 3;
    ptrdiff_t stride = frame->stride ? frame->stride : (ptrdiff_t)row;
    slot->frame = *frame;
    slot->frame.stride = 0;
    if (frame->pixel == MOVINET_DECODED) {
        mvv_planes_copy(frame->pixels, slot->pixels, &slot->planes);
        slot->frame.pixels = &slot->planes;
        return;
    }
    for (int y = 0; y < frame->height; y++)
        memcpy(slot->pixels + (size_t)y * row, (const uint8_t *)frame->pixels + y * stride, row);
    slot->frame.pixels = slot->pixels;
}

movinet_status mvl_latest_put(mvl_latest *l, const movinet_frame *frame, double captured,
                              movinet_error *err)
{
    size_t bytes = bytes_of(frame);
    mvl_picture *slot = free_slot(l);
    if (!slot)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "more than %d readers of pictures", MVL_READERS);
    if (!bytes || !reserve(&slot->pixels, &slot->room, bytes))
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    copy(slot, frame);
    pthread_mutex_lock(&l->lock);
    slot->captured = captured;
    slot->number = ++l->number;
    l->newest = (int)(slot - l->slots);
    pthread_cond_broadcast(&l->come);
    pthread_mutex_unlock(&l->lock);
    return MOVINET_OK;
}

const mvl_picture *mvl_latest_take(mvl_latest *l, int64_t seen, double seconds)
{
    const struct timespec until = mvl_deadline(seconds);
    mvl_picture *picture = NULL;
    pthread_mutex_lock(&l->lock);
    while (l->number <= seen && !l->woken &&
           !pthread_cond_timedwait(&l->come, &l->lock, &until))
        continue;
    if (l->number > seen && l->newest >= 0) {
        picture = &l->slots[l->newest];
        picture->readers++;
    }
    pthread_mutex_unlock(&l->lock);
    return picture;
}

void mvl_latest_give(mvl_latest *l, const mvl_picture *picture)
{
    pthread_mutex_lock(&l->lock);
    l->slots[picture - l->slots].readers--;
    pthread_mutex_unlock(&l->lock);
}

void mvl_latest_wake(mvl_latest *l)
{
    pthread_mutex_lock(&l->lock);
    l->woken = true;
    pthread_cond_broadcast(&l->come);
    pthread_mutex_unlock(&l->lock);
}

bool mvl_latest_is_over(mvl_latest *l)
{
    pthread_mutex_lock(&l->lock);
    bool over = l->woken;
    pthread_mutex_unlock(&l->lock);
    return over;
}
