/* movinet live in a terminal: a small picture in half blocks, bars, and how it goes,
 * painted over itself. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { PICTURE_COLUMNS = 48, BAR = 20 };

struct live_screen {
    terminal t;
    struct termios before;
    bool raw;       ///< keys come at once
    float *shown;   ///< what the bars show: they follow the scores
    int n_shown;
    uint8_t *rgb;
};

live_screen *open_live_screen(void)
{
    live_screen *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->t = terminal_of(stdout);
    if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &s->before) == 0) {
        struct termios raw = s->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        s->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
    }
    fputs("\033[?25l\033[2J", stdout); /* no cursor, an empty screen */
    return s;
}

void close_live_screen(live_screen *s)
{
    if (!s)
        return;
    fputs("\033[0m\033[?25h\n", stdout);
    fflush(stdout);
    if (s->raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
    free(s->shown);
    free(s->rgb);
    free(s);
}

int live_key(live_screen *s)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char key;
    if (!s->raw || poll(&in, 1, 0) <= 0 || read(STDIN_FILENO, &key, 1) != 1)
        return 0;
    return key;
}

/* What is left of a line is wiped, so that nothing of an older picture stays. */
static void end_line(void)
{
    fputs("\033[0m\033[K\n", stdout);
}

/* Rows of upper half blocks: the upper pixel is their colour, the lower one the ground. */
static int paint_picture(live_screen *s, live_view *v, int rows)
{
    int columns = s->t.columns < PICTURE_COLUMNS ? s->t.columns : PICTURE_COLUMNS;
    int height = v->state.width > 0 ? columns * v->state.height / v->state.width / 2 * 2 : 0;
    height = height > 2 * rows ? 2 * rows : height;
    if (!s->t.utf8 || !s->t.colour || height < 2)
        return 0;
    uint8_t *rgb = realloc(s->rgb, (size_t)columns * (size_t)height * 3);
    s->rgb = rgb ? rgb : s->rgb;
    if (!rgb || !movinet_live_picture(v->live, columns, height, rgb))
        return 0;
    for (int y = 0; y < height; y += 2) {
        for (int x = 0; x < columns; x++) {
            const uint8_t *up = rgb + (y * columns + x) * 3, *low = up + columns * 3;
            printf("\033[38;2;%d;%d;%dm\033[48;2;%d;%d;%dm▀", up[0], up[1], up[2], low[0], low[1],
                   low[2]);
        }
        end_line();
    }
    return height / 2;
}

static bool is_active(const live_view *v, int index)
{
    for (int i = 0; i < v->state.n_active; i++)
        if (v->state.active[i].index == index)
            return true;
    return false;
}

/* Bars move a third of their way with each repaint. */
static void paint_classes(live_screen *s, const live_view *v)
{
    if (!s->shown)
        s->shown = calloc((size_t)v->n_classes, sizeof *s->shown);
    for (int i = 0; s->shown && i < v->n_classes; i++)
        s->shown[i] += (v->scores[i] - s->shown[i]) / 3;
    for (int i = 0; i < v->n_results; i++) {
        int index = v->results[i].index;
        printf("%5.1f %%  ", 100.0 * (double)v->results[i].score);
        print_bar(&s->t, s->shown ? (double)s->shown[index] : 0, BAR);
        fputs("  ", stdout);
        if (is_active(v, index))
            set_style(&s->t, STYLE_STRONG);
        print_fitted(&s->t, movinet_model_label(v->model, index), s->t.columns - BAR - 12);
        end_line();
    }
}

static void paint_state(live_screen *s, const live_view *v)
{
    const movinet_live_state *state = &v->state;
    switch (state->phase) {
    case MOVINET_LIVE_OPENING: fputs("opening the source", stdout); break;
    case MOVINET_LIVE_WAITING:
        printf("again in %.0f s: ", state->retry_in + 0.5);
        print_fitted(&s->t, state->message, s->t.columns - 18);
        break;
    default:
        printf("%.1f pictures a second%s, %.1f ms a frame, %.0f ms behind, %lld dropped",
               state->meter.fps, state->meter.slow ? " (TOO SLOW: 5 are expected)" : "", state->inference * 1e3,
               state->meter.median * 1e3, (long long)state->meter.dropped);
    }
    end_line();
    if (v->paused)
        fputs("paused  ", stdout);
    print_fitted(&s->t, v->source, s->t.columns / 2);
    fputs("  ", stdout);
    print_fitted(&s->t, v->model_name, s->t.columns / 2 - 12);
    end_line();
    fputs("q quit  space pause  r reset", stdout);
    end_line();
}

static int rows_of_terminal(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

void show_live_screen(live_screen *s, live_view *v)
{
    movinet_event events[16];
    while (movinet_live_events(v->live, events, 16) > 0) /* the active ones are enough */
        continue;
    int room = rows_of_terminal() - v->n_results - 5;
    fputs("\033[H", stdout);
    if (room > 3)
        paint_picture(s, v, room);
    paint_classes(s, v);
    paint_state(s, v);
    fputs("\033[J", stdout);
    fflush(stdout);
}
