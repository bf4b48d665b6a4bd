/* SPDX-License-Identifier: Apache-2.0 */
#include "train/head.h"

#include <string.h>

/* Which frame's means the features of a row are. */
static size_t frame_of(const mvt_head *h, size_t row)
{
    size_t t = (size_t)h->clip_frames;
    if (h->all_frames)
        return row;
    return row * t + (h->lengths ? (size_t)h->lengths[row] : t) - 1;
}

void mvt_head_forward(const mvt_pass *p, mvt_head *h)
{
    size_t c = (size_t)h->conv.out.c;
    int clips = h->conv.out.frames / h->clip_frames;
    mvt_unit_forward(p, &h->conv);
    mvt_means(p, &h->conv.out, h->means, c);
    mvt_so_far(h->means, h->means, c, clips, h->clip_frames, (int)c);
    for (size_t row = 0; row < (size_t)h->features.frames; row++)
        memcpy(h->features.z + row * c, h->means + frame_of(h, row) * c, c * sizeof *h->means);
}

static bool drops(const mvt_pass *p, const mvt_head *h)
{
    return p->train && h->mask;
}

void mvt_classify_forward(const mvt_pass *p, mvt_head *h)
{
    size_t rows = (size_t)h->features.frames, n = mvt_size(&h->hidden);
    mvt_unit_forward(p, &h->dense);
    mvt_load_to(p->m, &h->dense.out, 0, rows, h->hidden.z);
    for (size_t i = 0; drops(p, h) && i < n; i++)
        h->hidden.z[i] *= h->mask[i];
    mvt_unit_forward(p, &h->classes);
    mvt_load_to(p->m, &h->classes.out, 0, rows, h->logits);
}

void mvt_classify_backward(const mvt_pass *p, mvt_head *h, bool dense)
{
    size_t n = mvt_size(&h->hidden);
    h->dense.out.d = h->hidden.d;
    mvt_finish_all(p, &h->classes.out);
    mvt_unit_backward(p, &h->classes, false, false);
    if (!dense)
        return;
    for (size_t i = 0; drops(p, h) && i < n; i++)
        h->hidden.d[i] *= h->mask[i];
    mvt_finish_all(p, &h->dense.out);
    mvt_unit_backward(p, &h->dense, false, false);
}

void mvt_head_backward(const mvt_pass *p, mvt_head *h)
{
    size_t c = (size_t)h->conv.out.c, t = (size_t)h->clip_frames, rows = (size_t)h->features.frames;
    size_t frames = (size_t)h->conv.out.frames;
    mvt_real *d = h->means; /* not needed any more: now the gradients of means so far */
    memset(d, 0, frames * c * sizeof *d);
    memset(h->means_d, 0, frames * c * sizeof *d);
    for (size_t row = 0; row < rows; row++)
        memcpy(d + frame_of(h, row) * c, h->features.d + row * c, c * sizeof *d);
    mvt_so_far_backward(h->means_d, d, c, (int)(frames / t), (int)t, (int)c);
    mvt_means_backward(p, &h->conv.out, h->means_d, NULL);
    mvt_unit_backward(p, &h->conv, false, true);
}
