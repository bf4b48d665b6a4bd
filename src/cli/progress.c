/* Progress. SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <string.h>
#include <time.h>

/* Seconds between two pictures of the bar, and before a rate is told. */
#define PAUSE 0.1
#define SURE_AFTER 0.2

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

progress progress_of(const char *name, bool quiet)
{
    return (progress){.name = name, .quiet = quiet, .screen = terminal_of(stderr)};
}

static int tenths_of(double done, double total)
{
    return total > 0 ? (int)(done * 10 / total) : 0;
}

bool progress_is_due(progress *p, double done, double total)
{
    double time = now();
    if (p->quiet)
        return false;
    if (!p->begun || done < p->first) {
        p->begun = true;
        p->first = done;
        p->started = time;
    }
    if (!p->screen.is_terminal)
        return tenths_of(done, total) > p->tenths;
    return time - p->shown >= PAUSE || (total > 0 && done >= total);
}

double progress_rate(const progress *p, double done)
{
    double seconds = now() - p->started;
    return p->begun && seconds > SURE_AFTER ? (done - p->first) / seconds : 0;
}

/* "a0  ██████▌        44 %  1.4 of 3.1 MiB  0:02 left", on one line: what does not fit of the
 * words is cut. */
static void draw(progress *p, double done, double total, const char *words)
{
    enum { BAR = 20 };
    char time[32], left[48] = "";
    double rate = progress_rate(p, done);
    if (rate > 0 && total > done)
        snprintf(left, sizeof left, "  %s left", format_time(time, (total - done) / rate, 0));
    int room = p->screen.columns - 1 - (int)strlen(left) - 2;
    fputs("\r\033[K", stderr);
    room -= print_fitted(&p->screen, p->name, room / 2);
    fputs("  ", stderr);
    if (total > 0) {
        print_bar(&p->screen, done / total, BAR);
        fprintf(stderr, " %3.0f %%  ", 100 * done / total);
        room -= BAR + 8;
    }
    print_fitted(&p->screen, words, room > 0 ? room : 0);
    fputs(left, stderr);
    fflush(stderr);
    p->drawn = true;
}

void progress_show(progress *p, double done, double total, const char *words)
{
    if (p->screen.is_terminal) {
        p->shown = now();
        draw(p, done, total, words);
        return;
    }
    p->tenths = tenths_of(done, total);
    fprintf(stderr, "%s: %d %%, %s\n", p->name, p->tenths * 10, words);
}

void progress_clear(progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}
