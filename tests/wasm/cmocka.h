/* What the tests use of cmocka, for WebAssembly: there is no longjmp out of a test there, so
 * tools/wasi.mjs calls tests and catches what `fail` and `skip` throw.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CMOCKA_H
#define CMOCKA_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
};

#define cmocka_unit_test(f) {#f, f}
#define cmocka_run_group_tests(tests, setup, teardown)                                       \
    mvt_run("tests", tests, sizeof tests / sizeof *tests)
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                            \
    mvt_run(name, tests, sizeof tests / sizeof *tests)

int mvt_run(const char *group, const struct CMUnitTest *tests, size_t n);
_Noreturn void mvt_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
_Noreturn void mvt_skip(void);
void mvt_check_int(const char *file, int line, long long a, long long b, int equal);
void mvt_check_bytes(const char *file, int line, const void *a, const void *b, size_t n,
                     int equal);
void mvt_check_string(const char *file, int line, const char *a, const char *b, int equal);

#define print_message printf
#define skip() mvt_skip()
#define fail() mvt_fail(__FILE__, __LINE__, "failed")
#define fail_msg(...) mvt_fail(__FILE__, __LINE__, __VA_ARGS__)
#define assert_true(x) ((x) ? (void)0 : mvt_fail(__FILE__, __LINE__, "%s", #x))
#define assert_false(x) ((x) ? mvt_fail(__FILE__, __LINE__, "not: %s", #x) : (void)0)
#define assert_null(p) assert_true(!(p))
#define assert_non_null(p) assert_true(p)
#define assert_ptr_equal(a, b) assert_true((const void *)(a) == (const void *)(b))
#define assert_int_equal(a, b)                                                               \
    mvt_check_int(__FILE__, __LINE__, (long long)(a), (long long)(b), 1)
#define assert_int_not_equal(a, b)                                                           \
    mvt_check_int(__FILE__, __LINE__, (long long)(a), (long long)(b), 0)
#define assert_in_range(x, low, high) assert_true((x) >= (low) && (x) <= (high))
#define assert_float_equal(a, b, bound) assert_true(fabs((double)(a) - (double)(b)) <= (bound))
#define assert_memory_equal(a, b, n) mvt_check_bytes(__FILE__, __LINE__, a, b, n, 1)
#define assert_memory_not_equal(a, b, n) mvt_check_bytes(__FILE__, __LINE__, a, b, n, 0)
#define assert_string_equal(a, b) mvt_check_string(__FILE__, __LINE__, a, b, 1)
#define assert_string_not_equal(a, b) mvt_check_string(__FILE__, __LINE__, a, b, 0)

#endif
