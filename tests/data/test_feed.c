/* From a data set to a network's input. SPDX-License-Identifier: Apache-2.0 */
#include "data/data.h"
#include "data/feed.h"

enum { SIDE = 24, FLOATS = SIDE * SIDE * 3 };

static int setup(void **state)
{
    if (media_setup(state))
        return -1;
    media_shell("mkdir -p 'f/pan left' f/still");
    return 0;
}

static void make_clips(void)
{
    media_need_ffmpeg();
    for (int i = 0; i < 8; i++) {
        char command[300];
        snprintf(command, sizeof command,
                 "-f lavfi -i testsrc2=s=64x48:r=10:d=%d -c:v ffv1 'f/%s/%d.mkv'", 1 + i / 4,
                 i % 2 ? "pan left" : "still", i);
        media_make(command);
    }
}

static mvd_feed *open_feed(movinet_dataset *d, const mvd_feed_options *o)
{
    mvd_feed *f;
    movinet_error err;
    if (mvd_feed_open(&f, d, o, &err) || mvd_cache_fill(f->cache, 2, NULL, NULL, &err))
        fail_msg("%s", err.message);
    return f;
}

static mvd_feed_options options_of(void)
{
    return (mvd_feed_options){.cache_dir = "cache",
                              .width = SIDE,
                              .height = SIDE,
                              .looks = true,
                              .augment = mvd_augment_usual(),
                              .seed = 3};
}

static void looks_and_views(void **state)
{
    (void)state;
    static float a[20 * FLOATS], b[20 * FLOATS];
    movinet_error err;
    make_clips();
    movinet_dataset *d = open_data("f", NULL);
    mvd_feed_options o = options_of();
    mvd_feed *f = open_feed(d, &o);
    int training = 0;
    for (int i = 0; i < 8; i++) {
        const movinet_dataset_clip *clip = movinet_dataset_get_clip(d, i);
        int frames = clip->name[strlen(clip->name) - 5] < '4' ? 5 : 10;
        bool learn = clip->split == MOVINET_SPLIT_TRAIN;
        training += learn;
        assert_int_equal(mvd_feed_look_frames(f, i), learn ? frames : 0);
        assert_int_equal(mvd_feed_view_frames(f, i), learn ? 0 : frames);
        if (!learn) {
            assert_int_equal(mvd_feed_view(f, i, 0, frames, a, &err), MOVINET_OK);
            assert_int_equal(mvd_feed_view(f, i, 2, 3, b, &err), MOVINET_OK);
            assert_memory_equal(a + 2 * FLOATS, b, 3 * FLOATS * sizeof *a);
            assert_int_equal(mvd_feed_view(f, i, 3, frames - 2, b, &err), MOVINET_ERR_ARGUMENT);
            continue;
        }
        size_t size = (size_t)frames * FLOATS * sizeof *a;
        assert_int_equal(mvd_feed_look(f, i, 7, a, &err), MOVINET_OK);
        assert_int_equal(mvd_feed_look(f, i, 7, b, &err), MOVINET_OK);
        assert_memory_equal(a, b, size);
        assert_int_equal(mvd_feed_look(f, i, 8, b, &err), MOVINET_OK);
        assert_true(memcmp(a, b, size) != 0);
    }
    assert_int_equal(training, 6);
    mvd_feed_close(f);
    movinet_dataset_close(d);
}

/* Clips that say left or right are never flipped, unless that is wanted. */
static void sides_are_kept(void **state)
{
    (void)state;
    make_clips();
    movinet_dataset *d = open_data("f", NULL);
    for (int flip = 0; flip < 2; flip++) {
        mvd_feed_options o = options_of();
        o.flip_sides = flip;
        mvd_feed *f = open_feed(d, &o);
        for (int i = 0; i < 8; i++)
            assert_int_equal(f->may_flip[i],
                             flip || movinet_dataset_get_clip(d, i)->classes[0] == 1);
        mvd_feed_close(f);
    }
    movinet_dataset_close(d);
}

/* Without looks everything is a view; limited looks have so many frames. */
static void what_is_decoded(void **state)
{
    (void)state;
    make_clips();
    movinet_error err;
    movinet_dataset *d = open_data("f", NULL);
    mvd_feed_options o = options_of();
    o.looks = false;
    mvd_feed *f = open_feed(d, &o);
    for (int i = 0; i < 8; i++)
        assert_true(mvd_feed_view_frames(f, i) > 0 && mvd_feed_look_frames(f, i) == 0);
    mvd_feed_close(f);
    o.looks = o.views = true;
    o.frames = 4;
    f = open_feed(d, &o);
    for (int i = 0; i < 8; i++) {
        assert_true(mvd_feed_view_frames(f, i) >= 5);
        if (movinet_dataset_get_clip(d, i)->split == MOVINET_SPLIT_TRAIN)
            assert_int_equal(mvd_feed_look_frames(f, i), 4);
    }
    mvd_feed_close(f);
    o.frames = -1;
    assert_int_equal(mvd_feed_open(&f, d, &o, &err), MOVINET_ERR_ARGUMENT);
    o = options_of();
    o.augment.area = 2;
    assert_int_equal(mvd_feed_open(&f, d, &o, &err), MOVINET_ERR_ARGUMENT);
    assert_null(f);
    movinet_dataset_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_and_views),
        cmocka_unit_test(sides_are_kept),
        cmocka_unit_test(what_is_decoded),
    };
    return cmocka_run_group_tests(tests, setup, media_teardown);
}
