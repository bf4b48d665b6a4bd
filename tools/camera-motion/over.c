/* SPDX-License-Identifier: Apache-2.0 */
#include "over.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VIDEOS = 1000, SIDE = 1024, TRIES = 200 };
#define STEPS_A_SECOND 5.0
/* The part that is cut out is at least this share of the video's picture, wide or high. */
#define LEAST_PART 0.3
/* How much of the applied move the filming camera may make: on its own account, and about it. */
#define OWN_SHARE 0.2
#define OWN_ABOUT 0.4
/* Beside a camera that is said to stand: widths a step, as of cm_summary. */
#define STILL_MEAN 0.0015
#define STILL_ABOUT 0.003

struct cm_over {
    cm_footage videos[MOST_VIDEOS];
    int n;
};

/* ---- reading ------------------------------------------------------------------------- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_video(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && movinet_is_video_name(entry->d_name);
}

/* How far the camera goes at least, over any `n` frames. */
static cm_summary stillest(const cm_footage *f, int n)
{
    cm_summary best = {{0}, 1e9};
    for (int i = 0; i + n <= f->clip.frames; i++) {
        cm_summary s = cm_footage_moves(f, i, n);
        if (s.about < best.about)
            best = s;
    }
    return best;
}

static void tell(const char *name, const cm_footage *f)
{
    int n = f->clip.frames < 12 ? f->clip.frames : 12;
    cm_summary s = stillest(f, n);
    fprintf(stderr,
            "%s: %d frames; the camera's steps in the stillest %d: pan %.4f, tilt %.4f, zoom %.4f, "
            "roll %.4f, about these %.4f widths\n",
            name, f->clip.frames, n, s.mean[CM_PAN], s.mean[CM_TILT], s.mean[CM_ZOOM],
            s.mean[CM_ROLL], s.about);
}

static movinet_status add_video(cm_over *o, const char *dir, const char *name, double rate,
                                bool quiet, movinet_error *err)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof path || o->n == MOST_VIDEOS)
        return MOVINET_OK;
    movinet_status status = cm_footage_open(&o->videos[o->n], path, rate, err);
    if (!status && !quiet)
        tell(name, &o->videos[o->n]);
    if (status && status != MOVINET_ERR_MEMORY) {
        fprintf(stderr, "left out: %s\n", err->message);
        return MOVINET_OK;
    }
    o->n += !status;
    return status;
}

movinet_status cm_over_open(cm_over **out, const char *dir, double rate, bool quiet,
                            movinet_error *err)
{
    struct dirent **names;
    int n = scandir(dir, &names, is_video, by_name);
    *out = NULL;
    if (n < 0)
        return mv_fail(err, MOVINET_ERR_IO, "%.300s: %s", dir, strerror(errno));
    cm_over *o = calloc(1, sizeof *o);
    movinet_status status = o ? MOVINET_OK : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    for (int i = 0; i < n; i++) {
        if (!status)
            status = add_video(o, dir, names[i]->d_name, rate, quiet, err);
        free(names[i]);
    }
    free(names);
    if (!status && !o->n)
        status = mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: no videos in it", dir);
    if (status)
        cm_over_close(o);
    else
        *out = o;
    return status;
}

void cm_over_close(cm_over *o)
{
    for (int i = 0; o && i < o->n; i++)
        cm_footage_close(&o->videos[i]);
    free(o);
}

/* ---- where to cut -------------------------------------------------------------------- */

/* Whether what the filming camera does in these frames is lost in the move. */
static bool is_lost(const cm_summary *own, const cm_camera *c)
{
    double mean = 0, speed = c->path.speed;
    for (int a = 0; a < CM_AXES; a++)
        mean += fabs(own->mean[a]);
    if (c->path.label == CM_STILL)
        return mean <= STILL_MEAN && own->about <= STILL_ABOUT;
    if (c->path.label != CM_SHAKE)
        speed *= cm_reach(cm_class_range(c->path.label).axis, c->aspect) / STEPS_A_SECOND;
    return mean <= OWN_SHARE * speed && own->about <= OWN_ABOUT * speed;
}

/* A frame from which on the video can be used, or -1. */
static int find_span(const cm_footage *f, const cm_camera *c, int frames, mv_random *r)
{
    int n = f->clip.frames - frames + 1, first = n > 0 ? cm_pick(r, n) : 0;
    for (int i = 0; i < n; i++) {
        int at = (first + i) % n;
        cm_summary own = cm_footage_moves(f, at, frames);
        if (is_lost(&own, c))
            return at;
    }
    return -1;
}

typedef struct extent {
    double x0, y0, x1, y1;
} extent;

/* Of the plane, what the camera sees in the course of the clip. */
static extent seen(const cm_camera *c, const cm_clip *clip)
{
    extent e = {1e9, 1e9, -1e9, -1e9};
    for (int i = 0; i < clip->frames * 4; i++) {
        cm_map m;
        cm_camera_map(c, i / (4 * clip->rate), 1, &m);
        for (int k = 0; k < 4; k++) {
            double x, y;
            cm_map_point(&m, k & 1 ? 0.5 : -0.5, (k & 2 ? 0.5 : -0.5) * c->aspect, &x, &y);
            e.x0 = fmin(e.x0, x);
            e.x1 = fmax(e.x1, x);
            e.y0 = fmin(e.y0, y);
            e.y1 = fmax(e.y1, y);
        }
    }
    return e;
}

/* Texels for a width of the plane, so that all that is seen lies within the video. */
static double widest(const extent *e, const cm_clip *video)
{
    return fmin(video->width / (e->x1 - e->x0), video->height / (e->y1 - e->y0));
}

/* A camera that does not go beyond the picture; after many tries, the one that comes nearest. */
static void draw_camera(cm_camera *c, mv_random *r, const cm_order *order, const cm_clip *out,
                        const cm_clip *video)
{
    double best = 0, aspect = (double)out->height / out->width, seconds = out->frames / out->rate;
    for (int i = 0; i < TRIES && best < LEAST_PART; i++) {
        cm_camera next;
        cm_camera_draw(&next, r, order->label, seconds, aspect);
        next.dolly = 0; /* there is no depth */
        extent e = seen(&next, out);
        double k = widest(&e, video), part = fmin(k / video->width, k * aspect / video->height);
        part *= order->label == CM_ZOOM_IN || order->label == CM_ZOOM_OUT
                    ? exp(-next.path.speed * seconds / 2) /* of the narrowest view */
                    : 1;
        if (part > best) {
            best = part;
            *c = next;
        }
    }
}

/* ---- frames -------------------------------------------------------------------------- */

typedef struct player {
    const cm_clip *video;
    cm_canvas *canvas;
    int first;
    bool frozen;
    double noise;
    uint64_t seed;
} player;

static void put_noise(const player *p, int frame)
{
    mv_random r = cm_fork(p->seed, (uint64_t)frame);
    for (int y = 0; y < p->video->height; y++) {
        uint8_t *t = cm_texel(p->canvas, 0, y);
        for (int x = 0; x < p->video->width; x++, t += 4) {
            float d = (float)(p->noise * mv_random_normal(&r));
            for (int k = 0; k < 3; k++)
                t[k] = cm_byte((float)t[k] + d);
        }
    }
}

static void show_frame(void *user, int frame)
{
    const player *p = user;
    int w = p->video->width, h = p->video->height, at = p->first + (p->frozen ? 0 : frame);
    const uint8_t *in = p->video->pixels + (size_t)at * (size_t)w * (size_t)h * 3;
    for (int y = 0; y < h; y++) {
        uint8_t *t = cm_texel(p->canvas, 0, y);
        for (int x = 0; x < w; x++, t += 4, in += 3) {
            memcpy(t, in, 3);
            t[3] = 255;
        }
    }
    if (p->frozen)
        put_noise(p, frame);
    cm_canvas_shrink(p->canvas);
}

/* Lays the canvas so that what is seen is somewhere within the video. */
static void place(cm_layer *l, const cm_camera *c, const cm_clip *out, const cm_clip *video,
                  mv_random *r)
{
    extent e = seen(c, out);
    double k = widest(&e, video) * cm_between(r, 0.85, 1);
    l->whole = true;
    l->depth = 1;
    k = fmax(k, 1);
    l->span = SIDE / k;
    double left = cm_between(r, 0, video->width / k - (e.x1 - e.x0));
    double above = cm_between(r, 0, video->height / k - (e.y1 - e.y0));
    l->x = e.x0 - left + l->span / 2;
    l->y = e.y0 - above + l->span / 2;
}

movinet_status cm_over_shot(const cm_over *o, const cm_order *order, cm_clip *out,
                            movinet_error *err)
{
    mv_random r = {order->seed};
    const cm_footage *f = &o->videos[cm_pick(&r, o->n)];
    cm_camera camera;
    *out = (cm_clip){order->frames, order->width, order->height, order->rate, NULL};
    if (!out->width)
        cm_shape_draw(&r, &out->width, &out->height);
    draw_camera(&camera, &r, order, out, &f->clip);
    int first = find_span(f, &camera, order->frames, &r);
    player p = {&f->clip, NULL, first, first < 0, cm_between(&r, 1, 4), mv_random_bits(&r)};
    if (p.frozen)
        p.first = cm_pick(&r, f->clip.frames);
    cm_scene *scene = calloc(1, sizeof *scene);
    cm_layer *l = scene ? cm_add_layer(scene, SIDE) : NULL;
    out->pixels = malloc((size_t)out->frames * (size_t)out->width * (size_t)out->height * 3);
    bool fine = l && out->pixels;
    if (fine) {
        place(l, &camera, out, &f->clip, &r);
        p.canvas = &l->canvas;
        fine = cm_render(scene, &camera, out, show_frame, &p);
    }
    if (scene)
        cm_scene_close(scene);
    free(scene);
    if (!fine)
        cm_clip_close(out);
    return fine ? MOVINET_OK : mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a clip");
}
