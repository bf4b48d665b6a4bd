/* Clips that are decoded once. SPDX-License-Identifier: Apache-2.0 */
#include "data/cache.h"
#include "data/data.h"
#include "picture/preprocess.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SIDE = 32, WIDE = 37 };

static const mvd_shape shape = {.width = SIDE,
                                .height = SIDE,
                                .wide_width = WIDE,
                                .wide_height = WIDE,
                                .steps = 2,
                                .rate = 5,
                                .seconds = 60};
static const bool both[MOVINET_SPLITS][MVD_KINDS] = {{true, true}, {true, true}, {true, true}};

/* Two classes of three clips in data/, decodable, and what is not in bad/. */
static int setup(void **state)
{
    if (media_setup(state))
        return -1;
    media_shell("mkdir -p data/a data/b bad/x bad/y");
    return 0;
}

static void make_clips(void)
{
    media_need_ffmpeg();
    if (access("data/b/3.mp4", R_OK) == 0)
        return;
    for (int i = 1; i <= 3; i++) {
        char command[300];
        snprintf(command, sizeof command,
                 "-f lavfi -i testsrc=s=%dx48:r=25:d=2 -vf hue=h=%d -c:v mpeg4 -q:v 3 "
                 "data/a/%d.mp4",
                 60 + i * 8, i * 50, i);
        media_make(command);
        snprintf(command, sizeof command,
                 "-f lavfi -i testsrc2=s=64x%d:r=10:d=%d -c:v ffv1 data/b/%d.mkv", 40 + i * 10, i,
                 i);
        media_make(command);
    }
    media_make("-i data/b/3.mkv -c:v mpeg4 -q:v 2 data/b/3.mp4");
}

static mvd_cache *open_cache(movinet_dataset *d, const char *dir)
{
    mvd_cache *c;
    movinet_error err;
    if (mvd_cache_open(&c, d, dir, &shape, both, &err))
        fail_msg("%s", err.message);
    return c;
}

static mvd_plan plan_of(const mvd_cache *c)
{
    mvd_plan plan;
    movinet_error err;
    if (mvd_cache_plan(c, &plan, &err))
        fail_msg("%s", err.message);
    return plan;
}

static void fill(mvd_cache *c, int threads)
{
    movinet_error err;
    if (mvd_cache_fill(c, threads, NULL, NULL, &err))
        fail_msg("%s", err.message);
}

static mvd_clip get(mvd_cache *c, int index, mvd_kind kind)
{
    mvd_clip clip;
    movinet_error err;
    if (mvd_cache_get(c, index, kind, &clip, &err))
        fail_msg("%s", err.message);
    return clip;
}

typedef struct canvas {
    uint8_t rows[WIDE][WIDE * 3];
    size_t row;
} canvas;

static void put_row(void *user, int y, const uint8_t *row)
{
    canvas *c = user;
    memcpy((uint8_t *)c->rows + (size_t)y * c->row, row, c->row);
}

/* As the product reads the file. */
static void assert_frames(const mvd_clip *clip, const char *file, double rate, int side)
{
    movinet_video *video;
    movinet_frame frame;
    movinet_error err;
    mvv_preprocess *p;
    canvas c = {.row = (size_t)side * 3};
    const mvv_sink sink = {.u8 = put_row, .user = &c};
    size_t bytes = (size_t)side * c.row;
    int n = 0;
    assert_int_equal(clip->width, side);
    assert_int_equal(clip->height, side);
    assert_true(clip->rate == rate);
    const movinet_video_options options = {.sample_rate = rate, .decoded = true};
    assert_int_equal(movinet_video_open(&video, file, &options, &err), MOVINET_OK);
    assert_int_equal(mvv_preprocess_open(&p, side, side, MOVINET_PREPROCESS_SQUASH, &err),
                     MOVINET_OK);
    for (; !movinet_video_next(video, &frame, &err); n++) {
        assert_int_equal(mvv_preprocess_run(p, &frame, &sink, &err), MOVINET_OK);
        assert_true(n < clip->frames);
        assert_memory_equal(clip->pixels + (size_t)n * bytes, c.rows, bytes);
    }
    assert_int_equal(n, clip->frames);
    mvv_preprocess_close(p);
    movinet_video_close(video);
}

static void frames_are_the_products(void **state)
{
    (void)state;
    make_clips();
    movinet_dataset *d = open_data("data", NULL);
    mvd_cache *c = open_cache(d, "cache1");
    mvd_plan plan = plan_of(c);
    assert_int_equal(plan.missing, 7);
    assert_int_equal(plan.ready, 0);
    fill(c, 2);
    for (int i = 0; i < 7; i++) {
        const movinet_dataset_clip *of = movinet_dataset_get_clip(d, i);
        assert_null(of->skipped);
        mvd_clip view = get(c, i, MVD_VIEW), wide = get(c, i, MVD_WIDE);
        assert_frames(&view, of->file, 5, SIDE);
        assert_frames(&wide, of->file, 10, WIDE);
        mvd_entry_close(&view);
        mvd_entry_close(&wide);
    }
    /* The estimate was near, and is exact now. */
    mvd_plan after = plan_of(c);
    assert_int_equal(after.ready, 7);
    assert_int_equal(after.missing + (int)after.missing_bytes, 0);
    assert_true(after.ready_bytes > plan.missing_bytes / 10 * 8);
    assert_true(after.ready_bytes < plan.missing_bytes / 10 * 12);
    mvd_cache_close(c);
    movinet_dataset_close(d);
}

/* What a network says of the cached frames is what it says of the file, bit for bit. */
static void streams_agree(void **state)
{
    (void)state;
    make_clips();
    movinet_error err;
    movinet_model *model;
    movinet_stream *from_file, *from_cache;
    const movinet_new_options how = {.size = SIDE, .n_classes = 4};
    assert_int_equal(movinet_new("net.tflite", "T0", &how, &err), MOVINET_OK);
    assert_int_equal(movinet_model_open(&model, "net.tflite", NULL, &err), MOVINET_OK);
    assert_int_equal(movinet_stream_open(&from_file, model, NULL, &err), MOVINET_OK);
    assert_int_equal(movinet_stream_open(&from_cache, model, NULL, &err), MOVINET_OK);
    movinet_dataset *d = open_data("data", NULL);
    mvd_cache *c = open_cache(d, "cache1");
    mvd_clip clip = get(c, 0, MVD_VIEW);
    movinet_video *video;
    movinet_frame frame;
    const movinet_video_options options = {.sample_rate = 5, .decoded = true};
    assert_int_equal(
        movinet_video_open(&video, movinet_dataset_get_clip(d, 0)->file, &options, &err),
        MOVINET_OK);
    int n = 0;
    for (; !movinet_video_next(video, &frame, &err); n++) {
        const movinet_frame cached = {
            .pixels = clip.pixels + (size_t)n * SIDE * SIDE * 3, .width = SIDE, .height = SIDE};
        assert_int_equal(movinet_stream_push(from_file, &frame, NULL, &err), MOVINET_OK);
        assert_int_equal(movinet_stream_push(from_cache, &cached, NULL, &err), MOVINET_OK);
        assert_memory_equal(movinet_stream_logits(from_file), movinet_stream_logits(from_cache),
                            4 * sizeof(float));
    }
    assert_int_equal(n, 10);
    movinet_video_close(video);
    mvd_entry_close(&clip);
    mvd_cache_close(c);
    movinet_dataset_close(d);
    movinet_stream_close(from_file);
    movinet_stream_close(from_cache);
    movinet_model_close(model);
}

static bool count_calls(void *user, int done, int total)
{
    int *calls = user;
    assert_true(done == calls[0] + 1 && done <= total);
    calls[0] = done;
    return calls[1] == 0 || done < calls[1];
}

static void stops_and_goes_on(void **state)
{
    (void)state;
    make_clips();
    movinet_error err;
    movinet_dataset *d = open_data("data", NULL);
    mvd_cache *c = open_cache(d, "cache2");
    int calls[2] = {0, 3};
    assert_int_equal(mvd_cache_fill(c, 1, count_calls, calls, &err), MOVINET_ERR_CANCELLED);
    assert_int_equal(calls[0], 3);
    mvd_cache_close(c);
    /* A killed process leaves a part behind, which is of no account. */
    media_shell("cp $(find cache2 -name '*.clip' | head -1) cache2/00.clip.123-abc.part");
    c = open_cache(d, "cache2");
    assert_int_equal(plan_of(c).missing, 4);
    calls[0] = calls[1] = 0;
    assert_int_equal(mvd_cache_fill(c, 3, count_calls, calls, &err), MOVINET_OK);
    assert_int_equal(calls[0], 4);
    calls[0] = 0;
    assert_int_equal(mvd_cache_fill(c, 3, count_calls, calls, &err), MOVINET_OK);
    assert_int_equal(calls[0], 0);
    mvd_cache_close(c);
    /* The same bytes, whoever decoded them. */
    media_shell("(cd cache1 && find . -name '*.clip' | sort | xargs sha256sum) >1.txt;"
                "(cd cache2 && find . -name '*.clip' | sort | xargs sha256sum) >2.txt;"
                "cmp 1.txt 2.txt && test $(wc -l <1.txt) = 14");
    movinet_dataset_close(d);
}

/* A byte of each part of a file, and its end. */
static void damage_is_mended(void **state)
{
    (void)state;
    make_clips();
    movinet_dataset *d = open_data("data", NULL);
    static const char *const harms[] = {
        "printf X | dd of=$F bs=1 seek=3 conv=notrunc",
        "printf X | dd of=$F bs=1 seek=8 conv=notrunc",
        "printf X | dd of=$F bs=1 seek=40 conv=notrunc",
        "printf '\\125' | dd of=$F bs=1 seek=5000 conv=notrunc",
        "truncate -s -1 $F",
        "truncate -s 100 $F",
        ": > $F",
        "rm $F",
        "rm $F && mkdir $F && rmdir $F",
    };
    for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
        mvd_cache *opened_before = open_cache(d, "cache2");
        char command[300];
        snprintf(command, sizeof command, "for F in cache2/*/*.clip; do (%s) 2>/dev/null; done",
                 harms[i]);
        media_shell(command);
        for (int k = 0; k < 2; k++) {
            mvd_cache *c = k ? open_cache(d, "cache2") : opened_before;
            if (k) /* of two clips one kind is whole now */
                assert_int_equal(plan_of(c).missing, i == 3 ? 0 : 7);
            mvd_clip view = get(c, 1, MVD_VIEW), wide = get(c, 2, MVD_WIDE);
            assert_frames(&view, "data/a/2.mp4", 5, SIDE);
            assert_frames(&wide, "data/a/3.mp4", 10, WIDE);
            mvd_entry_close(&view);
            mvd_entry_close(&wide);
            if (k)
                fill(c, 2);
            mvd_cache_close(c);
        }
        media_shell("rm -r cache2");
        mvd_cache *c = open_cache(d, "cache2");
        fill(c, 2);
        mvd_cache_close(c);
    }
    movinet_dataset_close(d);
}

static void changes_are_noticed(void **state)
{
    (void)state;
    make_clips();
    media_shell("mkdir -p moving/a && cp data/a/1.mp4 moving/a/x.mp4");
    movinet_dataset *d = open_data("moving", NULL);
    mvd_cache *c = open_cache(d, "cache3");
    fill(c, 1);
    mvd_cache_close(c);
    media_shell("touch -d '2001-01-01' moving/a/x.mp4");
    c = open_cache(d, "cache3");
    assert_int_equal(plan_of(c).missing, 1);
    fill(c, 1);
    mvd_cache_close(c);
    /* Other sizes are other entries. */
    mvd_shape other = shape;
    other.width = 40;
    movinet_error err;
    const bool view_only[MOVINET_SPLITS][MVD_KINDS] = {{true, false}, {true, false}, {true, false}};
    assert_int_equal(mvd_cache_open(&c, d, "cache3", &other, view_only, &err), MOVINET_OK);
    assert_int_equal(plan_of(c).missing, 1);
    mvd_cache_close(c);
    assert_int_equal(mvd_cache_open(&c, d, "cache3", &shape, view_only, &err), MOVINET_OK);
    assert_int_equal(plan_of(c).missing, 0);
    /* By way of a link it is the same file. */
    mvd_cache_close(c);
    movinet_dataset_close(d);
    media_shell("mkdir -p linked/a && ln -s ../../moving/a/x.mp4 linked/a/y.mp4");
    d = open_data("linked", NULL);
    c = open_cache(d, "cache3");
    assert_int_equal(plan_of(c).missing, 0);
    /* It changes while it is open, and the cache is gone. */
    media_make("-f lavfi -i testsrc=s=64x48:r=25:d=4 -c:v mpeg4 moving/a/x.mp4");
    media_shell("rm -r cache3");
    mvd_clip clip;
    assert_int_equal(mvd_cache_get(c, 0, MVD_VIEW, &clip, &err), MOVINET_ERR_FORMAT);
    assert_non_null(strstr(err.message, "has changed"));
    mvd_cache_close(c);
    movinet_dataset_close(d);
}

static void bad_clips_are_named(void **state)
{
    (void)state;
    make_clips();
    media_shell("cp data/a/1.mp4 bad/x/good.mp4; head -c 5000 /dev/urandom > bad/x/noise.mp4;"
                ": > bad/x/empty.mp4; ln -sf /dev/null bad/x/null.mp4;"
                "head -c 700 data/a/1.mp4 > bad/y/cut.mp4");
    media_make("-f lavfi -i testsrc=s=64x48:r=5:d=0.4 -c:v mpeg4 bad/y/two.mp4");
    media_make("-f lavfi -i testsrc=s=64x48:r=5:d=0.6 -c:v mpeg4 bad/y/three.mp4");
    media_make("-f lavfi -i sine=d=1 -c:a pcm_s16le -f matroska bad/y/sound.mkv");
    write_text("bad/list.csv", "file,label,start\nx/empty.mp4,x,\nx/good.mp4,x,\nx/gone.mp4,x,\n"
                               "x/noise.mp4,x,\nx/null.mp4,x,\ny/cut.mp4,y,\ny/sound.mkv,y,\n"
                               "y/three.mp4,y,\ny/three.mp4,y,9\ny/two.mp4,y,\n");
    static const char *const why[] = {
        "bad/x/empty.mp4: ",
        "bad/x/gone.mp4: No such file",
        NULL,
        "bad/x/noise.mp4: ",
        "bad/x/null.mp4: is not a plain file",
        "bad/y/cut.mp4: ",
        "bad/y/sound.mkv: ",
        NULL,
        "bad/y/three.mp4: ends at",
        "bad/y/two.mp4: only 2 frames at 5 a second",
    };
    movinet_dataset *d = open_data("bad/list.csv", NULL);
    mvd_cache *c = open_cache(d, "cache4");
    assert_int_equal(plan_of(c).missing, 8);
    fill(c, 2);
    for (int i = 0; i < 10; i++) {
        const char *skipped = movinet_dataset_get_clip(d, i)->skipped;
        if (!skipped != !why[i])
            fail_msg("clip %d: %s", i, skipped ? skipped : "was not skipped");
        if (why[i] && !strstr(skipped, why[i]))
            fail_msg("\"%s\" does not say \"%s\"", skipped, why[i]);
    }
    int left = 0;
    for (int split = 0; split < MOVINET_SPLITS; split++)
        left += movinet_dataset_count(d, -1, (movinet_split)split);
    assert_int_equal(left, 2);
    mvd_cache_close(c);
    movinet_dataset_close(d);
}

/* Grey of a clip's first frame: luma is 16 + 20 a second in grey.mkv. */
static void assert_second(const mvd_clip *clip, double second)
{
    media_assert_colour(clip->pixels, (int)(second * 20 * 255 / 219),
                        (int)(second * 20 * 255 / 219), (int)(second * 20 * 255 / 219), 2);
}

static void spans(void **state)
{
    (void)state;
    make_clips();
    media_shell("mkdir -p s/x");
    media_make(
        "-f lavfi -i color=gray:s=32x32:r=10:d=11,format=yuv420p,geq=lum=16+20*T:cb=128:cr=128 "
        "-c:v ffv1 s/x/grey.mkv");
    media_shell("cp s/x/grey.mkv s/id1.mkv");
    media_make("-i s/x/grey.mkv -t 4 -c:v ffv1 s/id2.mkv");
    write_text("s/l.csv",
               "file,label,start,end\nx/grey.mkv,a,2,4\nx/grey.mkv,b,7,\nx/grey.mkv,b,,1\n");
    write_text("s/k.csv", "label,youtube_id,time_start,time_end,split\na,id1,3,6,train\n"
                          "a,id2,3,6,train\n");
    static const struct {
        const char *csv;
        int clip, frames;
        double second, limit;
    } cases[] = {{"s/l.csv", 0, 5, 0, 60},  {"s/l.csv", 1, 10, 2, 60}, {"s/l.csv", 2, 20, 7, 60},
                 {"s/l.csv", 2, 15, 7, 3},  {"s/l.csv", 0, 5, 0, 3},   {"s/k.csv", 0, 15, 3, 60},
                 {"s/k.csv", 1, 20, 0, 60}, {"s/k.csv", 0, 10, 3, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        movinet_error err;
        mvd_cache *c;
        mvd_shape limited = shape;
        limited.seconds = cases[i].limit;
        movinet_dataset *d = open_data(cases[i].csv, NULL);
        assert_int_equal(mvd_cache_open(&c, d, "cache5", &limited, both, &err), MOVINET_OK);
        fill(c, 2);
        assert_null(movinet_dataset_get_clip(d, cases[i].clip)->skipped);
        mvd_clip view = get(c, cases[i].clip, MVD_VIEW), wide = get(c, cases[i].clip, MVD_WIDE);
        assert_int_equal(view.frames, cases[i].frames);
        assert_int_equal(wide.frames, cases[i].frames * 2);
        assert_second(&view, cases[i].second);
        assert_second(&wide, cases[i].second);
        mvd_entry_close(&view);
        mvd_entry_close(&wide);
        mvd_cache_close(c);
        movinet_dataset_close(d);
    }
}

static void full_disk(void **state)
{
    (void)state;
    make_clips();
    movinet_error err;
    movinet_dataset *d = open_data("data", NULL);
    mvd_cache *c = open_cache(d, "cache6");
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 20000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    movinet_status status = mvd_cache_fill(c, 2, NULL, NULL, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, "cannot be written: File too large"));
    media_shell("test -z \"$(find cache6 -name '*.part')\"");
    for (int i = 0; i < 7; i++)
        assert_null(movinet_dataset_get_clip(d, i)->skipped);
    fill(c, 2);
    mvd_cache_close(c);
    /* No folder can be there. */
    write_text("file", "");
    assert_int_equal(mvd_cache_open(&c, d, "file/below", &shape, both, &err), MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, "file"));
    assert_int_equal(mvd_cache_open(&c, d, "", &shape, both, &err), MOVINET_ERR_ARGUMENT);
    movinet_dataset_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_the_products),
        cmocka_unit_test(streams_agree),
        cmocka_unit_test(stops_and_goes_on),
        cmocka_unit_test(damage_is_mended),
        cmocka_unit_test(changes_are_noticed),
        cmocka_unit_test(bad_clips_are_named),
        cmocka_unit_test(spans),
        cmocka_unit_test(full_disk),
    };
    return cmocka_run_group_tests(tests, setup, media_teardown);
}
