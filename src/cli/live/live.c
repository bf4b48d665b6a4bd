/* movinet live: what is being done, while it is. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/live.h"

#include "cli/filter.h"
#include "cli/interrupt.h"
#include "cli/live/record.h"
#include "cli/live/window.h"
#include "cli/sources.h"
#include "cli/verbs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(live_settings, member)

static const option_spec options[] = {
    {.name = "model", .letter = 'm', .kind = VALUE_TEXTS, .at = AT(models), .value = "MODEL",
     .suggest = SUGGEST_MODELS,
     .help = MODEL_HELP " May be repeated: Tab goes from one to the next."},
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
    CAMERA_OPTIONS(AT(camera)),
    ANSWER_OPTIONS(AT(answers)),
    {0},
};

static const example examples[] = {
    {"movinet live", "What the first camera sees."},
    {"movinet live /dev/video2 --size 1280x720 --input-format mjpeg", "Another one, larger."},
    {"movinet live test", "All that can be tried without a camera."},
    {"movinet live rtsp://camera.local/stream --display none",
     "A network camera, as JSON lines, opened again whenever it breaks off."},
    {"movinet live -m a0 -m a2 --record dance.mp4 --save-events events",
     "Two models to choose from with Tab; all of it as a video, and a clip of each event."},
    {"rpicam-vid -t 0 --codec h264 -o - | movinet live -", "A Raspberry Pi's own camera."},
    {NULL, NULL},
};

static void defaults(void *at)
{
    live_settings *s = at;
    answer_defaults(&s->answers);
    s->before = 2;
    s->after = 3;
}

/* ---- getting ready ---- */

static bool open_models(live_session *s)
{
    const live_settings *o = s->settings;
    const answer_settings *a = &o->answers;
    int n = o->models.n ? o->models.n : 1;
    s->models = calloc((size_t)n, sizeof *s->models);
    if (!s->models) {
        complain(NULL, "out of memory");
        return false;
    }
    for (; s->n_models < n; s->n_models++) {
        live_model *m = &s->models[s->n_models];
        const model_choice choice = {o->models.n ? o->models.items[s->n_models] : NULL, a->labels,
                                     a->cpu};
        if (!open_model(&choice, &m->model, m->path))
            return false;
        int n_classes = movinet_model_get_info(m->model)->n_classes;
        if (n_classes > s->most_classes)
            s->most_classes = n_classes;
        if (!open_filter(&m->filter, m->model, &a->deny, &a->allow)) {
            s->n_models++; /* to be closed */
            return false;
        }
        movinet_filter_set_top(m->filter, a->top);
    }
    return true;
}

static bool open_source(live_session *s, const movinet_reset_policy *reset)
{
    const live_settings *o = s->settings;
    const answer_settings *a = &o->answers;
    movinet_error err;
    s->threads = a->threads ? a->threads : 1;
    s->mirrored = o->mirror;
    s->options = (movinet_live_options){
        .sample_rate = a->fps,
        .preprocess = chosen_preprocess(a->preprocess),
        .threads = a->threads,
        .smooth = a->smooth,
        .announce = {.threshold = a->threshold, .release = a->release, .hold = a->hold,
                     .only_top = a->only_top, .filter = s->models[0].filter},
        .reset = *reset,
        .loop = o->loop,
        .speed = o->speed,
        .camera_width = o->camera.size.width,
        .camera_height = o->camera.size.height,
        .camera_rate = o->camera.rate,
        .input_format = o->camera.format,
        .patience = o->camera.patience,
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
    /* What is interrupted may take its source along. */
    if (v.state.phase == MOVINET_LIVE_FAILED && !was_interrupted()) {
        complain(s->source, v.state.message);
        code = EXIT_FAILED;
    }
    close_live_view(&v);
    return code;
}

static int run(const invocation *call)
{
    live_session s = {.settings = call->settings,
                      .source = call->n_operands ? call->operands[0] : "camera"};
    display d = {0};
    movinet_reset_policy reset;
    int code = EXIT_FAILED;
    if (!check_answers(&s.settings->answers, &reset))
        return EXIT_USAGE;
    catch_interrupts();
    signal(SIGPIPE, SIG_IGN); /* a recording is to be finished, whoever has gone */
    note_hidden_file(s.source);
    without_password(s.name, sizeof s.name, s.source);
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
    .about = "SOURCE is " SOURCES_HELP " Without one, the first camera that works.\n\n"
             "A file is played at its own pace; what breaks off is opened again. Keys: q or Esc "
             "quit, space pause, r reset, m mirror, s snapshot, v record on/off, + and - threads, "
             "Tab next model, f full screen, h help. Ctrl-C, too, finishes all files.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(live_settings),
    .defaults = defaults,
    .run = run,
};
