/* The average pool in front of a skip convolution. SPDX-License-Identifier: Apache-2.0 */
#include "train/layer.h"

#include <string.h>

enum { SIDE = 3, STRIDE = 2 };

typedef struct job {
    const mvt_pass *p;
    const mvt_tensor *in, *out;
} job;

typedef struct window {
    int y0, y1, x0, x1; ///< first pixel, and that behind the last
    mvt_real share;     ///< 1 / pixels
} window;

static int first_of(int at, int in, int out)
{
    int zeros = (out - 1) * STRIDE + SIDE - in;
    return at * STRIDE - (zeros < 0 ? 0 : zeros / 2);
}

static window window_at(const job *j, int y, int x)
{
    int fy = first_of(y, j->in->h, j->out->h), fx = first_of(x, j->in->w, j->out->w);
    window w = {fy < 0 ? 0 : fy, fy + SIDE > j->in->h ? j->in->h : fy + SIDE,
                fx < 0 ? 0 : fx, fx + SIDE > j->in->w ? j->in->w : fx + SIDE, 0};
    w.share = 1 / (mvt_real)((w.y1 - w.y0) * (w.x1 - w.x0));
    return w;
}

static void forward_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    size_t hw = (size_t)j->in->h * (size_t)j->in->w, c = (size_t)j->in->c;
    const mvt_real *in = mvt_load(j->p->m, j->in, (size_t)frame * hw, hw, scratch);
    mvt_real *to = j->out->z + (size_t)frame * (size_t)j->out->h * (size_t)j->out->w * c;
    for (int y = 0; y < j->out->h; y++)
        for (int x = 0; x < j->out->w; x++, to += c) {
            window w = window_at(j, y, x);
            memset(to, 0, c * sizeof *to);
            for (int iy = w.y0; iy < w.y1; iy++)
                for (int ix = w.x0; ix < w.x1; ix++) {
                    const mvt_real *from = in + ((size_t)iy * (size_t)j->in->w + (size_t)ix) * c;
                    for (size_t k = 0; k < c; k++)
                        to[k] += from[k];
                }
            for (size_t k = 0; k < c; k++)
                to[k] *= w.share;
        }
}

void mvt_pool_forward(const mvt_pass *p, const mvt_tensor *in, mvt_tensor *out)
{
    job j = {p, in, out};
    mvt_run(p->m, forward_frame, &j, in->frames);
}

static void backward_frame(void *user, int frame, mvt_real *scratch)
{
    const job *j = user;
    size_t hw = (size_t)j->in->h * (size_t)j->in->w, c = (size_t)j->in->c;
    const mvt_real *d = j->out->d + (size_t)frame * (size_t)j->out->h * (size_t)j->out->w * c;
    mvt_real *to = j->in->d + (size_t)frame * hw * c;
    (void)scratch;
    memset(to, 0, hw * c * sizeof *to);
    for (int y = 0; y < j->out->h; y++)
        for (int x = 0; x < j->out->w; x++, d += c) {
            window w = window_at(j, y, x);
            for (int iy = w.y0; iy < w.y1; iy++)
                for (int ix = w.x0; ix < w.x1; ix++) {
                    mvt_real *at = to + ((size_t)iy * (size_t)j->in->w + (size_t)ix) * c;
                    for (size_t k = 0; k < c; k++)
                        at[k] += d[k] * w.share;
                }
        }
}

void mvt_pool_backward(const mvt_pass *p, mvt_tensor *in, const mvt_tensor *out)
{
    job j = {p, in, out};
    mvt_run(p->m, backward_frame, &j, in->frames);
}
