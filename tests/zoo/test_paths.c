/* Published models, their folder, and names of models.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/zoo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void published_models_are_whole(void **state)
{
    (void)state;
    int n = 0;
    const movinet_published *model;
    for (; (model = movinet_published_get(n)); n++) {
        assert_ptr_equal(movinet_published_find(model->name), model);
        assert_int_equal(strncmp(model->url, "https://", 8), 0);
        assert_null(strchr(model->file_name, '/'));
        assert_true(model->sha256 == NULL || strlen(model->sha256) == 64);
    }
    assert_int_equal(n, 3);
    assert_null(movinet_published_get(-1));
    assert_null(movinet_published_find("a9"));
    assert_null(movinet_published_find(""));
    assert_null(movinet_published_find(NULL));
    assert_int_equal(movinet_published_find("a0")->bytes, 3276048);
}

static void kinetics_names_are_600_and_sorted_like_the_model(void **state)
{
    (void)state;
    for (int i = 0; i < 600; i++) {
        assert_non_null(mvz_kinetics600[i]);
        assert_true(strlen(mvz_kinetics600[i]) > 2);
        if (i > 0)
            assert_string_not_equal(mvz_kinetics600[i], mvz_kinetics600[i - 1]);
    }
    assert_string_equal(mvz_kinetics600[0], "abseiling");
    assert_string_equal(mvz_kinetics600[599], "zumba");
}

/* The file beside the project has the same names in the same order. */
static void kinetics_names_are_those_of_the_label_file(void **state)
{
    (void)state;
    char path[4096], line[128];
    const char *shared = getenv("MOVINET_SHARED");
    snprintf(path, sizeof path, "%s/labels/kinetics600.txt",
             shared ? shared : MOVINET_SOURCE_ROOT "/../shared");
    FILE *file = fopen(path, "r");
    if (!file)
        skip();
    int n = 0;
    for (; fgets(line, sizeof line, file); n++) {
        line[strcspn(line, "\r\n")] = '\0';
        assert_in_range(n, 0, 599);
        assert_string_equal(line, mvz_kinetics600[n]);
    }
    fclose(file);
    assert_int_equal(n, 600);
}

static void folder_follows_the_environment(void **state)
{
    (void)state;
    char out[200];
    movinet_error err;
    setenv("XDG_DATA_HOME", "/data", 1);
    setenv("HOME", "/home/someone", 1);
    assert_int_equal(movinet_models_dir(out, sizeof out, &err), MOVINET_OK);
    assert_string_equal(out, "/data/movinet/models");
    setenv("XDG_DATA_HOME", "relative", 1); /* not valid: ignored */
    assert_int_equal(movinet_models_dir(out, sizeof out, &err), MOVINET_OK);
    assert_string_equal(out, "/home/someone/.local/share/movinet/models");
    unsetenv("XDG_DATA_HOME");
    assert_int_equal(movinet_models_dir(out, 20, &err), MOVINET_ERR_ARGUMENT);
    unsetenv("HOME");
    assert_int_equal(movinet_models_dir(out, sizeof out, &err), MOVINET_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "HOME"));
}

static void make_file(const char *folder, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void names_become_paths(void **state)
{
    (void)state;
    char folder[] = "/tmp/movinet-paths-XXXXXX", models[100], out[300], wanted[300];
    movinet_error err;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    setenv("XDG_DATA_HOME", folder, 1);

    assert_int_equal(movinet_model_find("a0", out, sizeof out, &err), MOVINET_ERR_IO);
    assert_non_null(strstr(err.message, "movinet pull a0"));
    /* Whatever is inside the library stands in for it. */
    const movinet_builtin *inside = movinet_builtin_get(0);
    assert_int_equal(movinet_model_find(NULL, out, sizeof out, &err),
                     inside ? MOVINET_OK : MOVINET_ERR_IO);
    if (inside)
        assert_string_equal(out, inside->path);
    else
        assert_non_null(strstr(err.message, "movinet pull a0"));
    assert_int_equal(movinet_model_find("a9", out, sizeof out, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_model_find("", out, sizeof out, &err), MOVINET_ERR_ARGUMENT);
    assert_int_equal(movinet_model_find("x.tflite", out, sizeof out, &err), MOVINET_ERR_IO);
    assert_int_equal(movinet_model_find("/no/such", out, sizeof out, &err), MOVINET_ERR_IO);

    make_file(folder, "x.tflite");
    make_file(folder, "plain");
    assert_int_equal(movinet_model_find("x.tflite", out, sizeof out, &err), MOVINET_OK);
    assert_string_equal(out, "x.tflite");
    assert_int_equal(movinet_model_find("plain", out, sizeof out, &err), MOVINET_OK);
    assert_string_equal(out, "plain");
    assert_int_equal(movinet_model_find("plain", out, 3, &err), MOVINET_ERR_ARGUMENT);

    assert_int_equal(mkdir("movinet", 0700), 0);
    assert_int_equal(mkdir("movinet/models", 0700), 0);
    assert_int_equal(mkdir("a0", 0700), 0); /* a folder of that name is no model */
    snprintf(models, sizeof models, "%s/movinet/models", folder);
    make_file(models, movinet_published_find("a0")->file_name);
    assert_int_equal(movinet_model_find("a0", out, sizeof out, &err), MOVINET_OK);
    snprintf(wanted, sizeof wanted, "%s/%s", models, movinet_published_find("a0")->file_name);
    assert_string_equal(out, wanted);
    assert_int_equal(movinet_model_find(NULL, out, sizeof out, &err), MOVINET_OK);
    assert_string_equal(out, wanted);

    assert_int_equal(unlink(out), 0);
    assert_int_equal(rmdir("movinet/models") | rmdir("movinet") | rmdir("a0"), 0);
    assert_int_equal(unlink("x.tflite") | unlink("plain"), 0);
    assert_int_equal(chdir("/") | rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_models_are_whole),
        cmocka_unit_test(kinetics_names_are_600_and_sorted_like_the_model),
        cmocka_unit_test(kinetics_names_are_those_of_the_label_file),
        cmocka_unit_test(folder_follows_the_environment),
        cmocka_unit_test(names_become_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
