/* movinet live in a terminal: a small picture in half blocks, bars, and how it goes,
 * painted over itself. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/live.h"

#include "cli/rows.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { PICTURE_COLUMNS = 48, BAR = 20 };

struct live_terminal {
    terminal t;
    int keys;       ///< where they come from; -1: nowhere
    struct termios before;
    bool raw;       ///< keys come at once
    uint8_t *rgb;
    size_t rgb_bytes;
};

/* Where the source is standard input, keys come from the terminal itself. */
live_terminal *open_live_terminal(bool piped)
{
    live_terminal *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->t = terminal_of(stdout);
    s->keys = piped ? open("/dev/tty", O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (s->keys >= 0 && isatty(s->keys) && tcgetattr(s->keys, &s->before) == 0) {
        struct termios raw = s->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        s->raw = tcsetattr(s->keys, TCSANOW, &raw) == 0;
    }
    fputs("\033[?25l\033[2J", stdout); /* no cursor, an empty screen */
    return s;
}

void close_live_terminal(live_terminal *s)
{
    if (!s)
        return;
    fputs("\033[0m\033[?25h\n", stdout);
    fflush(stdout);
    if (s->raw)
        tcsetattr(s->keys, TCSANOW, &s->before);
    if (s->keys > STDIN_FILENO)
        close(s->keys);
    free(s->rgb);
    free(s);
}

static bool key_waits(const live_terminal *s)
{
    struct pollfd in = {.fd = s->keys, .events = POLLIN};
    return s->raw && poll(&in, 1, 0) > 0 && in.revents & POLLIN;
}

static int next_key(const live_terminal *s)
{
    unsigned char key;
    return key_waits(s) && read(s->keys, &key, 1) == 1 ? key : 0;
}

/* An arrow or a function key comes as Esc [ numbers and a letter or ~, or as Esc O and a
 * letter (ECMA-48, 5.4): it means nothing here. Keys after it stay where they are. */
int live_terminal_key(live_terminal *s)
{
    int key;
    while ((key = next_key(s)) == 27) {
        int kind = next_key(s);
        if (kind != '[' && kind != 'O')
            return 27;
        do
            key = next_key(s);
        while (kind == '[' && key >= 0x20 && key < 0x40);
    }
    return key;
}

/* What is left of a line is wiped, so that nothing of an older picture stays. */
static void end_line(void)
{
    fputs("\033[0m\033[K\n", stdout);
}

/* Rows of upper half blocks: the upper pixel is their colour, the lower one the ground. */
static int paint_picture(live_terminal *s, live_view *v, int rows)
{
    int columns = s->t.columns < PICTURE_COLUMNS ? s->t.columns : PICTURE_COLUMNS;
    int height = v->state.width > 0 ? columns * v->state.height / v->state.width / 2 * 2 : 0;
    height = height > 2 * rows ? 2 * rows : height;
    if (!s->t.utf8 || !s->t.colour || height < 2)
        return 0;
    size_t bytes = (size_t)columns * (size_t)height * 3;
    uint8_t *rgb = bytes == s->rgb_bytes ? s->rgb : realloc(s->rgb, bytes);
    bool keep = v->paused && bytes == s->rgb_bytes;
    if (!rgb)
        return 0;
    s->rgb = rgb;
    s->rgb_bytes = bytes;
    if (!keep && !movinet_live_picture(v->session->live, columns, height, rgb))
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

static void paint_classes(live_terminal *s, const live_view *v)
{
    for (int i = 0; i < v->n_results; i++) {
        int index = v->results[i].index;
        printf("%5.1f %%  ", 100.0 * (double)v->results[i].score);
        print_bar(&s->t, (double)v->shown[index], BAR);
        fputs("  ", stdout);
        if (is_announced(v->state.active, v->state.n_active, index))
            set_style(&s->t, STYLE_STRONG);
        print_fitted(&s->t, movinet_model_label(v->model, index), s->t.columns - BAR - 12);
        end_line();
    }
}

static void paint_line(live_terminal *s, style how, const char *text)
{
    set_style(&s->t, how);
    print_fitted(&s->t, text, s->t.columns - 1);
    end_line();
}

/* Of as many lines whatever they say, so that nothing jumps. */
static void paint_state(live_terminal *s, const live_view *v)
{
    paint_line(s, STYLE_STRONG, v->warning);
    paint_line(s, STYLE_NONE, v->rate);
    fputs(v->recording ? "recording  " : "", stdout);
    fputs(v->paused ? "paused  " : "", stdout);
    print_fitted(&s->t, v->names, s->t.columns - 20);
    end_line();
    paint_line(s, STYLE_FAINT, "q quit  space pause  h help");
}

static void paint_help(live_terminal *s)
{
    char line[80];
    for (int i = 1; live_help[i]; i++) {
        int key = (int)strcspn(live_help[i], "\t");
        snprintf(line, sizeof line, "  %-8.*s%s", key, live_help[i], live_help[i] + key + 1);
        paint_line(s, STYLE_NONE, line);
    }
}

static int rows_of_terminal(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

void show_live_terminal(live_terminal *s, live_view *v)
{
    movinet_event events[16];
    while (movinet_live_events(v->session->live, events, 16) > 0) /* the active ones are enough */
        continue;
    s->t = terminal_of(stdout); /* its size may have changed */
    int room = rows_of_terminal() - v->n_results - 5;
    fputs("\033[H", stdout);
    if (v->help)
        paint_help(s);
    else if (room > 3)
        paint_picture(s, v, room);
    paint_classes(s, v);
    paint_state(s, v);
    fputs("\033[J", stdout);
    fflush(stdout);
}
