/* A window of SDL's. SPDX-License-Identifier: Apache-2.0 */
#include "show/screen_parts.h"

#include <stdlib.h>

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

movinet_status mvs_screen_open(mvs_screen **out, const char *title, int width, int height,
                               movinet_error *err)
{
    static const mvs_screen_kind kind = {look, show, key, close_screen};
    SDL_RendererInfo info;
    screen *s = calloc(1, sizeof *s);
    if (!s)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
    movinet_status status = mvs_start_video(err);
    if (status) {
        free(s);
        return status;
    }
    s->base.kind = &kind;
    if (!mvs_open_window(s, title, width, height) || SDL_GetRendererInfo(s->renderer, &info)) {
        status =
            mv_fail(err, MOVINET_ERR_UNSUPPORTED, "cannot open a window: %.300s", SDL_GetError());
        close_screen(&s->base);
        return status;
    }
    int limit = SDL_min(info.max_texture_width, info.max_texture_height);
    s->base.limit = limit > 0 && limit < MVS_TEXTURE_LIMIT ? limit : MVS_TEXTURE_LIMIT;
    *out = &s->base;
    return MOVINET_OK;
}
