/* Two networks on the same frames, op by op. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/compare.h"

#include "api/model.h"
#include "core/cpu.h"
#include "evaluate/metrics.h"
#include "picture/preprocess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct side {
    movinet_comparison *c;
    mve_plan plan; ///< op by op as in the file
    mve_stream stream;
    mvv_preprocess *preprocess;
    bool planned, opened;
    int *pair;              ///< [tensors] the pair that a tensor is of; -1: none
    float *logits, *scores; ///< [n_classes]
    int n_compared;
} side;

struct movinet_comparison {
    movinet_model *models[2];
    side sides[2];
    mvx_match_pair *pairs; ///< [n_pairs]
    float **values;        ///< [n_pairs] what a has made of the frame
    float *other;          ///< what b has, of the largest
    mvx_noise *noise;      ///< [n_pairs]
    const char **layers;   ///< [ops of a]
    double *reach;         ///< [tensors of a]
    int in_clip, late;     ///< frames; late ones of all clips
    movinet_comparison_info info;
    double differences;
};

static movinet_status no_memory(movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "comparison: out of memory");
}

/* ---- values --------------------------------------------------------------------------- */

static void to_floats(const mvg_tensor *t, const void *bytes, float *out)
{
    if (t->type == MOVINET_FLOAT32) {
        memcpy(out, bytes, t->count * sizeof *out);
        return;
    }
    const int8_t *q = bytes;
    for (size_t i = 0; i < t->count; i++)
        out[i] = t->quant.scale[0] * (float)(q[i] - t->quant.zero_point[0]);
}

static void keep(void *user, int op, int tensor, const void *bytes, size_t size)
{
    const side *s = user;
    int pair = s->pair[tensor];
    (void)size;
    if (pair >= 0 && s->c->pairs[pair].op_a == op)
        to_floats(&s->plan.graph.tensors[tensor], bytes, s->c->values[pair]);
}

static void compare(void *user, int op, int tensor, const void *bytes, size_t size)
{
    const side *s = user;
    movinet_comparison *c = s->c;
    const mvg_tensor *t = &s->plan.graph.tensors[tensor];
    int pair = s->pair[tensor];
    (void)size;
    if (pair < 0 || c->pairs[pair].op_b != op)
        return;
    to_floats(t, bytes, c->other);
    mvx_noise_add(&c->noise[pair], c->values[pair], c->other, t->count,
                  c->in_clip < MOVINET_EARLY_FRAMES);
}

/* ---- beginning ------------------------------------------------------------------------ */

static movinet_status open_side(movinet_comparison *c, int i, movinet_preprocess preprocess,
                                movinet_error *err)
{
    side *s = &c->sides[i];
    const movinet_model_info *info = &c->models[i]->info;
    const mve_options options = {.cpu = mv_cpu_flags(), .plain = true};
    s->c = c;
    movinet_status status = mve_plan_build(&s->plan, &c->models[i]->file, &options, err);
    if (status)
        return status;
    s->planned = true;
    for (int k = 0; k < s->plan.graph.n_ops; k++)
        s->n_compared += mvx_is_compared(&s->plan.graph, k);
    s->pair = calloc((size_t)s->plan.graph.n_tensors + 1, sizeof *s->pair);
    s->logits = calloc((size_t)info->n_classes * 2, sizeof *s->logits);
    if (!s->pair || !s->logits)
        return no_memory(err);
    s->scores = s->logits + info->n_classes;
    for (int k = 0; k < s->plan.graph.n_tensors; k++)
        s->pair[k] = -1;
    status =
        mvv_preprocess_open(&s->preprocess, info->frame_width, info->frame_height, preprocess, err);
    if (!status)
        status = mve_stream_open(&s->stream, &s->plan, 1, err);
    s->opened = !status;
    s->stream.observe = i ? compare : keep;
    s->stream.user = s;
    return status;
}

static movinet_status take_pairs(movinet_comparison *c, movinet_error *err)
{
    const mvg_graph *a = &c->sides[0].plan.graph, *b = &c->sides[1].plan.graph;
    size_t largest = 0;
    int n;
    movinet_status status = mvx_align(a, b, &c->pairs, &n, err);
    if (status)
        return status;
    if (!n)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "the two files have no layer in common: they are not of one network");
    c->values = calloc((size_t)n, sizeof *c->values);
    c->noise = calloc((size_t)n, sizeof *c->noise);
    if (!c->values || !c->noise)
        return no_memory(err);
    c->info.n_pairs = n;
    for (int i = 0; i < n; i++) {
        const mvg_tensor *t = &a->tensors[c->pairs[i].tensor_a];
        c->sides[0].pair[c->pairs[i].tensor_a] = i;
        c->sides[1].pair[c->pairs[i].tensor_b] = i;
        largest = t->count > largest ? t->count : largest;
        if (!(c->values[i] = malloc(t->count * sizeof **c->values)))
            return no_memory(err);
    }
    c->other = malloc(largest * sizeof *c->other);
    return c->other ? MOVINET_OK : no_memory(err);
}

/* Which layer each op of a is of. */
static movinet_status take_layers(movinet_comparison *c, movinet_error *err)
{
    movinet_step_info step;
    int n = c->sides[0].plan.graph.n_ops;
    c->layers = calloc((size_t)n + 1, sizeof *c->layers);
    c->reach = calloc((size_t)c->sides[0].plan.graph.n_tensors + 1, sizeof *c->reach);
    if (!c->layers || !c->reach)
        return no_memory(err);
    for (int i = 0; i < n; i++)
        c->layers[i] = "";
    for (int i = 0; movinet_model_step(c->models[0], i, &step) == MOVINET_OK; i++)
        for (int k = 0; k < step.n_ops; k++)
            if (step.ops[k] >= 0 && step.ops[k] < n)
                c->layers[step.ops[k]] = step.layer;
    return MOVINET_OK;
}

movinet_status movinet_comparison_open(movinet_comparison **out, movinet_model *a, movinet_model *b,
                                       movinet_preprocess preprocess, movinet_error *err)
{
    *out = NULL;
    if (a->info.frame_width != b->info.frame_width || a->info.frame_height != b->info.frame_height)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "images of %d x %d and of %d x %d: they are not of one network",
                       a->info.frame_width, a->info.frame_height, b->info.frame_width,
                       b->info.frame_height);
    movinet_comparison *c = calloc(1, sizeof *c);
    if (!c)
        return no_memory(err);
    c->models[0] = a;
    c->models[1] = b;
    movinet_status status = open_side(c, 0, preprocess, err);
    if (!status)
        status = open_side(c, 1, preprocess, err);
    if (!status)
        status = take_pairs(c, err);
    if (!status)
        status = take_layers(c, err);
    c->info.n_a = c->sides[0].n_compared;
    c->info.n_b = c->sides[1].n_compared;
    if (status)
        movinet_comparison_close(c);
    else
        *out = c;
    return status;
}

void movinet_comparison_close(movinet_comparison *c)
{
    if (!c)
        return;
    for (int i = 0; i < 2; i++) {
        side *s = &c->sides[i];
        if (s->opened)
            mve_stream_close(&s->stream);
        mvv_preprocess_close(s->preprocess);
        if (s->planned)
            mve_plan_free(&s->plan);
        free(s->pair);
        free(s->logits);
    }
    for (int i = 0; i < c->info.n_pairs; i++)
        free(c->values[i]);
    free(c->values);
    free(c->other);
    free(c->noise);
    free(c->pairs);
    free(c->layers);
    free(c->reach);
    free(c);
}

/* ---- frames --------------------------------------------------------------------------- */

static void put_u8(void *user, int y, const uint8_t *row)
{
    mve_stream_put_u8(user, y, row);
}

static void put_f32(void *user, int y, const float *row)
{
    mve_stream_put_f32(user, y, row);
}

static double snr_of(const movinet_comparison *c, int pair)
{
    return mvx_decibels(c->noise[pair].signal, c->noise[pair].noise);
}

/* Signal-to-noise of every tensor of a: where it is compared its own, else the worst of what it is
 * made from. What comes from the states is as good as what they were kept from. */
static void follow(movinet_comparison *c)
{
    const mvg_graph *g = &c->sides[0].plan.graph;
    for (int i = 0; i < g->n_tensors; i++)
        c->reach[i] = INFINITY;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < g->n_ops; i++) {
            const mvg_op *o = &g->ops[i];
            double worst = INFINITY;
            for (int k = 0; k < o->n_inputs; k++)
                if (o->inputs[k] >= 0)
                    worst = fmin(worst, c->reach[o->inputs[k]]);
            for (int k = 0; k < o->n_outputs; k++) {
                int pair = c->sides[0].pair[o->outputs[k]];
                c->reach[o->outputs[k]] = pair >= 0 ? snr_of(c, pair) : worst;
            }
        }
        for (int i = 0; i < g->n_states; i++)
            if (g->states[i].input != g->states[i].output)
                c->reach[g->states[i].input] = c->reach[g->states[i].output];
    }
}

movinet_status movinet_comparison_push(movinet_comparison *c, const movinet_frame *frame,
                                       movinet_error *err)
{
    int n = c->models[0]->info.n_classes;
    for (int i = 0; i < 2; i++) { /* both pictures before either step, for that may fail */
        const mvv_sink sink = {put_u8, put_f32, &c->sides[i].stream};
        movinet_status status = mvv_preprocess_run(c->sides[i].preprocess, frame, &sink, err);
        if (status)
            return status;
    }
    for (int i = 0; i < 2; i++) {
        side *s = &c->sides[i];
        mve_stream_step(&s->stream, s->logits);
        movinet_softmax(s->logits, s->scores, c->models[i]->info.n_classes);
    }
    c->late += c->in_clip >= MOVINET_EARLY_FRAMES;
    c->info.clips += !c->in_clip++;
    c->info.frames++;
    follow(c);
    if (n == c->models[1]->info.n_classes) {
        int top = mvx_top(c->sides[0].scores, n);
        c->info.same_top += top == mvx_top(c->sides[1].scores, n);
        c->differences += fabs((double)c->sides[0].scores[top] - (double)c->sides[1].scores[top]);
    }
    return MOVINET_OK;
}

void movinet_comparison_reset(movinet_comparison *c)
{
    for (int i = 0; i < 2; i++)
        mve_stream_reset(&c->sides[i].stream);
    c->in_clip = 0;
}

/* ---- what came out ---------------------------------------------------------------------- */

movinet_comparison_info movinet_comparison_get_info(const movinet_comparison *c)
{
    movinet_comparison_info info = c->info;
    info.difference = info.frames ? c->differences / info.frames : NAN;
    return info;
}

/* Noise 120 dB down is none that anybody would look for. */
static double lost_at(const movinet_comparison *c, int pair)
{
    const mvg_op *o = &c->sides[0].plan.graph.ops[c->pairs[pair].op_a];
    double before = 120, after = snr_of(c, pair);
    for (int i = 0; i < o->n_inputs; i++)
        before = fmin(before, o->inputs[i] < 0 ? INFINITY : c->reach[o->inputs[i]]);
    return after < before ? before - fmax(after, -120) : 0;
}

bool movinet_comparison_get(const movinet_comparison *c, int index, movinet_drift *out)
{
    if (index < 0 || index >= c->info.n_pairs)
        return false;
    const mvx_match_pair *p = &c->pairs[index];
    const mvx_noise *s = &c->noise[index];
    const mvg_graph *g = &c->sides[0].plan.graph;
    double late_noise = s->noise - s->early_noise, late = s->signal - s->early_signal;
    *out = (movinet_drift){
        .op_a = p->op_a,
        .op_b = p->op_b,
        .tensor_a = p->tensor_a,
        .tensor_b = p->tensor_b,
        .kind = mvg_op_name(g->ops[p->op_a].code),
        .layer = c->layers[p->op_a],
        .name = g->tensors[p->tensor_a].name,
        .snr = mvx_decibels(s->signal, s->noise),
        .early = mvx_decibels(s->early_signal, s->early_noise),
        .late = c->late ? mvx_decibels(late, late_noise) : NAN,
        .bias = s->signal > 0 ? s->bias / s->count / sqrt(s->signal / s->count) : NAN,
        .lost = c->info.frames ? lost_at(c, index) : NAN,
    };
    if (!out->kind)
        out->kind = "?";
    return true;
}
