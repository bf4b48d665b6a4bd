/* The parts of a window of SDL's. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_SCREEN_PARTS_H
#define MV_SHOW_SCREEN_PARTS_H

#include <SDL.h>

#include "show/screen.h"

enum { MVS_KEYS = 32, MVS_TEXTURE_LIMIT = 16384 };

typedef struct screen {
    mvs_screen base;
    SDL_Window *window;
    SDL_Renderer *renderer;
    struct {
        SDL_Texture *texture; ///< NULL: no picture was given yet
        int width, height;
        movinet_frame look; ///< how it is to be turned
    } picture;
    struct {
        SDL_Texture *texture;
        int width, height;
        bool premultiplied; ///< the renderer can blend it so
        uint32_t *straight; ///< a box of it for those that cannot
        size_t capacity;    ///< pixels of it
    } sheet;
    bool full;           ///< the whole screen
    SDL_Rect before;     ///< where it was, if SDL does not know; no width: it does
    char keys[MVS_KEYS]; ///< not taken yet, oldest first
    int n_keys;
    bool repeats; ///< the next text comes from a key that is held down
    int scancode; ///< of the last key
} screen;

/** screen_start.c: a display; UNSUPPORTED: there is none. */
movinet_status mvs_start_video(movinet_error *err);
/** Makes s->window and s->renderer. False: SDL_GetError() says why. */
bool mvs_open_window(screen *s, const char *title, int width, int height);

/** screen_keys.c: takes what has happened to the window and keeps the keys. */
void mvs_take_events(screen *s);
int mvs_next_key(screen *s);

/** screen_full.c: to the whole screen, or back. */
void mvs_toggle_full_screen(screen *s);

/** screen_layers.c: the picture and what lies over it, to textures and from there. */
movinet_status mvs_load_picture(screen *s, const movinet_frame *picture, movinet_error *err);
movinet_status mvs_load_sheet(screen *s, const mvs_sheet *sheet, movinet_error *err);
void mvs_copy_picture(const screen *s, int width, int height);
void mvs_copy_sheet(const screen *s, const mvs_sheet *sheet, int width, int height);

#endif
