/* Finds a display and opens a window on it. SPDX-License-Identifier: Apache-2.0 */
#include "show/screen_parts.h"

#include <stdlib.h>
#include <string.h>

/* Left to itself SDL would try everything, write on the terminal what it did not like, and
 * end with a window that nobody can see. Whoever sets SDL_VIDEODRIVER gets just that. */
movinet_status mvs_start_video(movinet_error *err)
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
                   d.x11       ? getenv("DISPLAY")
                   : d.wayland ? getenv("WAYLAND_DISPLAY")
                               : "the console",
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

/* OpenGL without a graphics card, by Mesa: a picture then takes several times as long as with
 * SDL's own arithmetic. Only X11 takes pictures without OpenGL. */
static bool is_emulated(void)
{
    enum { GL_RENDERER = 0x1f01 };
    const char *asked = getenv("SDL_RENDER_DRIVER");
    const unsigned char *(*get_string)(unsigned) =
        (const unsigned char *(*)(unsigned))SDL_GL_GetProcAddress("glGetString");
    if ((asked && *asked) || !get_string || SDL_strcmp(SDL_GetCurrentVideoDriver(), "x11"))
        return false;
    const char *name = SDL_GL_GetCurrentContext() ? (const char *)get_string(GL_RENDERER) : NULL;
    return name && (strstr(name, "llvmpipe") || strstr(name, "softpipe") ||
                    strstr(name, "Software Rasterizer"));
}

bool mvs_open_window(screen *s, const char *title, int width, int height)
{
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    s->full = !SDL_strcmp(SDL_GetCurrentVideoDriver(), "KMSDRM"); /* nothing beside it */
    flags |= s->full ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0;
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0"); /* an ordinary window */
    if (!SDL_strcmp(SDL_GetCurrentVideoDriver(), "x11"))
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* see is_emulated */
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    SDL_DisableScreenSaver();
    fit_desktop(&width, &height);
    s->window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                                 height, flags);
    if (!s->window)
        return false;
    s->renderer = SDL_CreateRenderer(s->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (s->renderer && is_emulated()) {
        SDL_DestroyRenderer(s->renderer);
        s->renderer = NULL;
    }
    if (!s->renderer)
        s->renderer =
            SDL_CreateRenderer(s->window, -1, SDL_RENDERER_SOFTWARE | SDL_RENDERER_PRESENTVSYNC);
    if (s->full)
        SDL_ShowCursor(SDL_DISABLE);
    SDL_StartTextInput();
    return s->renderer;
}
