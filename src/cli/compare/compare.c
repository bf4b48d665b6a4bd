/* movinet compare: where two files of one network drift apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare/compare.h"

#include "cli/interrupt.h"
#include "cli/model.h"
#include "cli/progress.h"
#include "cli/sources.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdlib.h>

#define AT(member) offsetof(compare_settings, member)

static const option_spec options[] = {
    {.name = "frames",
     .letter = 'n',
     .kind = VALUE_COUNT,
     .at = AT(frames),
     .value = "N",
     .min = 0,
     .max = 1000000000,
     .help = "Of each video, at most; 0: all. Default: 50, ten seconds."},
    {.name = "top",
     .kind = VALUE_COUNT,
     .at = AT(top),
     .value = "N",
     .min = 1,
     .max = 1000000,
     .help = "Show the N tensors where most is lost (15)."},
    {.name = "all",
     .letter = 'a',
     .at = AT(all),
     .help = "Show every tensor, in the file's order."},
    {.name = "fps",
     .kind = VALUE_NUMBER,
     .at = AT(fps),
     .value = "N",
     .min = 0.01,
     .max = 1000,
     .help = "Frames a second. Default: what the network was trained at, 5."},
    {.name = "preprocess",
     .kind = VALUE_CHOICE,
     .at = AT(preprocess),
     .value = "squash|crop|train",
     .help = "How a picture becomes the network's square; see movinet classify --help."},
    CPU_OPTION(AT(cpu)),
    {.name = "format",
     .letter = 'f',
     .kind = VALUE_CHOICE,
     .at = AT(format),
     .value = "text|json|csv",
     .help = "How to write it: for people (the default), as one JSON "
             "object, or as a table. Both have every tensor."},
    {.name = "quiet", .letter = 'q', .at = AT(quiet), .help = "No progress, only errors."},
    {0},
};

static const example examples[] = {
    {"movinet compare float.tflite int8.tflite clips/", "What a quantization broke, and where."},
    {"movinet compare a.tflite b.tflite --all", "Every tensor, with a moving test picture."},
    {NULL, NULL},
};

static void defaults(void *at)
{
    compare_settings *s = at;
    s->frames = 50;
    s->top = 15;
}

static bool open_both(compare_job *j)
{
    const compare_settings *s = j->settings;
    char path[PATH_ROOM];
    movinet_error err;
    for (int i = 0; i < 2; i++) {
        const model_choice choice = {.name = j->names[i], .cpu = s->cpu};
        if (!open_model(&choice, &j->models[i], path))
            return false;
    }
    if (!movinet_comparison_open(&j->comparison, j->models[0], j->models[1],
                                 chosen_preprocess(s->preprocess), &err))
        return true;
    complain(NULL, err.message);
    return false;
}

/* ---- videos ---- */

static bool is_interrupted(void *user)
{
    (void)user;
    return was_interrupted();
}

static bool take_video(compare_job *j, const char *source, int done, int total)
{
    const compare_settings *s = j->settings;
    movinet_video *video;
    movinet_frame frame;
    movinet_error err;
    double rate = movinet_model_get_info(j->models[0])->frame_rate;
    const movinet_video_options how = {
        .sample_rate = s->fps > 0 ? s->fps : rate, .decoded = true, .interrupted = is_interrupted};
    progress bar = progress_of("comparing", s->quiet);
    movinet_status status = movinet_video_open(&video, source, &how, &err);
    movinet_comparison_reset(j->comparison);
    for (int i = 0; !status && (!s->frames || i < s->frames) && !was_interrupted(); i++) {
        status = movinet_video_next(video, &frame, &err);
        if (!status)
            status = movinet_comparison_push(j->comparison, &frame, &err);
        if (bar.screen.is_terminal && progress_is_due(&bar, done, total)) {
            char words[60];
            snprintf(words, sizeof words, "video %d of %d, frame %d", done + 1, total, i + 1);
            progress_show(&bar, done, total, words);
        }
    }
    progress_clear(&bar);
    movinet_video_close(video);
    if (status && status != MOVINET_END && !was_interrupted())
        complain(source, err.message);
    return !status || status == MOVINET_END;
}

/* Those that cannot be read are named and left out. */
static bool take_videos(compare_job *j, const source_list *sources)
{
    bool fine = true;
    for (int i = 0; i < sources->n && !was_interrupted(); i++)
        fine &= take_video(j, sources->items[i], i, sources->n);
    if (was_interrupted())
        complain(NULL, "interrupted");
    return fine && !was_interrupted();
}

static bool tell(compare_job *j)
{
    movinet_comparison_info info = movinet_comparison_get_info(j->comparison);
    if (!info.frames)
        return false; /* and it was said why */
    j->drifts = calloc((size_t)info.n_pairs + 1, sizeof *j->drifts);
    if (!j->drifts) {
        complain(NULL, "out of memory");
        return false;
    }
    while (movinet_comparison_get(j->comparison, j->n, &j->drifts[j->n]))
        j->n++;
    switch (j->settings->format) {
    case 0: compare_print_text(j); break;
    case 1: compare_print_json(j); break;
    default: compare_print_csv(j); break;
    }
    return output_arrived();
}

static int run(const invocation *call)
{
    compare_job j = {.settings = call->settings, .names = {call->operands[0], call->operands[1]}};
    source_list sources = {0};
    bool fine = true;
    catch_interrupts();
    for (int i = 2; i < call->n_operands; i++)
        fine &= add_source(&sources, call->operands[i], false);
    if (call->n_operands == 2)
        fine = add_source(&sources, "test", false);
    bool begun = open_both(&j);
    fine = begun && take_videos(&j, &sources) && fine;
    fine = begun && tell(&j) && fine;
    free(j.drifts);
    free_sources(&sources);
    movinet_comparison_close(j.comparison);
    movinet_model_close(j.models[0]);
    movinet_model_close(j.models[1]);
    return fine ? EXIT_OK : EXIT_FAILED;
}

const verb verb_compare = {
    .name = "compare",
    .operands = "A B [VIDEO...]",
    .min_operands = 2,
    .max_operands = -1,
    .suggest = SUGGEST_MODELS,
    .summary = "Find out where two files of one network drift apart.",
    .about =
        "Both files compute the same frames op by op, and what each op makes of them is compared: "
        "the signal-to-noise ratio of B against A in decibels (20 dB: the noise is a tenth of the "
        "signal), of the first second and of what comes after, and where it falls. Ops are "
        "paired by the names of their tensors, else by kind, shape and order. Videos are files or "
        "folders; without any, a moving test picture.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(compare_settings),
    .defaults = defaults,
    .run = run,
};
