/* movinet live: what is being done, while it is. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/live.h"

#include "cli/filter.h"
#include "cli/interrupt.h"
#include "cli/live/record.h"
#include "cli/live/window.h"
#include "cli/verbs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(live_settings, member)

static const option_spec options[] = {
    {.name = "model", .letter = 'm', .kind = VALUE_TEXTS, .at = AT(models), .value = "MODEL",
     .suggest = SUGGEST_MODELS,
     .help = "A .tflite file, or the name of a pulled model; without it, a0 (see movinet pull). May "
             "be repeated: Tab goes from one to the next."},
    {.name = "labels", .kind = VALUE_TEXT, .at = AT(labels), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "Names of the classes, one a line, instead of the model's own."},
    {.name = "display", .letter = 'd', .kind = VALUE_CHOICE, .at = AT(display),
     .value = "auto|window|terminal|none",
     .help = "window: the picture with the answers over it; terminal: text, bars and a small "
             "picture that repaint in place; none: one JSON object a line. auto (the default): "
             "the window if there is a display, else the terminal if the output is one, else JSON."},
    {.name = "mirror", .at = AT(mirror), .help = "Flip the picture left-right, as a mirror does."},
    {.name = "loop", .at = AT(loop), .help = "A file begins again at its end."},
    {.name = "speed", .kind = VALUE_NUMBER, .at = AT(speed), .value = "N", .min = 0.01,
     .max = 1000, .help = "Play a file so many times as fast as it is. Default: 1."},
    {.name = "record", .kind = VALUE_TEXT, .at = AT(record), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "Write the picture with the answers over it to a video, FILE.mp4 or .mkv."},
    {.name = "save-events", .kind = VALUE_TEXT, .at = AT(save_events), .value = "DIR",
     .suggest = SUGGEST_FOLDERS,
     .help = "Keep a short video, as it came, around each time that another class is announced, "
             "and a line about it in DIR/events.jsonl."},
    {.name = "before", .kind = VALUE_NUMBER, .at = AT(before), .value = "SECONDS", .min = 0,
     .max = 60, .help = "What --save-events keeps before the class began. Default: 2."},
    {.name = "after", .kind = VALUE_NUMBER, .at = AT(after), .value = "SECONDS", .min = 0,
     .max = 600, .help = "What it keeps after it was announced. Default: 3."},
    {.name = "top", .letter = 'n', .kind = VALUE_COUNT, .at = AT(top), .value = "N", .min = 1,
     .max = 1000, .help = "Show the N most probable classes. Default: 5."},
    {.name = "smooth", .kind = VALUE_NUMBER, .at = AT(smooth), .value = "SECONDS", .min = 0,
     .max = 3600,
     .help = "Smooth probabilities with this time constant; 0: not at all. Default: 1."},
    {.name = "threshold", .letter = 't', .kind = VALUE_NUMBER, .at = AT(threshold), .value = "P",
     .min = 0, .max = 1,
     .help = "A class is announced when it has been at least as probable for --hold seconds. "
             "Default: 0.3."},
    {.name = "release", .kind = VALUE_NUMBER, .at = AT(release), .value = "P", .min = 0, .max = 1,
     .help = "It is announced until it has been less probable for --hold seconds. Default: two "
             "thirds of --threshold."},
    {.name = "hold", .kind = VALUE_NUMBER, .at = AT(hold), .value = "SECONDS", .min = 0,
     .max = 3600, .help = "Default: 1."},
    {.name = "one", .at = AT(only_top), .help = "Announce at most one class at a time."},
    {.name = "allow", .kind = VALUE_TEXTS, .at = AT(allow), .value = "LABEL|@FILE",
     .suggest = SUGGEST_FILES,
     .help = "Show only these classes: a label, a number, a pattern with * and ?, or those in "
             "FILE, one a line; may be repeated."},
    {.name = "deny", .kind = VALUE_TEXTS, .at = AT(deny), .value = "LABEL|@FILE",
     .suggest = SUGGEST_FILES, .help = "Never show these classes; may be repeated."},
    {.name = "reset", .kind = VALUE_TEXT, .at = AT(reset), .value = "on-cut|never|SECONDS",
     .help = "When the network is to forget what it has seen: where one scene is cut to another "
             "(the default), never, or every so many seconds."},
    {.name = "fps", .kind = VALUE_NUMBER, .at = AT(fps), .value = "N", .min = 0.001, .max = 1000,
     .help = "Frames to classify a second, picked by their time stamps. Default: what the network "
             "was trained at, 5."},
    {.name = "preprocess", .kind = VALUE_CHOICE, .at = AT(preprocess),
     .value = "squash|crop|train",
     .help = "How a picture becomes the network's square; see movinet classify --help."},
    {.name = "threads", .kind = VALUE_COUNT, .at = AT(threads), .value = "N", .min = 1, .max = 256,
     .help = "Threads to compute with. Default: 1."},
    CPU_OPTION(AT(cpu)),
    {0},
};

static const example examples[] = {
    {"movinet live /dev/video0", "What the first camera sees, in the terminal."},
    {"movinet live rtsp://camera.local/stream --display none",
     "A network camera, as JSON lines, opened again whenever it breaks off."},
    {"rpicam-vid -t 0 --codec h264 -o - | movinet live -", "A Raspberry Pi's own camera."},
    {NULL, NULL},
};

static void defaults(void *at)
{
    live_settings *s = at;
    s->top = 5;
    s->before = 2;
    s->after = 3;
    s->smooth = s->hold = 1;
    s->threshold = 0.3;
}

/* ---- getting ready ---- */

static bool open_models(live_session *s)
{
    const live_settings *o = s->settings;
    int n = o->models.n ? o->models.n : 1;
    s->models = calloc((size_t)n, sizeof *s->models);
    if (!s->models) {
        complain(NULL, "out of memory");
        return false;
    }
    for (; s->n_models < n; s->n_models++) {
        live_model *m = &s->models[s->n_models];
        const model_choice choice = {o->models.n ? o->models.items[s->n_models] : NULL, o->labels,
                                     o->cpu};
        if (!open_model(&choice, &m->model, m->path))
            return false;
        int n_classes = movinet_model_get_info(m->model)->n_classes;
        if (n_classes > s->most_classes)
            s->most_classes = n_classes;
        if (!open_filter(&m->filter, m->model, &o->deny, &o->allow)) {
            s->n_models++; /* to be closed */
            return false;
        }
        movinet_filter_set_top(m->filter, o->top);
    }
    return true;
}

static bool open_source(live_session *s, const movinet_reset_policy *reset)
{
    const live_settings *o = s->settings;
    movinet_error err;
    s->threads = o->threads ? o->threads : 1;
    s->mirrored = o->mirror;
    s->options = (movinet_live_options){
        .sample_rate = o->fps,
        .preprocess = chosen_preprocess(o->preprocess),
        .threads = o->threads,
        .smooth = o->smooth,
        .announce = {.threshold = o->threshold, .release = o->release, .hold = o->hold,
                     .only_top = o->only_top, .filter = s->models[0].filter},
        .reset = *reset,
        .loop = o->loop,
        .speed = o->speed,
    };
    if (movinet_live_open(&s->live, s->models[0].model, s->source, &s->options, &err)) {
        complain(s->source, err.message);
        return false;
    }
    movinet_live_mirror(s->live, o->mirror);
    return true;
}

static void close_session(live_session *s)
{
    movinet_live_close(s->live);
    for (int i = 0; i < s->n_models; i++) {
        movinet_filter_close(s->models[i].filter);
        movinet_model_close(s->models[i].model);
    }
    free(s->models);
    pthread_mutex_destroy(&s->lock);
}

/* ---- showing ---- */

typedef struct display {
    live_window *window;     ///< at most one of them
    live_terminal *terminal; ///< neither: JSON lines
} display;

/* What --display means here. False: it cannot be, after a complaint. */
static bool open_display(display *d, live_session *s)
{
    movinet_error err = {0};
    bool on_terminal = isatty(STDOUT_FILENO);
    int how = s->settings->display;
    if (how == DISPLAY_AUTO)
        how = movinet_window_available() ? DISPLAY_WINDOW
              : on_terminal              ? DISPLAY_TERMINAL
                                         : DISPLAY_NONE;
    if (how == DISPLAY_WINDOW) {
        d->window = open_live_window(s, &err);
        if (!d->window && s->settings->display == DISPLAY_WINDOW) {
            complain(NULL, err.status ? err.message : "out of memory");
            return false;
        }
        how = !d->window && on_terminal ? DISPLAY_TERMINAL : how;
    }
    if (how == DISPLAY_TERMINAL)
        d->terminal = open_live_terminal(!strcmp(s->source, "-"));
    s->painted = d->window || d->terminal;
    return true;
}

static void close_display(display *d, live_session *s)
{
    close_live_terminal(d->terminal);
    close_live_window(d->window);
    *d = (display){0};
    s->painted = false;
}

/* A note a line where nothing is painted: that the source has broken off, and why. */
static void note_phase(const live_view *v, movinet_live_phase *last)
{
    if (v->state.phase == MOVINET_LIVE_WAITING && *last != MOVINET_LIVE_WAITING)
        note(v->session->source, v->state.message);
    *last = v->state.phase;
}

/* Renews the view and shows it once. False: there is nowhere to show it any more. */
static bool show_once(display *d, live_view *v, movinet_live_phase *last)
{
    movinet_error err;
    if (d->window) {
        if (!show_live_window(d->window, v, &err))
            return true;
        close_display(d, v->session);
        complain(NULL, err.message);
        return false;
    }
    renew_live_view(v, d->terminal ? 0.05 : 0.2);
    if (d->terminal) {
        show_live_terminal(d->terminal, v);
        return true;
    }
    note_phase(v, last);
    return show_live_json(v);
}

static bool press_keys(const display *d, const live_view *v)
{
    int key;
    while ((key = d->window     ? live_window_key(d->window)
                  : d->terminal ? live_terminal_key(d->terminal)
                                : 0))
        if (!press_live_key(v->session, v, key))
            return false;
    return true;
}

static int show(live_session *s, display *d)
{
    live_view v;
    movinet_live_phase last = MOVINET_LIVE_OPENING;
    int code = open_live_view(&v, s) ? EXIT_OK : EXIT_FAILED;
    for (bool over = code; !over && !was_interrupted() && press_keys(d, &v);) {
        if (!show_once(d, &v, &last)) {
            code = EXIT_FAILED;
            break;
        }
        over = v.state.phase == MOVINET_LIVE_ENDED || v.state.phase == MOVINET_LIVE_FAILED;
    }
    close_display(d, s);
    if (v.state.phase == MOVINET_LIVE_FAILED) {
        complain(s->source, v.state.message);
        code = EXIT_FAILED;
    }
    close_live_view(&v);
    return code;
}

static int run(const invocation *call)
{
    live_session s = {.settings = call->settings,
                      .source = call->n_operands ? call->operands[0] : "/dev/video0"};
    display d = {0};
    movinet_reset_policy reset = {0};
    movinet_error err;
    int code = EXIT_FAILED;
    if (s.settings->reset && movinet_reset_parse(s.settings->reset, &reset, &err)) {
        complain(NULL, err.message);
        return EXIT_USAGE;
    }
    catch_interrupts();
    signal(SIGPIPE, SIG_IGN); /* a recording is to be finished, whoever has gone */
    pthread_mutex_init(&s.lock, NULL);
    if (open_models(&s) && open_source(&s, &reset) && open_recorder(&s) && open_display(&d, &s))
        code = show(&s, &d);
    if (!close_recorder(&s))
        code = EXIT_FAILED;
    close_session(&s);
    return code;
}

const verb verb_live = {
    .name = "live",
    .operands = "[SOURCE]",
    .max_operands = 1,
    .suggest = SUGGEST_FILES,
    .summary = "Say what is being done before a camera, or in any other source, as it happens.",
    .about = "SOURCE is a camera (/dev/video0, the default), an address (rtsp://, http://), a file, "
             "which is played at its own pace, or - for a pipe. One that breaks off is opened "
             "again. Ctrl-C or q ends it.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(live_settings),
    .defaults = defaults,
    .run = run,
};
