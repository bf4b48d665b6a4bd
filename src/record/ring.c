/* SPDX-License-Identifier: Apache-2.0 */
#include "record/ring.h"

#include <stdlib.h>
#include <string.h>

static AVPacket **at(const mvv_ring *r, int i)
{
    return &r->packets[(r->first + i) % r->capacity];
}

int64_t mvv_ring_end(const mvv_ring *r)
{
    return r->number + r->n;
}

const AVPacket *mvv_ring_get(const mvv_ring *r, int64_t number)
{
    return *at(r, (int)(number - r->number));
}

static bool is_key(const AVPacket *packet)
{
    return packet->flags & AV_PKT_FLAG_KEY;
}

/* ---- dropping -------------------------------------------------------------- */

static void drop(mvv_ring *r, int n)
{
    for (; n > 0; n--) {
        AVPacket **packet = at(r, 0);
        r->bytes -= (size_t)(*packet)->size;
        av_packet_free(packet);
        r->first = (r->first + 1) % r->capacity;
        r->n--;
        r->number++;
    }
}

/* The second key frame, or n. */
static int second_key(const mvv_ring *r)
{
    int i = 1;
    while (i < r->n && !is_key(*at(r, i)))
        i++;
    return i < r->n ? i : r->n;
}

/* What is needed to see the last `span` stays, if it is not too much. */
static void shrink(mvv_ring *r)
{
    while (r->n > 0) {
        int next = second_key(r);
        const AVPacket *newest = *at(r, r->n - 1);
        bool old = next < r->n && newest->pts - (*at(r, next))->pts >= r->span;
        if (!old && r->bytes <= r->most_bytes)
            return;
        drop(r, next);
    }
}

void mvv_ring_clear(mvv_ring *r)
{
    drop(r, r->n);
}

void mvv_ring_free(mvv_ring *r)
{
    drop(r, r->n);
    free(r->packets);
    *r = (mvv_ring){0};
}

/* ---- adding ---------------------------------------------------------------- */

static bool grow(mvv_ring *r)
{
    int capacity = r->capacity ? 2 * r->capacity : 64;
    AVPacket **packets = calloc((size_t)capacity, sizeof *packets);
    if (!packets)
        return false;
    for (int i = 0; i < r->n; i++)
        packets[i] = *at(r, i);
    free(r->packets);
    r->packets = packets;
    r->capacity = capacity;
    r->first = 0;
    return true;
}

movinet_status mvv_ring_add(mvv_ring *r, const AVPacket *packet, bool *lost, movinet_error *err)
{
    *lost = !r->n && !is_key(packet);
    if (*lost)
        return MOVINET_OK;
    AVPacket *copy = r->n < r->capacity || grow(r) ? av_packet_clone(packet) : NULL;
    if (!copy)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for the last pictures");
    *at(r, r->n) = copy;
    r->n++;
    r->bytes += (size_t)copy->size;
    shrink(r);
    *lost = !r->n;
    return MOVINET_OK;
}

int64_t mvv_ring_find(const mvv_ring *r, int64_t pts)
{
    int found = 0;
    for (int i = r->n - 1; i > 0 && !found; i--)
        if (is_key(*at(r, i)) && (*at(r, i))->pts <= pts)
            found = i;
    return r->number + found;
}
