/* How often the intervals of an evaluation hold the truth, where it is known: answers are drawn
 * by lot, again and again. SPDX-License-Identifier: Apache-2.0 */
#include "core/random.h"
#include "data/data.h"
#include "evaluate/evaluation.h"
#include "support/small_model.h"

#include <math.h>

enum { CLASSES = 3, EACH = 40, CLIPS = CLASSES * EACH, SOURCES = 30 };

/* Chances of the answers to each class; of the second model, where the first is wrong. */
static const double first[CLASSES][CLASSES] = {
    {0.8, 0.15, 0.05}, {0.2, 0.7, 0.1}, {0.05, 0.05, 0.9}};
#define SECOND_RIGHT 0.5 /* of those that the first has wrong */
#define SECOND_WRONG 0.1 /* of those that it has right */

static movinet_model *colours(void)
{
    movinet_model *model;
    movinet_error err;
    size_t size;
    uint8_t *bytes = mb_finish(small_model(), &size);
    const movinet_model_options options = {.labels = "c0\nc1\nc2\n"};
    if (movinet_model_open_memory(&model, bytes, size, &options, &err))
        fail_msg("%s", err.message);
    free(bytes);
    return model;
}

/* Clips that nobody opens. */
static movinet_evaluation *begin(movinet_dataset **d, movinet_model **models, const char *group)
{
    movinet_evaluation *e;
    movinet_error err;
    char text[20000] = "file,label\n";
    for (int i = 0; i < CLIPS; i++)
        snprintf(text + strlen(text), 60, "s%02d_%d.mp4,c%d\n", i % SOURCES, i / SOURCES,
                 i % SOURCES % CLASSES);
    write_text("d.csv", text);
    media_shell("for i in $(seq 0 29); do for k in 0 1 2 3; do "
                ": > $(printf s%02d_%d.mp4 $i $k); done; done");
    *d = open_data("d.csv", &(movinet_dataset_options){.group = group});
    models[0] = colours();
    models[1] = colours();
    const movinet_evaluate_options o = {.results_path = "never.csv"};
    if (movinet_evaluation_open(&e, models, 2, *d, &o, &err))
        fail_msg("%s", err.message);
    assert_int_equal(e->n, CLIPS);
    for (int i = 0; i < CLIPS; i++)
        e->counted[i] = i;
    e->info.n_counted = CLIPS;
    return e;
}

static void end(movinet_evaluation *e, movinet_dataset *d, movinet_model **models)
{
    movinet_evaluation_close(e);
    movinet_dataset_close(d);
    movinet_model_close(models[0]);
    movinet_model_close(models[1]);
}

static int draw(mv_random *random, const double chances[CLASSES])
{
    double u = mv_random_unit(random);
    return u < chances[0] ? 0 : u < chances[0] + chances[1] ? 1 : 2;
}

/* Ten frames; the answer changes up to three times before it is `answer`. */
static void put(mvx_outcome *o, int truth, int answer, int flips)
{
    mvx_outcome_free(o);
    o->stretches = calloc(4, sizeof *o->stretches);
    for (int i = 0; i <= flips; i++)
        o->stretches[i] = (mvx_stretch){(answer + (flips - i)) % CLASSES, i ? 1 : 10 - flips};
    *o = (mvx_outcome){.frames = 10,
                       .rank = truth == answer ? 0 : 1,
                       .n_top = 1,
                       .top = {answer},
                       .p = {0.5},
                       .stretches = o->stretches,
                       .n_stretches = flips + 1};
}

static void sample(movinet_evaluation *e, mv_random *random, bool by_source)
{
    int last_a[SOURCES], last_b[SOURCES];
    for (int i = 0; i < CLIPS; i++) {
        int truth = mvx_clip(e, i)->classes[0], source = mvx_clip(e, i)->source % SOURCES;
        int a = draw(random, first[truth]), flips = (int)mv_random_below(random, 4);
        bool wrong = a != truth;
        bool right = mv_random_unit(random) < (wrong ? SECOND_RIGHT : 1 - SECOND_WRONG);
        int b = right ? truth : wrong ? a : (truth + 1) % CLASSES;
        if (by_source && e->units[i] == -1) /* not its first clip */
            a = last_a[source], b = last_b[source];
        last_a[source] = a;
        last_b[source] = b;
        put(&e->models[0].outcomes[i], truth, a, flips);
        put(&e->models[1].outcomes[i], truth, b, flips);
    }
}

static bool holds(movinet_figure f, double truth)
{
    return f.low <= truth && truth <= f.high;
}

/* How often it is tried; under valgrind only to see that it runs. */
static int samples(void)
{
    return getenv("MOVINET_VALGRIND") ? 5 : 200;
}

static void promised(const char *what, int held, double least)
{
    double share = held / (double)samples();
    if (samples() < 100)
        return;
    if (share < least || share > 0.998)
        fail_msg("%s: %.3f", what, share);
}

static void of_figures_and_differences(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_model *models[2];
    movinet_error err;
    mv_random random = {41};
    int top = 0, recall = 0, precision = 0, f1 = 0, flips = 0, difference = 0, means = 0, class = 0;
    movinet_evaluation *e = begin(&d, models, NULL);
    double true_precision = (0.8 / 1.05 + 0.7 / 0.9 + 0.9 / 1.05) / 3;
    double true_f1 = (1.6 / 2.05 + 1.4 / 1.9 + 1.8 / 2.05) / 3;
    double second = 0.8 * (1 - SECOND_WRONG) + 0.2 * SECOND_RIGHT;
    e->ready = true;
    for (int s = 0; s < samples(); s++) {
        sample(e, &random, false);
        e->options.seed = (uint64_t)s;
        assert_int_equal(mvx_figures(e, &err), MOVINET_OK);
        assert_int_equal(e->info.n_sources, CLIPS);
        top += holds(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_TOP1), 0.8);
        recall += holds(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_RECALL), 0.8);
        precision +=
            holds(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_PRECISION), true_precision);
        f1 += holds(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_F1), true_f1);
        flips += holds(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_FLIPS), 1.5 * 60 / 1.8);
        difference +=
            holds(movinet_evaluation_difference(e, 0, 1, MOVINET_FIGURE_TOP1), second - 0.8);
        means += holds(movinet_evaluation_difference(e, 0, 1, MOVINET_FIGURE_RECALL), second - 0.8);
        class += holds(movinet_evaluation_class(e, 0, 1).f1, 1.4 / 1.9);
    }
    promised("top 1", top, 0.92);
    promised("recall", recall, 0.92);
    promised("precision", precision, 0.92);
    promised("F1", f1, 0.92);
    promised("flips", flips, 0.91);
    promised("difference of top 1", difference, 0.92);
    promised("difference of recall", means, 0.91);
    promised("F1 of a class", class, 0.92);
    end(e, d, models);
}

/* Four clips of a source are all alike: 30 proofs, not 120. */
static void of_clips_that_are_alike(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_model *models[2];
    movinet_error err;
    mv_random random = {43};
    int held = 0, means = 0, difference = 0;
    movinet_evaluation *e = begin(&d, models, "name");
    double second = 0.8 * (1 - SECOND_WRONG) + 0.2 * SECOND_RIGHT;
    e->ready = true;
    for (int s = 0; s < samples(); s++) {
        int seen[SOURCES] = {0};
        for (int i = 0; i < CLIPS; i++)
            e->units[i] = seen[mvx_clip(e, i)->source]++ ? -1 : 0;
        sample(e, &random, true);
        assert_int_equal(mvx_figures(e, &err), MOVINET_OK);
        assert_int_equal(e->info.n_sources, SOURCES);
        held += holds(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_TOP1), 0.8);
        means += holds(movinet_evaluation_figure(e, 0, MOVINET_FIGURE_RECALL), 0.8);
        difference +=
            holds(movinet_evaluation_difference(e, 0, 1, MOVINET_FIGURE_TOP1), second - 0.8);
    }
    promised("top 1", held, 0.9);
    promised("recall", means, 0.9);
    promised("difference", difference, 0.88);
    end(e, d, models);
}

/* All clips right, none flips, all as sure as can be: 120 clips still do not prove that none ever
 * is wrong. */
static void where_nothing_varies(void **state)
{
    (void)state;
    static const movinet_figure_kind kinds[] = {
        MOVINET_FIGURE_TOP1, MOVINET_FIGURE_RECALL, MOVINET_FIGURE_PRECISION,
        MOVINET_FIGURE_F1,   MOVINET_FIGURE_FLIPS,  MOVINET_FIGURE_CALIBRATION};
    movinet_dataset *d;
    movinet_model *models[2];
    movinet_error err;
    movinet_evaluation *e = begin(&d, models, NULL);
    e->ready = true;
    for (int i = 0; i < CLIPS; i++)
        for (int m = 0; m < 2; m++) {
            mvx_outcome *o = &e->models[m].outcomes[i];
            put(o, mvx_clip(e, i)->classes[0], mvx_clip(e, i)->classes[0], 0);
            o->p[0] = 1;
        }
    assert_int_equal(mvx_figures(e, &err), MOVINET_OK);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        movinet_figure f = movinet_evaluation_figure(e, 0, kinds[i]);
        if (!(f.low < f.high && f.low <= f.value && f.value <= f.high))
            fail_msg("figure %d: %g, %g to %g", (int)kinds[i], f.value, f.low, f.high);
        if (kinds[i] == MOVINET_FIGURE_FLIPS)
            continue;
        f = movinet_evaluation_difference(e, 0, 1, kinds[i]);
        assert_true(f.value == 0 && f.low <= 0 && f.high >= 0);
    }
    movinet_figure soon = movinet_evaluation_figure(e, 0, MOVINET_FIGURE_FIRST_RIGHT);
    assert_true(soon.value > 0.19 && soon.value < 0.21 && soon.high < 0.21);
    end(e, d, models);
}

/* Half of the clips are right from the first frame on, or a few more, or fewer: the interval says
 * so. */
static void the_first_right_answer(void **state)
{
    (void)state;
    movinet_dataset *d;
    movinet_model *models[2];
    movinet_error err;
    movinet_evaluation *e = begin(&d, models, NULL);
    e->ready = true;
    static const struct {
        int at_once, late; ///< of 120 clips; the rest never
        double value, low, high;
    } cases[] = {{120, 0, 0.2, 0.2, 0.2},
                 {90, 30, 0.2, 0.2, 0.2},
                 {62, 58, 0.2, 0.2, 2},
                 {55, 65, 2, 0.2, 2},
                 {30, 90, 2, 2, 2},
                 {30, 10, INFINITY, INFINITY, INFINITY},
                 {30, 28, INFINITY, 2, INFINITY}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (int i = 0; i < CLIPS; i++) {
            int truth = mvx_clip(e, i)->classes[0], late = i - cases[k].at_once;
            int wrong = (truth + 2) % CLASSES;
            for (int m = 0; m < 2; m++)
                put(&e->models[m].outcomes[i], truth, late < cases[k].late ? truth : wrong,
                    late >= 0 && late < cases[k].late);
        }
        assert_int_equal(mvx_figures(e, &err), MOVINET_OK);
        movinet_figure f = movinet_evaluation_figure(e, 0, MOVINET_FIGURE_FIRST_RIGHT);
        const double is[] = {f.value, f.low, f.high};
        const double expected[] = {cases[k].value, cases[k].low, cases[k].high};
        for (int i = 0; i < 3; i++)
            if (!(is[i] == expected[i] || fabs(is[i] - expected[i]) < 1e-9))
                fail_msg("case %d: %g, %g to %g", (int)k, f.value, f.low, f.high);
    }
    end(e, d, models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_figures_and_differences),
        cmocka_unit_test(of_clips_that_are_alike),
        cmocka_unit_test(where_nothing_varies),
        cmocka_unit_test(the_first_right_answer),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}
