/* SPDX-License-Identifier: Apache-2.0 */
#include "train/settings.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { MAX_EPOCHS = 1000000, MAX_BATCH = 65536, MAX_FRAMES = 10000, MAX_LOOKS = 1000 };

/* 0 is `otherwise`, below 0 none. */
static double number(double given, double otherwise)
{
    return given > 0 ? given : given < 0 ? 0 : otherwise;
}

static int whole(int given, int otherwise)
{
    return given > 0 ? given : otherwise;
}

static int processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

static void set_numbers(mvt_settings *s, const movinet_train_options *o)
{
    bool adam = s->optimizer == MOVINET_ADAMW;
    s->rate = number(o->rate, adam ? 1e-3 : 1e-2);
    s->layers_rate = number(o->layers_rate, s->from_scratch ? 1 : 0.1);
    s->warm_up = number(o->warm_up, 0.05);
    s->weight_decay = number(o->weight_decay, adam ? 0.01 : 3e-5);
    s->clip = number(o->clip, 1);
    s->smoothing = number(o->label_smoothing, 0.1);
    s->mixup = number(o->mixup, 0);
    s->dropout = number(o->dropout, 0.2);
    s->drop_layers = number(o->drop_layers, s->from_scratch ? 0.2 : 0);
    s->average = number(o->average, 0.99);
}

static void set_counts(mvt_settings *s, const movinet_train_options *o)
{
    s->epochs = whole(o->epochs, s->classifier ? 100 : 30);
    s->batch = whole(o->batch, s->classifier ? 32 : 8);
    s->frames = whole(o->frames, 16);
    s->patience = o->patience < 0 ? s->epochs : whole(o->patience, (s->epochs + 2) / 3);
    s->looks = s->classifier && !o->no_augment ? o->looks < 0 ? 0 : whole(o->looks, 8) : 0;
    s->threads = whole(o->threads, processors());
    s->memory = o->memory ? o->memory : (uint64_t)3 << 30;
}

static void set_layers(mvt_settings *s, const movinet_train_options *o, const mvz_network *shape)
{
    int n = shape->n_layers;
    s->layers = s->from_scratch || o->layers < 0 || o->layers > n ? n + 1 : o->layers;
    s->classifier = s->layers == 0;
    s->first = s->classifier ? n + 2 + o->keep_dense : n + 1 - s->layers;
}

typedef struct bound {
    const char *name;
    double value, low, high;
} bound;

static movinet_status check(const mvt_settings *s, movinet_error *err)
{
    const bound bounds[] = {
        {"epochs", s->epochs, 1, MAX_EPOCHS},
        {"clips of a step", s->batch, 1, MAX_BATCH},
        {"frames of a clip", s->frames, 1, MAX_FRAMES},
        {"looks at each clip", s->looks, 0, MAX_LOOKS},
        {"the rate", s->rate, 0, 1000},
        {"the rate of the layers", s->layers_rate, 0, 1000},
        {"the warm-up", s->warm_up, 0, 0.9},
        {"weight decay", s->weight_decay, 0, 1},
        {"the gradient's clip", s->clip, 0, INFINITY},
        {"label smoothing", s->smoothing, 0, 0.9},
        {"mixup", s->mixup, 0, 100},
        {"dropout", s->dropout, 0, 0.95},
        {"dropping of layers", s->drop_layers, 0, 0.95},
        {"the averaging of weights", s->average, 0, 0.999999},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (!(bounds[i].value >= bounds[i].low && bounds[i].value <= bounds[i].high))
            return mv_fail(err, MOVINET_ERR_ARGUMENT, "%s: %g is not between %g and %g",
                           bounds[i].name, bounds[i].value, bounds[i].low, bounds[i].high);
    if ((unsigned)s->optimizer > MOVINET_SGD)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no optimizer has the number %d",
                       (int)s->optimizer);
    if ((unsigned)s->precision > MOVINET_PRECISION_DYNAMIC)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no precision has the number %d",
                       (int)s->precision);
    return MOVINET_OK;
}

movinet_status mvt_settings_of(mvt_settings *s, const movinet_train_options *o,
                               const mvz_network *shape, movinet_error *err)
{
    memset(s, 0, sizeof *s); /* also between its members: it is compared as bytes */
    s->from_scratch = !o->from;
    s->optimizer = o->optimizer ? o->optimizer : MOVINET_ADAMW;
    s->keep_dense = o->keep_dense;
    s->keep_norm = o->keep_norm;
    s->all_frames = o->all_frames;
    s->augment = !o->no_augment;
    s->class_weights = !o->no_class_weights;
    s->seed = o->seed;
    s->precision = o->precision;
    set_layers(s, o, shape);
    set_counts(s, o);
    set_numbers(s, o);
    if (s->classifier && s->all_frames)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "the classifier alone learns from the answer after the last frame only");
    return check(s, err);
}
