/* Folders of classes, and what all data sets have in common.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/data.h"

static void folders(void **state)
{
    (void)state;
    touch("f/walking dog/a.mp4");
    touch("f/walking dog/deep/er/b.MKV");
    touch("f/walking dog/.hidden.mp4");
    touch("f/walking dog/Thumbs.db");
    touch("f/Zorro, the cat/c.avi");
    touch("f/\xc3\xbc"
          "ben/d.webm");
    touch("f/.git/e.mp4");
    touch("f/README.txt");
    media_shell("ln -s nowhere f/walking\\ dog/gone.mp4");
    movinet_dataset *d = open_data("f", NULL);
    assert_string_equal(told(d),
                        "Zorro, the cat/c.avi:Zorro, the cat walking dog/a.mp4:walking dog "
                        "walking dog/deep/er/b.MKV:walking dog "
                        "\xc3\xbc"
                        "ben/d.webm:\xc3\xbc"
                        "ben");
    const movinet_dataset_info *info = movinet_dataset_get_info(d);
    assert_int_equal(info->n_clips, 4);
    assert_int_equal(info->n_classes, 3);
    assert_int_equal(info->n_sources, 4);
    assert_int_equal(info->n_ignored, 2);
    assert_false(info->multi_label || info->own_splits);
    assert_string_equal(movinet_dataset_label(d, 0), "Zorro, the cat");
    assert_string_equal(movinet_dataset_label(d, 3), "?");
    assert_string_equal(movinet_dataset_label(d, -1), "?");
    assert_string_equal(movinet_dataset_get_clip(d, 0)->file, "f/Zorro, the cat/c.avi");
    assert_null(movinet_dataset_get_clip(d, 4));
    assert_null(movinet_dataset_get_clip(d, -1));
    movinet_dataset_close(d);
    assert_told("f/", NULL,
                "Zorro, the cat/c.avi:Zorro, the cat walking dog/a.mp4:walking dog "
                "walking dog/deep/er/b.MKV:walking dog "
                "\xc3\xbc"
                "ben/d.webm:\xc3\xbc"
                "ben");
    movinet_dataset_close(NULL);
}

static void folders_of_splits(void **state)
{
    (void)state;
    touch("s/train/a/1.mp4");
    touch("s/train/b/2.mp4");
    touch("s/val/a/3.mp4");
    touch("s/test/b/4.mp4");
    touch("s/classes.txt");
    movinet_dataset *d = open_data("s", NULL);
    assert_string_equal(told(d), "test/b/4.mp4:b train/a/1.mp4:a train/b/2.mp4:b val/a/3.mp4:a");
    static const movinet_split splits[] = {MOVINET_SPLIT_TEST, MOVINET_SPLIT_TRAIN,
                                           MOVINET_SPLIT_TRAIN, MOVINET_SPLIT_VALIDATION};
    for (int i = 0; i < 4; i++)
        assert_int_equal(movinet_dataset_get_clip(d, i)->split, splits[i]);
    assert_true(movinet_dataset_get_info(d)->own_splits);
    assert_int_equal(movinet_dataset_count(d, -1, MOVINET_SPLIT_TRAIN), 2);
    assert_int_equal(movinet_dataset_count(d, 1, MOVINET_SPLIT_TEST), 1);
    assert_int_equal(movinet_dataset_count(d, 0, MOVINET_SPLIT_TEST), 0);
    movinet_dataset_close(d);
    /* Railways. */
    touch("r/train/1.mp4");
    touch("r/test/2.mp4");
    assert_told("r", NULL, "test/2.mp4:test train/1.mp4:train");
    touch("q/train/a/1.mp4");
    touch("q/tram/a/1.mp4");
    assert_told("q", NULL, "train/a/1.mp4:train tram/a/1.mp4:tram");
}

static void label_files(void **state)
{
    (void)state;
    movinet_dataset_options o = {.labels_path = "l.txt"};
    touch("l/b/1.mp4");
    touch("l/a/2.mp4");
    write_text("l.txt", "c\r\nb\r\na\r\n");
    movinet_dataset *d = open_data("l", &o);
    assert_int_equal(movinet_dataset_get_info(d)->n_classes, 3);
    assert_int_equal(movinet_dataset_get_clip(d, 0)->classes[0], 2);
    assert_int_equal(movinet_dataset_get_clip(d, 1)->classes[0], 1);
    assert_int_equal(movinet_dataset_count(d, 0, MOVINET_SPLIT_TRAIN), 0);
    movinet_dataset_close(d);
    write_text("l.txt", "c\nbb\n");
    refused("l", &o, MOVINET_ERR_FORMAT, "l/a/2.mp4: \"a\" is none of the classes");
    touch("near/walking/1.mp4");
    write_text("l.txt", "a\nwalkin\n");
    refused("near", &o, MOVINET_ERR_FORMAT,
            "\"walking\" is none of the classes; did you mean \"walkin\"?");
    write_text("l.txt", "a\nb\na\n");
    refused("l", &o, MOVINET_ERR_FORMAT, "l.txt: the label \"a\" is there twice");
    write_text("l.txt", "");
    refused("l", &o, MOVINET_ERR_FORMAT, "no label");
    o.labels_path = "gone.txt";
    refused("l", &o, MOVINET_ERR_IO, "gone.txt");
}

static void no_data(void **state)
{
    (void)state;
    refused("nowhere", NULL, MOVINET_ERR_IO, "nowhere: No such file");
    media_shell("mkdir -p empty none/a");
    refused("empty", NULL, MOVINET_ERR_FORMAT, "empty: no data set");
    refused("none", NULL, MOVINET_ERR_FORMAT, "none: no clips");
    touch("plain/1.mp4");
    refused("plain", NULL, MOVINET_ERR_FORMAT, "a folder for each class");
    media_shell("mkdir -p round/a && ln -s .. round/a/up");
    refused("round", NULL, MOVINET_ERR_IO, "deep");
}

static void wrong_options(void **state)
{
    (void)state;
    touch("w/a/1.mp4");
    refused("w", &(movinet_dataset_options){.validation = 0.6, .test = 0.4}, MOVINET_ERR_ARGUMENT,
            "below 1");
    refused("w", &(movinet_dataset_options){.validation = -0.1}, MOVINET_ERR_ARGUMENT, "below 1");
    refused("w", &(movinet_dataset_options){.folds = 1, .fold = 1}, MOVINET_ERR_ARGUMENT, "2 to");
    refused("w", &(movinet_dataset_options){.folds = 3, .fold = 4}, MOVINET_ERR_ARGUMENT, "1 to 3");
    refused("w", &(movinet_dataset_options){.folds = 3}, MOVINET_ERR_ARGUMENT, "1 to 3");
    refused("w", &(movinet_dataset_options){.fold = 3}, MOVINET_ERR_ARGUMENT, "folds");
    refused("w", &(movinet_dataset_options){.folds = 3, .fold = 1, .test = 0.1},
            MOVINET_ERR_ARGUMENT, "for test");
    refused("w", &(movinet_dataset_options){.group = "("}, MOVINET_ERR_ARGUMENT,
            "regular expression");
    refused("w", &(movinet_dataset_options){.group = ""}, MOVINET_ERR_ARGUMENT,
            "regular expression");
}

static void names_of_videos(void **state)
{
    (void)state;
    assert_true(movinet_is_video_name("a.mp4"));
    assert_true(movinet_is_video_name("a.b.WebM"));
    assert_false(movinet_is_video_name("mp4"));
    assert_false(movinet_is_video_name(".mp4"));
    assert_false(movinet_is_video_name("a.mp4x"));
    assert_false(movinet_is_video_name("a.txt"));
    assert_string_equal(movinet_split_name(MOVINET_SPLIT_VALIDATION), "validation");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders),       cmocka_unit_test(folders_of_splits),
        cmocka_unit_test(label_files),   cmocka_unit_test(no_data),
        cmocka_unit_test(wrong_options), cmocka_unit_test(names_of_videos),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}
