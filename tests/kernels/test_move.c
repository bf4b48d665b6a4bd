/* Data movement against index arithmetic. SPDX-License-Identifier: Apache-2.0 */
#include "kernel_test.h"

static const size_t sizes[] = {1, 2, 4, 8};

typedef struct tensor {
    int rank;
    int32_t shape[MVK_MAX_RANK];
    size_t n, size;
    uint8_t *data;
} tensor;

static size_t count(int rank, const int32_t *shape)
{
    size_t n = 1;
    int i;

    for (i = 0; i < rank; i++)
        n *= (size_t)shape[i];
    return n;
}

static tensor choose(rng *r, int at)
{
    tensor t = {.rank = rng_int(r, 0, 5), .size = sizes[at % 4]};
    int i;

    for (i = 0; i < t.rank; i++)
        t.shape[i] = rng_int(r, 1, 6);
    t.n = count(t.rank, t.shape);
    t.data = malloc(t.n * t.size);
    rng_fill_s8(r, (int8_t *)t.data, t.n * t.size);
    return t;
}

/* Splits a flat index into one a axis. */
static void split(int rank, const int32_t *shape, size_t at, int32_t *index)
{
    int i;

    for (i = rank - 1; i >= 0; i--) {
        index[i] = (int32_t)(at % (size_t)shape[i]);
        at /= (size_t)shape[i];
    }
}

static const uint8_t *element(const tensor *t, const int32_t *index)
{
    size_t at = 0;
    int i;

    for (i = 0; i < t->rank; i++)
        at = at * (size_t)t->shape[i] + (size_t)index[i];
    return t->data + at * t->size;
}

static void strided_slice(void **state)
{
    rng r = {16};
    int i, k;
    size_t o;

    (void)state;
    for (i = 0; i < 500; i++) {
        tensor t = choose(&r, i);
        int32_t begin[MVK_MAX_RANK], step[MVK_MAX_RANK], shape[MVK_MAX_RANK], at[MVK_MAX_RANK];
        uint8_t *out;
        size_t n;

        for (k = 0; k < t.rank; k++) {
            int last;

            step[k] = rng_int(&r, 0, 1) ? 1 : rng_int(&r, 1, 3) * (rng_int(&r, 0, 1) ? 1 : -1);
            begin[k] = rng_int(&r, 0, t.shape[k] - 1);
            if (rng_int(&r, 0, 1))
                begin[k] = step[k] < 0 ? t.shape[k] - 1 : 0;
            last = step[k] > 0 ? (t.shape[k] - 1 - begin[k]) / step[k] : begin[k] / -step[k];
            shape[k] = rng_int(&r, 0, 1) ? last + 1 : rng_int(&r, 0, last + 1);
        }
        n = count(t.rank, shape);
        out = guarded(n * t.size);
        mvk_strided_slice(t.rank, t.shape, begin, step, shape, t.size, t.data, out);
        for (o = 0; o < n; o++) {
            split(t.rank, shape, o, at);
            for (k = 0; k < t.rank; k++)
                at[k] = begin[k] + at[k] * step[k];
            assert_memory_equal(out + o * t.size, element(&t, at), t.size);
        }
        guarded_free(out, n * t.size);
        free(t.data);
    }
}

static void transpose(void **state)
{
    rng r = {17};
    int i, k;
    size_t o;

    (void)state;
    for (i = 0; i < 500; i++) {
        tensor t = choose(&r, i);
        int32_t perm[MVK_MAX_RANK], shape[MVK_MAX_RANK], at[MVK_MAX_RANK], from[MVK_MAX_RANK];
        uint8_t *out = guarded(t.n * t.size);

        for (k = 0; k < t.rank; k++)
            perm[k] = k;
        for (k = t.rank - 1; k > 0; k--) {
            int other = rng_int(&r, 0, k);
            int32_t swap = perm[k];

            perm[k] = perm[other];
            perm[other] = swap;
        }
        for (k = 0; k < t.rank; k++)
            shape[k] = t.shape[perm[k]];
        mvk_transpose(t.rank, t.shape, perm, t.size, t.data, out);
        for (o = 0; o < t.n; o++) {
            split(t.rank, shape, o, at);
            for (k = 0; k < t.rank; k++)
                from[perm[k]] = at[k];
            assert_memory_equal(out + o * t.size, element(&t, from), t.size);
        }
        guarded_free(out, t.n * t.size);
        free(t.data);
    }
}

static void pad(void **state)
{
    static const uint8_t value[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    rng r = {18};
    int i, k;
    size_t o;

    (void)state;
    for (i = 0; i < 300; i++) {
        tensor t = choose(&r, i);
        int32_t before[MVK_MAX_RANK], after[MVK_MAX_RANK], shape[MVK_MAX_RANK], at[MVK_MAX_RANK];
        uint8_t *out;
        size_t n;

        for (k = 0; k < t.rank; k++) {
            before[k] = rng_int(&r, 0, 2);
            after[k] = rng_int(&r, 0, 2);
            shape[k] = before[k] + t.shape[k] + after[k];
        }
        n = count(t.rank, shape);
        out = guarded(n * t.size);
        mvk_pad(t.rank, t.shape, before, after, t.size, value, t.data, out);
        for (o = 0; o < n; o++) {
            bool inside = true;

            split(t.rank, shape, o, at);
            for (k = 0; k < t.rank; k++) {
                at[k] -= before[k];
                inside = inside && at[k] >= 0 && at[k] < t.shape[k];
            }
            assert_memory_equal(out + o * t.size, inside ? element(&t, at) : value, t.size);
        }
        guarded_free(out, n * t.size);
        free(t.data);
    }
}

static void broadcast_to(void **state)
{
    rng r = {19};
    int i, k;
    size_t o;

    (void)state;
    for (i = 0; i < 300; i++) {
        tensor t = choose(&r, i);
        int32_t shape[MVK_MAX_RANK], at[MVK_MAX_RANK];
        ptrdiff_t stride[MVK_MAX_RANK], step = 1;
        uint8_t *out;
        size_t n;

        for (k = 0; k < t.rank; k++)
            t.shape[k] = rng_int(&r, 0, 1) ? 1 : t.shape[k];
        for (k = t.rank - 1; k >= 0; k--) {
            shape[k] = t.shape[k] == 1 ? rng_int(&r, 1, 6) : t.shape[k];
            stride[k] = t.shape[k] == 1 ? 0 : step;
            step *= t.shape[k];
        }
        n = count(t.rank, shape);
        out = guarded(n * t.size);
        mvk_broadcast_to(t.rank, shape, stride, t.size, t.data, out);
        for (o = 0; o < n; o++) {
            split(t.rank, shape, o, at);
            for (k = 0; k < t.rank; k++)
                at[k] = t.shape[k] == 1 ? 0 : at[k];
            assert_memory_equal(out + o * t.size, element(&t, at), t.size);
        }
        guarded_free(out, n * t.size);
        free(t.data);
    }
}

static void concat(void **state)
{
    static const uint8_t a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8, 9, 10};
    static const uint8_t want[] = {1, 2, 5, 6, 7, 3, 4, 8, 9, 10};
    uint8_t *out = guarded(10);

    (void)state;
    mvk_concat_part(2, 2, 5, 0, a, out);
    mvk_concat_part(2, 3, 5, 2, b, out);
    mvk_concat_part(2, 0, 5, 5, b, out);
    assert_memory_equal(out, want, 10);
    guarded_free(out, 10);
}

static void gather_and_fill(void **state)
{
    static const int32_t in[2][3] = {{1, 2, 3}, {4, 5, 6}}, index[] = {2, 0, 2, -1, 9};
    static const int32_t want[] = {3, 1, 3, 1, 3, 6, 4, 6, 4, 6}, seven = 7;
    int32_t *out = guarded(sizeof want);
    int i;

    (void)state;
    mvk_gather(2, 3, sizeof(int32_t), index, 5, in, out);
    assert_memory_equal(out, want, sizeof want);
    mvk_fill(sizeof seven, &seven, out, 10);
    for (i = 0; i < 10; i++)
        assert_int_equal(out[i], 7);
    mvk_fill(1, &seven, out, 0);
    guarded_free(out, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strided_slice), cmocka_unit_test(transpose), cmocka_unit_test(pad),
        cmocka_unit_test(broadcast_to),  cmocka_unit_test(concat),
        cmocka_unit_test(gather_and_fill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
