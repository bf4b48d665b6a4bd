/* movinet cameras: what there is, and what it gives. SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>

typedef struct settings {
    int format; ///< of "text|json"
} settings;

static const option_spec options[] = {
    {.name = "format", .letter = 'f', .kind = VALUE_CHOICE, .at = offsetof(settings, format),
     .value = "text|json", .help = "For people (the default), or one JSON array."},
    {0},
};

static const example examples[] = {
    {"movinet cameras", "What is connected, its formats, sizes and pictures a second."},
    {"movinet live /dev/video2 --size 1280x720 --input-format mjpeg", "To use what it lists."},
    {NULL, NULL},
};

/* ---- for people ---- */

static bool same_rates(const movinet_camera_size *a, const movinet_camera_size *b)
{
    return a->n_rates == b->n_rates && a->rates_between == b->rates_between &&
           !memcmp(a->rates, b->rates, (size_t)a->n_rates * sizeof *a->rates);
}

static const char *format_size(char out[64], const movinet_camera_size *s)
{
    if (s->step_width)
        snprintf(out, 64, "%dx%d to %dx%d", s->width, s->height, s->max_width, s->max_height);
    else
        snprintf(out, 64, "%dx%d", s->width, s->height);
    return out;
}

/* Words that go on in the next line, under the first, where the terminal ends. */
typedef struct paragraph {
    const terminal *t;
    int indent, used;
} paragraph;

static void say(paragraph *p, const char *word)
{
    int length = (int)strlen(word);
    if (p->used > p->indent && p->used + 1 + length > p->t->columns) {
        fputc('\n', p->t->out);
        print_spaces(p->t->out, p->indent);
        p->used = p->indent;
    } else if (p->used > p->indent) {
        fputc(' ', p->t->out);
        p->used++;
    }
    fputs(word, p->t->out);
    p->used += length;
}

static void say_rates(paragraph *p, const movinet_camera_size *s)
{
    char word[40];
    if (s->n_rates == 0)
        return;
    say(p, "at");
    if (s->rates_between) {
        snprintf(word, sizeof word, "%.4g to %.4g", s->rates[1], s->rates[0]);
        say(p, word);
    }
    for (int i = 0; i < s->n_rates && !s->rates_between; i++) {
        snprintf(word, sizeof word, "%.4g%s", s->rates[i], i + 1 < s->n_rates ? "," : "");
        say(p, word);
    }
}

/* Sizes with the same rates stand together. */
static void print_format(const terminal *t, const movinet_camera_format *f)
{
    paragraph p = {.t = t, .indent = 12, .used = 12};
    const char *name = f->name ? f->name : f->code;
    fputs("  ", t->out);
    set_style(t, f->name ? STYLE_NONE : STYLE_FAINT);
    int used = 2 + print_fitted(t, name, 9);
    print_spaces(t->out, 12 - used);
    if (!f->name)
        say(&p, "cannot be read;");
    if (f->n_sizes == 0)
        say(&p, "sizes unknown");
    for (int i = 0; i < f->n_sizes; i++) {
        char word[64];
        bool last = i + 1 == f->n_sizes || !same_rates(&f->sizes[i], &f->sizes[i + 1]);
        format_size(word, &f->sizes[i]);
        if (!last)
            strcat(word, ",");
        say(&p, word);
        if (last) {
            say_rates(&p, &f->sizes[i]);
            if (i + 1 < f->n_sizes)
                fputc(';', t->out), p.used++;
        }
    }
    set_style(t, STYLE_NONE);
    fputc('\n', t->out);
}

static void print_camera(const terminal *t, const movinet_camera *c)
{
    set_style(t, c->trouble ? STYLE_NONE : STYLE_STRONG);
    print_clean(t->out, c->device);
    set_style(t, STYLE_NONE);
    fputs("  ", t->out);
    print_clean(t->out, c->name);
    if (*c->bus) {
        fputs("  ", t->out);
        set_style(t, STYLE_FAINT);
        print_clean(t->out, c->bus);
        set_style(t, STYLE_NONE);
    }
    fputc('\n', t->out);
    if (c->trouble)
        fprintf(t->out, "  %s\n", c->trouble);
    for (int i = 0; i < c->n_formats; i++)
        print_format(t, &c->formats[i]);
}

static void print_text(const movinet_camera_list *list)
{
    const terminal t = terminal_of(stdout);
    const movinet_camera *c;
    for (int i = 0; (c = movinet_camera_list_get(list, i)); i++) {
        if (i > 0)
            fputc('\n', t.out);
        print_camera(&t, c);
    }
    if (movinet_camera_list_get(list, 0))
        return;
    fputs("No camera was found: there is no /dev/video that gives pictures.\n\n"
          "  A USB camera      plug it in again, and look at the end of: sudo dmesg\n"
          "  A Raspberry Pi's  rpicam-vid -t 0 -o - | movinet live -\n"
          "                    or: libcamerify movinet live\n"
          "  In a container    give it the device: --device /dev/video0\n"
          "  None at all       movinet live test\n",
          t.out);
}

/* ---- as JSON ---- */

static json_t *size_json(const movinet_camera_size *s)
{
    json_t *rates = json_array();
    for (int i = 0; i < s->n_rates; i++)
        json_array_append_new(rates, json_number(s->rates[i]));
    json_t *size = json_pack("{s:i,s:i,s:o,s:b}", "width", s->width, "height", s->height, "rates",
                             rates, "rates_between", s->rates_between);
    if (size && s->step_width)
        json_object_update_new(
            size, json_pack("{s:i,s:i,s:i,s:i}", "max_width", s->max_width, "max_height",
                            s->max_height, "step_width", s->step_width, "step_height",
                            s->step_height));
    return size;
}

static json_t *format_json(const movinet_camera_format *f)
{
    json_t *sizes = json_array();
    for (int i = 0; i < f->n_sizes; i++)
        json_array_append_new(sizes, size_json(&f->sizes[i]));
    return json_pack("{s:s?,s:o,s:o,s:o}", "name", f->name, "code", json_text(f->code),
                     "description", json_text(f->description), "sizes", sizes);
}

static json_t *camera_json(const movinet_camera *c)
{
    json_t *formats = json_array();
    for (int i = 0; i < c->n_formats; i++)
        json_array_append_new(formats, format_json(&c->formats[i]));
    return json_pack("{s:o,s:o,s:o,s:o,s:s?,s:o}", "device", json_text(c->device), "name",
                     json_text(c->name), "driver", json_text(c->driver), "bus", json_text(c->bus),
                     "trouble", c->trouble, "formats", formats);
}

static bool list_json(const movinet_camera_list *list)
{
    json_t *array = json_array();
    const movinet_camera *c;
    for (int i = 0; (c = movinet_camera_list_get(list, i)); i++)
        json_array_append_new(array, camera_json(c));
    return print_json(array, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
}

static int run(const invocation *call)
{
    const settings *s = call->settings;
    movinet_camera_list *list;
    movinet_error err;
    bool fine = true;
    if (movinet_camera_list_open(&list, &err)) {
        complain(NULL, err.message);
        return EXIT_FAILED;
    }
    if (s->format == 1)
        fine = list_json(list);
    else
        print_text(list);
    movinet_camera_list_close(list);
    if (!fine)
        complain(NULL, "out of memory");
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_cameras = {
    .name = "cameras",
    .max_operands = 0,
    .summary = "List the cameras that are connected, and what they give.",
    .about = "The names of formats are those that --input-format takes. The first camera without "
             "a fault is the one that movinet live opens by itself.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .run = run,
};
