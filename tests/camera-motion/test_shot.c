/* Rendered clips: the same from the same seed, and what their labels say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/slow.h"

enum { FRAMES = 7, EACH = 4 };

static cm_order order_of(int label, cm_set set, uint64_t seed)
{
    return (cm_order){.label = (cm_class)label,
                      .set = set,
                      .seed = seed,
                      .frames = FRAMES,
                      .rate = 5,
                      .width = 88,
                      .height = 66};
}

static size_t size_of(const cm_clip *c)
{
    return (size_t)c->frames * (size_t)c->width * (size_t)c->height * 3;
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    for (int label = 0; label < CM_CLASSES; label++) {
        cm_order order = order_of(label, label & 1 ? CM_FOR_TEST : CM_FOR_TRAINING, 77);
        cm_clip a, b, c;
        assert_true(cm_shot(&order, &a));
        assert_true(cm_shot(&order, &b));
        order.seed++;
        assert_true(cm_shot(&order, &c));
        assert_memory_equal(a.pixels, b.pixels, size_of(&a));
        assert_memory_not_equal(a.pixels, c.pixels, size_of(&a));
        cm_clip_close(&a);
        cm_clip_close(&b);
        cm_clip_close(&c);
    }
}

/* A simple measure, which takes what stands still on the picture or moves within it for the
 * camera now and then, finds nearly all labels again. None may be the opposite throughout. */
static void labels_are_right(void **state)
{
    (void)state;
    int right = 0;
    if (slow_here())
        skip(); /* a minute of what the others do as well */
    for (int label = 0; label < CM_CLASSES; label++) {
        int of_class = 0;
        for (uint64_t seed = 0; seed < EACH; seed++) {
            cm_order order = order_of(label, seed & 1 ? CM_FOR_TEST : CM_FOR_TRAINING, seed + 1000);
            cm_step steps[FRAMES];
            cm_clip clip;
            assert_true(cm_shot(&order, &clip));
            assert_true(cm_measure_clip(&clip, steps));
            cm_summary s = cm_sum_up(steps, FRAMES - 1, 0.75);
            of_class += (int)cm_guess(&s) == label;
            cm_clip_close(&clip);
        }
        if (of_class < EACH / 2)
            fail_msg("%s: only %d of %d", cm_class_name((cm_class)label), of_class, EACH);
        right += of_class;
    }
    if (right < EACH * CM_CLASSES * 85 / 100)
        fail_msg("only %d of %d labels are found again", right, EACH * CM_CLASSES);
}

/* Every family paints something, at any seed. */
static void families_are_painted(void **state)
{
    (void)state;
    for (int family = 0; family < CM_FAMILIES; family++) {
        for (uint64_t seed = 0; seed < 3; seed++) {
            cm_canvas c;
            mv_random r = {seed};
            assert_true(cm_canvas_open(&c, 128));
            assert_true(cm_texture(&c, &r, (cm_family)family));
            int low = 255, high = 0, empty = 0;
            for (int i = 0; i < 128 * 128; i++) {
                low = c.level[0][i * 4 + 1] < low ? c.level[0][i * 4 + 1] : low;
                high = c.level[0][i * 4 + 1] > high ? c.level[0][i * 4 + 1] : high;
                empty += c.level[0][i * 4 + 3] == 0;
            }
            assert_true(high - low > 10);
            assert_int_equal(empty, 0);
            cm_canvas_settle(&c);
            cm_canvas_close(&c);
        }
    }
}

/* What is reported on has no texture that is trained on. */
static void families_are_held_out(void **state)
{
    (void)state;
    int seen[CM_FAMILIES][2] = {{0}};
    mv_random r = {5};
    for (int i = 0; i < 2000; i++) {
        seen[cm_family_draw(&r, CM_FOR_TRAINING)][0]++;
        seen[cm_family_draw(&r, CM_FOR_TEST)][1]++;
    }
    for (int family = 0; family < CM_FAMILIES; family++)
        assert_true((seen[family][0] > 0) != (seen[family][1] > 0));
}

static void any_shape(void **state)
{
    (void)state;
    const int shapes[][2] = {{16, 16}, {CM_MOST_SIDE, 16}, {16, 200}, {0, 0}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        cm_order order = order_of(CM_SHAKE, CM_FOR_TRAINING, i);
        cm_clip clip;
        order.frames = 3;
        order.width = shapes[i][0];
        order.height = shapes[i][1];
        assert_true(cm_shot(&order, &clip));
        assert_true(clip.width >= 16 && clip.height >= 16);
        cm_clip_close(&clip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(labels_are_right),
        cmocka_unit_test(families_are_painted),
        cmocka_unit_test(families_are_held_out),
        cmocka_unit_test(any_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
