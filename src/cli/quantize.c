/* movinet quantize: an int8 file of a float one. SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock.h"
#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/progress.h"
#include "cli/sources.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct quantize_settings {
    const char *out, *calibrate;
    int scheme, frames, clips, preprocess, ranges, float_layers;
    bool no_correction, quiet;
    double fps;
} quantize_settings;

enum { INT8, FLOAT16, DYNAMIC, FLOAT32 };
/* One clip in this many is held back, to see how good the result is. */
enum { HELD_BACK = 5, HELD_BACK_AT_LEAST = 5 };

#define AT(member) offsetof(quantize_settings, member)

static const option_spec options[] = {
    {.name = "calibrate", .letter = 'c', .kind = VALUE_TEXT, .at = AT(calibrate), .value = "CLIPS",
     .suggest = SUGGEST_FILES,
     .help = "A video, or a folder of videos like those that the model is for. Their labels do "
             "not matter. Needed for int8."},
    {.name = "output", .letter = 'o', .kind = VALUE_TEXT, .at = AT(out), .value = "FILE",
     .suggest = SUGGEST_FILES, .help = "The .tflite file to write. Needed."},
    {.name = "scheme", .letter = 's', .kind = VALUE_CHOICE, .at = AT(scheme),
     .value = "int8|float16|dynamic|float32",
     .help = "int8: weights and activations (the default). float16: weights in half the bytes. "
             "dynamic: int8 weights, float activations."},
    {.name = "clips", .kind = VALUE_COUNT, .at = AT(clips), .value = "N", .min = 1, .max = 100000,
     .help = "Look at N clips at most, evenly taken from the folder (100)."},
    {.name = "frames", .letter = 'n', .kind = VALUE_COUNT, .at = AT(frames), .value = "N",
     .min = 2, .max = 100000, .help = "Of each clip, at most (50: ten seconds)."},
    {.name = "ranges", .kind = VALUE_CHOICE, .at = AT(ranges), .value = "error|min-max",
     .help = "What each tensor's 256 steps cover: the span with the least squared error (the "
             "default), or all that was seen."},
    {.name = "float-layers", .kind = VALUE_COUNT, .at = AT(float_layers), .value = "N", .min = 0,
     .max = 1000,
     .help = "The stem and the first N layers stay float: slower, and nearer to the float model. "
             "Default: 0, all is int8."},
    {.name = "no-correction", .at = AT(no_correction),
     .help = "Leave biases as they are. Else they make up for what rounding shifts."},
    {.name = "fps", .kind = VALUE_NUMBER, .at = AT(fps), .value = "N", .min = 0.01, .max = 1000,
     .help = "Frames a second. Default: what the network was trained at, 5."},
    {.name = "preprocess", .kind = VALUE_CHOICE, .at = AT(preprocess),
     .value = "squash|crop|train",
     .help = "How a picture becomes the network's square; see movinet classify --help."},
    {.name = "quiet", .letter = 'q', .at = AT(quiet), .help = "Say nothing, but errors."},
    {0},
};

static const example examples[] = {
    {"movinet quantize float.tflite --calibrate clips/ -o int8.tflite",
     "Four times smaller, three times faster."},
    {"movinet quantize float.tflite --scheme float16 -o half.tflite", "Needs no clips."},
    {NULL, NULL},
};

static void defaults(void *at)
{
    quantize_settings *s = at;
    s->frames = 50;
    s->clips = 100;
}

typedef struct job {
    const quantize_settings *s;
    const char *name;
    movinet_model *model;
    movinet_quantizer *quantizer;
    source_list sources;
    int n_clips;         ///< that are looked at
    int n_unreadable;
    progress bar;
} job;

/* The i-th of the clips that are looked at, evenly taken from all. */
static const char *clip_of(const job *j, int i)
{
    return j->sources.items[(long long)i * j->sources.n / j->n_clips];
}

static bool is_held_back(const job *j, int i)
{
    return j->n_clips >= HELD_BACK_AT_LEAST && i % HELD_BACK == HELD_BACK - 1;
}

static bool is_interrupted(void *user)
{
    (void)user;
    return was_interrupted();
}

typedef movinet_status push_frame(void *to, const movinet_frame *frame, movinet_error *err);

/* The frames of a clip; *n: how many. */
static movinet_status each_frame(const job *j, const char *source, push_frame *push, void *to,
                                 int *n, movinet_error *err)
{
    movinet_video *video;
    movinet_frame frame;
    double rate = movinet_model_get_info(j->model)->frame_rate;
    const movinet_video_options how = {.sample_rate = j->s->fps > 0 ? j->s->fps : rate,
                                       .decoded = true,
                                       .interrupted = is_interrupted};
    movinet_status status = movinet_video_open(&video, source, &how, err);
    *n = 0;
    if (status)
        return status;
    while (!status && *n < j->s->frames && !was_interrupted()) {
        status = movinet_video_next(video, &frame, err);
        if (!status)
            status = push(to, &frame, err);
        *n += !status;
    }
    movinet_video_close(video);
    return status == MOVINET_END ? MOVINET_OK : status;
}

static movinet_status push_quantizer(void *to, const movinet_frame *frame, movinet_error *err)
{
    return movinet_quantizer_push(to, frame, err);
}

static movinet_status push_comparison(void *to, const movinet_frame *frame, movinet_error *err)
{
    return movinet_comparison_push(to, frame, err);
}

static void show(job *j, int done, int total, const char *what)
{
    char words[80];
    if (!progress_is_due(&j->bar, done, total))
        return;
    snprintf(words, sizeof words, "%s %d of %d", what, done, total);
    progress_show(&j->bar, done, total, words);
}

/* All clips that are held back, or all others. Those that cannot be read are named. */
static bool push_clips(job *j, bool held_back, push_frame *push, void *to,
                       void (*reset)(void *to))
{
    movinet_error err;
    for (int i = 0; i < j->n_clips && !was_interrupted(); i++) {
        int n;
        if (is_held_back(j, i) != held_back)
            continue;
        show(j, i, j->n_clips, "clip");
        reset(to);
        movinet_status status = each_frame(j, clip_of(j, i), push, to, &n, &err);
        if (status == MOVINET_ERR_MEMORY) {
            complain(NULL, err.message);
            return false;
        }
        if (status && !was_interrupted()) {
            progress_clear(&j->bar);
            complain(clip_of(j, i), err.message);
            j->n_unreadable++;
        }
    }
    progress_clear(&j->bar);
    return !was_interrupted();
}

static void reset_quantizer(void *to)
{
    movinet_quantizer_reset(to);
}

static void reset_comparison(void *to)
{
    movinet_comparison_reset(to);
}

/* ---- the result ---------------------------------------------------------------------------- */

/* The least time of a frame, milliseconds: both in turns, so that what else the machine does hits
 * both. */
static void time_both(movinet_model *models[2], double ms[2])
{
    enum { ROUNDS = 60 };
    movinet_stream *streams[2] = {NULL, NULL};
    movinet_error err;
    const movinet_model_info *info = movinet_model_get_info(models[0]);
    uint8_t *pixels = calloc((size_t)info->frame_width * (size_t)info->frame_height, 3);
    movinet_frame frame = {.pixels = pixels, .width = info->frame_width,
                           .height = info->frame_height};
    bool ok = pixels != NULL;
    for (int i = 0; i < 2; i++) {
        ok = ok && !movinet_stream_open(&streams[i], models[i], NULL, &err);
        ms[i] = 1e9;
    }
    for (int round = 0; ok && round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) {
            double begin = seconds_now();
            frame.time = round * 0.2;
            ok = ok && !movinet_stream_push(streams[i], &frame, NULL, &err);
            double took = (seconds_now() - begin) * 1e3;
            ms[i] = took < ms[i] ? took : ms[i];
        }
    }
    movinet_stream_close(streams[0]);
    movinet_stream_close(streams[1]);
    free(pixels);
}

static bool compare(job *j, movinet_model *made)
{
    movinet_comparison *comparison;
    movinet_error err;
    j->bar = progress_of("comparing", j->s->quiet);
    if (movinet_comparison_open(&comparison, j->model, made, chosen_preprocess(j->s->preprocess),
                                &err)) {
        complain(j->s->out, err.message);
        return false;
    }
    bool fine = push_clips(j, true, push_comparison, comparison, reset_comparison);
    movinet_comparison_info info = movinet_comparison_get_info(comparison);
    if (fine && info.frames)
        printf("clips held back: %d, %d frames: same top class on %.1f %%, its probability off by "
               "%.3f\n", info.clips, info.frames, 100.0 * info.same_top / info.frames,
               info.difference);
    else if (fine)
        puts("no clips held back: with five or more, a fifth would tell how good it is");
    movinet_comparison_close(comparison);
    return fine;
}

static bool tell(job *j)
{
    movinet_model *made;
    movinet_error err;
    double ms[2];
    if (j->s->quiet)
        return true;
    if (movinet_model_open(&made, j->s->out, NULL, &err)) {
        complain(NULL, err.message);
        return false;
    }
    bool fine = j->s->scheme != INT8 || compare(j, made);
    if (fine) {
        movinet_model *both[] = {j->model, made};
        size_t before = movinet_model_get_info(j->model)->file_bytes;
        size_t after = movinet_model_get_info(made)->file_bytes;
        time_both(both, ms);
        printf("wrote %s: %.2f MB (%s: %.2f), %.2f ms a frame (%.2f)\n", j->s->out,
               (double)after / 1e6, j->name, (double)before / 1e6, ms[1], ms[0]);
    }
    movinet_model_close(made);
    return fine && output_arrived();
}

/* ---- the work ------------------------------------------------------------------------------ */

static bool still_going(void *user, int done, int total)
{
    job *j = user;
    show(j, done, total, "convolution");
    return !was_interrupted();
}

static bool calibrate(job *j)
{
    movinet_error err;
    j->bar = progress_of("calibrating", j->s->quiet);
    if (!push_clips(j, false, push_quantizer, j->quantizer, reset_quantizer))
        return false;
    movinet_quantize_info info = movinet_quantizer_get_info(j->quantizer);
    if (!info.frames) {
        complain(j->s->calibrate, "no clip to calibrate with could be read");
        return false;
    }
    if (!j->s->quiet)
        printf("%d clips, %d frames: %d tensors become int8\n", info.clips, info.frames,
               info.tensors);
    if (!j->s->quiet && info.frames < 2 * info.clips)
        fprintf(stderr, "movinet: note: clips of one frame: what a network makes of motion is not "
                        "seen\n");
    fflush(stdout);
    j->bar = progress_of("correcting", j->s->quiet);
    movinet_status status = movinet_quantizer_write(j->quantizer, j->s->out, &err);
    progress_clear(&j->bar);
    if (status && status != MOVINET_ERR_CANCELLED)
        complain(NULL, err.message);
    return !status;
}

static bool quantize(job *j)
{
    const quantize_settings *s = j->s;
    movinet_error err;
    const movinet_quantize_options how = {.preprocess = chosen_preprocess(s->preprocess),
                                          .min_max = s->ranges == 1,
                                          .float_layers = s->float_layers,
                                          .correct = s->no_correction ? -1 : 0,
                                          .going = still_going,
                                          .user = j};
    if (s->scheme != INT8) {
        static const movinet_precision as[] = {[FLOAT16] = MOVINET_PRECISION_FLOAT16,
                                               [DYNAMIC] = MOVINET_PRECISION_DYNAMIC,
                                               [FLOAT32] = MOVINET_PRECISION_FLOAT32};
        if (!movinet_convert(j->model, as[s->scheme], s->out, &err))
            return true;
        complain(j->name, err.message);
        return false;
    }
    if (movinet_quantizer_open(&j->quantizer, j->model, &how, &err)) {
        complain(j->name, err.message);
        return false;
    }
    if (!add_source_tree(&j->sources, s->calibrate))
        return false;
    j->n_clips = j->sources.n < s->clips ? j->sources.n : s->clips;
    return calibrate(j);
}

static int usage(const char *message)
{
    complain(NULL, message);
    fputs("Try: movinet quantize --help\n", stderr);
    return EXIT_USAGE;
}

static int run(const invocation *call)
{
    const quantize_settings *s = call->settings;
    job j = {.s = s, .name = call->operands[0]};
    char path[PATH_ROOM];
    if (!s->out)
        return usage("give -o FILE, where to write it");
    if (s->scheme == INT8 && !s->calibrate)
        return usage("give --calibrate CLIPS, a folder of videos");
    catch_interrupts();
    bool fine = open_model(&(model_choice){.name = j.name}, &j.model, path);
    fine = fine && quantize(&j) && tell(&j);
    if (was_interrupted())
        complain(NULL, "interrupted");
    movinet_quantizer_close(j.quantizer);
    movinet_model_close(j.model);
    free_sources(&j.sources);
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_quantize = {
    .name = "quantize",
    .operands = "MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .suggest = SUGGEST_MODELS,
    .summary = "Make an int8 file of a float one.",
    .about =
        "Takes a float MoViNet (float32, float16 or dynamic range) and clips like those it is for, "
        "and writes an int8 file that TensorFlow Lite runs, too: a quarter of the bytes, several "
        "times as fast. Convolutions become int8; means, sums over time and the classifier stay "
        "float. A fifth of the clips is held back to see how near the result is.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(quantize_settings),
    .defaults = defaults,
    .run = run,
};
