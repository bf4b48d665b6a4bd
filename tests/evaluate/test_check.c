/* What is said of data sets. SPDX-License-Identifier: Apache-2.0 */
#include "data/data.h"

static char said[10000];

static void hear(void *user, const char *line)
{
    (void)user;
    assert_null(strchr(line, '\n'));
    strcat(strcat(said, line), "\n");
}

/* classes "c0" … with so many clips each. */
static void write_counts(const char *path, const int *counts, int n)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("file,label\n", file);
    for (int c = 0; c < n; c++)
        for (int i = 0; i < counts[c]; i++)
            fprintf(file, "%d/s%d_%d.mp4,c%d\n", c, i / 2, i % 2, c);
    fclose(file);
}

static movinet_status check(const char *path, const movinet_dataset_options *o)
{
    movinet_error err = {0};
    said[0] = '\0';
    movinet_dataset *d = open_data(path, o);
    movinet_status status = movinet_dataset_check(d, hear, NULL, &err);
    assert_int_equal(movinet_dataset_check(d, NULL, NULL, NULL), status);
    if (status)
        strcpy(said, err.message);
    movinet_dataset_close(d);
    return status;
}

static void says(const char *words)
{
    if (!strstr(said, words))
        fail_msg("\"%s\" does not say \"%s\"", said, words);
}

static void good_sets_are_passed_over(void **state)
{
    (void)state;
    write_counts("good.csv", (int[]){200, 150}, 2);
    assert_int_equal(check("good.csv", NULL), MOVINET_OK);
    assert_string_equal(said, "");
}

static void weaknesses_are_named(void **state)
{
    (void)state;
    write_counts("w.csv", (int[]){100, 1, 4, 1, 2}, 5);
    write_text("labels.txt", "c0\nc1\nc2\nc3\nc4\nnone at all\n");
    movinet_dataset_options o = {.labels_path = "labels.txt", .group = "^(./s[0-9]*)_"};
    assert_int_equal(check("w.csv", &o), MOVINET_OK);
    says("class \"none at all\" has no clip\n");
    says("2 classes have one clip only: how well they are known cannot be measured: \"c1\", "
         "\"c3\"\n");
    says("class \"c4\" has clips of one source only, which cannot be parted\n");
    says("the classes are badly unbalanced: 1 clip of \"c1\" for training, but 80 of \"c0\"");
    says("22 clips for validation say little: if 90 % of them are right, that means 71 to 97 %");
    assert_null(strstr(said, "for validation: "));
}

static void own_splits(void **state)
{
    (void)state;
    write_text("o.csv", "file,label,start,split\na,x,0,train\na,x,5,val\nb,y,0,train\nc,y,0,val\n"
                        "d,z,0,val\ne,u,0,train\nf,u,0,train\n");
    assert_int_equal(check("o.csv", NULL), MOVINET_OK);
    says("1 source has clips both for training and for validation or test");
    says("class \"u\" has no clip for validation");
    write_text("o.csv", "file,label,split\na,x,train\nb,y,train\nc,z,val\nd,z,val\n");
    assert_int_equal(check("o.csv", NULL), MOVINET_OK);
    says("class \"z\" has no clip for training");
}

static void useless_sets_are_refused(void **state)
{
    (void)state;
    write_text("u.csv", "file,label\na,x\nb,x\nc,x\n");
    assert_int_equal(check("u.csv", NULL), MOVINET_ERR_FORMAT);
    says("clips of one class only");
    write_text("u.csv", "file,label\na,x\nb,y\n");
    assert_int_equal(check("u.csv", NULL), MOVINET_ERR_FORMAT);
    says("no clip for validation");
    write_text("u.csv", "file,label,split\na,x,test\nb,y,test\n");
    assert_int_equal(check("u.csv", NULL), MOVINET_ERR_FORMAT);
    says("no clip for training");
    /* One label that is there or not is something to learn. */
    write_text("u.csv", "file,label\na,x\nb,\nc,x\nd,\n");
    assert_int_equal(check("u.csv", &(movinet_dataset_options){.multi_label = true}), MOVINET_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_sets_are_passed_over),
        cmocka_unit_test(weaknesses_are_named),
        cmocka_unit_test(own_splits),
        cmocka_unit_test(useless_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}
