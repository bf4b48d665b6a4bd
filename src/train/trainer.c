/* The public trainer: a data set, its feed, a network, a course.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/trainer.h"

#include "core/file.h"
#include "evaluate/interval.h"
#include "train/checkpoint.h"
#include "train/start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- open, close ---------------------------------------------------------------------- */

static char *copy_of(movinet_trainer *t, const char *text)
{
    return text ? mv_arena_string(&t->arena, text, strlen(text)) : NULL;
}

/* The options with texts that are the trainer's own. */
static movinet_status take_options(movinet_trainer *t, const movinet_train_options *o,
                                   movinet_error *err)
{
    const char **texts[] = {&t->options.from, &t->options.variant, &t->options.cache_dir,
                            &t->options.run_dir};
    t->options = *o;
    if (!o->run_dir || !*o->run_dir)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "no folder for the run");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (*texts[i] && !(*texts[i] = copy_of(t, *texts[i])))
            return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for training");
    size_t room = strlen(o->run_dir) + sizeof "/model.tflite";
    t->model = mv_arena_alloc(&t->arena, room, 1);
    if (!t->model)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for training");
    snprintf(t->model, room, "%s/model.tflite", o->run_dir);
    return MOVINET_OK;
}

static movinet_status take_labels(movinet_trainer *t, movinet_error *err)
{
    int n = movinet_dataset_get_info(t->dataset)->n_classes;
    t->labels = mv_arena_alloc(&t->arena, (size_t)n + 1, sizeof *t->labels);
    if (!t->labels)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for training");
    for (int i = 0; i < n; i++)
        t->labels[i] = movinet_dataset_label(t->dataset, i);
    return MOVINET_OK;
}

static movinet_status open_network(movinet_trainer *t, movinet_error *err)
{
    const mvt_start start = {&t->options, movinet_dataset_get_info(t->dataset)->n_classes,
                             t->labels};
    mvt_multiply *multiply;
    movinet_status status = mvt_multiply_get(&multiply, err); /* said before all else is done */
    if (!status)
        status = mvt_start_network(&t->network, &start, &t->kept, err);
    if (!status)
        status = mvt_settings_of(&t->settings, &t->options, t->network, err);
    return status;
}

static movinet_status open_feed(movinet_trainer *t, movinet_error *err)
{
    const movinet_train_options *o = &t->options;
    const mvt_settings *s = &t->settings;
    bool looks = s->classifier ? s->looks > 0 : s->augment;
    mvd_feed_options feed = {.cache_dir = o->cache_dir,
                             .width = t->network->size,
                             .height = t->network->size,
                             .rate = o->frame_rate,
                             .seconds = o->seconds,
                             .preprocess = o->preprocess,
                             .looks = looks,
                             .augment = mvd_augment_usual(),
                             .frames = s->classifier ? 0 : s->frames,
                             .seed = s->seed};
    feed.augment.flip = !o->no_flip;
    return mvd_feed_open(&t->feed, t->dataset, &feed, err);
}

/* A run that somebody may want to go on with is not written over. */
static movinet_status check_folder(const movinet_trainer *t, movinet_error *err)
{
    if (!t->options.resume && mvt_checkpoint_is_there(t->options.run_dir))
        return mv_fail(err, MOVINET_ERR_IO,
                       "%.300s: there is a run in this folder already: resume it, or name another "
                       "folder", t->options.run_dir);
    return mv_make_folders(t->options.run_dir, err);
}

movinet_status movinet_trainer_open(movinet_trainer **out, movinet_dataset *dataset,
                                    const movinet_train_options *options, movinet_error *err)
{
    *out = NULL;
    if (!dataset || !options)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "nothing to learn from");
    movinet_trainer *t = calloc(1, sizeof *t);
    if (!t)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for training");
    t->dataset = dataset;
    movinet_status status = take_options(t, options, err);
    if (!status)
        status = take_labels(t, err);
    if (!status)
        status = open_network(t, err);
    if (!status)
        status = check_folder(t, err);
    if (!status)
        status = open_feed(t, err);
    if (status)
        movinet_trainer_close(t);
    else
        *out = t;
    return status;
}

void movinet_trainer_close(movinet_trainer *t)
{
    if (!t)
        return;
    mvt_course_close(t->course);
    mvz_network_close(t->network);
    mvd_feed_close(t->feed);
    free(t->test.confusion);
    mv_arena_free(&t->arena);
    free(t);
}

/* ---- what is ahead ----------------------------------------------------------------------- */

static int64_t count_learning(const movinet_trainer *t)
{
    int64_t n = 0;
    for (int i = 0; i < t->network->n_params; i++)
        if (mvt_learns(t->network, t->settings.first, &t->network->params[i]))
            n += (int64_t)t->network->params[i].range.n;
    return n;
}

movinet_status movinet_trainer_plan(movinet_trainer *t, movinet_train_plan *out,
                                    movinet_error *err)
{
    mvd_plan cache;
    if (!t->network)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the trainer has run already");
    movinet_status status = mvd_cache_plan(t->feed->cache, &cache, err);
    if (status)
        return status;
    *out = (movinet_train_plan){.clips_ready = cache.ready,
                                .clips_missing = cache.missing,
                                .cache_ready = cache.ready_bytes,
                                .cache_missing = cache.missing_bytes,
                                .disk_free = cache.free_bytes,
                                .cache_dir = t->feed->cache->dir,
                                .layers = t->settings.layers,
                                .parameters = count_learning(t),
                                .same_classes = t->kept,
                                .epoch = t->options.resume
                                             ? mvt_checkpoint_epoch(t->options.run_dir) : 0};
    return MOVINET_OK;
}

/* ---- clips ------------------------------------------------------------------------------------ */

static movinet_status look(void *user, int clip, uint64_t epoch, float *out, movinet_error *err)
{
    return mvd_feed_look(((movinet_trainer *)user)->feed, clip, epoch, out, err);
}

static movinet_status view(void *user, int clip, int frames, float *out, movinet_error *err)
{
    return mvd_feed_view(((movinet_trainer *)user)->feed, clip, 0, frames, out, err);
}

static movinet_status list_clips(movinet_trainer *t, movinet_error *err)
{
    const movinet_dataset_info *info = movinet_dataset_get_info(t->dataset);
    mvt_clip *clips = mv_arena_alloc(&t->arena, (size_t)info->n_clips + 1, sizeof *clips);
    if (!clips)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for training");
    for (int i = 0; i < info->n_clips; i++) {
        const movinet_dataset_clip *clip = movinet_dataset_get_clip(t->dataset, i);
        clips[i] = (mvt_clip){.split = clip->split, .n_classes = clip->n_classes,
                              .classes = clip->classes};
        if (clip->skipped)
            continue;
        clips[i].look_frames = mvd_feed_look_frames(t->feed, i);
        clips[i].view_frames = mvd_feed_view_frames(t->feed, i);
    }
    t->clips = (mvt_clips){.n = info->n_clips, .n_classes = info->n_classes,
                           .multi_label = info->multi_label, .labels = t->labels, .clips = clips,
                           .look = look, .view = view, .user = t};
    return MOVINET_OK;
}

/* ---- run ---------------------------------------------------------------------------------------- */

typedef struct filling {
    const movinet_train_watch *watch;
} filling;

static bool tell_filling(void *user, int done, int total)
{
    const movinet_train_watch *w = ((const filling *)user)->watch;
    const movinet_train_progress p = {.phase = MOVINET_TRAIN_DECODING, .done = done,
                                      .total = total, .loss = NAN};
    return !w || !w->progress || w->progress(w->user, &p);
}

static movinet_status decode(movinet_trainer *t, const movinet_train_watch *watch,
                             movinet_error *err)
{
    filling f = {watch};
    return mvd_cache_fill(t->feed->cache, t->settings.threads, tell_filling, &f, err);
}

static void tell_memory(const movinet_trainer *t, const movinet_train_watch *watch)
{
    const mvt_net *net = t->course->net;
    char line[200];
    if (!watch || !watch->say || t->settings.classifier || !net->recomputed)
        return;
    snprintf(line, sizeof line, "%d clips of %d frames need %zu MiB: %d of %d layers are computed "
             "twice to keep within %llu MiB", net->options.clips, net->options.frames,
             net->bytes >> 20, net->recomputed, net->shape->n_layers,
             (unsigned long long)(t->settings.memory >> 20));
    watch->say(watch->user, line);
}

static movinet_status open_course(movinet_trainer *t, const movinet_train_watch *watch,
                                  movinet_error *err)
{
    mvz_network *network = t->network;
    movinet_status status = movinet_dataset_check(t->dataset, watch ? watch->say : NULL,
                                                  watch ? watch->user : NULL, err);
    if (!status)
        status = list_clips(t, err);
    if (status)
        return status;
    t->network = NULL; /* the course's from here on */
    status = mvt_course_open(&t->course, &t->settings, network, &t->clips, err);
    if (status)
        return status;
    t->course->run_dir = t->options.run_dir;
    t->course->watch = watch;
    tell_memory(t, watch);
    return t->options.resume ? mvt_checkpoint_read(t->course, err) : MOVINET_OK;
}

/* The best epoch's network on the clips for testing. */
static movinet_status test(movinet_trainer *t, movinet_error *err)
{
    size_t classes = (size_t)t->clips.n_classes;
    t->test = (mvt_score){.loss = NAN, .accuracy = NAN};
    if (!t->course->n_members[MOVINET_SPLIT_TEST] || !t->course->best_epoch)
        return MOVINET_OK;
    t->test.confusion = calloc(classes * classes, sizeof *t->test.confusion);
    if (!t->test.confusion)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for answers");
    return mvt_course_try(t->course, MOVINET_SPLIT_TEST, t->course->best, &t->test, err);
}

static void set_result(const movinet_trainer *t, movinet_train_result *r)
{
    const mvt_course *c = t->course;
    const mvt_score *shown = t->test.clips ? &t->test : &c->score;
    bool share = !t->clips.multi_label;
    *r = (movinet_train_result){.epochs = c->epoch, .early = mvt_course_ended_early(c),
                                .validation_clips = c->score.clips, .test_clips = t->test.clips,
                                .test_loss = t->test.loss, .test_accuracy = t->test.accuracy,
                                .validation_low = NAN, .validation_high = NAN, .test_low = NAN,
                                .test_high = NAN, .n_classes = t->clips.n_classes,
                                .confusion = share ? shown->confusion : NULL, .model = t->model};
    if (c->best_epoch)
        r->best = c->history[c->best_epoch - 1];
    if (share && c->score.clips) {
        mvx_interval i = mvx_wilson(c->score.accuracy * c->score.clips, c->score.clips);
        r->validation_low = i.low;
        r->validation_high = i.high;
    }
    if (share && t->test.clips) {
        mvx_interval i = mvx_wilson(t->test.accuracy * t->test.clips, t->test.clips);
        r->test_low = i.low;
        r->test_high = i.high;
    }
}

movinet_status movinet_trainer_run(movinet_trainer *t, const movinet_train_watch *watch,
                                   movinet_train_result *result, movinet_error *err)
{
    movinet_train_result own;
    if (!t->network)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the trainer has run already");
    movinet_status status = decode(t, watch, err);
    if (!status)
        status = open_course(t, watch, err);
    if (!status)
        status = mvt_write_clips(t, err);
    if (!status)
        status = mvt_write_run(t, NULL, err);
    if (!status)
        status = mvt_course_run(t->course, err);
    if (!status)
        status = test(t, err);
    if (status)
        return status;
    result = result ? result : &own;
    set_result(t, result);
    status = mvt_write_run(t, result, err);
    return status ? status : mvt_write_test(t, err);
}
