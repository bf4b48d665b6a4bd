/* All cameras, and the one that a source means. SPDX-License-Identifier: Apache-2.0 */
#include "video/camera.h"
#include "video/where.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct movinet_camera_list {
    mv_arena arena;
    int n;
    movinet_camera cameras[MVV_CAMERAS];
};

static movinet_status look(movinet_camera_list *l, const mvv_camera_system *system,
                           movinet_error *err)
{
    for (int i = 0; i < MVV_CAMERAS; i++) {
        char device[20];
        int length = snprintf(device, sizeof device, "/dev/video%d", i);
        const char *name = mv_arena_string(&l->arena, device, (size_t)length);
        if (!name)
            return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
        movinet_status status = mvv_camera_ask(&l->arena, system, name, &l->cameras[l->n], err);
        if (status == MOVINET_OK)
            l->n++;
        else if (status != MOVINET_END)
            return status;
    }
    return MOVINET_OK;
}

movinet_status mvv_camera_list_open(movinet_camera_list **out, const mvv_camera_system *system,
                                    movinet_error *err)
{
    *out = NULL;
    if (!system)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "cameras can only be found where there is Video4Linux");
    movinet_camera_list *l = calloc(1, sizeof *l);
    if (!l)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = look(l, system, err);
    if (status)
        movinet_camera_list_close(l);
    else
        *out = l;
    return status;
}

movinet_status movinet_camera_list_open(movinet_camera_list **out, movinet_error *err)
{
    return mvv_camera_list_open(out, mvv_camera_here(), err);
}

void movinet_camera_list_close(movinet_camera_list *list)
{
    if (!list)
        return;
    mv_arena_free(&list->arena);
    free(list);
}

const movinet_camera *movinet_camera_list_get(const movinet_camera_list *list, int index)
{
    return index >= 0 && index < list->n ? &list->cameras[index] : NULL;
}

/* ---- the one that is meant ------------------------------------------------------------ */

/* The options with what this camera is to be asked for in them. */
static movinet_status choose(const movinet_camera *c, movinet_video_options *options,
                             movinet_error *err)
{
    mvv_camera_pick pick;
    if (c->trouble)
        return mv_fail(err, MOVINET_ERR_IO, "%s: %s", c->device, c->trouble);
    movinet_status status = mvv_camera_choose(c, options, &pick, err);
    if (status)
        return status;
    options->input_format = pick.format;
    options->camera_width = pick.width;
    options->camera_height = pick.height;
    options->camera_rate = pick.rate;
    return MOVINET_OK;
}

static movinet_status choose_first(const movinet_camera_list *l, char device[MVV_DEVICE_ROOM],
                                   movinet_video_options *options, movinet_error *err)
{
    const movinet_camera *c = NULL;
    for (int i = 0; i < l->n && !c; i++)
        c = l->cameras[i].trouble ? NULL : &l->cameras[i];
    if (!c && l->n == 0)
        return mv_fail(err, MOVINET_ERR_IO,
                       "camera: there is none; movinet cameras says what can be tried");
    c = c ? c : &l->cameras[0]; /* its trouble is told */
    snprintf(device, MVV_DEVICE_ROOM, "%s", c->device);
    return choose(c, options, err);
}

movinet_status mvv_camera_find(const mvv_camera_system *system, const char *source,
                               const movinet_video_options *options, char device[MVV_DEVICE_ROOM],
                               movinet_video_options *out, movinet_error *err)
{
    *out = *options;
    snprintf(device, MVV_DEVICE_ROOM, "%s", source);
    if (!strcmp(source, MVV_FIRST_CAMERA)) {
        movinet_camera_list *list;
        movinet_status status = mvv_camera_list_open(&list, system, err);
        if (!status)
            status = choose_first(list, device, out, err);
        movinet_camera_list_close(list);
        return status;
    }
    mv_arena arena = {0};
    movinet_camera camera;
    movinet_status status =
        system ? mvv_camera_ask(&arena, system, source, &camera, err) : MOVINET_END;
    if (!status)
        status = choose(&camera, out, err);
    else if (status == MOVINET_END)
        status = mv_fail(err, MOVINET_ERR_IO,
                         "%s: no such camera; movinet cameras lists those there are", source);
    mv_arena_free(&arena);
    return status;
}
