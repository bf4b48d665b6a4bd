/* The newest picture with what is seen over it, as a PNG. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/record.h"

#include "cli/live/panel.h"

#include <stdlib.h>

/* Draws over rgb, if the library can draw. */
static void draw_over(uint8_t *rgb, int width, int height, const movinet_overlay_content *content)
{
    movinet_overlay *overlay;
    const uint32_t *argb;
    bool changed;
    if (movinet_overlay_open(&overlay, NULL))
        return;
    if (!movinet_overlay_draw(overlay, width, height, content, &argb, &changed, NULL))
        movinet_overlay_blend(overlay, rgb, 0);
    movinet_overlay_close(overlay);
}

static movinet_status write_snapshot(live_session *s, const live_view *v,
                                     const movinet_frame *frame, char *path, movinet_error *err)
{
    int width, height;
    movinet_scaler *scaler;
    live_panel panel;
    movinet_status status = movinet_frame_size(frame, &width, &height, err);
    if (!status)
        status = movinet_scaler_open(&scaler, err);
    if (status)
        return status;
    uint8_t *rgb = malloc((size_t)width * (size_t)height * 3);
    if (!rgb || !open_live_panel(&panel, s)) {
        movinet_scaler_close(scaler);
        free(rgb);
        snprintf(err->message, sizeof err->message, "out of memory");
        return MOVINET_ERR_MEMORY;
    }
    status = movinet_scaler_run(scaler, frame, width, height, rgb, err);
    if (!status) {
        const movinet_frame seen = {.pixels = rgb, .width = width, .height = height};
        fill_live_panel(&panel, v);
        panel.content.help = NULL;
        draw_over(rgb, width, height, &panel.content);
        name_by_time(path, PATH_ROOM, "movinet-", ".png");
        status = movinet_picture_write(path, &seen, err);
    }
    close_live_panel(&panel);
    movinet_scaler_close(scaler);
    free(rgb);
    return status;
}

void take_snapshot(live_session *s, const live_view *v)
{
    char path[PATH_ROOM];
    movinet_live_held held;
    movinet_error err;
    if (!movinet_live_take(s->live, 0, 0, &held)) {
        tell(s, NULL, "no picture has come yet");
        return;
    }
    movinet_status status = write_snapshot(s, v, &held.frame, path, &err);
    movinet_live_give(s->live, &held);
    if (status)
        tell(s, NULL, err.message);
    else
        tell(s, path, "written");
}
