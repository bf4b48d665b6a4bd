/* movinet quantize: an int8 file of a float one. SPDX-License-Identifier: Apache-2.0 */
#include "cli/quantize/quantize.h"

#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdio.h>

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

static movinet_status push_quantizer(void *to, const movinet_frame *frame, movinet_error *err)
{
    return movinet_quantizer_push(to, frame, err);
}

static void reset_quantizer(void *to)
{
    movinet_quantizer_reset(to);
}

static bool still_going(void *user, int done, int total)
{
    quantize_job *j = user;
    quantize_show(j, done, total, "convolution");
    return !was_interrupted();
}

static bool calibrate(quantize_job *j)
{
    movinet_error err;
    j->bar = progress_of("calibrating", j->s->quiet);
    if (!quantize_push_clips(j, false, push_quantizer, j->quantizer, reset_quantizer))
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

static bool quantize(quantize_job *j)
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
    quantize_job j = {.s = s, .name = call->operands[0]};
    char path[PATH_ROOM];
    if (!s->out)
        return usage("give -o FILE, where to write it");
    if (s->scheme == INT8 && !s->calibrate)
        return usage("give --calibrate CLIPS, a folder of videos");
    catch_interrupts();
    bool fine = open_model(&(model_choice){.name = j.name}, &j.model, path);
    fine = fine && quantize(&j) && quantize_tell(&j);
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
