/* Keys as characters, whatever the keyboard. SPDX-License-Identifier: Apache-2.0 */
#include "show/screen_parts.h"

#include <string.h>

enum { ESCAPE = 27 };

static void keep(screen *s, char key)
{
    if (s->n_keys < MVS_KEYS)
        s->keys[s->n_keys++] = key;
}

/* The window's last key, unless it is there already: SDL says that it was closed twice. */
static void quit(screen *s)
{
    if (!s->n_keys || s->keys[s->n_keys - 1] != 'q')
        keep(s, 'q');
}

/* Keys that give no text. A key that is held down counts once. */
static void take_key(screen *s, const SDL_KeyboardEvent *e)
{
    SDL_Keycode sym = e->keysym.sym;
    s->repeats = e->repeat;
    s->scancode = e->keysym.scancode;
    if (e->repeat)
        return;
    if (sym == SDLK_ESCAPE)
        keep(s, ESCAPE);
    else if (sym == SDLK_TAB && !(e->keysym.mod & (KMOD_ALT | KMOD_CTRL)))
        keep(s, '\t');
    else if (sym == SDLK_RETURN || sym == SDLK_KP_ENTER)
        keep(s, '\n');
    else if (sym == SDLK_F11)
        mvs_toggle_full_screen(s);
    else if (sym == SDLK_c && e->keysym.mod & KMOD_CTRL)
        quit(s); /* on a console no other Ctrl-C arrives */
}

static void take_text(screen *s, const char *text)
{
    char c = *text;
    if (s->repeats)
        return;
    /* On a keyboard of other letters: the one that stands there in English. */
    if (c & 0x80 && s->scancode >= SDL_SCANCODE_A && s->scancode <= SDL_SCANCODE_Z)
        c = (char)('a' + s->scancode - SDL_SCANCODE_A);
    if (c == 'f')
        mvs_toggle_full_screen(s);
    else if (c >= ' ' && c < 0x7f)
        keep(s, c);
}

/* Textures are lost with some graphics drivers, for example when the machine slept. */
static void forget_textures(screen *s)
{
    if (s->picture.texture)
        SDL_DestroyTexture(s->picture.texture);
    if (s->sheet.texture)
        SDL_DestroyTexture(s->sheet.texture);
    s->picture.texture = s->sheet.texture = NULL;
}

void mvs_take_events(screen *s)
{
    SDL_Event e;
    while (SDL_PollEvent(&e))
        switch (e.type) {
        case SDL_QUIT: quit(s); break;
        case SDL_WINDOWEVENT:
            if (e.window.event == SDL_WINDOWEVENT_CLOSE)
                quit(s);
            break;
        case SDL_KEYDOWN: take_key(s, &e.key); break;
        case SDL_TEXTINPUT: take_text(s, e.text.text); break;
        case SDL_RENDER_DEVICE_RESET: forget_textures(s); break;
        default: break;
        }
}

int mvs_next_key(screen *s)
{
    if (!s->n_keys)
        return 0;
    int key = s->keys[0];
    memmove(s->keys, s->keys + 1, (size_t)--s->n_keys);
    return key;
}
