/* A course of training on clips that are made up: a square that moves to the left or to the
 * right, before noise. SPDX-License-Identifier: Apache-2.0 */
#include "train/checkpoint.h"

#include "core/file.h"
#include "core/random.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "support/ok.h"
#include "support/slow.h"
#include "train/plain.h"
#include "train/tiny.h"
#include "train/trainable.h"

enum { SIDE = 24, CLIPS = 36, CLASSES = 2, PIXELS = SIDE * SIDE * 3 };

/* ---- clips ------------------------------------------------------------------------- */

static int frames_of(int clip)
{
    return 4 + clip % 2; /* not all as long */
}

static void draw(int clip, uint64_t look, int frames, float *out)
{
    mv_random random = {(uint64_t)clip * 1000 + look};
    int x = 6 + (int)mv_random_below(&random, 6), y = (int)mv_random_below(&random, SIDE - 8);
    for (int i = 0; i < frames * PIXELS; i++)
        out[i] = 0.3f * (float)mv_random_unit(&random);
    for (int t = 0; t < frames; t++)
        for (int i = 0; i < 8 * 8; i++) {
            int left = x + (clip / 6 % 2 ? 2 * t : -2 * t);
            int at = (y + i / 8) * SIDE + (left + i % 8 + SIDE) % SIDE;
            for (int k = 0; k < 3; k++)
                out[t * PIXELS + at * 3 + k] += 0.6f;
        }
}

static movinet_status look(void *user, int clip, uint64_t epoch, float *out, movinet_error *err)
{
    (void)user;
    (void)err;
    draw(clip, epoch + 1, frames_of(clip), out);
    return MOVINET_OK;
}

static movinet_status view(void *user, int clip, int frames, float *out, movinet_error *err)
{
    if (user && clip == *(int *)user)
        return mv_fail(err, MOVINET_ERR_FORMAT, "clip %d cannot be read", clip);
    draw(clip, 0, frames, out);
    return MOVINET_OK;
}

static const int classes[CLASSES] = {0, 1};
static const char *const labels[CLASSES] = {"to the left", "to the right"};
static mvt_clip clips[CLIPS];
static const mvt_clips moving = {.n = CLIPS, .n_classes = CLASSES, .labels = labels,
                                 .clips = clips, .look = look, .view = view};

/* Two thirds to learn from, a sixth for validation, a sixth to test. */
static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < CLIPS; i++)
        clips[i] = (mvt_clip){.split = i % 3 ? MOVINET_SPLIT_TRAIN
                                       : i % 2 ? MOVINET_SPLIT_TEST : MOVINET_SPLIT_VALIDATION,
                              .n_classes = 1, .classes = &classes[i / 6 % 2],
                              .look_frames = frames_of(i), .view_frames = frames_of(i)};
    clips[4].look_frames = 0; /* one was skipped */
    return 0;
}

/* ---- courses ------------------------------------------------------------------------- */

static char *new_folder(void)
{
    char *path = strdup("/tmp/movinet-course-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static void remove_folder(char *path)
{
    static const char *const names[] = {"model.tflite", "metrics.csv", "curves.svg",
                                        "confusion.svg", "checkpoint"};
    char file[200];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        unlink(file);
    }
    assert_int_equal(rmdir(path), 0);
    free(path);
}

static movinet_train_options options_of(bool classifier, int epochs)
{
    return (movinet_train_options){.from = classifier ? "" : NULL, .variant = "T0",
                                   .epochs = epochs, .batch = 6, .frames = 5, .rate = 4e-3,
                                   .seed = 3, .threads = 2, .looks = 2, .drop_layers = -1,
                                   .patience = -1};
}

static mvt_course *course_of(const movinet_train_options *o, const char *run_dir,
                             const mvt_clips *from)
{
    const mvz_spec spec = {.variant = &tiny, .size = SIDE, .n_classes = from->n_classes,
                           .seed = 1};
    mvz_network *network;
    mvt_settings settings;
    mvt_course *c;
    OK(mvz_network_open(&network, &spec, err));
    OK(mvt_settings_of(&settings, o, network, err));
    OK(mvt_course_open(&c, &settings, network, from, err));
    c->run_dir = run_dir;
    if (getenv("MOVINET_VALGRIND")) /* not clean there: oneDNN's code reads beyond its blocks */
        c->machine.multiply = plain_multiply;
    return c;
}

/* What remains of a course: its best numbers and its history. For free(). */
static uint8_t *outcome_of(const mvt_course *c, size_t *size)
{
    size_t values = c->shape->n_values * sizeof *c->best, at = values;
    *size = values + (size_t)c->epoch * sizeof *c->history;
    uint8_t *bytes = malloc(*size);
    memcpy(bytes, c->best, values);
    for (int i = 0; i < c->epoch; i++, at += sizeof *c->history) {
        movinet_train_epoch e = c->history[i];
        e.seconds = 0; /* nobody promised these */
        memcpy(bytes + at, &e, sizeof e);
    }
    return bytes;
}

static uint8_t *run_whole(const movinet_train_options *o, const mvt_clips *from, size_t *size)
{
    mvt_course *c = course_of(o, NULL, from);
    OK(mvt_course_run(c, err));
    uint8_t *bytes = outcome_of(c, size);
    mvt_course_close(c);
    return bytes;
}

/* ---- it learns -------------------------------------------------------------------------- */

/* The file's answers are those that the course gave. */
static double accuracy_of_file(const char *folder, movinet_split split)
{
    char path[200];
    movinet_model *model;
    movinet_stream *stream;
    int right = 0, n = 0;
    float frames[5 * PIXELS];
    snprintf(path, sizeof path, "%s/model.tflite", folder);
    OK(movinet_model_open(&model, path, NULL, err));
    assert_string_equal(movinet_model_label(model, 1), "to the right");
    OK(movinet_stream_open(&stream, model, NULL, err));
    for (int i = 0; i < CLIPS; i++) {
        if (clips[i].split != split)
            continue;
        draw(i, 0, frames_of(i), frames);
        movinet_stream_reset(stream);
        for (int t = 0; t < frames_of(i); t++)
            OK(movinet_stream_push(stream, &(movinet_frame){.pixels = frames + t * PIXELS,
                                                            .width = SIDE, .height = SIDE,
                                                            .pixel = MOVINET_RGBF32}, NULL, err));
        const float *scores = movinet_stream_scores(stream);
        right += (scores[1] > scores[0]) == clips[i].classes[0];
        n++;
    }
    movinet_stream_close(stream);
    movinet_model_close(model);
    return (double)right / n;
}

static void test_learns(void **state)
{
    (void)state;
    if (slow_here())
        skip(); /* long; what it writes, others write too */
    movinet_train_options o = options_of(false, 30);
    char *folder = new_folder();
    mvt_course *c = course_of(&o, folder, &moving);
    mvt_score test = {0};
    OK(mvt_course_run(c, err));
    assert_int_equal(c->n_members[MOVINET_SPLIT_TRAIN], CLIPS * 2 / 3 - 1);
    print_message("epoch %d: validation %.3f, loss %.3f; training loss %.3f to %.3f\n",
                  c->best_epoch, c->score.accuracy, c->score.loss, c->history[0].train_loss,
                  c->history[c->epoch - 1].train_loss);
    assert_true(c->score.accuracy == 1);
    assert_true(c->history[c->epoch - 1].train_loss < 0.7 * c->history[0].train_loss);
    assert_int_equal(c->score.confusion[0] + c->score.confusion[3], c->score.clips);
    OK(mvt_course_try(c, MOVINET_SPLIT_TEST, c->best, &test, err));
    assert_true(test.accuracy > 0.6);
    assert_true(accuracy_of_file(folder, MOVINET_SPLIT_VALIDATION) == c->score.accuracy);
    assert_true(accuracy_of_file(folder, MOVINET_SPLIT_TEST) == test.accuracy);
    mvt_course_close(c);
    remove_folder(folder);
}

/* ---- stopped and taken up again ------------------------------------------------------------- */

typedef struct stopper {
    int left;  ///< calls until it stops
    bool kill; ///< the hard way
} stopper;

static bool count_down(void *user, const movinet_train_progress *p)
{
    stopper *s = user;
    assert_true(p->done <= p->total && p->epoch <= p->epochs);
    if (--s->left > 0)
        return true;
    if (s->kill)
        raise(SIGKILL);
    return false;
}

/* A process that dies in the middle. */
static void run_and_die(const movinet_train_options *o, const char *folder, int calls)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        stopper s = {.left = calls, .kill = true};
        const movinet_train_watch w = {.progress = count_down, .user = &s};
        mvt_course *c = course_of(o, folder, &moving);
        c->watch = &w;
        movinet_error err;
        if (mvt_checkpoint_read(c, &err) || mvt_course_run(c, &err))
            _exit(1);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Stops after so many calls; MOVINET_OK: it came to its end. */
static movinet_status run_a_while(const movinet_train_options *o, const char *folder, int calls,
                                  uint8_t **outcome, size_t *size)
{
    stopper s = {.left = calls};
    const movinet_train_watch w = {.progress = count_down, .user = &s};
    movinet_error why;
    mvt_course *c = course_of(o, folder, &moving);
    c->watch = &w;
    OK(mvt_checkpoint_read(c, err));
    movinet_status status = mvt_course_run(c, &why);
    if (!status)
        *outcome = outcome_of(c, size);
    else
        assert_int_equal(status, MOVINET_ERR_CANCELLED);
    mvt_course_close(c);
    return status;
}

static void check_resume(movinet_train_options o)
{
    size_t size, again;
    uint8_t *whole = run_whole(&o, &moving, &size), *parts = NULL;
    char *folder = new_folder();
    int stops = 0;
    /* In the midst of learning, of validating, at the ends of epochs; threads change. */
    while (run_a_while(&o, folder, 7 + 3 * stops, &parts, &again)) {
        o.threads = 1 + ++stops % 3;
        assert_true(stops < 40);
    }
    assert_true(stops > 2);
    assert_int_equal(again, size);
    assert_memory_equal(whole, parts, size);
    free(parts);
    remove_folder(folder);
    free(whole);
}

static void test_resume(void **state)
{
    (void)state;
    if (slow_here())
        skip(); /* the next one does as much and more */
    check_resume(options_of(false, 4));
}

static void test_resume_of_everything(void **state)
{
    (void)state;
    movinet_train_options o = options_of(false, 3);
    o.mixup = 0.3;
    o.drop_layers = 0.3;
    o.all_frames = true;
    o.optimizer = MOVINET_RMSPROP;
    check_resume(o);
}

static void test_resume_of_classifier(void **state)
{
    (void)state;
    movinet_train_options o = options_of(true, 12);
    size_t size, again;
    uint8_t *whole = run_whole(&o, &moving, &size), *parts = NULL;
    char *folder = new_folder();
    /* All features, then some steps. */
    for (int k = 0; k < 4; k++)
        assert_int_equal(run_a_while(&o, folder, 58 + 3 * k, &parts, &again),
                         MOVINET_ERR_CANCELLED);
    assert_int_equal(run_a_while(&o, folder, 1000, &parts, &again), MOVINET_OK);
    assert_int_equal(again, size);
    assert_memory_equal(whole, parts, size);
    free(parts);
    free(whole);
    remove_folder(folder);
}

static void test_killed(void **state)
{
    (void)state;
    if (slow_here())
        skip(); /* it would tell of all that the killed one did not give back */
    movinet_train_options o = options_of(false, 4);
    size_t size, again;
    uint8_t *whole = run_whole(&o, &moving, &size), *parts;
    char *folder = new_folder();
    for (int k = 0; k < 3; k++)
        run_and_die(&o, folder, 13 + 2 * k);
    assert_int_equal(run_a_while(&o, folder, 10000, &parts, &again), MOVINET_OK);
    assert_int_equal(again, size);
    assert_memory_equal(whole, parts, size);
    free(parts);
    free(whole);
    remove_folder(folder);
}

/* ---- what goes wrong ------------------------------------------------------------------------ */

/* A rate that no network bears, once there is a first good model. */
static void test_no_number(void **state)
{
    (void)state;
    movinet_train_options o = options_of(false, 50);
    movinet_error why;
    o.optimizer = MOVINET_SGD;
    o.rate = 1000;
    o.clip = -1;
    o.warm_up = -1;
    o.keep_norm = true;
    mvt_course *c = course_of(&o, NULL, &moving);
    assert_int_equal(mvt_course_run(c, &why), MOVINET_ERR_FORMAT);
    print_message("%s\n", why.message);
    assert_non_null(strstr(why.message, "is no number any more; try a lower rate than 1000"));
    assert_non_null(strstr(why.message, "step "));
    for (size_t i = 0; i < c->shape->n_values; i++)
        assert_true(isfinite(c->best[i]));
    mvt_course_close(c);
}

static void test_nothing_to_learn(void **state)
{
    (void)state;
    static mvt_clip none[CLIPS];
    const mvt_clips empty = {.n = CLIPS, .n_classes = CLASSES, .labels = labels, .clips = none};
    movinet_train_options o = options_of(false, 2);
    const mvz_spec spec = {.variant = &tiny, .size = SIDE, .n_classes = CLASSES};
    movinet_error why;
    mvt_settings settings;
    mvt_course *c;
    for (int k = 0; k < 2; k++) {
        mvz_network *network;
        OK(mvz_network_open(&network, &spec, err));
        OK(mvt_settings_of(&settings, &o, network, err));
        none[0] = clips[1]; /* in the second round there is one to learn from */
        none[0].look_frames = k * 4;
        assert_int_equal(mvt_course_open(&c, &settings, network, &empty, &why),
                         MOVINET_ERR_FORMAT);
        assert_non_null(strstr(why.message, k ? "for validation" : "to learn from"));
    }
}

static void test_broken_clip(void **state)
{
    (void)state;
    int broken = 6;
    mvt_clips some = moving;
    some.user = &broken;
    movinet_train_options o = options_of(false, 2);
    movinet_error why;
    mvt_course *c = course_of(&o, NULL, &some);
    assert_int_equal(mvt_course_run(c, &why), MOVINET_ERR_FORMAT);
    assert_string_equal(why.message, "clip 6 cannot be read");
    mvt_course_close(c);
}

static void test_no_folder(void **state)
{
    (void)state;
    movinet_train_options o = options_of(false, 2);
    movinet_error why;
    mvt_course *c = course_of(&o, "/nonexistent/run", &moving);
    assert_int_equal(mvt_course_run(c, &why), MOVINET_ERR_IO);
    assert_non_null(strstr(why.message, "/nonexistent/run/model.tflite"));
    mvt_course_close(c);
}

static movinet_status read_back(const movinet_train_options *o, const char *folder,
                                movinet_error *why)
{
    mvt_course *c = course_of(o, folder, &moving);
    movinet_status status = mvt_checkpoint_read(c, why);
    mvt_course_close(c);
    return status;
}

static void test_other_run(void **state)
{
    (void)state;
    movinet_train_options o = options_of(false, 2), other;
    movinet_error why;
    char *folder = new_folder();
    uint8_t *outcome;
    size_t size;
    assert_int_equal(run_a_while(&o, folder, 10000, &outcome, &size), MOVINET_OK);
    free(outcome);
    assert_int_equal(mvt_checkpoint_epoch(folder), 2);
    other = o;
    other.memory = (uint64_t)1 << 40; /* changes no bit */
    assert_int_equal(read_back(&other, folder, &why), MOVINET_OK);
    other.rate *= 2;
    assert_int_equal(read_back(&other, folder, &why), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(why.message, "another model or other clips"));
    clips[7].split = MOVINET_SPLIT_TEST;
    assert_int_equal(read_back(&o, folder, &why), MOVINET_ERR_FORMAT);
    set_up(NULL);
    remove_folder(folder);
}

/* Any byte, any length: refused, never taken. */
static void test_damaged(void **state)
{
    (void)state;
    movinet_train_options o = options_of(false, 2);
    movinet_error why;
    char *folder = new_folder(), path[200];
    uint8_t *outcome, *bytes;
    size_t size;
    mv_random random = {11};
    assert_int_equal(run_a_while(&o, folder, 10000, &outcome, &size), MOVINET_OK);
    free(outcome);
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    OK(mv_read_file(path, (size_t)1 << 30, &bytes, &size, err));
    for (int i = 0; i < 40; i++) {
        size_t at = i < 20 ? mv_random_below(&random, 200)
                           : mv_random_below(&random, (uint32_t)size);
        size_t length = i % 4 ? size : at;
        bytes[at] ^= 1;
        OK(mv_write_file(path, &(mv_bytes){bytes, length}, 1, false, err));
        assert_int_equal(read_back(&o, folder, &why), MOVINET_ERR_FORMAT);
        bytes[at] ^= 1;
    }
    OK(mv_write_file(path, &(mv_bytes){bytes, size}, 1, false, err));
    assert_int_equal(read_back(&o, folder, &why), MOVINET_OK);
    free(bytes);
    remove_folder(folder);
}

/* ---- several labels, early ends ------------------------------------------------------------------ */

static void test_several_labels(void **state)
{
    (void)state;
    mvt_clips several = moving;
    several.multi_label = true;
    clips[1].n_classes = 0;
    clips[2].n_classes = 2;
    clips[2].classes = classes;
    movinet_train_options o = options_of(false, 16);
    mvt_course *c = course_of(&o, NULL, &several);
    OK(mvt_course_run(c, err));
    print_message("mean average precision %.3f\n", c->score.accuracy);
    assert_true(c->score.accuracy > 0.9);
    mvt_course_close(c);
    set_up(NULL);
}

static void test_ends_early(void **state)
{
    (void)state;
    movinet_train_options o = options_of(true, 40);
    o.patience = 3;
    o.rate = 1e-9; /* nothing changes, so nothing gets better */
    mvt_course *c = course_of(&o, NULL, &moving);
    OK(mvt_course_run(c, err));
    assert_true(mvt_course_ended_early(c));
    assert_int_equal(c->epoch, c->best_epoch + 3);
    mvt_course_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_resume_of_everything),
        cmocka_unit_test(test_resume_of_classifier),
        cmocka_unit_test(test_killed),        cmocka_unit_test(test_no_number),
        cmocka_unit_test(test_nothing_to_learn),
        cmocka_unit_test(test_broken_clip),   cmocka_unit_test(test_no_folder),
        cmocka_unit_test(test_other_run),     cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_several_labels),cmocka_unit_test(test_ends_early),
    };
    return trainable() ? cmocka_run_group_tests(tests, set_up, NULL) : 77;
}
