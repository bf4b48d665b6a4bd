/* Data moved, not computed. SPDX-License-Identifier: Apache-2.0 */
#include "kernels/kernels.h"

#include <string.h>

/* Copies n elements of `size` bytes that lie `step` bytes apart. */
static void copy_run(uint8_t *to, const uint8_t *from, ptrdiff_t step, size_t size, ptrdiff_t n)
{
    ptrdiff_t i;

    if (step == (ptrdiff_t)size) {
        memcpy(to, from, size * (size_t)n);
        return;
    }
    switch (size) { /* a memcpy of constant size is one instruction */
    case 1:
        for (i = 0; i < n; i++)
            to[i] = from[i * step];
        break;
    case 2:
        for (i = 0; i < n; i++)
            memcpy(to + 2 * i, from + i * step, 2);
        break;
    case 4:
        for (i = 0; i < n; i++)
            memcpy(to + 4 * i, from + i * step, 4);
        break;
    case 8:
        for (i = 0; i < n; i++)
            memcpy(to + 8 * i, from + i * step, 8);
        break;
    default:
        for (i = 0; i < n; i++)
            memcpy(to + (size_t)i * size, from + i * step, size);
    }
}

/* out is dense and has `shape`; its element at[] comes from `in` + Σ at[i] · stride[i]
 * bytes. Trailing axes that are dense in both are copied as one. */
static void copy_strided(int rank, const int32_t *shape, const ptrdiff_t *stride, size_t size,
                         const uint8_t *in, uint8_t *out)
{
    int32_t at[MVK_MAX_RANK] = {0};
    ptrdiff_t run = 1, count = 1, step = (ptrdiff_t)size;
    int i;

    for (i = 0; i < rank; i++)
        if (shape[i] <= 0)
            return;
    for (; rank > 0 && shape[rank - 1] == 1; rank--)
        ;
    if (rank > 0)
        step = stride[rank - 1];
    for (; rank > 0 && (shape[rank - 1] == 1 || stride[rank - 1] == step * run); rank--)
        run *= shape[rank - 1];
    for (i = 0; i < rank; i++)
        count *= shape[i];
    for (; count > 0; count--, out += (size_t)run * size) {
        copy_run(out, in, step, size, run);
        for (i = rank - 1; i >= 0; i--) {
            in += stride[i];
            if (++at[i] < shape[i])
                break;
            in -= stride[i] * shape[i];
            at[i] = 0;
        }
    }
}

/* Byte strides of a dense tensor. */
static void dense_strides(int rank, const int32_t *shape, size_t size, ptrdiff_t *stride)
{
    ptrdiff_t step = (ptrdiff_t)size;
    int i;

    for (i = rank - 1; i >= 0; i--) {
        stride[i] = step;
        step *= shape[i];
    }
}

void mvk_strided_slice(int rank, const int32_t *in_shape, const int32_t *begin,
                       const int32_t *step, const int32_t *out_shape, size_t size, const void *in,
                       void *out)
{
    ptrdiff_t stride[MVK_MAX_RANK], offset = 0;
    int i;

    dense_strides(rank, in_shape, size, stride);
    for (i = 0; i < rank; i++) {
        if (out_shape[i] <= 0)
            return;
        offset += stride[i] * begin[i];
        stride[i] *= step[i];
    }
    copy_strided(rank, out_shape, stride, size, (const uint8_t *)in + offset, out);
}

void mvk_concat_part(size_t outer, size_t in_inner, size_t out_inner, size_t offset,
                     const void *in, void *out)
{
    const uint8_t *from = in;
    uint8_t *to = (uint8_t *)out + offset;

    if (in_inner == 0)
        return;
    for (; outer > 0; outer--, from += in_inner, to += out_inner)
        memcpy(to, from, in_inner);
}

void mvk_pad(int rank, const int32_t *in_shape, const int32_t *before, const int32_t *after,
             size_t size, const void *value, const void *in, void *out)
{
    int32_t out_shape[MVK_MAX_RANK], at[MVK_MAX_RANK] = {0};
    ptrdiff_t stride[MVK_MAX_RANK];
    const uint8_t *from = in;
    uint8_t *to = out;
    size_t total = 1, count = 1, run = rank > 0 ? (size_t)in_shape[rank - 1] * size : size;
    int i;

    for (i = 0; i < rank; i++) {
        out_shape[i] = before[i] + in_shape[i] + after[i];
        total *= (size_t)out_shape[i];
        count *= i < rank - 1 ? (size_t)in_shape[i] : 1;
    }
    mvk_fill(size, value, out, total);
    if (run == 0)
        return;
    dense_strides(rank, out_shape, size, stride);
    for (i = 0; i < rank; i++)
        to += stride[i] * before[i];
    for (; count > 0; count--, from += run) { /* one row of the input at a time */
        memcpy(to, from, run);
        for (i = rank - 2; i >= 0; i--) {
            to += stride[i];
            if (++at[i] < in_shape[i])
                break;
            to -= stride[i] * in_shape[i];
            at[i] = 0;
        }
    }
}

void mvk_transpose(int rank, const int32_t *in_shape, const int32_t *perm, size_t size,
                   const void *in, void *out)
{
    ptrdiff_t in_stride[MVK_MAX_RANK], stride[MVK_MAX_RANK];
    int32_t shape[MVK_MAX_RANK];
    int i;

    dense_strides(rank, in_shape, size, in_stride);
    for (i = 0; i < rank; i++) {
        shape[i] = in_shape[perm[i]];
        stride[i] = in_stride[perm[i]];
    }
    copy_strided(rank, shape, stride, size, in, out);
}

void mvk_broadcast_to(int rank, const int32_t *out_shape, const ptrdiff_t *in_stride, size_t size,
                      const void *in, void *out)
{
    ptrdiff_t stride[MVK_MAX_RANK];
    int i;

    for (i = 0; i < rank; i++)
        stride[i] = in_stride[i] * (ptrdiff_t)size;
    copy_strided(rank, out_shape, stride, size, in, out);
}

void mvk_fill(size_t size, const void *value, void *out, size_t n)
{
    size_t total = n * size, done = size;

    if (n == 0)
        return;
    if (size == 1) {
        memset(out, *(const uint8_t *)value, n);
        return;
    }
    memcpy(out, value, size);
    while (done < total) { /* what is there, doubled */
        size_t more = done < total - done ? done : total - done;

        memcpy((uint8_t *)out + done, out, more);
        done += more;
    }
}

void mvk_gather(size_t outer, int32_t axis, size_t inner_bytes, const int32_t *index, size_t n,
                const void *in, void *out)
{
    const uint8_t *from = in;
    uint8_t *to = out;
    size_t i;

    if (axis <= 0 || inner_bytes == 0)
        return;
    for (; outer > 0; outer--, from += (size_t)axis * inner_bytes)
        for (i = 0; i < n; i++, to += inner_bytes) {
            int32_t at = index[i] < 0 ? 0 : index[i] < axis ? index[i] : axis - 1;

            memcpy(to, from + (size_t)at * inner_bytes, inner_bytes);
        }
}
