/* SPDX-License-Identifier: Apache-2.0 */
#include "train/fetch.h"

#include <stdlib.h>
#include <string.h>

typedef struct job {
    const mvt_course *c;
    mvt_order *orders;
} job;

int mvt_frames_of(const mvt_course *c, int clip, bool look)
{
    const mvt_clip *info = &c->clips->clips[clip];
    return look ? info->look_frames : info->view_frames;
}

/* A look has always all its frames: where fewer are wanted they are cut out of its middle. */
static movinet_status fetch_look(const mvt_course *c, mvt_order *o, size_t frame, int has)
{
    if (has <= o->frames)
        return c->clips->look(c->clips->user, o->clip, o->epoch, o->to, &o->err);
    float *all = malloc((size_t)has * frame * sizeof *all);
    if (!all)
        return mv_fail(&o->err, MOVINET_ERR_MEMORY, "out of memory for a clip");
    movinet_status status = c->clips->look(c->clips->user, o->clip, o->epoch, all, &o->err);
    if (!status)
        memcpy(o->to, all + (size_t)((has - o->frames) / 2) * frame,
               (size_t)o->frames * frame * sizeof *all);
    free(all);
    return status;
}

static void fetch_one(const mvt_course *c, mvt_order *o)
{
    size_t frame = (size_t)c->shape->size * (size_t)c->shape->size * 3;
    int has = mvt_frames_of(c, o->clip, o->look);
    int n = has < o->frames ? has : o->frames;
    if (n < 1)
        o->status = mv_fail(&o->err, MOVINET_ERR_FORMAT, "clip %d has no frames", o->clip);
    else if (o->look)
        o->status = fetch_look(c, o, frame, has);
    else
        o->status = c->clips->view(c->clips->user, o->clip, n, o->to, &o->err);
    for (int t = n; !o->status && t < o->frames; t++)
        memcpy(o->to + (size_t)t * frame, o->to + (size_t)(t - n) * frame, frame * sizeof *o->to);
}

static void fetch_some(void *user, int begin, int end)
{
    const job *j = user;
    for (int i = begin; i < end; i++)
        fetch_one(j->c, &j->orders[i]);
}

movinet_status mvt_fetch(const mvt_course *c, mvt_order *orders, int n, movinet_error *err)
{
    job j = {c, orders};
    mv_pool_run(c->machine.pool, fetch_some, &j, n);
    for (int i = 0; i < n; i++)
        if (orders[i].status)
            return mv_fail(err, orders[i].status, "%s", orders[i].err.message);
    return MOVINET_OK;
}
