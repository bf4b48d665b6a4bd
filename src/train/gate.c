/* SPDX-License-Identifier: Apache-2.0 */
#include "train/gate.h"

#include <math.h>
#include <string.h>

void mvt_encode(mvt_real *to, int t, int n)
{
    int half = n / 2;
    for (int k = 0; k < half; k++) {
        float frequency = (float)pow(MVZ_POSITION_BASE, -(double)k / half);
        float angle = frequency * (float)t;
        to[k] = (mvt_real)sin((double)angle);
        to[half + k] = (mvt_real)cos((double)angle);
    }
}

static void add_position(const mvt_pass *p, mvt_gate *g)
{
    size_t n = (size_t)g->means.c;
    mvt_real scale = p->values[g->position.at];
    for (size_t f = 0; f < (size_t)g->means.frames; f++)
        for (size_t k = 0; k < n; k++)
            g->means.z[f * n + k] += scale * g->encoding[f % (size_t)g->clip_frames * n + k];
}

void mvt_gate_forward(const mvt_pass *p, mvt_gate *g)
{
    int c = g->of->c, clips = g->of->frames / g->clip_frames;
    size_t n = (size_t)g->means.c;
    mvt_means(p, g->of, g->means.z + c, n);
    mvt_so_far(g->means.z, g->means.z + c, n, clips, g->clip_frames, c);
    if (g->position.n)
        add_position(p, g);
    mvt_unit_forward(p, &g->squeeze);
    mvt_unit_forward(p, &g->excite);
    mvt_load_to(p->m, &g->excite.out, 0, (size_t)g->of->frames, g->factor);
}

/* excite.out.d = factor_d, summed over bands. */
static void sum_bands(mvt_gate *g, int bands)
{
    size_t c = (size_t)g->of->c;
    for (size_t f = 0; f < (size_t)g->of->frames; f++)
        for (size_t k = 0; k < c; k++) {
            mvt_real sum = 0;
            for (size_t b = 0; b < (size_t)bands; b++)
                sum += g->factor_d[(f * (size_t)bands + b) * c + k];
            g->excite.out.d[f * c + k] = sum;
        }
}

static void position_backward(const mvt_pass *p, const mvt_gate *g)
{
    size_t n = (size_t)g->means.c;
    double sum = 0;
    for (size_t f = 0; f < (size_t)g->means.frames; f++)
        for (size_t k = 0; k < n; k++)
            sum += (double)g->means.d[f * n + k] *
                   (double)g->encoding[f % (size_t)g->clip_frames * n + k];
    p->grads[g->position.at] += (mvt_real)sum;
}

void mvt_gate_backward(const mvt_pass *p, mvt_gate *g, int bands)
{
    int clips = g->of->frames / g->clip_frames;
    size_t c = (size_t)g->of->c, n = (size_t)g->means.c;
    mvt_real *now_d = g->factor_d; /* its numbers are not needed any more */
    sum_bands(g, bands);
    mvt_finish_all(p, &g->excite.out);
    mvt_unit_backward(p, &g->excite, false, true);
    mvt_unit_backward(p, &g->squeeze, false, false);
    if (g->position.n)
        position_backward(p, g);
    for (size_t f = 0; f < (size_t)g->of->frames; f++)
        memcpy(now_d + f * c, g->means.d + f * n + c, c * sizeof *now_d);
    mvt_so_far_backward(now_d, g->means.d, n, clips, g->clip_frames, (int)c);
    mvt_means_backward(p, g->of, now_d, g->factor);
}
