/* See cmocka.h. SPDX-License-Identifier: Apache-2.0 */
#include "cmocka.h"

#include <stdarg.h>
#include <stdbool.h>

enum { PASSED, SKIPPED, FAILED };

/* tools/wasi.mjs: calls the test; what `stop` was called with, or PASSED. */
__attribute__((import_module("test"), import_name("call"))) int host_call(void (*test)(void **),
                                                                         void **state);
__attribute__((import_module("test"), import_name("stop"))) _Noreturn void host_stop(int how);

void mvt_fail(const char *file, int line, const char *format, ...)
{
    va_list list;

    printf("[  ERROR   ] ");
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    printf("\n[   LINE   ] %s:%d\n", file, line);
    host_stop(FAILED);
}

void mvt_skip(void)
{
    host_stop(SKIPPED);
}

void mvt_check_int(const char *file, int line, long long a, long long b, int equal)
{
    if ((a == b) != (bool)equal)
        mvt_fail(file, line, "%lld %s %lld", a, equal ? "!=" : "==", b);
}

void mvt_check_bytes(const char *file, int line, const void *a, const void *b, size_t n, int equal)
{
    const unsigned char *x = a, *y = b;
    size_t i = 0;

    while (i < n && x[i] == y[i])
        i++;
    if ((i == n) != (bool)equal)
        mvt_fail(file, line, "the first %zu of %zu bytes are equal", i, n);
}

void mvt_check_string(const char *file, int line, const char *a, const char *b, int equal)
{
    if (!a || !b || !strcmp(a, b) != (bool)equal)
        mvt_fail(file, line, "\"%s\" %s \"%s\"", a ? a : "(null)", equal ? "!=" : "==",
                 b ? b : "(null)");
}

int mvt_run(const char *group, const struct CMUnitTest *tests, size_t n)
{
    static const char *const words[] = {"      OK ", " SKIPPED ", " FAILED  "};
    int count[3] = {0};

    printf("[==========] %s: Running %zu test(s).\n", group, n);
    for (size_t i = 0; i < n; i++) {
        void *state = NULL;
        int how;

        printf("[ RUN      ] %s\n", tests[i].name);
        how = host_call(tests[i].test, &state);
        printf("[%s ] %s\n", words[how], tests[i].name);
        count[how]++;
    }
    printf("[==========] %zu test(s) run.\n[  PASSED  ] %d test(s).\n", n, count[PASSED]);
    return count[FAILED];
}
