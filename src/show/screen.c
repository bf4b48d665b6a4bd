/* A window of SDL's. SPDX-License-Identifier: Apache-2.0 */
#include "show/screen_parts.h"

#include <stdlib.h>
#include <string.h>

static void look(mvs_screen *base, int *width, int *height)
{
    screen *s = (screen *)base;
    mvs_take_events(s);
    *width = *height = 0;
    if (SDL_GetWindowFlags(s->window) & SDL_WINDOW_MINIMIZED)
        SDL_Delay(10); /* nothing to wait for, but the caller may count on waiting */
    else
        SDL_GetRendererOutputSize(s->renderer, width, height);
}

static movinet_status show(mvs_screen *base, const movinet_frame *picture, const mvs_sheet *sheet,
                           movinet_error *err)
{
    screen *s = (screen *)base;
    int width = 0, height = 0;
    movinet_status status = picture ? mvs_load_picture(s, picture, err) : MOVINET_OK;
    if (!status)
        status = mvs_load_sheet(s, sheet, err);
    if (status)
        return status;
    SDL_GetRendererOutputSize(s->renderer, &width, &height);
    SDL_SetRenderDrawColor(s->renderer, 0, 0, 0, 255);
    SDL_RenderClear(s->renderer);
    mvs_copy_picture(s, width, height);
    mvs_copy_sheet(s, sheet, width, height);
    SDL_RenderPresent(s->renderer);
    return MOVINET_OK;
}

static int key(mvs_screen *base)
{
    screen *s = (screen *)base;
    mvs_take_events(s);
    return mvs_next_key(s);
}

static void close_screen(mvs_screen *base)
{
    screen *s = (screen *)base;
    if (s->picture.texture)
        SDL_DestroyTexture(s->picture.texture);
    if (s->sheet.texture)
        SDL_DestroyTexture(s->sheet.texture);
    if (s->renderer)
        SDL_DestroyRenderer(s->renderer);
    if (s->window)
        SDL_DestroyWindow(s->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(s->sheet.straight);
    free(s);
}

/* Left to itself SDL would try everything, write on the terminal what it did not like, and
 * end with a window that nobody can see. Whoever sets SDL_VIDEODRIVER gets just that. */
static movinet_status start_video(movinet_error *err)
{
    mvs_displays d = mvs_displays_find();
    const struct {
        bool there;
        const char *driver;
    } ways[] = {{d.x11, "x11"}, {d.wayland, "wayland"}, {d.console, "KMSDRM"}};
    const char *chosen = getenv("SDL_VIDEODRIVER");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (chosen && *chosen)
        return !SDL_InitSubSystem(SDL_INIT_VIDEO)
                   ? MOVINET_OK
                   : mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                             "cannot open a window (SDL_VIDEODRIVER is %.50s): %.200s", chosen,
                             SDL_GetError());
    if (!d.x11 && !d.wayland && !d.console)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "cannot open a window: there is no display (neither DISPLAY nor "
                       "WAYLAND_DISPLAY is set, and this is no console with a screen)");
    for (int i = 0; i < 3; i++) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, ways[i].driver);
        if (ways[i].there && !SDL_InitSubSystem(SDL_INIT_VIDEO))
            return MOVINET_OK;
    }
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "cannot open a window on %s: %.200s",
                   d.x11 ? getenv("DISPLAY") : d.wayland ? getenv("WAYLAND_DISPLAY") : "the console",
                   SDL_GetError());
}

/* At most nine tenths of the desktop, its shape kept. */
static void fit_desktop(int *width, int *height)
{
    SDL_Rect room;
    if (SDL_GetDisplayUsableBounds(0, &room) || room.w < 1 || room.h < 1)
        return;
    double scale = SDL_min(0.9 * room.w / *width, 0.9 * room.h / *height);
    if (scale < 1) {
        *width = SDL_max((int)(*width * scale), 1);
        *height = SDL_max((int)(*height * scale), 1);
    }
}

static bool open_window(screen *s, const char *title, int width, int height)
{
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    s->full = !SDL_strcmp(SDL_GetCurrentVideoDriver(), "KMSDRM"); /* nothing beside it */
    flags |= s->full ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0;
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0"); /* an ordinary window */
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    SDL_DisableScreenSaver();
    fit_desktop(&width, &height);
    s->window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                                 height, flags);
    if (!s->window)
        return false;
    s->renderer = SDL_CreateRenderer(s->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!s->renderer)
        s->renderer = SDL_CreateRenderer(s->window, -1, SDL_RENDERER_SOFTWARE);
    if (s->full)
        SDL_ShowCursor(SDL_DISABLE);
    SDL_StartTextInput();
    return s->renderer;
}

movinet_status mvs_screen_open(mvs_screen **out, const char *title, int width, int height,
                               movinet_error *err)
{
    static const mvs_screen_kind kind = {look, show, key, close_screen};
    SDL_RendererInfo info;
    screen *s = calloc(1, sizeof *s);
    if (!s)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = start_video(err);
    if (status) {
        free(s);
        return status;
    }
    s->base.kind = &kind;
    if (!open_window(s, title, width, height) || SDL_GetRendererInfo(s->renderer, &info)) {
        status = mv_fail(err, MOVINET_ERR_UNSUPPORTED, "cannot open a window: %.300s",
                         SDL_GetError());
        close_screen(&s->base);
        return status;
    }
    int limit = SDL_min(info.max_texture_width, info.max_texture_height);
    s->base.limit = limit > 0 && limit < MVS_TEXTURE_LIMIT ? limit : MVS_TEXTURE_LIMIT;
    *out = &s->base;
    return MOVINET_OK;
}
