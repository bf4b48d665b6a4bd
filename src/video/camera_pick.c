/* What a camera is asked for. SPDX-License-Identifier: Apache-2.0 */
#include "video/camera.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What is wanted where nothing is asked for. */
enum { WIDTH = 640, HEIGHT = 480 };
#define RATE 30.0
/* Rates this near are the same: 29.97 is 30. */
#define SAME_RATE 0.02

/* ---- what there is, in words ------------------------------------------------------- */

typedef struct list {
    char text[300];
    size_t n;
    bool full;
} list;

static bool is_in(const list *l, const char *item)
{
    size_t n = strlen(item);
    for (const char *at = l->text; (at = strstr(at, item)); at++)
        if ((at == l->text || at[-1] == ' ') && (at[n] == ',' || at[n] == '\0'))
            return true;
    return false;
}

static void add(list *l, const char *item)
{
    size_t room = sizeof l->text - l->n;
    if (l->full || is_in(l, item))
        return;
    if (strlen(item) + 8 > room) {
        snprintf(l->text + l->n, room, ", ...");
        l->full = true;
        return;
    }
    l->n += (size_t)snprintf(l->text + l->n, room, "%s%s", l->n ? ", " : "", item);
}

static void add_size(list *l, const movinet_camera_size *s)
{
    char item[64];
    if (s->step_width)
        snprintf(item, sizeof item, "%dx%d to %dx%d", s->width, s->height, s->max_width,
                 s->max_height);
    else
        snprintf(item, sizeof item, "%dx%d", s->width, s->height);
    add(l, item);
}

static void add_rates(list *l, const movinet_camera_size *s)
{
    for (int i = 0; i < s->n_rates; i++) {
        char item[64];
        if (s->rates_between && i == 0)
            snprintf(item, sizeof item, "%.4g to %.4g", s->rates[1], s->rates[0]);
        else
            snprintf(item, sizeof item, "%.4g", s->rates[i]);
        if (!s->rates_between || i == 0)
            add(l, item);
    }
}

/* ---- what fits ---------------------------------------------------------------------- */

static bool format_fits(const movinet_camera_format *f, const char *asked)
{
    return f->name && (!asked || !strcasecmp(f->name, asked) || !strcasecmp(f->code, asked));
}

/* The side of a range that is nearest. */
static int nearest(int wanted, int from, int to, int step)
{
    if (wanted <= from || step < 1)
        return from;
    wanted = wanted < to ? wanted : to;
    int side = from + (int)(((int64_t)wanted - from + step / 2) / step) * step;
    return side <= to ? side : side - step;
}

/* The lowest rate that is enough, or else the highest. 0: not known. */
static double nearest_rate(const movinet_camera_size *s, double wanted)
{
    double best = 0;
    if (s->rates_between && s->n_rates == 2)
        return fmin(fmax(wanted, s->rates[1]), s->rates[0]);
    for (int i = 0; i < s->n_rates; i++)
        if (i == 0 || s->rates[i] >= wanted * (1 - SAME_RATE))
            best = s->rates[i];
    return best;
}

/* Of pictures with nothing to choose between them, those that cost least to decode. */
static double dislike(const char *format)
{
    return !strcmp(format, "h264") ? 0.02 : !strcmp(format, "mjpeg") ? 0.01 : 0;
}

typedef struct wish {
    const movinet_video_options *options;
    int width, height;
    double rate;
    double best;                ///< how far from it the best one is; INFINITY: there is none
    list formats, sizes, rates; ///< what there was instead
} wish;

/* Whether this is nearer to the wish than what was found so far. */
static void consider(wish *w, const char *format, const movinet_camera_size *s,
                     mvv_camera_pick *out)
{
    int width = nearest(w->width, s->width, s->max_width, s->step_width);
    int height = nearest(w->height, s->height, s->max_height, s->step_height);
    add_size(&w->sizes, s);
    if (w->options->camera_width && (width != w->width || height != w->height))
        return;
    double rate = nearest_rate(s, w->rate);
    add_rates(&w->rates, s);
    if (w->options->camera_rate > 0 && rate > 0 && fabs(rate / w->rate - 1) > SAME_RATE)
        return;
    /* A size twice as large is as bad as a rate half as high; faster is hardly a fault. */
    double far = fabs(log2((double)width / w->width)) + fabs(log2((double)height / w->height));
    double slow = rate > 0 ? log2(w->rate / rate) : 0;
    far += (slow > 0 ? slow : -0.1 * slow) + dislike(format);
    if (far >= w->best)
        return;
    w->best = far;
    *out = (mvv_camera_pick){format, width, height, rate};
}

/* A camera that does not say which sizes it has is asked for what was asked for. */
static void trust(wish *w, const char *format, mvv_camera_pick *out)
{
    if (w->best < 100 + dislike(format))
        return;
    w->best = 100 + dislike(format);
    *out = (mvv_camera_pick){format, w->options->camera_width, w->options->camera_height,
                             w->options->camera_rate};
}

static movinet_status none_fits(const movinet_camera *c, const wish *w, movinet_error *err)
{
    const movinet_video_options *o = w->options;
    if (!w->sizes.n)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s: gives no %s; it gives %s", c->device,
                       o->input_format, w->formats.text);
    const char *as = o->input_format ? " as " : "", *format = as[0] ? o->input_format : "";
    if (!w->rates.n)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED, "%s: gives no %dx%d%s%s; it gives %s",
                       c->device, w->width, w->height, as, format, w->sizes.text);
    char size[40] = "";
    if (o->camera_width)
        snprintf(size, sizeof size, " of %dx%d", w->width, w->height);
    return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                   "%s: gives no %g pictures%s a second%s%s; it gives %s", c->device, w->rate, size,
                   as, format, w->rates.text);
}

movinet_status mvv_camera_choose(const movinet_camera *c, const movinet_video_options *o,
                                 mvv_camera_pick *out, movinet_error *err)
{
    wish w = {.options = o, .best = INFINITY};
    w.width = o->camera_width ? o->camera_width : WIDTH;
    w.height = o->camera_height ? o->camera_height : HEIGHT;
    w.rate = o->camera_rate > 0 ? o->camera_rate : RATE;
    for (int i = 0; i < c->n_formats; i++) {
        const movinet_camera_format *f = &c->formats[i];
        if (f->name)
            add(&w.formats, f->name);
        if (!format_fits(f, o->input_format))
            continue;
        for (int k = 0; k < f->n_sizes; k++)
            consider(&w, f->name, &f->sizes[k], out);
        if (f->n_sizes == 0)
            trust(&w, f->name, out);
    }
    return isfinite(w.best) ? MOVINET_OK : none_fits(c, &w, err);
}
