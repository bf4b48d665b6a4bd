/* movinet live in a window: the picture at the source's own rate, the answers over it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/window.h"

#include <stdlib.h>

/* Until a picture says how large it is. */
enum { WIDTH = 960, HEIGHT = 540 };
/* The window is painted at least so often, so that it answers while no picture comes. */
#define LONGEST_WAIT 0.04

struct live_window {
    movinet_window *window;
    live_panel panel;
    int64_t seen;
};

live_window *open_live_window(const live_session *s, movinet_error *err)
{
    char title[200];
    live_window *w = calloc(1, sizeof *w);
    if (!w || !open_live_panel(&w->panel, s)) {
        free(w);
        return NULL;
    }
    snprintf(title, sizeof title, "movinet: %.150s", s->name);
    if (!movinet_window_open(&w->window, title, WIDTH, HEIGHT, err))
        return w;
    close_live_window(w);
    return NULL;
}

void close_live_window(live_window *w)
{
    if (!w)
        return;
    movinet_window_close(w->window);
    close_live_panel(&w->panel);
    free(w);
}

movinet_status show_live_window(live_window *w, live_view *v, movinet_error *err)
{
    movinet_live *live = v->session->live;
    movinet_live_held held;
    bool came = movinet_live_take(live, w->seen, LONGEST_WAIT, &held);
    renew_live_view(v, 0);
    fill_live_panel(&w->panel, v);
    bool show = came && !v->paused;
    movinet_status status =
        movinet_window_show(w->window, show ? &held.frame : NULL, &w->panel.content, err);
    if (came) {
        w->seen = held.number;
        movinet_live_give(live, &held);
    }
    return status;
}

int live_window_key(live_window *w)
{
    return movinet_window_key(w->window);
}
