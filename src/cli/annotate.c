/* movinet annotate: a video with the answers drawn over it. SPDX-License-Identifier: Apache-2.0 */
#include "cli/answers.h"
#include "cli/clock.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct settings {
    answer_settings answers;
    const char *model, *output;
    double start, duration;
    bool no_audio, quiet;
} settings;

#define AT(member) offsetof(settings, member)

static const option_spec options[] = {
    {.name = "output", .letter = 'o', .kind = VALUE_TEXT, .at = AT(output), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "The video to write: .mp4, .mov, .mkv, .webm or .avi. Needed; a file of this name is "
             "written over."},
    {.name = "start", .kind = VALUE_TIME, .at = AT(start), .value = "TIME", .max = 1e9,
     .help = "Begin here, in seconds, M:SS or H:MM:SS."},
    {.name = "duration", .kind = VALUE_TIME, .at = AT(duration), .value = "TIME", .max = 1e9,
     .help = "Write only as much; 0: to the end."},
    {.name = "no-audio", .at = AT(no_audio), .help = "Leave the audio out."},
    MODEL_OPTION(AT(model)),
    ANSWER_OPTIONS(AT(answers)),
    {.name = "quiet", .letter = 'q', .at = AT(quiet), .help = "No progress, only errors."},
    {0},
};

static const example examples[] = {
    {"movinet annotate clip.mp4 -o annotated.mp4", "With the five most probable classes over it."},
    {"movinet annotate match.mkv -o goal.mp4 --start 41:30 --duration 60 --top 3",
     "A minute of a longer one."},
    {NULL, NULL},
};

static void defaults(void *at)
{
    answer_defaults(&((settings *)at)->answers);
}

/** All that lives through the run. */
typedef struct job {
    const settings *settings;
    const char *source;
    answers answers;
    movinet_video *video;
    movinet_overlay *overlay;
    movinet_recorder *recorder;
    int width, height;   ///< of the video
    int64_t frames;      ///< written
    double first, last;  ///< their times
    double step;         ///< seconds that a frame usually stays
    double began;        ///< when, on our own clock
    char codec[32];
    bool lost;           ///< the file could not be written
    progress progress;
} job;

/* ---- getting ready --------------------------------------------------------- */

static bool is_interrupted(void *user)
{
    (void)user;
    return was_interrupted();
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool is_file(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISREG(info.st_mode);
}

static bool open_video(job *j)
{
    movinet_error err;
    const movinet_video_options how = {.start = j->settings->start,
                                       .duration = j->settings->duration,
                                       .interrupted = is_interrupted,
                                       .decoded = true};
    if (movinet_video_open(&j->video, j->source, &how, &err)) {
        if (!was_interrupted())
            complain(j->source, err.message);
        return false;
    }
    const movinet_video_info *info = movinet_video_get_info(j->video);
    j->width = info->width;
    j->height = info->height;
    j->step = info->frame_rate > 0 ? 1 / info->frame_rate : 0;
    return true;
}

static bool begin(job *j)
{
    movinet_error err;
    j->began = seconds_now();
    j->progress = progress_of(j->source, j->settings->quiet);
    if (!open_answers(&j->answers, j->settings->model, &j->settings->answers))
        return false;
    if (movinet_overlay_open(&j->overlay, &err)) {
        complain(NULL, err.message);
        return false;
    }
    return open_video(j);
}

/* The file is made when there is something to write. */
static movinet_status open_recorder(job *j, const movinet_frame *first, movinet_error *err)
{
    const movinet_video_info *info = movinet_video_get_info(j->video);
    bool audio = !j->settings->no_audio && is_file(j->source);
    const movinet_recorder_options how = {
        .frame_rate = info->frame_rate >= 1 && info->frame_rate <= 1000 ? info->frame_rate : 0,
        .audio_from = audio ? j->source : NULL,
        .audio_origin = info->origin,
        .like = first,
    };
    movinet_status status = movinet_recorder_open(&j->recorder, j->settings->output, j->width,
                                                  j->height, &how, err);
    if (!status)
        snprintf(j->codec, sizeof j->codec, "%s", movinet_recorder_codec(j->recorder));
    j->first = first->time;
    return status;
}

/* ---- frames ---------------------------------------------------------------- */

/* What is to be seen over the frame. */
static movinet_status draw(job *j, const movinet_frame *frame, const uint32_t **argb,
                           movinet_error *err)
{
    movinet_status status = push_answers(&j->answers, frame, err);
    const movinet_overlay_content content = {.rows = j->answers.rows,
                                             .n_rows = j->answers.n_results};
    return status ? status : movinet_overlay_draw(j->overlay, j->width, j->height, &content, argb,
                                                  NULL, err);
}

static movinet_status write_frame(job *j, const movinet_frame *frame, movinet_error *err)
{
    const uint32_t *argb;
    movinet_status status = draw(j, frame, &argb, err);
    if (status)
        return status;
    status = j->recorder ? MOVINET_OK : open_recorder(j, frame, err);
    if (!status)
        status = movinet_recorder_push_over(j->recorder, frame, argb, err);
    j->lost = status != MOVINET_OK;
    if (j->lost)
        return status;
    j->last = frame->time;
    j->frames++;
    return MOVINET_OK;
}

/* Seconds to be written, 0: not known. */
static double whole(const job *j)
{
    double length = movinet_video_get_info(j->video)->duration - j->settings->start;
    if (j->settings->duration > 0 && (length <= 0 || j->settings->duration < length))
        return j->settings->duration;
    return length > 0 ? length : 0;
}

/* "0:03.2 of 0:10.0  8.3 x" */
static void show_progress(job *j)
{
    char words[100], done[32], all[32], speed[32] = "";
    double seconds = j->last - j->first, total = whole(j);
    if (!progress_is_due(&j->progress, seconds, total))
        return;
    double rate = progress_rate(&j->progress, seconds);
    if (rate > 0)
        snprintf(speed, sizeof speed, "  %.1f x", rate);
    snprintf(words, sizeof words, "%s%s%s%s", format_time(done, seconds, 1), total > 0 ? " of " : "",
             total > 0 ? format_time(all, total, 1) : "", speed);
    progress_show(&j->progress, seconds, total, words);
}

static bool annotate(job *j)
{
    movinet_error err;
    movinet_frame frame;
    movinet_status status = MOVINET_OK;
    while (!status && !was_interrupted()) {
        status = movinet_video_next(j->video, &frame, &err);
        if (status)
            break;
        if (j->frames > 0 && frame.time <= j->last)
            continue; /* badly stamped: it would not be seen */
        status = write_frame(j, &frame, &err);
        show_progress(j);
    }
    progress_clear(&j->progress);
    if (status == MOVINET_OK || status == MOVINET_END || was_interrupted()) {
        bool some = j->frames > 0 || was_interrupted();
        if (!some)
            complain(j->source, "no frames at this start and duration");
        return some;
    }
    complain(j->lost ? j->settings->output : j->source, err.message);
    return false;
}

/* ---- the end --------------------------------------------------------------- */

/* "out.mp4: 0:10.0, 280 frames, 340 x 256, libx264, in 1.2 s, 8.3 times as fast as it plays" */
static bool tell(const job *j)
{
    char length[32]; /* sides are even in the file, see movinet_recorder_open */
    double seconds = j->last - j->first + j->step, took = seconds_now() - j->began;
    print_clean(stdout, j->settings->output);
    printf(": %s, %lld frame%s, %d x %d, %s, in %.1f s", format_time(length, seconds, 1),
           (long long)j->frames, j->frames == 1 ? "" : "s", j->width + j->width % 2,
           j->height + j->height % 2, j->codec, took);
    if (took > 0)
        printf(", %.1f times as fast as it plays", seconds / took);
    putchar('\n');
    return output_arrived();
}

static bool finish(job *j)
{
    movinet_error err;
    bool fine = true;
    if (j->recorder && movinet_recorder_close(j->recorder, &err)) {
        complain(j->settings->output, err.message);
        fine = false;
        j->lost = true;
    }
    if (j->frames > 0 && !j->lost)
        fine = tell(j) && fine;
    movinet_video_close(j->video);
    movinet_overlay_close(j->overlay);
    close_answers(&j->answers);
    return fine;
}

static int usage(const char *name, const char *message)
{
    complain(name, message);
    fputs("Try: movinet annotate --help\n", stderr);
    return EXIT_USAGE;
}

static int run(const invocation *call)
{
    const settings *s = call->settings;
    job *j = calloc(1, sizeof *j);
    if (!s->output)
        return free(j), usage(NULL, "say which video to write: -o FILE");
    if (is_same_file(call->operands[0], s->output))
        return free(j), usage(s->output, "is the video itself; write to another file");
    movinet_reset_policy reset;
    if (!check_answers(&s->answers, &reset))
        return free(j), EXIT_USAGE;
    if (!j) {
        complain(NULL, "out of memory");
        return EXIT_FAILED;
    }
    j->settings = s;
    j->source = call->operands[0];
    catch_interrupts();
    bool fine = begin(j) && annotate(j);
    fine = finish(j) && fine;
    if (was_interrupted()) {
        complain(NULL, "interrupted");
        fine = false;
    }
    free(j);
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_annotate = {
    .name = "annotate",
    .operands = "VIDEO",
    .min_operands = 1,
    .max_operands = 1,
    .suggest = SUGGEST_FILES,
    .summary = "Write a video again, with the most probable classes and their bars over it.",
    .about = "All frames are written, at their own times, upright, with the audio; the network sees "
             "--fps of them a second. It goes as fast as the machine can. Ctrl-C ends it early: "
             "what was written until then can be played.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .defaults = defaults,
    .run = run,
};
