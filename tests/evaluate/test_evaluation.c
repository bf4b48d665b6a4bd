/* Evaluations of a model that tells the mean colour so far, on six clips: all figures by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/data.h"
#include "support/small_model.h"

#include <math.h>
#include <unistd.h>

/* red/b is green for its first two frames of ten: its mean is red from the fifth on, and
 * with the fourth both are the same. green/b is blue. */
static int setup(void **state)
{
    if (media_setup(state))
        return -1;
    media_shell("mkdir -p d/red d/green d/blue cache");
    char *cache = realpath("cache", NULL);
    int failed = !cache || setenv("XDG_CACHE_HOME", cache, 1);
    free(cache);
    return failed;
}

static void make_clips(void)
{
    static const char *const clips[6][2] = {{"red/a", "red:d=2"},    {"red/b", "lime:d=0.4"},
                                            {"green/a", "lime:d=2"}, {"green/b", "blue:d=2"},
                                            {"blue/a", "blue:d=2"},  {"blue/b", "blue:d=2"}};
    media_need_ffmpeg();
    for (int i = access("d/blue/b.mkv", F_OK) ? 0 : 6; i < 6; i++) {
        char command[400], more[200] = "";
        if (i == 1)
            snprintf(more, sizeof more, "[a];color=s=24x16:r=10:c=red:d=1.6[b];[a][b]concat");
        snprintf(command, sizeof command,
                 "-f lavfi -i 'color=s=24x16:r=10:c=%s%s,format=bgr0' -c:v ffv1 d/%s.mkv",
                 clips[i][1], more, clips[i][0]);
        media_make(command);
    }
}

static movinet_model *colours(const char *labels)
{
    movinet_model *model;
    movinet_error err;
    size_t size;
    uint8_t *bytes = mb_finish(small_model(), &size);
    const movinet_model_options options = {.labels = labels};
    if (movinet_model_open_memory(&model, bytes, size, &options, &err))
        fail_msg("%s", err.message);
    free(bytes);
    return model;
}

static movinet_evaluation *begin(movinet_model *const *models, int n, movinet_dataset *d,
                                 const movinet_evaluate_options *o)
{
    movinet_evaluation *e;
    movinet_error err;
    if (movinet_evaluation_open(&e, models, n, d, o, &err))
        fail_msg("%s", err.message);
    return e;
}

static movinet_evaluation *run(movinet_model *const *models, int n, movinet_dataset *d,
                               const movinet_evaluate_options *o)
{
    movinet_error err;
    movinet_evaluation *e = begin(models, n, d, o);
    if (movinet_evaluation_run(e, NULL, &err))
        fail_msg("%s", err.message);
    return e;
}

static void near(double is, double expected)
{
    if (!(fabs(is - expected) < 1e-6))
        fail_msg("%.9f instead of %.9f", is, expected);
}

static double value(const movinet_evaluation *e, int model, movinet_figure_kind kind)
{
    movinet_figure f = movinet_evaluation_figure(e, model, kind);
    if (!isnan(f.value) && !(f.low <= f.value && f.value <= f.high &&
                             (f.low < f.high || kind == MOVINET_FIGURE_LATENCY)))
        fail_msg("figure %d: %g, %g to %g", (int)kind, f.value, f.low, f.high);
    return f.value;
}

static void open_six(movinet_dataset **d, movinet_model **models)
{
    make_clips();
    *d = open_data("d", NULL);
    models[0] = colours("red\ngreen\nblue\n");
    if (models[1] == NULL)
        models[1] = colours("Green\nred\nblue\n"); /* and so red and green are mixed up */
}

static void close_all(movinet_evaluation *e, movinet_dataset *d, movinet_model **models)
{
    movinet_evaluation_close(e);
    movinet_dataset_close(d);
    movinet_model_close(models[0]);
    movinet_model_close(models[1]);
}

static void one_model(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_model *models[2] = {NULL};
    open_six(&d, models);
    movinet_evaluation *e = run(models, 1, d, &(movinet_evaluate_options){.threads = 2});
    const movinet_evaluation_info *info = movinet_evaluation_get_info(e);
    assert_int_equal(info->n_counted, 6);
    assert_int_equal(info->n_answers, 3);
    assert_int_equal(info->clips, MOVINET_EVALUATE_ALL);
    near(value(e, 0, MOVINET_FIGURE_TOP1), 5 / 6.0);
    assert_true(isnan(value(e, 0, MOVINET_FIGURE_TOP5)));
    near(value(e, 0, MOVINET_FIGURE_RECALL), (1 + 0.5 + 1) / 3);
    near(value(e, 0, MOVINET_FIGURE_PRECISION), (1 + 1 + 2 / 3.0) / 3);
    near(value(e, 0, MOVINET_FIGURE_F1), (1 + 2 / 3.0 + 0.8) / 3);
    near(value(e, 0, MOVINET_FIGURE_EVER_RIGHT), 5 / 6.0);
    near(value(e, 0, MOVINET_FIGURE_FIRST_RIGHT), 0.2);
    near(value(e, 0, MOVINET_FIGURE_FLIPS), 1 / (54 * 0.2 / 60));
    double pure = exp(8) / (exp(8) + 2), mixed = exp(6.4) / (exp(6.4) + exp(1.6) + 1);
    near(value(e, 0, MOVINET_FIGURE_CALIBRATION), (5 * pure + mixed) / 6 - 5 / 6.0);
    assert_true(value(e, 0, MOVINET_FIGURE_LATENCY) > 0);
    movinet_figure top = movinet_evaluation_figure(e, 0, MOVINET_FIGURE_TOP1);
    near(top.low, 0.4364972); /* Wilson, 5 of 6 */
    near(top.high, 0.9699466);
    assert_true(isnan(movinet_evaluation_figure(e, 1, MOVINET_FIGURE_TOP1).value));
    close_all(e, d, models);
}

static void classes_and_clips(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_model *models[2] = {NULL};
    movinet_confusion c[4];
    movinet_evaluation_answer a;
    movinet_evaluation_moment m;
    open_six(&d, models);
    movinet_evaluation *e = run(models, 1, d, &(movinet_evaluate_options){.no_timing = true});
    movinet_class_figures blue = movinet_evaluation_class(e, 0, 0);
    assert_string_equal(movinet_evaluation_label(e, 0), "blue");
    assert_true(blue.clips == 2 && blue.answered == 3 && blue.right == 2);
    near(blue.f1.value, 0.8);
    assert_int_equal(movinet_evaluation_confusions(e, 0, c, 4), 1);
    assert_true(c[0].index == 1 && c[0].answer == 0 && c[0].clips == 1 && c[0].of == 2);
    assert_string_equal(movinet_dataset_get_clip(d, c[0].clip)->name, "green/b.mkv");
    assert_int_equal(movinet_evaluation_count(e, 0, 1, 0), 1);
    assert_int_equal(movinet_evaluation_count(e, 0, 2, 2), 2);
    for (int i = 0; i < 6; i++) {
        assert_true(movinet_evaluation_get_answer(e, 0, i, &a));
        assert_int_equal(a.frames, 10);
        if (!strcmp(movinet_dataset_get_clip(d, i)->name, "red/b.mkv"))
            assert_true(a.flips == 1 && fabs(a.first_right - 1) < 1e-9 && a.rank == 0);
        if (!strcmp(movinet_dataset_get_clip(d, i)->name, "green/b.mkv"))
            assert_true(a.flips == 0 && isinf(a.first_right) && a.rank > 0);
    }
    assert_true(movinet_evaluation_after(e, 0, 4, &m));
    near(m.right.value, 4 / 6.0);
    near(m.seconds, 0.8);
    assert_true(movinet_evaluation_after(e, 0, 5, &m));
    near(m.right.value, 5 / 6.0);
    assert_false(movinet_evaluation_after(e, 0, 11, &m));
    movinet_evaluation_bin bin = movinet_evaluation_calibration(e, 0, 14);
    assert_int_equal(bin.clips, 6);
    near(bin.right.value, 5 / 6.0);
    close_all(e, d, models);
}

static void two_models(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_model *models[2] = {NULL};
    movinet_disagreement differ[4];
    open_six(&d, models);
    movinet_evaluation *e = run(models, 2, d, &(movinet_evaluate_options){.no_timing = true});
    near(value(e, 1, MOVINET_FIGURE_TOP1), 2 / 6.0);
    movinet_evaluation_pair p = movinet_evaluation_compare(e, 0, 1);
    assert_true(p.both == 2 && p.only_a == 3 && p.only_b == 0 && p.neither == 1);
    near(p.mcnemar, 0.25);
    near(p.agreement.value, 0.5);
    near(p.frames.value, 31 / 60.0);
    movinet_figure f = movinet_evaluation_difference(e, 0, 1, MOVINET_FIGURE_TOP1);
    near(f.value, -0.5);
    double half = 1.959963984540054 * sqrt((0.5 + 3.5 - 9 / 8.0) / 8 / 8);
    near(f.low, -3 / 8.0 - half);
    near(f.high, -3 / 8.0 + half);
    near(movinet_evaluation_difference(e, 1, 0, MOVINET_FIGURE_RECALL).value, 0.5);
    near(movinet_evaluation_difference(e, 0, 0, MOVINET_FIGURE_FLIPS).value, 0);
    assert_int_equal(movinet_evaluation_disagreements(e, 0, 1, differ, 4), 2);
    assert_string_equal(movinet_evaluation_label(e, differ[0].index), "red");
    assert_true(differ[0].only_a == 2 && differ[0].only_b == 0 && differ[0].differ == 2);
    close_all(e, d, models);
}

/* ---- labels ----------------------------------------------------------------------------- */

static void labels_are_matched(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_error err;
    movinet_evaluation *e;
    movinet_model *models[2] = {NULL, colours("RED_\npale  green\nsky\n")};
    open_six(&d, models);
    /* "RED_" is red; the other two must be said. */
    const movinet_evaluate_options plain = {.no_timing = true};
    e = run(models + 1, 1, d, &plain);
    assert_int_equal(movinet_evaluation_get_info(e)->n_counted, 2);
    assert_int_equal(movinet_evaluation_get_info(e)->n_unknown, 4);
    assert_true(movinet_evaluation_knows(e, 0, 2) && !movinet_evaluation_knows(e, 0, 1));
    near(value(e, 0, MOVINET_FIGURE_TOP1), 1);
    movinet_evaluation_close(e);
    write_text("map.csv", "model,data\nPale Green,green\nsky,blue\n");
    const movinet_evaluate_options mapped = {.no_timing = true, .map_path = "map.csv"};
    e = run(models + 1, 1, d, &mapped);
    near(value(e, 0, MOVINET_FIGURE_TOP1), 5 / 6.0);
    movinet_evaluation_close(e);
    /* Two classes that stand for one: their probabilities together. */
    write_text("map.csv", "data,model\ngreen,pale green\ngreen,sky\n");
    e = run(models + 1, 1, d, &mapped);
    assert_int_equal(movinet_evaluation_get_info(e)->n_counted, 4);
    near(value(e, 0, MOVINET_FIGURE_TOP1), 1);
    movinet_evaluation_close(e);
    static const char *const bad[][2] = {
        {"data,model\ngreen,violet\n", "no model has a class \"violet\""},
        {"data,model\ngreen,sky\nblue,sky\n", "line 3: \"sky\" already stands for \"green\""},
        {"data,nodel\n", "data,model"},
        {"data,model\ngreen\n", "column is missing"}};
    for (int i = 0; i < 4; i++) {
        write_text("map.csv", bad[i][0]);
        assert_int_equal(movinet_evaluation_open(&e, models + 1, 1, d, &mapped, &err),
                         MOVINET_ERR_FORMAT);
        assert_null(e);
        if (!strstr(err.message, bad[i][1]))
            fail_msg("\"%s\" does not say \"%s\"", err.message, bad[i][1]);
    }
    close_all(NULL, d, models);
}

static void refused_where_nothing_matches(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_error err;
    movinet_evaluation *e;
    movinet_model *models[2] = {NULL, colours("one\ntwo\nthree\n")};
    open_six(&d, models);
    assert_int_equal(movinet_evaluation_open(&e, models, 2, d, NULL, &err), MOVINET_ERR_FORMAT);
    assert_null(e);
    assert_non_null(strstr(err.message, "\"blue\", \"green\", \"red\""));
    assert_non_null(strstr(err.message, "\"one\", \"two\", \"three\""));
    assert_int_equal(movinet_evaluation_open(&e, models, 0, d, NULL, &err), MOVINET_ERR_ARGUMENT);
    const movinet_evaluate_options absurd = {.frame_rate = -1};
    assert_int_equal(movinet_evaluation_open(&e, models, 1, d, &absurd, &err),
                     MOVINET_ERR_ARGUMENT);
    close_all(NULL, d, models);
}

/* ---- results and threads ---------------------------------------------------------------- */

typedef struct counter {
    int most, calls, first, lines;
    char last[300];
} counter;

static bool up_to(void *user, const movinet_evaluate_progress *p)
{
    counter *c = user;
    if (!c->calls++)
        c->first = p->done;
    return p->phase != MOVINET_EVALUATING_CLIPS || p->done < c->most;
}

static void remember(void *user, const char *line)
{
    counter *c = user;
    c->lines++;
    snprintf(c->last, sizeof c->last, "%s", line);
}

/* What the results are, with so many threads; stopped after so many clips and gone on with. */
static char *results(movinet_model **models, movinet_dataset *d, int threads, int stop)
{
    size_t size;
    movinet_error err;
    const movinet_evaluate_options o = {
        .no_timing = true, .threads = threads, .results_path = "r.csv"};
    remove("r.csv");
    if (stop) {
        counter c = {.most = stop};
        const movinet_evaluate_watch watch = {up_to, NULL, &c};
        movinet_evaluation *e = begin(models, 2, d, &o);
        assert_int_equal(movinet_evaluation_run(e, &watch, &err), MOVINET_ERR_CANCELLED);
        assert_true(isnan(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_TOP1).value));
        movinet_evaluation_close(e);
        /* As if it had been killed while it wrote. */
        media_shell("printf 'torn,\"li' >> r.csv");
    }
    counter c = {.most = 1000};
    const movinet_evaluate_watch watch = {up_to, NULL, &c};
    movinet_evaluation *e = begin(models, 2, d, &o);
    assert_true(movinet_evaluation_get_info(e)->n_ready >= stop);
    if (movinet_evaluation_run(e, &watch, &err))
        fail_msg("%s", err.message);
    assert_true(c.first >= stop);
    movinet_evaluation_close(e);
    uint8_t *bytes = media_read("r.csv", &size);
    char *text = calloc(size + 1, 1);
    memcpy(text, bytes, size);
    free(bytes);
    return text;
}

static void the_same_with_any_threads(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_model *models[2] = {NULL};
    open_six(&d, models);
    char *one = results(models, d, 1, 0);
    assert_non_null(strstr(one, "red/b.mkv"));
    assert_non_null(strstr(one, ",1x4 2x6,"));
    for (int i = 0; i < 4; i++) {
        char *other = results(models, d, i < 2 ? 2 : 5, i % 2 ? 2 : 0);
        assert_string_equal(one, other);
        free(other);
    }
    free(one);
    close_all(NULL, d, models);
}

static void results_of_something_else(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_error err;
    movinet_evaluation *e;
    movinet_model *models[2] = {NULL};
    open_six(&d, models);
    free(results(models, d, 2, 0));
    movinet_evaluate_options o = {.no_timing = true, .results_path = "r.csv", .seconds = 1};
    assert_int_equal(movinet_evaluation_open(&e, models, 2, d, &o, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "another evaluation"));
    write_text("r.csv", "file,label\na,b\n");
    assert_int_equal(movinet_evaluation_open(&e, models, 2, d, &o, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "no file of results"));
    o.results_path = "missing/r.csv";
    e = begin(models, 2, d, &o);
    assert_int_equal(movinet_evaluation_run(e, NULL, &err), MOVINET_ERR_IO);
    movinet_evaluation_close(e);
    close_all(NULL, d, models);
}

/* Whatever is changed in the file: it is read or refused, and the figures come out. */
static void damaged_results(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_error err;
    movinet_evaluation *e;
    movinet_model *models[2] = {NULL};
    open_six(&d, models);
    char *text = results(models, d, 2, 0);
    size_t size = strlen(text);
    const movinet_evaluate_options o = {.no_timing = true, .results_path = "r.csv"};
    for (size_t i = 0; i < 300; i++) {
        char *copy = strdup(text);
        size_t at = (i * 7919 + 13) % size;
        copy[at] = "0,\"x9 :\n-z"[i % 9];
        media_write("r.csv", copy, i % 5 ? size : at);
        if (movinet_evaluation_open(&e, models, 2, d, &o, &err) == MOVINET_OK)
            assert_true(movinet_evaluation_get_info(e)->n_ready <= 6);
        movinet_evaluation_close(e);
        free(copy);
    }
    free(text);
    close_all(NULL, d, models);
}

/* ---- what cannot be read ------------------------------------------------------------------ */

static void bad_clips(void **state)
{
    (void)state;
    movinet_error err;
    movinet_evaluation *e;
    movinet_model *models[2] = {NULL};
    movinet_dataset *d;
    open_six(&d, models);
    movinet_dataset_close(d);
    media_shell("mkdir -p bad/red bad/blue && cp d/red/a.mkv bad/red && : > bad/red/empty.mp4 && "
                "echo text > bad/blue/text.avi");
    media_make("-f lavfi -i color=s=24x16:r=5:c=blue:d=0.4 -c:v ffv1 bad/blue/two.mkv");
    d = open_data("bad", NULL);
    counter c = {.most = 1000};
    const movinet_evaluate_watch watch = {up_to, remember, &c};
    e = begin(models, 1, d, &(movinet_evaluate_options){.no_timing = true});
    if (movinet_evaluation_run(e, &watch, &err))
        fail_msg("%s", err.message);
    assert_int_equal(c.lines, 3);
    assert_int_equal(movinet_evaluation_get_info(e)->n_skipped, 3);
    assert_int_equal(movinet_evaluation_get_info(e)->n_counted, 1);
    near(value(e, 0, MOVINET_FIGURE_TOP1), 1);
    movinet_evaluation_close(e);
    movinet_dataset_close(d);
    media_shell("rm bad/red/a.mkv");
    d = open_data("bad", NULL);
    e = begin(models, 1, d, &(movinet_evaluate_options){.no_timing = true});
    assert_int_equal(movinet_evaluation_run(e, NULL, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "none of the 3 clips"));
    close_all(e, d, models);
}

static void splits_and_spans(void **state)
{
    (void)state;
    movinet_error err;
    movinet_evaluation *e;
    movinet_model *models[2] = {NULL};
    movinet_dataset *d;
    open_six(&d, models);
    movinet_dataset_close(d);
    write_text("s.csv", "file,label,start,end,split\nd/red/b.mkv,red,1,2,test\n"
                        "d/red/b.mkv,red,0,0.8,test\nd/blue/a.mkv,blue,,,val\n"
                        "d/green/a.mkv,green,,,train\n");
    d = open_data("s.csv", NULL);
    e = run(models, 1, d, &(movinet_evaluate_options){.no_timing = true});
    assert_int_equal(movinet_evaluation_get_info(e)->clips, MOVINET_EVALUATE_TEST);
    assert_int_equal(movinet_evaluation_get_info(e)->n_counted, 2);
    assert_int_equal(movinet_evaluation_get_info(e)->n_sources, 1);
    near(value(e, 0, MOVINET_FIGURE_TOP1), 0.5); /* the second half is red, the first is not */
    movinet_evaluation_close(e);
    const movinet_evaluate_options all = {.clips = MOVINET_EVALUATE_ALL, .seconds = 0.8};
    e = run(models, 1, d, &all);
    movinet_evaluation_answer a;
    assert_true(movinet_evaluation_get_answer(e, 0, 0, &a) && a.frames == 4);
    near(value(e, 0, MOVINET_FIGURE_TOP1), 0.75);
    movinet_evaluation_close(e);
    movinet_dataset_close(d);
    d = open_data("d", NULL);
    const movinet_evaluate_options test = {.clips = MOVINET_EVALUATE_TEST};
    assert_int_equal(movinet_evaluation_open(&e, models, 1, d, &test, &err), MOVINET_ERR_FORMAT);
    close_all(NULL, d, models);
}

/* The sigmoid of logits is above 1/2 for all that is seen at all. */
static void several_labels(void **state)
{
    (void)state;
    movinet_evaluation *e;
    movinet_model *models[2] = {NULL};
    movinet_dataset *d;
    open_six(&d, models);
    movinet_dataset_close(d);
    write_text("m.csv", "file,label\nd/red/b.mkv,red|green\nd/red/a.mkv,red\n"
                        "d/green/b.mkv,green\nd/blue/a.mkv,blue\nd/green/a.mkv,\n");
    d = open_data("m.csv", NULL);
    e = run(models, 1, d, &(movinet_evaluate_options){.no_timing = true});
    assert_true(movinet_evaluation_get_info(e)->multi_label);
    near(value(e, 0, MOVINET_FIGURE_TOP1), 0.75); /* of four that have a label */
    /* blue: 1 of the 2 best, alike: 1/2. green: the unlabelled clip, then red/b, then three
     * alike of which one is: (1/2 + 2/5) / 2. red: red/a and red/b: 1. */
    near(value(e, 0, MOVINET_FIGURE_AVERAGE_PRECISION), (0.5 + (0.5 + 0.4) / 2 + 1) / 3);
    near(movinet_evaluation_class(e, 0, 1).average_precision.value, 0.45);
    assert_true(isnan(value(e, 0, MOVINET_FIGURE_CALIBRATION)));
    assert_int_equal(movinet_evaluation_class(e, 0, 2).right, 2);
    assert_int_equal(movinet_evaluation_class(e, 0, 2).answered, 2);
    close_all(e, d, models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_model),
        cmocka_unit_test(classes_and_clips),
        cmocka_unit_test(two_models),
        cmocka_unit_test(labels_are_matched),
        cmocka_unit_test(refused_where_nothing_matches),
        cmocka_unit_test(the_same_with_any_threads),
        cmocka_unit_test(results_of_something_else),
        cmocka_unit_test(damaged_results),
        cmocka_unit_test(bad_clips),
        cmocka_unit_test(splits_and_spans),
        cmocka_unit_test(several_labels),
    };
    return cmocka_run_group_tests(tests, setup, media_teardown);
}
