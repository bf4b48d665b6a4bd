/* movinet new: a network that has learned nothing yet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/text.h"
#include "cli/verbs.h"

#include "movinet/movinet.h"

#include <string.h>

typedef struct settings {
    const char *out, *labels;
    int classes, size, frames, seed;
    int activation, precision;
    bool stream, base, se, no_se, quiet;
} settings;

#define AT(member) offsetof(settings, member)

static const option_spec options[] = {
    {.name = "output", .letter = 'o', .kind = VALUE_TEXT, .at = AT(out), .value = "FILE",
     .suggest = SUGGEST_FILES, .help = "The .tflite file to write. Needed."},
    {.name = "classes", .letter = 'c', .kind = VALUE_COUNT, .at = AT(classes), .value = "N",
     .min = 1, .max = 100000, .help = "Number of classes (600)."},
    {.name = "labels", .letter = 'l', .kind = VALUE_TEXT, .at = AT(labels), .value = "FILE",
     .suggest = SUGGEST_FILES,
     .help = "Names of the classes, one a line; they are put into the file."},
    {.name = "size", .kind = VALUE_COUNT, .at = AT(size), .value = "PIXELS", .min = 16,
     .max = 1024, .help = "Side of the image (as published: A0, A1, T0 172, A2 224, A3 256, A4 290, "
                          "A5 320; N0 112)."},
    {.name = "stream", .at = AT(stream),
     .help = "Frame by frame, with states that go from frame to frame. The default."},
    {.name = "base", .at = AT(base),
     .help = "A whole clip at once. For other programs: movinet runs streaming networks only."},
    {.name = "frames", .kind = VALUE_COUNT, .at = AT(frames), .value = "N", .min = 1, .max = 1000,
     .help = "Frames of the clip that --base takes (as published: 50, A3 and A5 120, A4 80)."},
    {.name = "activation", .kind = VALUE_CHOICE, .at = AT(activation),
     .value = "default|hard-swish|relu6|swish|relu",
     .help = "Between the layers: hard-swish, with --base swish. Google's int8 files have relu6, "
             "and no squeeze-excitation."},
    {.name = "se", .at = AT(se), .help = "With squeeze-excitation. The default."},
    {.name = "no-se", .at = AT(no_se), .help = "Without it."},
    {.name = "precision", .kind = VALUE_CHOICE, .at = AT(precision),
     .value = "float32|float16|dynamic",
     .help = "Of the weights: as they are (the default), in half the bytes, or those of larger "
             "convolutions in int8."},
    {.name = "seed", .kind = VALUE_COUNT, .at = AT(seed), .value = "N", .min = 0, .max = 2147483647,
     .help = "Of the random weights (0). The same seed gives the same file."},
    {.name = "quiet", .letter = 'q', .at = AT(quiet), .help = "Say nothing, but errors."},
    {0},
};

static const example examples[] = {
    {"movinet new A0 --labels signs.txt -o signs.tflite",
     "The smallest published network, for your own classes."},
    {"movinet new T0 --classes 5 --size 128 -o tiny.tflite", "A smaller one; N0 is the smallest."},
    {NULL, NULL},
};

static int usage(const char *message)
{
    complain(NULL, message);
    fputs("Try: movinet new --help\n", stderr);
    return EXIT_USAGE;
}

/* "signs.tflite: MoViNet-A0, …" as the file itself says. */
static bool tell(const char *path)
{
    movinet_model *model;
    movinet_error err;
    char macs[32], bytes[32];
    if (movinet_model_open(&model, path, NULL, &err)) {
        complain(path, err.message);
        return false;
    }
    const movinet_model_info *info = movinet_model_get_info(model);
    print_clean(stdout, path);
    printf(": MoViNet-%s, %d classes, %d x %d, %s multiply-adds a frame, %s\n", info->variant,
           info->n_classes, info->frame_width, info->frame_height, format_count(macs, info->macs),
           format_bytes(bytes, info->file_bytes));
    movinet_model_close(model);
    return output_arrived();
}

static int run(const invocation *call)
{
    const settings *s = call->settings;
    movinet_error err;
    const movinet_new_options how = {
        .base = s->base,
        .no_squeeze_excitation = s->no_se,
        .n_classes = s->classes,
        .labels_path = s->labels,
        .size = s->size,
        .frames = s->frames,
        .activation = (movinet_activation)s->activation,
        .precision = (movinet_precision)s->precision,
        .seed = (uint64_t)s->seed,
    };
    if (!s->out)
        return usage("where is the model to be written? give -o FILE");
    if (s->base && s->stream)
        return usage("--stream and --base exclude each other");
    if (s->se && s->no_se)
        return usage("--se and --no-se exclude each other");
    if (s->frames && !s->base)
        return usage("--frames is of clips, that is of --base");
    movinet_status status = movinet_new(s->out, call->operands[0], &how, &err);
    if (status) {
        complain(NULL, err.message);
        return status == MOVINET_ERR_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
    }
    return s->quiet || s->base || tell(s->out) ? EXIT_OK : EXIT_FAILED;
}

const verb verb_new = {
    .name = "new",
    .operands = "A0|A1|A2|A3|A4|A5|T0|N0",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "Make a network that has learned nothing yet.",
    .about = "Writes one of the MoViNets with random weights (He's normal distribution) as a "
             ".tflite file with its signature, states and labels: to be trained, to be measured, "
             "or to try a program with.",
    .options = options,
    .examples = examples,
    .settings_size = sizeof(settings),
    .run = run,
};
