/* Data sets in CSV. SPDX-License-Identifier: Apache-2.0 */
#include "data/data.h"

static void reads(const char *text, const char *expected)
{
    write_text("t.csv", text);
    assert_told("t.csv", NULL, expected);
}

static void complains(const char *text, const char *words)
{
    write_text("t.csv", text);
    refused("t.csv", NULL, MOVINET_ERR_FORMAT, words);
}

static void plain(void **state)
{
    (void)state;
    reads("file,label\na.mp4,x\nb.mp4,y\n", "a.mp4:x b.mp4:y");
    reads("file,label\r\na.mp4,x\r\nb.mp4,y", "a.mp4:x b.mp4:y");
    reads("file,label\ra.mp4,x\rb.mp4,y\r", "a.mp4:x b.mp4:y");
    reads("\xef\xbb\xbf"
          "file,label\na.mp4,x\n",
          "a.mp4:x");
    reads("label , file\n  x y ,  c d.mp4 \n\n\n", "c d.mp4:x y");
    reads("file;label\na.mp4;x, or y\n", "a.mp4:x, or y");
    reads("file\tlabel\na.mp4\tx  \n", "a.mp4:x");
    reads("id,filename,note,gesture_label\n7,a.mp4,,x\n", "a.mp4:x");
}

static void quotes(void **state)
{
    (void)state;
    reads("file,label\n\"a, b.mp4\",\"walking, slowly\"\n", "a, b.mp4:walking, slowly");
    reads("\"file\",\"label\"\n \"a.mp4\" , \"say \"\"hi\"\"\" \n", "a.mp4:say \"hi\"");
    reads("file,label\na.mp4,\"\xc3\xbc\"", "a.mp4:\xc3\xbc");
    /* No control character gets through, nor what is not UTF-8. */
    reads("file,label\na.mp4,\"two\nlines\"\nb.mp4,\x1b[1m\xff\n", "a.mp4:two?lines b.mp4:?[1m?");
    complains("file,label\na.mp4,\"x\nb.mp4,y\n", "t.csv, line 2: a quotation mark is never");
    complains("file,label\na.mp4,\"x\"y\n", "line 2: text behind a closing");
    complains("file,label\n\"x\ny\",a\nb.mp4\n", "line 4: 1 fields");
}

static void spans(void **state)
{
    (void)state;
    reads("file,label,start,end\na.mp4,x,1.5,3\na.mp4,y,3,0:04.25\na.mp4,z,1:00:00,\nb.mp4,x,,2",
          "a.mp4:x@1.5-3 a.mp4:y@3-4.25 a.mp4:z@3600-0 b.mp4:x@0-2");
    movinet_dataset *d = open_data("t.csv", NULL);
    assert_int_equal(movinet_dataset_get_info(d)->n_sources, 2);
    assert_int_equal(movinet_dataset_get_clip(d, 0)->source,
                     movinet_dataset_get_clip(d, 2)->source);
    movinet_dataset_close(d);
    complains("file,label,start,end\na.mp4,x,3,3\n", "line 2: ends at 3 s, but starts at 3 s");
    complains("file,label,start,end\na.mp4,x,-1,3\n", "line 2: start \"-1\"");
    complains("file,label,start,end\na.mp4,x,nan,3\n", "start \"nan\"");
    complains("file,label,start,end\na.mp4,x,1:2:3:4,\n", "start \"1:2:3:4\"");
    complains("file,label,start,end\na.mp4,x,1,1e9\n", "end \"1e9\"");
    complains("file,label,start,end\na.mp4,x,1,99999999999999999999\n", "end \"999");
}

static void several_labels(void **state)
{
    (void)state;
    reads("file,label\na.mp4,x|y\nb.mp4, z | x |x\n", "a.mp4:x|y b.mp4:x|z");
    movinet_dataset *d = open_data("t.csv", NULL);
    assert_true(movinet_dataset_get_info(d)->multi_label);
    movinet_dataset_close(d);
    reads("file,label\na.mp4,x|y\nb.mp4,\n", "a.mp4:x|y b.mp4:");
    write_text("t.csv", "file,label\na.mp4,x\nb.mp4,\n");
    refused("t.csv", NULL, MOVINET_ERR_FORMAT, "t.csv, line 3: has no label");
    assert_told("t.csv", &(movinet_dataset_options){.multi_label = true}, "a.mp4:x b.mp4:");
    complains("file,label\na.mp4,x||y\n", "line 2: an empty label in x||y");
    complains("file,label\na.mp4,x|\n", "line 2: an empty label");
    /* Folders are not parted. */
    touch("bar/a|b/1.mp4");
    assert_told("bar", NULL, "a|b/1.mp4:a|b");
}

static void splits(void **state)
{
    (void)state;
    write_text("t.csv", "file,label,split\na,x,train\nb,x,val\nc,y,test\nd,y,validation\n"
                        "e,y,training\n");
    movinet_dataset *d = open_data("t.csv", NULL);
    static const int expected[] = {0, 1, 2, 1, 0};
    for (int i = 0; i < 5; i++)
        assert_int_equal(movinet_dataset_get_clip(d, i)->split, expected[i]);
    movinet_dataset_close(d);
    refused("t.csv", &(movinet_dataset_options){.folds = 2, .fold = 1}, MOVINET_ERR_ARGUMENT,
            "splits of its own");
    complains("file,label,split\na,x,train\nb,x,maybe\n", "line 3: split \"maybe\"");
    complains("file,label,split\na,x,train\nb,x,\nc,x,\n", "line 3: has no split, but others");
    /* None for validation: it comes from training, and the test set stays. */
    char text[2000] = "file,label,split\n";
    for (int i = 0; i < 30; i++)
        snprintf(text + strlen(text), 50, "%02d,%c,%s\n", i, "xy"[i % 2],
                 i < 20 ? "train" : "test");
    write_text("t.csv", text);
    d = open_data("t.csv", NULL);
    for (int i = 0; i < 30; i++)
        assert_int_equal(movinet_dataset_get_clip(d, i)->split == MOVINET_SPLIT_TEST, i >= 20);
    for (int c = 0; c < 2; c++)
        assert_int_equal(movinet_dataset_count(d, c, MOVINET_SPLIT_VALIDATION), 2);
    movinet_dataset_close(d);
    /* Only for test: so it stays. */
    write_text("t.csv", "file,label,split\na,x,test\nb,y,test\n");
    d = open_data("t.csv", NULL);
    assert_int_equal(movinet_dataset_count(d, -1, MOVINET_SPLIT_TEST), 2);
    movinet_dataset_close(d);
}

static void bad_tables(void **state)
{
    (void)state;
    complains("", "t.csv: is empty");
    complains("\n\n", "is empty");
    complains("file,label\n", "no clips");
    complains("a.mp4,x\nb.mp4,y\n", "line 1: must name the columns");
    complains("file,start\na.mp4,3\n", "must name the columns");
    complains("file,label,class\na,b,c\n", "two columns for the label");
    complains("file,label\na.mp4,walking, slowly\n", "line 2: 3 fields");
    complains("file,label\na.mp4\n", "line 2: 1 fields");
    complains("file,label\n,x\n", "line 2: names no file");
    complains("file,label\na.mp4,x\na.mp4,y\n", "line 3: is listed twice: a.mp4");
    complains("\xff\xfe"
              "f\0i\0",
              "is UTF-16");
    media_write("t.csv", "file,label\na\0b,c\n", 17);
    refused("t.csv", NULL, MOVINET_ERR_FORMAT, "NUL");
    char *wide = malloc(5000);
    memset(wide, ',', 4999);
    wide[4999] = '\0';
    complains(wide, "over 1000 columns");
    memset(wide, 'x', 4999);
    memcpy(wide, "file,label\na.mp4,", 17);
    complains(wide, "label of over 1000 bytes");
    free(wide);
}

/* Whatever bytes there are, it is read or refused, and nothing is touched beyond. */
static void hostile(void **state)
{
    (void)state;
    static const char seed[] = "file,label,start,end,split\n\"a, b.mp4\",\"x|y\",1,2:03,train\n"
                               "c.mp4,z,,,val\r\n";
    static const char spice[] = ",;\"\n\r\t|: .\0\xff"
                                "5az";
    uint32_t random = 1;
    for (int round = 0; round < 1000; round++) {
        char text[sizeof seed];
        memcpy(text, seed, sizeof seed);
        size_t size = sizeof seed - 1;
        for (int k = 0; k <= round % 7; k++) {
            random = random * 1664525 + 1013904223;
            text[random / 65536 % size] = spice[random / 8 % (sizeof spice - 1)];
        }
        media_write("h.csv", text, size - (size_t)round % 20);
        movinet_dataset *d;
        movinet_error err = {0};
        if (movinet_dataset_open(&d, "h.csv", NULL, &err))
            assert_true(err.message[0] && !strchr(err.message, '\n'));
        else
            told(d);
        movinet_dataset_close(d);
    }
}

static void places(void **state)
{
    (void)state;
    media_shell("mkdir -p in/side elsewhere");
    write_text("in/side/list.csv", "file,label\nclips/a.mp4,x\n/abs/b.mp4,y\n-,z\n");
    movinet_dataset *d = open_data("in/side", NULL);
    assert_string_equal(movinet_dataset_get_clip(d, 0)->file, "in/side/-");
    assert_string_equal(movinet_dataset_get_clip(d, 1)->file, "/abs/b.mp4");
    assert_string_equal(movinet_dataset_get_clip(d, 2)->file, "in/side/clips/a.mp4");
    movinet_dataset_close(d);
    d = open_data("in/side/list.csv", &(movinet_dataset_options){.clips_dir = "elsewhere/"});
    assert_string_equal(movinet_dataset_get_clip(d, 2)->file, "elsewhere/clips/a.mp4");
    movinet_dataset_close(d);
    /* A name alone is never standard input, nor an address. */
    write_text("l.csv", "file,label\n-,x\nhttp://a/b,y\n");
    d = open_data("l.csv", NULL);
    assert_string_equal(movinet_dataset_get_clip(d, 0)->file, "./-");
    assert_string_equal(movinet_dataset_get_clip(d, 1)->file, "./http://a/b");
    movinet_dataset_close(d);
}

static void kinetics(void **state)
{
    (void)state;
    touch("k/clips/dancing ballet/abc_-D123_000012_000022.mp4");
    touch("k/clips/-x_yz.mkv");
    touch("k/clips/other.mp4");
    write_text("k/annotations.csv", "label,youtube_id,time_start,time_end,split\n"
                                    "dancing ballet,abc_-D123,12,22,train\n"
                                    "\"air, drumming\",-x_yz,5,15,val\n"
                                    "dancing ballet,-x_yz,25,35,val\n"
                                    "dancing ballet,goneforever,1,11,train\n");
    movinet_dataset *d = open_data("k/annotations.csv", NULL);
    assert_string_equal(told(d), "clips/-x_yz.mkv:air, drumming@5-15 "
                                 "clips/-x_yz.mkv:dancing ballet@25-35 "
                                 "clips/dancing ballet/abc_-D123_000012_000022.mp4:dancing ballet");
    const movinet_dataset_info *info = movinet_dataset_get_info(d);
    assert_int_equal(info->n_missing, 1);
    assert_int_equal(info->n_sources, 2);
    assert_true(movinet_dataset_get_clip(d, 0)->span_if_longer);
    assert_false(movinet_dataset_get_clip(d, 2)->span_if_longer);
    assert_int_equal(movinet_dataset_get_clip(d, 0)->split, MOVINET_SPLIT_VALIDATION);
    movinet_dataset_close(d);
    refused("k/annotations.csv", &(movinet_dataset_options){.clips_dir = "in"}, MOVINET_ERR_IO,
            "none of its 4 clips is in in");
    write_text("k/b.csv", "label,youtube_id,time_start,time_end,split\nx,,1,2,train\n");
    refused("k/b.csv", NULL, MOVINET_ERR_FORMAT, "k/b.csv, line 2: has no youtube_id");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),          cmocka_unit_test(quotes), cmocka_unit_test(spans),
        cmocka_unit_test(several_labels), cmocka_unit_test(splits), cmocka_unit_test(bad_tables),
        cmocka_unit_test(hostile),        cmocka_unit_test(places), cmocka_unit_test(kinetics),
    };
    return cmocka_run_group_tests(tests, media_setup, media_teardown);
}
