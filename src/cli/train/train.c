/* movinet train: a network learns the classes of labelled videos.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/train/train.h"
#include "cli/interrupt.h"
#include "cli/verbs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const example examples[] = {
    {"movinet train --data gestures --from a0 -o gestures.tflite",
     "gestures/ has a folder of videos for each class."},
    {"movinet train --data gestures --from gestures.tflite --layers all -o better.tflite",
     "All layers, from what the classifier has learned already."},
    {"movinet train --data clips.csv --group name --validation 0.1 --test 0.2 -o m.tflite",
     "Clips cut_01.mp4, cut_02.mp4 ... stay together; a fifth tells how good the model is."},
    {NULL, NULL},
};

static int usage(const char *message)
{
    complain(NULL, message);
    fputs("Try: movinet train --help\n", stderr);
    return EXIT_USAGE;
}

/* ---- from the command line to the library's options --------------------------------- */

/* There 0 is the default and below 0 none. */
static double number(double given)
{
    return isnan(given) ? 0 : given > 0 ? given : -1;
}

static int whole(int given)
{
    return given < 0 ? 0 : given > 0 ? given : -1;
}

/* false: it is neither "all" nor a number. */
static bool parse_layers(const char *text, int *layers)
{
    char *end;
    *layers = 0;
    if (!text)
        return true;
    if (!strcmp(text, "all")) {
        *layers = MOVINET_ALL_LAYERS;
        return true;
    }
    errno = 0;
    long value = strtol(text, &end, 10);
    *layers = (int)value;
    return *text >= '0' && *text <= '9' && !*end && !errno && value <= 1000;
}

static movinet_dataset_options data_options(const train_settings *s)
{
    return (movinet_dataset_options){
        .labels_path = s->labels, .clips_dir = s->clips, .group = s->group,
        .multi_label = s->loss == 2, .validation = s->validation, .test = s->test,
        .folds = s->folds, .fold = s->fold, .seed = (uint64_t)s->seed,
    };
}

static movinet_train_options train_options(const train_settings *s, int layers, const char *from,
                                           const char *run)
{
    return (movinet_train_options){
        .from = from, .variant = s->fresh,
        .activation = (movinet_activation)s->activation,
        .no_squeeze_excitation = s->no_se, .size = s->size,
        .layers = layers, .keep_dense = s->keep_dense, .keep_norm = s->keep_norm,
        .all_frames = s->all_frames,
        .epochs = s->epochs, .batch = s->batch, .frames = s->frames,
        .optimizer = (movinet_optimizer)s->optimizer, .rate = s->rate,
        .layers_rate = s->layers_rate, .warm_up = number(s->warm_up),
        .weight_decay = number(s->weight_decay), .clip = number(s->clip),
        .label_smoothing = number(s->label_smoothing), .mixup = number(s->mixup),
        .dropout = number(s->dropout), .drop_layers = number(s->drop_layers),
        .average = number(s->average), .no_class_weights = s->no_class_weights,
        .patience = whole(s->patience), .looks = whole(s->looks),
        .cache_dir = s->cache, .frame_rate = s->fps, .seconds = s->seconds,
        .preprocess = chosen_preprocess(s->preprocess),
        .no_augment = s->no_augment, .no_flip = s->no_flip,
        .threads = s->threads, .memory = (uint64_t)(s->memory * 1024 * 1024 * 1024),
        .seed = (uint64_t)s->seed, .run_dir = run, .resume = s->resume,
        .precision = (movinet_precision)s->precision,
    };
}

/* ---- where things go ---------------------------------------------------------------- */

/* "signs.tflite" → "signs.run" */
static bool name_run(const char *out, char run[PATH_ROOM])
{
    size_t n = strlen(out);
    if (n > 7 && !strcmp(out + n - 7, ".tflite"))
        n -= 7;
    return snprintf(run, PATH_ROOM, "%.*s.run", (int)n, out) < PATH_ROOM - 16;
}

static bool copy_bytes(FILE *from, FILE *to)
{
    char block[1 << 16];
    size_t n;
    while ((n = fread(block, 1, sizeof block, from)) > 0)
        if (fwrite(block, 1, n, to) != n)
            return false;
    return !ferror(from) && fflush(to) == 0 && fsync(fileno(to)) == 0;
}

/* A copy that is there whole or not at all. */
static bool copy_model(const char *from, const char *to)
{
    char part[PATH_ROOM + 16];
    snprintf(part, sizeof part, "%s.part", to);
    FILE *in = fopen(from, "rb"), *out = in ? fopen(part, "wb") : NULL;
    bool done = out && copy_bytes(in, out);
    int why = errno;
    if (in)
        fclose(in);
    if (out && fclose(out) != 0 && done) {
        done = false;
        why = errno;
    }
    if (done && rename(part, to) != 0) {
        done = false;
        why = errno;
    }
    if (done)
        return true;
    if (out)
        unlink(part);
    complain(to, strerror(why));
    return false;
}

/* ---- doing it ---------------------------------------------------------------------- */

static int explain(const movinet_error *err)
{
    if (err->status == MOVINET_ERR_CANCELLED) {
        complain(NULL, "stopped; the same command with --resume goes on where it was");
        return EXIT_FAILED;
    }
    complain(NULL, err->message);
    return err->status == MOVINET_ERR_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
}

static int train(const train_settings *s, const movinet_train_options *how, train_view *v)
{
    movinet_trainer *trainer = NULL;
    movinet_train_plan plan;
    movinet_train_result result;
    movinet_error err;
    const movinet_train_watch watch = {train_on_progress, train_on_epoch, train_on_line, v};
    movinet_status status =
        movinet_trainer_open(&trainer, (movinet_dataset *)v->dataset, how, &err);
    if (!status)
        status = movinet_trainer_plan(trainer, &plan, &err);
    if (!status) {
        train_tell_plan(v, &plan);
        status = movinet_trainer_run(trainer, &watch, &result, &err);
        progress_clear(&v->bar);
    }
    int code = status ? explain(&err) : EXIT_OK;
    if (!status && !copy_model(result.model, s->out))
        code = EXIT_FAILED;
    if (code == EXIT_OK)
        train_tell_result(v, &result, s->out, how->run_dir);
    movinet_trainer_close(trainer);
    return code;
}

static int open_and_train(const train_settings *s, int layers)
{
    char run[PATH_ROOM], from[PATH_ROOM];
    movinet_dataset *dataset;
    movinet_error err;
    const movinet_dataset_options data = data_options(s);
    if (!s->run && !name_run(s->out, run))
        return usage("the output file's path is too long");
    if (!s->fresh && movinet_model_find(s->from ? s->from : "a0", from, sizeof from, &err)) {
        complain(NULL, err.message);
        return EXIT_FAILED;
    }
    movinet_status status = movinet_dataset_open(&dataset, s->data, &data, &err);
    if (status) {
        complain(NULL, err.message);
        return status == MOVINET_ERR_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
    }
    int code;
    if (s->loss == 1 && movinet_dataset_get_info(dataset)->multi_label) {
        code = usage("clips of the data have several labels, \"a|b\": --loss one cannot learn them");
    } else {
        train_view view = {.dataset = dataset, .name = s->data, .quiet = s->quiet,
                           .screen = terminal_of(stdout), .epoch = -1};
        const movinet_train_options how =
            train_options(s, layers, s->fresh ? NULL : from, s->run ? s->run : run);
        catch_interrupts();
        code = train(s, &how, &view);
    }
    movinet_dataset_close(dataset);
    return code;
}

static int run(const invocation *call)
{
    const train_settings *s = call->settings;
    int layers;
    if (!s->data)
        return usage("what is there to learn from? give --data DATA");
    if (!s->out)
        return usage("where is the model to be written? give -o FILE");
    if (s->from && s->fresh)
        return usage("--from and --new exclude each other");
    if (!s->fresh && (s->activation || s->no_se || s->size))
        return usage("--activation, --no-se and --size are of --new");
    if (s->head && s->layers)
        return usage("--head and --layers exclude each other");
    if (s->fresh && (s->head || s->layers))
        return usage("with --new all layers learn");
    if (!parse_layers(s->layers, &layers))
        return usage("--layers: must be all or a number of layers");
    if (!s->folds != !s->fold)
        return usage("--folds and --fold go together");
    return open_and_train(s, layers);
}

const verb verb_train = {
    .name = "train",
    .min_operands = 0,
    .max_operands = 0,
    .summary = "Teach a network your own classes.",
    .about = "Takes labelled videos and a MoViNet that has seen the world, and writes one that "
             "knows your classes. Every video is decoded once. After each epoch it is measured on "
             "clips that it does not learn from, and the best is kept.\n\n"
             "Ctrl-C finishes the step, and --resume goes on there: with the same data, seed and "
             "threads, as if nothing had happened.",
    .options = train_option_table,
    .examples = examples,
    .settings_size = sizeof(train_settings),
    .defaults = train_defaults,
    .run = run,
};
