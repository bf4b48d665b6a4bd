/* SPDX-License-Identifier: Apache-2.0 */
#include "train/optimizer.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

/* RMSprop as TensorFlow has it, with the numbers that MoViNets were published with. */
#define RMS_KEEP 0.9
#define RMS_EPSILON 1.0 /* inside of the root */
#define MOMENTUM 0.9
#define ADAM_KEEP 0.9
#define ADAM_KEEP_SQUARES 0.999
#define ADAM_EPSILON 1e-8

movinet_status mvt_optimizer_open(mvt_optimizer *o, const mvt_group *groups, int n_groups,
                                  movinet_error *err)
{
    size_t bytes = (size_t)n_groups * sizeof *groups;
    o->n = 0;
    for (int i = 0; i < n_groups; i++)
        o->n += groups[i].n;
    o->n_groups = n_groups;
    o->groups = malloc(bytes ? bytes : 1);
    for (int i = 0; i < 2; i++)
        o->slots[i] = mv_alloc((o->n ? o->n : 1) * sizeof(float));
    if (!o->groups || !o->slots[0] || !o->slots[1])
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for the optimizer");
    memcpy(o->groups, groups, bytes);
    return MOVINET_OK;
}

void mvt_optimizer_close(mvt_optimizer *o)
{
    free(o->groups);
    free(o->slots[0]);
    free(o->slots[1]);
    memset(o, 0, sizeof *o);
}

double mvt_gradient_length(const mvt_optimizer *o, const float *grads)
{
    double sum = 0;
    for (int i = 0; i < o->n_groups; i++) {
        const float *g = grads + o->groups[i].at;
        for (size_t k = 0; k < o->groups[i].n; k++)
            sum += (double)g[k] * (double)g[k];
    }
    return sqrt(sum);
}

/* What one group needs. Decay beside the gradient's own ways is AdamW's (Loshchilov, Hutter
 * 2019); the others add it to the gradient. */
typedef struct move {
    float rate, scale, decay;
    float *values;
    const float *grads;
    float *slot0, *slot1;
    size_t n;
} move;

static void sgd(const move *s)
{
    for (size_t i = 0; i < s->n; i++) {
        float g = s->grads[i] * s->scale + s->decay * s->values[i];
        float v = s->slot0[i] = (float)MOMENTUM * s->slot0[i] + g;
        s->values[i] -= s->rate * (g + (float)MOMENTUM * v);
    }
}

static void rmsprop(const move *s)
{
    for (size_t i = 0; i < s->n; i++) {
        float g = s->grads[i] * s->scale + s->decay * s->values[i];
        float squares = s->slot1[i] = (float)RMS_KEEP * s->slot1[i] + (float)(1 - RMS_KEEP) * g * g;
        float v = s->slot0[i] = (float)MOMENTUM * s->slot0[i] +
                                s->rate * g / sqrtf(squares + (float)RMS_EPSILON);
        s->values[i] -= v;
    }
}

static void adamw(const move *s, int64_t steps)
{
    float first = (float)(1 / (1 - pow(ADAM_KEEP, (double)steps)));
    float second = (float)(1 / (1 - pow(ADAM_KEEP_SQUARES, (double)steps)));
    for (size_t i = 0; i < s->n; i++) {
        float g = s->grads[i] * s->scale;
        float m = s->slot0[i] = (float)ADAM_KEEP * s->slot0[i] + (float)(1 - ADAM_KEEP) * g;
        float v = s->slot1[i] = (float)ADAM_KEEP_SQUARES * s->slot1[i] +
                                (float)(1 - ADAM_KEEP_SQUARES) * g * g;
        float way = m * first / (sqrtf(v * second) + (float)ADAM_EPSILON);
        s->values[i] -= s->rate * (way + s->decay * s->values[i]);
    }
}

void mvt_optimizer_step(mvt_optimizer *o, float *values, const float *grads, double length,
                        double rate)
{
    double scale = o->clip > 0 && length > o->clip ? o->clip / length : 1;
    size_t done = 0;
    o->steps++;
    for (int i = 0; i < o->n_groups; i++) {
        const mvt_group *g = &o->groups[i];
        move s = {.rate = (float)(rate * g->rate), .scale = (float)scale,
                  .decay = g->decays ? (float)o->weight_decay : 0, .values = values + g->at,
                  .grads = grads + g->at, .slot0 = o->slots[0] + done, .slot1 = o->slots[1] + done,
                  .n = g->n};
        if (o->kind == MOVINET_SGD)
            sgd(&s);
        else if (o->kind == MOVINET_RMSPROP)
            rmsprop(&s);
        else
            adamw(&s, o->steps);
        done += g->n;
    }
}

double mvt_rate(int64_t step, int64_t steps, double warm_up)
{
    double rising = floor((double)steps * warm_up);
    if ((double)step < rising)
        return ((double)step + 1) / (rising + 1);
    double way = ((double)step - rising) / fmax(1, (double)steps - rising);
    return 0.5 * (1 + cos(PI * fmin(1, way)));
}

double mvt_keep(double keep, int64_t step)
{
    double early = (1 + (double)step) / (10 + (double)step);
    return keep < early ? keep : early;
}

/* So written, what does not learn stays as it is to the last bit. */
void mvt_average(float *average, const float *values, size_t n, double keep)
{
    float taken = (float)(1 - keep);
    for (size_t i = 0; i < n; i++)
        average[i] += taken * (values[i] - average[i]);
}
