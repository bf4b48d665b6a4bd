/* movinet live: what is being done, while it is. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live.h"

#include "cli/filter.h"
#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/sources.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct settings {
    const char *model, *labels, *reset;
    int top, threads, preprocess, cpu, display;
    double threshold, release, hold, smooth, fps;
    bool loop, only_top;
    text_list allow, deny;
    camera_settings camera;
} settings;

#define AT(member) offsetof(settings, member)

enum { DISPLAY_AUTO, DISPLAY_TERMINAL, DISPLAY_NONE };

static const option_spec options[] = {
    {.name = "model", .letter = 'm', .kind = VALUE_TEXT, .at = AT(model), .value = "MODEL",
     .suggest = SUGGEST_MODELS,
     .help = "A .tflite file, or the name of a model (see movinet models); without it, a0 if it "
             "was pulled, else the built-in one."},
    {.name = "labels", .kind = VALUE_TEXT, .at = AT(labels), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "Names of the classes, one a line, instead of the model's own."},
    {.name = "display", .letter = 'd', .kind = VALUE_CHOICE, .at = AT(display),
     .value = "auto|terminal|none",
     .help = "terminal: text, bars and a small picture that repaint in place; none: one JSON "
             "object a line. auto (the default): the terminal, if the output is one."},
    {.name = "loop", .at = AT(loop), .help = "A file begins again at its end."},
    CAMERA_OPTIONS(AT(camera)),
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
    {"movinet live", "What the first camera sees."},
    {"movinet live /dev/video2 --size 1280x720 --input-format mjpeg", "Another one, larger."},
    {"movinet live test", "All that can be tried without a camera."},
    {"movinet live rtsp://camera.local/stream --display none",
     "A network camera, as JSON lines, opened again whenever it breaks off."},
    {"rpicam-vid -t 0 --codec h264 -o - | movinet live -", "A Raspberry Pi's own camera."},
    {NULL, NULL},
};

static void defaults(void *at)
{
    settings *s = at;
    s->top = 5;
    s->smooth = s->hold = 1;
    s->threshold = 0.3;
}

/* ---- getting ready ---- */

typedef struct job {
    const settings *settings;
    movinet_model *model;
    movinet_filter *filter;
    live_view view;
    live_screen *screen;
    char path[PATH_ROOM];
} job;

static bool begin(job *j, const char *source, const movinet_reset_policy *reset)
{
    const settings *s = j->settings;
    const model_choice choice = {s->model, s->labels, s->cpu};
    movinet_error err;
    if (!open_model(&choice, &j->model, j->path) ||
        !open_filter(&j->filter, j->model, &s->deny, &s->allow))
        return false;
    movinet_filter_set_top(j->filter, s->top);
    const movinet_live_options how = {
        .sample_rate = s->fps,
        .preprocess = chosen_preprocess(s->preprocess),
        .threads = s->threads,
        .smooth = s->smooth,
        .announce = {.threshold = s->threshold, .release = s->release, .hold = s->hold,
                     .only_top = s->only_top, .filter = j->filter},
        .reset = *reset,
        .loop = s->loop,
        .camera_width = s->camera.size.width,
        .camera_height = s->camera.size.height,
        .camera_rate = s->camera.rate,
        .input_format = s->camera.format,
        .patience = s->camera.patience,
    };
    live_view *v = &j->view;
    v->model = j->model;
    v->model_name = j->path;
    v->source = source;
    v->filter = j->filter;
    v->n_classes = movinet_model_get_info(j->model)->n_classes;
    v->scores = calloc((size_t)v->n_classes, sizeof *v->scores);
    v->results = calloc((size_t)v->n_classes, sizeof *v->results);
    if (!v->scores || !v->results) {
        complain(NULL, "out of memory");
        return false;
    }
    if (movinet_live_open(&v->live, j->model, source, &how, &err)) {
        complain(source, err.message);
        return false;
    }
    return true;
}

/* ---- showing ---- */

static bool handle_keys(job *j)
{
    live_view *v = &j->view;
    for (int key; j->screen && (key = live_key(j->screen));)
        switch (key) {
        case 'q':
        case 27: return false;
        case 'r': movinet_live_reset(v->live); break;
        case ' ':
            v->paused = !v->paused;
            movinet_live_pause(v->live, v->paused);
            break;
        default: break;
        }
    return true;
}

/* A note a line where nothing is painted: that the source has broken off, and why. */
static void note_phase(const live_view *v, movinet_live_phase *last)
{
    if (v->state.phase == MOVINET_LIVE_WAITING && *last != MOVINET_LIVE_WAITING)
        note(v->source, v->state.message);
    *last = v->state.phase;
}

static int show(job *j)
{
    live_view *v = &j->view;
    movinet_live_phase last = MOVINET_LIVE_OPENING;
    int64_t seen = 0;
    for (bool over = false; !over && !was_interrupted() && handle_keys(j);) {
        v->is_new = movinet_live_wait(v->live, seen, j->screen ? 0.05 : 0.2, &v->state, v->scores);
        seen = v->state.answers;
        v->n_results = movinet_filter_apply(v->filter, v->scores, v->results, v->n_classes);
        over = v->state.phase == MOVINET_LIVE_ENDED || v->state.phase == MOVINET_LIVE_FAILED;
        if (j->screen) {
            show_live_screen(j->screen, v);
        } else {
            note_phase(v, &last);
            show_live_json(v);
        }
    }
    close_live_screen(j->screen);
    j->screen = NULL;
    /* What is interrupted may take its source along. */
    if (v->state.phase != MOVINET_LIVE_FAILED || was_interrupted())
        return EXIT_OK;
    complain(v->source, v->state.message);
    return EXIT_FAILED;
}

static int run(const invocation *call)
{
    const settings *s = call->settings;
    job j = {.settings = s};
    movinet_reset_policy reset = {0};
    movinet_error err;
    int code = EXIT_FAILED;
    if (s->reset && movinet_reset_parse(s->reset, &reset, &err)) {
        complain(NULL, err.message);
        return EXIT_USAGE;
    }
    const char *source = call->n_operands ? call->operands[0] : "camera";
    catch_interrupts();
    note_hidden_file(source);
    bool in_terminal = s->display == DISPLAY_TERMINAL ||
                       (s->display == DISPLAY_AUTO && isatty(STDOUT_FILENO));
    if (begin(&j, source, &reset)) {
        if (in_terminal)
            j.screen = open_live_screen();
        code = show(&j);
    }
    movinet_live_close(j.view.live);
    movinet_filter_close(j.filter);
    movinet_model_close(j.model);
    free(j.view.scores);
    free(j.view.results);
    return code;
}

const verb verb_live = {
    .name = "live",
    .operands = "[SOURCE]",
    .max_operands = 1,
    .suggest = SUGGEST_FILES,
    .summary = "Say what is being done before a camera, or in any other source, as it happens.",
    .about = "SOURCE is " SOURCES_HELP " Without one, the first camera that works.\n\n"
             "A file is played at its own pace; what breaks off is opened again. Ctrl-C or q ends "
             "it.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .defaults = defaults,
    .run = run,
};
