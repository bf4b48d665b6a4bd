/* The whole screen. SPDX-License-Identifier: Apache-2.0 */
#include "show/screen_parts.h"

/* Where nobody manages windows, as in a kiosk, SDL asks for the whole screen in vain and
 * believes it has it. A window without borders may be such a one. */
static bool has_borders(const screen *s)
{
    int top = 0, left = 0, bottom = 0, right = 0;
    return SDL_strcmp(SDL_GetCurrentVideoDriver(), "x11") ||
           (!SDL_GetWindowBordersSize(s->window, &top, &left, &bottom, &right) &&
            (top || left || bottom || right));
}

static void place(screen *s, SDL_Rect to)
{
    SDL_SetWindowPosition(s->window, to.x, to.y);
    SDL_SetWindowSize(s->window, to.w, to.h);
}

void mvs_toggle_full_screen(screen *s)
{
    SDL_Rect *before = &s->before, all;
    s->full = !s->full;
    SDL_ShowCursor(s->full ? SDL_DISABLE : SDL_ENABLE);
    if (s->full && !has_borders(s) &&
        !SDL_GetDisplayBounds(SDL_GetWindowDisplayIndex(s->window), &all)) {
        SDL_GetWindowPosition(s->window, &before->x, &before->y);
        SDL_GetWindowSize(s->window, &before->w, &before->h);
        place(s, all);
    }
    SDL_SetWindowFullscreen(s->window, s->full ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (!s->full && before->w) {
        place(s, *before);
        before->w = 0;
    }
}
