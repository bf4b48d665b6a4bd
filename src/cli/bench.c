/* movinet bench: how fast a network runs here, and how fast it could.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/bench.h"

#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/text.h"
#include "cli/clock.h"
#include "cli/verbs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(bench_settings, member)

static const option_spec options[] = {
    {.name = "video", .kind = VALUE_TEXT, .at = AT(video), .value = "VIDEO",
     .suggest = SUGGEST_FILES,
     .help = "Push frames of a video, at its size, instead of noise at the network's own. They "
             "are decoded beforehand."},
    {.name = "threads", .kind = VALUE_COUNT, .at = AT(threads), .value = "N", .min = 1, .max = 256,
     .help = "Threads that compute a frame. Default: 1."},
    {.name = "streams", .kind = VALUE_COUNT, .at = AT(streams), .value = "N", .min = 1, .max = 256,
     .help = "Streams that run side by side, each on a thread of its own. Default: 1."},
    CPU_OPTION(AT(cpu)),
    {.name = "warmup", .kind = VALUE_COUNT, .at = AT(warmup), .value = "N", .min = 0,
     .max = 1000000,
     .help = "Warm-up runs: frames pushed before timing begins. Default: for 0.25 seconds."},
    {.name = "runs", .kind = VALUE_COUNT, .at = AT(runs), .value = "N", .min = 1, .max = 1000000,
     .help = "Number of timed frames of each stream. Default: until the median is steady, which "
             "means that the medians of the last three blocks of frames lie within 2 % of each "
             "other."},
    {.name = "min-time", .kind = VALUE_NUMBER, .at = AT(min_time), .value = "SECONDS", .min = 0,
     .max = 86400, .help = "Go on for at least as long, even if it is steady. Default: 1."},
    {.name = "max-time", .kind = VALUE_NUMBER, .at = AT(max_time), .value = "SECONDS", .min = 0,
     .max = 86400, .help = "Stop after as long, even if it is not steady. Default: 20."},
    {.name = "profile", .letter = 'p', .at = AT(profile),
     .help = "Then say where the time goes: by step, by kind of step, and by layer of the "
             "network, each with its share of the core's peak."},
    {.name = "format", .letter = 'f', .kind = VALUE_CHOICE, .at = AT(format),
     .value = "text|json|csv",
     .help = "text (the default); json: one object; csv: one line of figures, or with --profile "
             "one line a step."},
    {.name = "compare", .kind = VALUE_TEXT, .at = AT(compare), .value = "OLD.json",
     .suggest = SUGGEST_FILES,
     .help = "Give every figure beside that of an earlier --format json, and the ratio of old to "
             "new."},
    {0},
};

static const example examples[] = {
    {"movinet bench a0", "Time of a frame, and the share of the peak."},
    {"movinet bench --profile --cpu avx2 model.tflite", "Step by step, without AVX-512."},
    {"movinet bench -f json a0 > old.json; movinet bench --compare old.json a0",
     "Before and after a change."},
    {NULL, NULL},
};

static void defaults(void *settings)
{
    bench_settings *s = settings;
    s->threads = s->streams = 1;
    s->warmup = -1;
    s->min_time = 1;
    s->max_time = 20;
}

/* ---- what is multiplied ---- */

/* By what the first op with products takes: quantized values or floats. Weights
 * alone may be int8 ("dynamic range"); the products are floats then. */
peak_type step_type(const movinet_model *model, const movinet_step_info *step)
{
    for (int i = 0; i < step->n_ops; i++) {
        movinet_op_info op;
        movinet_tensor_info tensor;
        if (movinet_model_op(model, step->ops[i], &op) || op.macs == 0 || op.n_inputs == 0 ||
            movinet_model_tensor(model, op.inputs[0], &tensor))
            continue;
        return tensor.type == MOVINET_INT8 || tensor.type == MOVINET_UINT8 ? PEAK_INT8 : PEAK_FLOAT;
    }
    return PEAK_FLOAT;
}

static void count_macs(bench *b)
{
    for (int i = 0; i < b->info->n_steps; i++) {
        movinet_step_info step;
        if (movinet_model_step(b->model, i, &step) == MOVINET_OK)
            b->macs[step_type(b->model, &step)] += step.macs;
    }
    for (int t = 0; t < PEAK_TYPES; t++)
        b->loops[t] = b->macs[t] ? peak_loop_of(b->info->cpu, (peak_type)t) : NULL;
}

/* ---- the verb ---- */

static bool open_old(bench *b)
{
    if (b->settings->compare)
        b->old = read_result(b->settings->compare);
    return b->old || !b->settings->compare;
}

static bool open_bench(bench *b, const char *name, char path[PATH_ROOM])
{
    const model_choice choice = {.name = name, .cpu = b->settings->cpu};
    if (!open_old(b))
        return false;
    b->figures[START_BYTES] = resident_bytes("VmRSS:");
    double began = seconds_now();
    if (!open_model(&choice, &b->model, path))
        return false;
    b->figures[LOAD_MS] = (seconds_now() - began) * 1e3;
    b->path = path;
    b->info = movinet_model_get_info(b->model);
    count_macs(b);
    if (b->old && what_differs(b)) {
        char text[80];
        snprintf(text, sizeof text, "was measured with another %s", what_differs(b));
        note(b->settings->compare, text);
    }
    return open_frames(&b->frames, b->info, b->settings->video);
}

static void close_bench(bench *b)
{
    free_frames(&b->frames);
    free_profile(&b->profile);
    for (int t = 0; t < PEAK_TYPES; t++)
        free(b->peaks[t]);
    free(b->samples);
    free(b->rates);
    free(b->medians);
    json_decref(b->old);
    movinet_model_close(b->model);
}

static bool tell(const bench *b)
{
    switch (b->settings->format) {
    case 1: return print_bench_json(b);
    case 2: print_bench_csv(b); return true;
    default: print_bench_text(b); return true;
    }
}

static int run(const invocation *call)
{
    bench b = {.settings = call->settings};
    char path[PATH_ROOM];
    for (int i = 0; i < FIGURES; i++)
        b.figures[i] = NAN;
    catch_interrupts();
    bool fine = open_bench(&b, call->n_operands ? call->operands[0] : NULL, path) &&
                run_bench(&b) && (!b.settings->profile || run_profile(&b)) && tell(&b);
    close_bench(&b);
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_bench = {
    .name = "bench",
    .operands = "[MODEL]",
    .min_operands = 0,
    .max_operands = 1,
    .suggest = SUGGEST_MODELS,
    .summary = "Measure how fast a network runs here, and how near that is to what is possible.",
    .about = "Frames go through a stream as they do in classify, states and all: some to warm up, "
             "then as many as it takes. Between them, a loop of nothing but multiply-adds "
             "measures the peak of one core with the same set of instructions. Speeds of a shared "
             "machine drift; the share of the peak does so less.\n\n"
             "MODEL is a .tflite file or the name of a model; without it, a0 if it was pulled, else "
             "the built-in one.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(bench_settings),
    .defaults = defaults,
    .run = run,
};
