/* movinet classify: the classes of videos, frame by frame or at the end.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/filter.h"
#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/report.h"
#include "cli/sources.h"
#include "cli/verbs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct settings {
    const char *model, *labels, *logits;
    bool every, average, quiet;
    int top, threads;
    double threshold, fps, start, duration;
    text_list allow, deny;
    int preprocess, format, cpu;
    frame_size raw;
    camera_settings camera;
} settings;

#define AT(member) offsetof(settings, member)

/* The words of --format. */
static const report_format format_values[] = {REPORT_TEXT, REPORT_JSON, REPORT_CSV};

static const option_spec options[] = {
    MODEL_OPTION(AT(model)),
    {.name = "labels", .kind = VALUE_TEXT, .at = AT(labels), .value = "FILE",
     .suggest = SUGGEST_FILES, .help = "Names of the classes, one a line, instead of the model's "
                                       "own."},
    {.name = "every", .letter = 'e', .at = AT(every),
     .help = "Give the classes after every frame, not only after the last."},
    {.name = "average", .at = AT(average),
     .help = "At the end, give the mean of the probabilities of all frames instead of those "
             "after the last."},
    {.name = "top", .letter = 'n', .kind = VALUE_COUNT, .at = AT(top), .value = "N", .min = 0,
     .max = 1000000, .help = "Show at most N classes; 0: all. Default: 5."},
    {.name = "threshold", .letter = 't', .kind = VALUE_NUMBER, .at = AT(threshold), .value = "P",
     .min = 0, .max = 1, .help = "Hide classes with a probability below P, from 0 to 1."},
    {.name = "allow", .kind = VALUE_TEXTS, .at = AT(allow), .value = "LABEL|@FILE",
     .suggest = SUGGEST_FILES,
     .help = "Show only this class, a label or a number, or those in FILE, one a line; may be "
             "repeated."},
    {.name = "deny", .kind = VALUE_TEXTS, .at = AT(deny), .value = "LABEL|@FILE",
     .suggest = SUGGEST_FILES,
     .help = "Never show this class, or those in FILE; may be repeated. First deny holds, then "
             "allow, then threshold, then top."},
    {.name = "fps", .kind = VALUE_NUMBER, .at = AT(fps), .value = "N", .min = 0.001, .max = 1000,
     .help = "Frames to classify for each second of video, picked by their time stamps. Default: "
             "what the network was trained at, 5."},
    {.name = "preprocess", .kind = VALUE_CHOICE, .at = AT(preprocess),
     .value = "squash|crop|train",
     .help = "How a picture becomes the network's square. squash: the whole picture, its aspect "
             "ratio given up (the default); crop: the largest centred square; train: the somewhat "
             "smaller centred square that the network was evaluated on."},
    {.name = "start", .kind = VALUE_TIME, .at = AT(start), .value = "TIME", .max = 1e9,
     .help = "Begin here, in seconds, M:SS or H:MM:SS."},
    {.name = "duration", .kind = VALUE_TIME, .at = AT(duration), .value = "TIME", .max = 1e9,
     .help = "Read only as much; 0: to the end."},
    {.name = "threads", .kind = VALUE_COUNT, .at = AT(threads), .value = "N", .min = 1, .max = 256,
     .help = "Threads to compute with. Default: 1."},
    CPU_OPTION(AT(cpu)),
    CAMERA_OPTIONS(AT(camera)),
    {.name = "raw", .kind = VALUE_FRAME_SIZE, .at = AT(raw), .value = "WxH",
     .help = "The sources are raw RGB frames of this size, 3 bytes a pixel, --fps of them a "
             "second."},
    {.name = "logits", .kind = VALUE_TEXT, .at = AT(logits), .value = "OUT.f32",
     .suggest = SUGGEST_FILES,
     .help = "Also write the logits of every frame to this file: classes x 4 bytes a frame, "
             "little-endian float32, all videos one after the other."},
    {.name = "format", .letter = 'f', .kind = VALUE_CHOICE, .at = AT(format),
     .value = "text|json|csv",
     .help = "How to write the results: for people (the default), as one JSON object a line, or "
             "as a table."},
    {.name = "quiet", .letter = 'q', .at = AT(quiet),
     .help = "No progress and no notes on standard error, only errors."},
    {0},
};

static const example examples[] = {
    {"movinet classify clip.mp4", "The five most probable classes at the end of a video."},
    {"movinet classify --every --format json --top 1 clip.mp4",
     "The best class after every frame, as JSON lines."},
    {"movinet classify --allow 'arm wrestling' --threshold 0.5 videos/",
     "All videos of a folder, one action looked for."},
    {"ffmpeg -i clip.mp4 -f matroska - | movinet classify -", "Video from a pipe."},
    {NULL, NULL},
};

static void defaults(void *at)
{
    settings *s = at;
    s->top = 5;
}

/** All that lives through the run. */
typedef struct job {
    const settings *settings;
    movinet_model *model;
    movinet_stream *stream;
    movinet_filter *filter;
    int n_classes;
    double rate;             ///< frames a second
    movinet_result *results; ///< [n_classes]
    double *sums;            ///< [n_classes], probabilities added up
    float *scores;           ///< [n_classes], what is reported
    uint8_t *logits_bytes;   ///< [4 * n_classes]
    FILE *logits;
    report report;
    terminal screen;         ///< stderr, for the progress
    struct timespec shown;   ///< when progress was last shown
} job;

/* ---- getting ready ---- */

static bool make_filter(job *j)
{
    const settings *s = j->settings;
    if (!open_filter(&j->filter, j->model, &s->deny, &s->allow))
        return false;
    movinet_filter_set_threshold(j->filter, (float)s->threshold);
    movinet_filter_set_top(j->filter, s->top);
    return true;
}

static bool make_room(job *j)
{
    size_t n = (size_t)j->n_classes + 1;
    j->results = calloc(n, sizeof *j->results);
    j->sums = calloc(n, sizeof *j->sums);
    j->scores = calloc(n, sizeof *j->scores);
    j->logits_bytes = calloc(n, 4);
    if (j->results && j->sums && j->scores && j->logits_bytes)
        return true;
    complain(NULL, "out of memory");
    return false;
}

static bool open_stream(job *j, const char *path)
{
    movinet_error err;
    const movinet_stream_options how = {
        .threads = j->settings->threads,
        .preprocess = chosen_preprocess(j->settings->preprocess),
    };
    if (movinet_stream_open(&j->stream, j->model, &how, &err)) {
        complain(path, err.message);
        return false;
    }
    return true;
}

static bool open_logits(job *j)
{
    if (!j->settings->logits)
        return true;
    j->logits = fopen(j->settings->logits, "wb");
    if (!j->logits)
        complain(j->settings->logits, strerror(errno));
    return j->logits != NULL;
}

static bool begin(job *j)
{
    char path[PATH_ROOM];
    const settings *s = j->settings;
    const model_choice choice = {.name = s->model, .labels = s->labels, .cpu = s->cpu};
    if (!open_model(&choice, &j->model, path))
        return false;
    const movinet_model_info *info = movinet_model_get_info(j->model);
    j->n_classes = info->n_classes;
    if (!make_filter(j) || !make_room(j) || !open_stream(j, path) || !open_logits(j))
        return false;
    if (info->label_source == MOVINET_LABELS_KINETICS && !s->quiet)
        note(s->model ? s->model : path,
             "has no labels of its own; using the 600 names of Kinetics");
    j->screen = terminal_of(stderr);
    report_begin(&j->report, format_values[s->format], j->model);
    j->report.every = s->every;
    j->report.average = s->average;
    j->rate = s->fps > 0 ? s->fps : info->frame_rate;
    j->report.time_digits = fabs(10 / j->rate - round(10 / j->rate)) < 1e-9 ? 1 : 2;
    return true;
}

static bool end(job *j)
{
    bool fine = true;
    if (j->logits && fclose(j->logits) != 0) {
        complain(j->settings->logits, strerror(errno));
        fine = false;
    }
    free(j->results);
    free(j->sums);
    free(j->scores);
    free(j->logits_bytes);
    movinet_filter_close(j->filter);
    movinet_stream_close(j->stream);
    movinet_model_close(j->model);
    return fine;
}

/* ---- one video ---- */

static bool write_logits(job *j)
{
    if (!j->logits)
        return true;
    const float *logits = movinet_stream_logits(j->stream);
    for (int i = 0; i < j->n_classes; i++) {
        uint32_t bits;
        memcpy(&bits, &logits[i], sizeof bits);
        for (int k = 0; k < 4; k++)
            j->logits_bytes[4 * i + k] = (uint8_t)(bits >> 8 * k);
    }
    if (fwrite(j->logits_bytes, 4, (size_t)j->n_classes, j->logits) == (size_t)j->n_classes)
        return true;
    complain(j->settings->logits, strerror(errno));
    return false;
}

static bool report_now(job *j, moment *m, const float *scores, bool final)
{
    m->final = final;
    m->results = j->results;
    m->n = movinet_filter_apply(j->filter, scores, j->results, j->n_classes);
    return report_moment(&j->report, m);
}

/* A line on stderr while nothing else is written to the terminal. */
static void show_progress(job *j, const moment *m, double duration)
{
    char time[32], whole[32];
    struct timespec now;
    if (j->settings->quiet || j->settings->every || !j->screen.is_terminal)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double passed = (double)(now.tv_sec - j->shown.tv_sec) +
                    (double)(now.tv_nsec - j->shown.tv_nsec) / 1e9;
    if (passed < 0.1)
        return;
    j->shown = now;
    fputs("\r\033[K", stderr);
    print_fitted(&j->screen, m->source, j->screen.columns - 30);
    fprintf(stderr, "  %s", format_time(time, m->time, 1));
    if (duration > 0)
        fprintf(stderr, " of %s", format_time(whole, duration, 1));
    fflush(stderr);
}

static void hide_progress(const job *j)
{
    if (!j->settings->quiet && !j->settings->every && j->screen.is_terminal)
        fputs("\r\033[K", stderr);
}

static bool is_interrupted(void *user)
{
    (void)user;
    return was_interrupted();
}

/* What became of a video. */
typedef enum outcome {
    DONE,   ///< to its end, or to an interruption
    FAILED, ///< the video or the model did, and was complained of
    STOPPED ///< nothing can be written any more
} outcome;

static outcome take_frame(job *j, const movinet_frame *frame, moment *m)
{
    movinet_error err;
    if (movinet_stream_push(j->stream, frame, NULL, &err)) {
        hide_progress(j);
        complain(m->source, err.message);
        return FAILED;
    }
    const float *scores = movinet_stream_scores(j->stream);
    m->frame++;
    m->time = frame->time;
    if (m->frame == 0)
        m->first_time = frame->time;
    for (int i = 0; i < j->n_classes; i++)
        j->sums[i] += (double)scores[i];
    if (!write_logits(j) || (j->settings->every && !report_now(j, m, scores, false)))
        return STOPPED;
    return DONE;
}

static outcome take_frames(job *j, movinet_video *video, moment *m)
{
    movinet_error err;
    movinet_frame frame;
    movinet_status status = MOVINET_OK;
    double duration = movinet_video_get_info(video)->duration;
    while (!was_interrupted() && (status = movinet_video_next(video, &frame, &err)) == MOVINET_OK) {
        outcome result = take_frame(j, &frame, m);
        if (result != DONE)
            return result;
        show_progress(j, m, duration);
    }
    hide_progress(j);
    if (status == MOVINET_OK || status == MOVINET_END || was_interrupted())
        return DONE;
    complain(m->source, err.message);
    return FAILED;
}

static outcome report_end(job *j, moment *m)
{
    if (m->frame < 0) {
        if (was_interrupted())
            return DONE;
        complain(m->source, j->settings->start > 0 ? "no frames at this start and duration"
                                                   : "no frames");
        return FAILED;
    }
    const float *last = movinet_stream_scores(j->stream);
    for (int i = 0; i < j->n_classes; i++)
        j->scores[i] = j->settings->average ? (float)(j->sums[i] / (double)(m->frame + 1))
                                            : last[i];
    return report_now(j, m, j->scores, true) ? DONE : STOPPED;
}

static void note_damage(const job *j, const char *source, const movinet_video *video)
{
    char text[80];
    int64_t damaged = movinet_video_get_info(video)->damaged;
    if (damaged == 0 || j->settings->quiet)
        return;
    snprintf(text, sizeof text, "%lld damaged packet%s passed over", (long long)damaged,
             damaged == 1 ? " was" : "s were");
    note(source, text);
}

static outcome classify_video(job *j, const char *source)
{
    char name[PATH_ROOM];
    const settings *s = j->settings;
    movinet_video *video;
    movinet_error err;
    const movinet_video_options how = {
        .sample_rate = j->rate,
        .start = s->start,
        .duration = s->duration,
        .raw_width = s->raw.width,
        .raw_height = s->raw.height,
        .interrupted = is_interrupted,
        .decoded = true,
        .camera_width = s->camera.size.width,
        .camera_height = s->camera.size.height,
        .camera_rate = s->camera.rate,
        .input_format = s->camera.format,
        .patience = s->camera.patience,
    };
    if (movinet_video_open(&video, source, &how, &err)) {
        if (was_interrupted())
            return DONE;
        complain(source, err.message);
        return FAILED;
    }
    moment m = {.source = without_password(name, sizeof name, source), .frame = -1};
    movinet_stream_reset(j->stream);
    memset(j->sums, 0, (size_t)j->n_classes * sizeof *j->sums);
    report_video(&j->report, m.source);
    outcome result = take_frames(j, video, &m);
    if (result == DONE)
        result = report_end(j, &m);
    if (result != STOPPED)
        note_damage(j, source, video);
    movinet_video_close(video);
    return result;
}

/* ---- all videos ---- */

static int classify_all(job *j, const source_list *sources)
{
    int code = EXIT_OK;
    for (int i = 0; i < sources->n && !was_interrupted(); i++) {
        outcome result = classify_video(j, sources->items[i]);
        if (result != DONE)
            code = EXIT_FAILED;
        if (result == STOPPED)
            break;
    }
    if (was_interrupted()) {
        if (!j->settings->quiet)
            complain(NULL, "interrupted");
        code = EXIT_FAILED;
    }
    return code;
}

static int run(const invocation *call)
{
    job j = {.settings = call->settings};
    source_list sources = {0};
    int code = EXIT_OK;
    catch_interrupts();
    if (begin(&j)) {
        for (int i = 0; i < call->n_operands; i++)
            if (!add_source(&sources, call->operands[i], j.settings->raw.width > 0))
                code = EXIT_FAILED;
        if (classify_all(&j, &sources) != EXIT_OK)
            code = EXIT_FAILED;
    } else {
        code = EXIT_FAILED;
    }
    free_sources(&sources);
    return end(&j) ? code : EXIT_FAILED;
}

const verb verb_classify = {
    .name = "classify",
    .operands = "VIDEO...",
    .min_operands = 1,
    .max_operands = -1,
    .suggest = SUGGEST_FILES,
    .summary = "Say what is done in videos: the most probable classes, with the time they are for.",
    .about = "A VIDEO is a folder, which means the videos in it by name, or " SOURCES_HELP "\n\n"
             "One that fails is reported, and the others go on. What has no end is read until "
             "Ctrl-C, or for --duration; test lasts ten seconds.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .defaults = defaults,
    .run = run,
};
