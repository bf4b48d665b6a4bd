/* SPDX-License-Identifier: Apache-2.0 */
#include "shot.h"

#include <stdlib.h>
#include <string.h>

/* A scene is drawn again if things hide too much of it, or there is too little to see. */
#define MOST_HIDDEN 0.5
#define LEAST_DETAIL 2.5
enum { TRIES = 12 };

void cm_shape_draw(mv_random *r, int *width, int *height)
{
    static const struct {
        int width, height, often;
    } shapes[] = {{160, 120, 5}, {176, 144, 2}, {192, 108, 4},
                  {144, 144, 2}, {108, 192, 1}, {120, 160, 1}};
    int lot = cm_pick(r, 15), i = 0;
    while (lot >= shapes[i].often)
        lot -= shapes[i++].often;
    *width = shapes[i].width;
    *height = shapes[i].height;
}

void cm_clip_close(cm_clip *clip)
{
    free(clip->pixels);
    memset(clip, 0, sizeof *clip);
}

static bool is_worth(const cm_worth *w)
{
    return w->hidden <= MOST_HIDDEN && w->detail >= LEAST_DETAIL;
}

/* Draws scene and camera until they are worth it. */
static bool take(const cm_order *order, mv_random *r, cm_clip *out)
{
    double seconds = out->frames / out->rate, aspect = (double)out->height / out->width;
    cm_camera camera;
    cm_worth worth;
    cm_scene *scene = malloc(sizeof *scene);
    bool fine = scene != NULL, good = false;
    for (int i = 0; i < TRIES && fine && !good; i++) {
        fine = cm_scene_draw(scene, r, order->set, seconds, aspect);
        cm_camera_draw(&camera, r, order->label, seconds, aspect);
        fine = fine && cm_look_at(scene, &camera, out, &worth);
        good = fine && is_worth(&worth);
        if (good || (fine && i == TRIES - 1))
            fine = cm_render(scene, &camera, out, NULL, NULL);
        cm_scene_close(scene);
    }
    free(scene);
    return fine;
}

static bool develop(mv_random *r, cm_clip *c)
{
    size_t n = (size_t)c->width * (size_t)c->height * 3;
    cm_finish f;
    uint8_t *room = malloc(n);
    bool fine = cm_finish_draw(&f, r, c->width, c->height, c->frames / c->rate) && room;
    for (int i = 0; i < c->frames && fine; i++)
        cm_finish_frame(&f, i, i / c->rate, c->pixels + (size_t)i * n, room, c->width, c->height);
    cm_finish_close(&f);
    free(room);
    return fine;
}

bool cm_shot(const cm_order *order, cm_clip *out)
{
    mv_random r = {order->seed};
    *out = (cm_clip){order->frames, order->width, order->height, order->rate, NULL};
    if (!out->width)
        cm_shape_draw(&r, &out->width, &out->height);
    out->pixels = malloc((size_t)out->frames * (size_t)out->width * (size_t)out->height * 3);
    bool fine = out->pixels && take(order, &r, out) && develop(&r, out);
    if (!fine)
        cm_clip_close(out);
    return fine;
}
