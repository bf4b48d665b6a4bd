/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/correct.h"

#include <math.h>
#include <stdlib.h>

/* Sums over frames and pixels of the channels of one tensor. */
typedef struct sums {
    double *sum;       ///< [channels]
    double count;      ///< of each channel
} sums;

typedef struct means {
    const tfl_model *model;
    sums *of;          ///< [model->n_tensors]; sum NULL: not asked for
    const mvq_range *clip; ///< [model->n_tensors]: values beyond are taken as at the end; or NULL
} means;

static void add(const means *m, int tensor, const void *bytes, size_t size)
{
    const tfl_tensor *t = &m->model->tensors[tensor];
    sums *s = &m->of[tensor];
    size_t n = (size_t)t->shape[t->rank - 1], count = size / (t->type == MOVINET_INT8 ? 1 : 4);
    const float *x = bytes;
    const int8_t *q = bytes;
    mvq_range clip = m->clip ? m->clip[tensor] : (mvq_range){-INFINITY, INFINITY};
    for (size_t i = 0; i < count; i++) {
        double value = t->type == MOVINET_INT8
                           ? (double)t->quant.scale[0] * (q[i] - t->quant.zero_point[0])
                           : (double)fminf(fmaxf(x[i], clip.low), clip.high);
        s->sum[i % n] += value;
    }
    s->count += (double)(count / n);
}

static void look(void *user, int op, int tensor, const void *bytes, size_t size)
{
    const means *m = user;
    (void)op;
    if (m->of[tensor].sum)
        add(m, tensor, bytes, size);
}

static int channels_of(const tfl_model *model, int tensor)
{
    const tfl_tensor *t = &model->tensors[tensor];
    return t->shape[t->rank - 1];
}

typedef struct job {
    const mvq_frames *frames;
    int n;
    const tfl_model *model;
    mvq_tensor *tensors;
    mvq_range *clip;   ///< [n_tensors]
    sums *wanted;      ///< [n_tensors] by the float model
    int *twins;        ///< [n_tensors]
    mv_arena *arena;
} job;

static movinet_status no_memory(movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "bias correction: out of memory");
}

static bool is_corrected(const job *j, int op)
{
    const tfl_op *o = &j->model->ops[op];
    return (o->code == TFL_OP_CONV_2D || o->code == TFL_OP_DEPTHWISE_CONV_2D) &&
           j->tensors[o->outputs[0]].wide;
}

/* What the float model has, as far as int8 can say it. */
static movinet_status see_wanted(job *j, movinet_error *err)
{
    means m = {j->model, j->wanted, j->clip};
    for (int i = 0; i < j->model->n_tensors; i++) {
        mvq_steps s = mvq_steps_of(j->tensors[j->tensors[i].root].range);
        j->clip[i] = (mvq_range){s.scale * (float)(-128 - s.zero), s.scale * (float)(127 - s.zero)};
    }
    for (int i = 0; i < j->model->n_ops; i++) {
        int out = j->model->ops[i].outputs[0];
        if (!is_corrected(j, i))
            continue;
        size_t n = (size_t)channels_of(j->model, out);
        float *plus = mv_arena_alloc(j->arena, n, sizeof *plus);
        j->wanted[out].sum = mv_arena_alloc(j->arena, n, sizeof(double));
        j->tensors[out].plus = plus;
        if (!plus || !j->wanted[out].sum)
            return no_memory(err);
    }
    return mvq_frames_run(j->frames, j->n, j->model, look, &m, err);
}

/* What the int8 model has now in one tensor; the correction is moved by the difference. */
static movinet_status correct(job *j, int tensor, movinet_error *err)
{
    tfl_model made;
    movinet_status status = mvq_int8_make(j->model, j->tensors, j->twins, &made, err);
    if (status)
        return status;
    size_t n = (size_t)channels_of(j->model, tensor);
    means m = {.model = &made, .of = calloc((size_t)made.n_tensors, sizeof(sums))};
    double *sum = calloc(n, sizeof *sum);
    if (m.of && sum) {
        m.of[j->twins[tensor]].sum = sum;
        status = mvq_frames_run(j->frames, j->n, &made, look, &m, err);
    } else {
        status = no_memory(err);
    }
    float *plus = (float *)(uintptr_t)j->tensors[tensor].plus;
    for (size_t c = 0; !status && c < n; c++)
        plus[c] += (float)(j->wanted[tensor].sum[c] / j->wanted[tensor].count -
                           sum[c] / m.of[j->twins[tensor]].count);
    free(m.of);
    free(sum);
    tfl_free(&made);
    return status;
}

static movinet_status correct_all(job *j, mvq_going *going, void *user, movinet_error *err)
{
    int done = 0, total = 0;
    for (int i = 0; i < j->model->n_ops; i++)
        total += is_corrected(j, i);
    movinet_status status = see_wanted(j, err);
    for (int i = 0; !status && i < j->model->n_ops; i++) {
        if (!is_corrected(j, i))
            continue;
        if (going && !going(user, done++, total))
            return mv_fail(err, MOVINET_ERR_CANCELLED, "stopped");
        status = correct(j, j->model->ops[i].outputs[0], err);
    }
    return status;
}

movinet_status mvq_correct(const mvq_frames *frames, int n, const tfl_model *model,
                           mvq_tensor *tensors, mv_arena *arena, mvq_going *going, void *user,
                           movinet_error *err)
{
    size_t count = (size_t)model->n_tensors;
    job j = {.frames = frames, .n = n, .model = model, .tensors = tensors, .arena = arena,
             .clip = calloc(count, sizeof *j.clip), .wanted = calloc(count, sizeof *j.wanted),
             .twins = calloc(count, sizeof *j.twins)};
    movinet_status status = j.clip && j.wanted && j.twins ? correct_all(&j, going, user, err)
                                                          : no_memory(err);
    free(j.clip);
    free(j.wanted);
    free(j.twins);
    return status;
}
