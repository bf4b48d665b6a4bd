/* Who is for training. SPDX-License-Identifier: Apache-2.0 */
#include "data/data.h"

/* A CSV of clips "GROUP_K.mp4": `groups` sources of `size` clips a class. */
static void write_groups(const char *path, int classes, int groups, int size)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("file,label\n", file);
    for (int c = 0; c < classes; c++)
        for (int g = 0; g < groups; g++)
            for (int k = 0; k < size; k++)
                fprintf(file, "c%d-g%d_%d.mp4,class %d\n", c, g, k, c);
    fclose(file);
}

static void assert_counts(const movinet_dataset *d, int class, int train, int validation, int test)
{
    assert_int_equal(movinet_dataset_count(d, class, MOVINET_SPLIT_TRAIN), train);
    assert_int_equal(movinet_dataset_count(d, class, MOVINET_SPLIT_VALIDATION), validation);
    assert_int_equal(movinet_dataset_count(d, class, MOVINET_SPLIT_TEST), test);
}

static void shares(void **state)
{
    (void)state;
    write_groups("a.csv", 3, 50, 1);
    movinet_dataset *d = open_data("a.csv", NULL);
    for (int c = 0; c < 3; c++)
        assert_counts(d, c, 40, 10, 0);
    movinet_dataset_close(d);
    d = open_data("a.csv", &(movinet_dataset_options){.validation = 0.1, .test = 0.3});
    for (int c = 0; c < 3; c++)
        assert_counts(d, c, 30, 5, 15);
    movinet_dataset_close(d);
}

static uint64_t who(const movinet_dataset *d, movinet_split split)
{
    uint64_t mark = 0;
    for (int i = 0; i < movinet_dataset_get_info(d)->n_clips; i++)
        mark = mark * 31 + (movinet_dataset_get_clip(d, i)->split == split);
    return mark;
}

static void seeds(void **state)
{
    (void)state;
    uint64_t marks[3];
    for (int i = 0; i < 3; i++) {
        movinet_dataset *d =
            open_data("a.csv", &(movinet_dataset_options){.seed = (uint64_t)i / 2});
        marks[i] = who(d, MOVINET_SPLIT_VALIDATION);
        movinet_dataset_close(d);
    }
    assert_true(marks[0] == marks[1]);
    assert_true(marks[0] != marks[2]);
}

/* The order of lines, and where the data lies, have no say. */
static void order_is_of_no_account(void **state)
{
    (void)state;
    media_shell("mkdir -p moved && (head -1 a.csv; tail -n +2 a.csv | sort -r) > moved/b.csv");
    movinet_dataset *a = open_data("a.csv", NULL), *b = open_data("moved/b.csv", NULL);
    for (int i = 0; i < 150; i++) {
        assert_string_equal(movinet_dataset_get_clip(a, i)->name,
                            movinet_dataset_get_clip(b, i)->name);
        assert_int_equal(movinet_dataset_get_clip(a, i)->split,
                         movinet_dataset_get_clip(b, i)->split);
    }
    movinet_dataset_close(a);
    movinet_dataset_close(b);
}

static void assert_sources_whole(const movinet_dataset *d, int size)
{
    const movinet_dataset_clip *a, *b;
    for (int i = 0; (a = movinet_dataset_get_clip(d, i)); i++) {
        for (int k = 0; (b = movinet_dataset_get_clip(d, k)); k++) {
            bool same = strcspn(a->name, "_") == strcspn(b->name, "_") &&
                        !strncmp(a->name, b->name, strcspn(a->name, "_"));
            assert_int_equal(a->source == b->source, same);
            if (same)
                assert_int_equal(a->split, b->split);
        }
    }
    assert_int_equal(movinet_dataset_get_info(d)->n_sources * size,
                     movinet_dataset_get_info(d)->n_clips);
}

static void groups(void **state)
{
    (void)state;
    write_groups("g.csv", 2, 10, 4);
    static const char *const ways[] = {"name", "^(c.-g[0-9]+)_", "^[^_]*"};
    for (int i = 0; i < 3; i++) {
        movinet_dataset *d = open_data("g.csv", &(movinet_dataset_options){.group = ways[i]});
        assert_sources_whole(d, 4);
        for (int c = 0; c < 2; c++)
            assert_counts(d, c, 32, 8, 0);
        movinet_dataset_close(d);
    }
    touch("gf/x/one/a.mp4");
    touch("gf/x/one/b.mp4");
    touch("gf/x/two/a.mp4");
    touch("gf/y/c.mp4");
    movinet_dataset *d = open_data("gf", &(movinet_dataset_options){.group = "folder"});
    static const int sources[] = {0, 0, 1, 2};
    for (int i = 0; i < 4; i++)
        assert_int_equal(movinet_dataset_get_clip(d, i)->source, sources[i]);
    movinet_dataset_close(d);
    /* Across classes, too: the same recording cut into several. */
    touch("gn/x/cam_1.mp4");
    touch("gn/y/cam_2.mp4");
    touch("gn/y/other.mp4");
    touch("gn/y/-.mp4");
    d = open_data("gn", &(movinet_dataset_options){.group = "name"});
    assert_int_equal(movinet_dataset_get_clip(d, 0)->source,
                     movinet_dataset_get_clip(d, 2)->source);
    assert_int_equal(movinet_dataset_get_info(d)->n_sources, 3);
    movinet_dataset_close(d);
}

static void folds(void **state)
{
    (void)state;
    enum { K = 5 };
    int times[103] = {0}, tests[103] = {0};
    write_groups("k.csv", 1, 103, 1);
    for (int fold = 1; fold <= K; fold++) {
        movinet_dataset_options o = {.folds = K, .fold = fold, .seed = 7};
        movinet_dataset *d = open_data("k.csv", &o);
        assert_counts(d, 0, 103 - 21 + (fold > 3), 21 - (fold > 3), 0);
        for (int i = 0; i < 103; i++)
            times[i] += movinet_dataset_get_clip(d, i)->split == MOVINET_SPLIT_VALIDATION;
        uint64_t held = who(d, MOVINET_SPLIT_VALIDATION);
        movinet_dataset_close(d);
        /* With a share for validation the same fold is for test. */
        o.validation = 0.25;
        d = open_data("k.csv", &o);
        assert_true(who(d, MOVINET_SPLIT_TEST) == held);
        int rest = 103 - 21 + (fold > 3);
        assert_int_equal(movinet_dataset_count(d, 0, MOVINET_SPLIT_VALIDATION), (rest + 1) / 4);
        for (int i = 0; i < 103; i++)
            tests[i] += movinet_dataset_get_clip(d, i)->split == MOVINET_SPLIT_TEST;
        movinet_dataset_close(d);
    }
    for (int i = 0; i < 103; i++)
        assert_int_equal(times[i] * 10 + tests[i], 11);
}

/* Remainders of many small classes do not all go to the first fold. */
static void folds_are_even(void **state)
{
    (void)state;
    write_groups("e.csv", 40, 7, 1);
    for (int fold = 1; fold <= 5; fold++) {
        movinet_dataset *d =
            open_data("e.csv", &(movinet_dataset_options){.folds = 5, .fold = fold});
        int n = movinet_dataset_count(d, -1, MOVINET_SPLIT_VALIDATION);
        assert_true(n >= 55 && n <= 57);
        for (int c = 0; c < 40; c++) {
            int of_class = movinet_dataset_count(d, c, MOVINET_SPLIT_VALIDATION);
            assert_true(of_class == 1 || of_class == 2);
        }
        movinet_dataset_close(d);
    }
}

static void small_classes(void **state)
{
    (void)state;
    write_text("s.csv", "file,label\na1,one\nb1,two\nb2,two\nc1,three\nc2,three\nc3,three\n");
    movinet_dataset *d = open_data("s.csv", &(movinet_dataset_options){.test = 0.1});
    assert_counts(d, 0, 1, 0, 0); /* "one" */
    assert_counts(d, 1, 1, 1, 1); /* "three" */
    assert_counts(d, 2, 1, 1, 0); /* "two" */
    movinet_dataset_close(d);
}

static void several_labels(void **state)
{
    (void)state;
    FILE *file = fopen("m.csv", "w");
    for (int i = 0; i < 100; i++) /* "rare" is in every tenth, always beside another */
        fprintf(file, "%s%d,%s\n", i ? "" : "file,label\n", i, i % 10 ? "often" : "often|rare");
    fclose(file);
    movinet_dataset *d = open_data("m.csv", NULL);
    assert_counts(d, 0, 80, 20, 0);
    assert_counts(d, 1, 8, 2, 0);
    movinet_dataset_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares),
        cmocka_unit_test(seeds),
        cmocka_unit_test(order_is_of_no_account),
        cmocka_unit_test(groups),
        cmocka_unit_test(folds),
        cmocka_unit_test(folds_are_even),
        cmocka_unit_test(small_classes),
        cmocka_unit_test(several_labels),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}
