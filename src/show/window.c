/* A window with the picture and the answer over it. SPDX-License-Identifier: Apache-2.0 */
#include "show/overlay.h"

#include <stdlib.h>

#include "core/memory.h"
#include "picture/view.h"
#include "show/screen.h"

struct movinet_window {
    mvs_screen *screen;
    movinet_overlay *overlay;
    movinet_scaler *scaler; ///< for pictures that the screen does not take as they are
    uint8_t *rgb;           ///< what it makes of them
    size_t bytes;           ///< of rgb
};

movinet_status movinet_window_open(movinet_window **out, const char *title, int width, int height,
                                   movinet_error *err)
{
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "window: nowhere to put it (out is NULL)");
    *out = NULL;
    if (width < 1 || height < 1)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "window of %d×%d: both sides must be above 0",
                       width, height);
#ifdef MOVINET_HAVE_WINDOW
    movinet_window *w = calloc(1, sizeof *w);
    if (!w)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = movinet_overlay_open(&w->overlay, err);
    if (!status)
        status = movinet_scaler_open(&w->scaler, err);
    if (!status)
        status = mvs_screen_open(&w->screen, title ? title : "movinet", width, height, err);
    if (status)
        movinet_window_close(w);
    else
        *out = w;
    return status;
#else
    (void)title;
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                   "this movinet was built without SDL2: it opens no windows");
#endif
}

void movinet_window_close(movinet_window *w)
{
    if (!w)
        return;
    if (w->screen)
        w->screen->kind->close(w->screen);
    movinet_scaler_close(w->scaler);
    movinet_overlay_close(w->overlay);
    free(w->rgb);
    free(w);
}

/* width × height, with no side above the limit. */
static void shrink(int limit, int *width, int *height)
{
    int longest = *width > *height ? *width : *height;
    if (longest <= limit)
        return;
    *width = mvs_max((int)((int64_t)*width * limit / longest), 1);
    *height = mvs_max((int)((int64_t)*height * limit / longest), 1);
}

/* The picture upright and of square pixels, small enough for the screen. */
static movinet_status convert(movinet_window *w, const movinet_frame *picture, movinet_frame *out,
                              movinet_error *err)
{
    int width, height;
    movinet_status status = movinet_frame_size(picture, &width, &height, err);
    if (status)
        return status;
    shrink(w->screen->limit, &width, &height);
    size_t bytes = (size_t)width * (size_t)height * 3;
    if (bytes > w->bytes) {
        free(w->rgb);
        w->bytes = 0;
        w->rgb = malloc(bytes);
        if (!w->rgb)
            return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a picture of %d×%d", width,
                           height);
        w->bytes = bytes;
    }
    *out = (movinet_frame){.pixels = w->rgb, .width = width, .height = height};
    return movinet_scaler_run(w->scaler, picture, width, height, w->rgb, err);
}

/* Upside down, floats, planes of a decoder, larger than textures can be: not for screens. */
static bool is_plain(const movinet_frame *picture, int limit)
{
    return picture->pixel == MOVINET_RGB8 && picture->stride >= 0 && picture->stride <= INT32_MAX &&
           mvs_max(picture->width, picture->height) <= limit;
}

movinet_status movinet_window_show(movinet_window *w, const movinet_frame *picture,
                                   const movinet_overlay_content *content, movinet_error *err)
{
    if (!w)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no window given");
    movinet_status status = picture ? mvv_frame_check(picture, err) : MOVINET_OK;
    movinet_frame other;
    if (!status && picture && !is_plain(picture, w->screen->limit)) {
        status = convert(w, picture, &other, err);
        picture = &other;
    }
    mvs_sheet sheet = {.boxes = mvs_overlay_boxes(w->overlay)};
    w->screen->kind->look(w->screen, &sheet.width, &sheet.height);
    if (status || sheet.width < 1 || sheet.height < 1)
        return status;
    shrink(w->screen->limit, &sheet.width, &sheet.height);
    status = movinet_overlay_draw(w->overlay, sheet.width, sheet.height, content, &sheet.argb,
                                  &sheet.changed, err);
    return status ? status : w->screen->kind->show(w->screen, picture, &sheet, err);
}

int movinet_window_key(movinet_window *w)
{
    return w ? w->screen->kind->key(w->screen) : 0;
}
