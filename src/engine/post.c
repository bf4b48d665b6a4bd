/* Ops that are done to a step's output piece by piece, while it is in the cache.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/plan.h"

#include <string.h>

/* Output bytes to compute before the posts follow: they should find them in the
 * first-level cache. */
enum { BLOCK_BYTES = 12288 };

/* ---- running ---- */

static mvk_broadcast flat(size_t n, bool number, bool second)
{
    mvk_broadcast b = {.rank = 1, .shape = {(int32_t)n}, .stride = {{1}, {1}}};
    if (number)
        b.stride[second ? 0 : 1][0] = 0;
    return b;
}

static void run_post(const mve_step *s, const mve_post *p, void *const *data, size_t first,
                     size_t n)
{
    int8_t *q = (int8_t *)data[s->output] + first;
    float *x = (float *)data[s->output] + first;
    mvk_broadcast b = flat(n, p->other < 0, p->second);
    switch (p->kind) {
    case MVE_POST_TABLE: s->set->lookup_s8(p->table, q, q, n); break;
    case MVE_POST_UNARY: s->set->unary_f32(p->unary, p->alpha, x, x, n); break;
    case MVE_POST_S8: {
        const int8_t *other = (const int8_t *)data[p->other] + first;
        s->set->binary_s8(&p->s8, &b, p->second ? other : q, p->second ? q : other, q);
        break;
    }
    case MVE_POST_F32: {
        const float *other = p->other < 0 ? &p->number : (const float *)data[p->other] + first;
        s->set->binary_f32(p->binary, p->min, p->max, &b, p->second ? other : x,
                           p->second ? x : other, x);
        break;
    }
    }
}

void mve_step_run(const mve_step *s, void *const *data, int begin, int end)
{
    if (!s->n_posts) {
        s->run(s, data, begin, end);
        return;
    }
    for (int i = begin; i < end; i += s->block) {
        int n = end - i < s->block ? end - i : s->block;
        s->run(s, data, i, i + n);
        for (int k = 0; k < s->n_posts; k++)
            run_post(s, &s->posts[k], data, (size_t)i * s->task_elements,
                     (size_t)n * s->task_elements);
    }
}

/* ---- binding ---- */

static void identity(int8_t table[256])
{
    for (int i = 0; i < 256; i++)
        table[i] = (int8_t)(uint8_t)i;
}

/* One op on all 256 values that an int8 can have. */
static bool op_table(const mve_bind *b, int op, int from, int8_t table[256])
{
    const mvg_op *o = &b->graph->ops[op];
    const mvg_tensor *in = &b->graph->tensors[from], *out = &b->graph->tensors[o->outputs[0]];
    float in_scale = in->quant.scale[0], out_scale = out->quant.scale[0];
    int32_t in_zero = in->quant.zero_point[0], out_zero = out->quant.zero_point[0];
    if (o->code == TFL_OP_QUANTIZE) {
        mvk_requantize_table(table, in_scale, in_zero, out_scale, out_zero);
        return true;
    }
    if (o->code != TFL_OP_ADD && o->code != TFL_OP_MUL && o->code != TFL_OP_SUB)
        return mvk_table_s8(table, mve_unary_op(o->code), o->options->alpha, in_scale, in_zero,
                            out_scale, out_zero);
    mvk_binary_s8 p;
    bool second = o->inputs[0] != from;
    const mvg_tensor *t0 = &b->graph->tensors[o->inputs[0]], *t1 = &b->graph->tensors[o->inputs[1]];
    int32_t min, max;
    if (!mve_activation_s8(o->options->activation, out, &min, &max) ||
        !mvk_binary_s8_init(&p, mve_binary_op(o->code), t0->quant.scale[0],
                            t0->quant.zero_point[0], t1->quant.scale[0], t1->quant.zero_point[0],
                            out_scale, out_zero, min, max))
        return false;
    int8_t all[256];
    mvk_broadcast shape = flat(256, true, second);
    identity(all);
    mvk_binary_s8_run(&p, &shape, second ? t0->data : all, second ? all : t1->data, table);
    return true;
}

/* Puts `table` behind what the last post does, or makes it a post. */
static void add_table(mve_step *s, const int8_t table[256])
{
    mve_post *last = s->n_posts ? &s->posts[s->n_posts - 1] : NULL;
    if (!last || last->kind != MVE_POST_TABLE) {
        last = &s->posts[s->n_posts++];
        last->kind = MVE_POST_TABLE;
        identity(last->table);
    }
    for (int i = 0; i < 256; i++)
        last->table[i] = table[(uint8_t)last->table[i]];
}

static bool is_pair(int code)
{
    return code == TFL_OP_ADD || code == TFL_OP_MUL || code == TFL_OP_SUB;
}

static bool add_s8(mve_bind *b, int op, int from)
{
    const mvg_op *o = &b->graph->ops[op];
    const mvg_tensor *out = &b->graph->tensors[o->outputs[0]];
    int8_t table[256];
    int other = is_pair(o->code) ? o->inputs[o->inputs[0] == from] : -1;
    if (other < 0 || b->graph->tensors[other].data) {
        if (!op_table(b, op, from, table))
            return false;
        add_table(b->step, table);
        return true;
    }
    mve_post *p = &b->step->posts[b->step->n_posts++];
    const mvg_tensor *t0 = &b->graph->tensors[o->inputs[0]], *t1 = &b->graph->tensors[o->inputs[1]];
    int32_t min, max;
    p->kind = MVE_POST_S8;
    p->other = other;
    p->second = o->inputs[0] != from;
    if (!mve_activation_s8(o->options->activation, out, &min, &max) ||
        !mvk_binary_s8_init(&p->s8, mve_binary_op(o->code), t0->quant.scale[0],
                            t0->quant.zero_point[0], t1->quant.scale[0], t1->quant.zero_point[0],
                            out->quant.scale[0], out->quant.zero_point[0], min, max))
        return false;
    b->set->prepare_binary_s8(&p->s8);
    return true;
}

static bool add_f32(mve_bind *b, int op, int from)
{
    const mvg_op *o = &b->graph->ops[op];
    mve_post *p = &b->step->posts[b->step->n_posts++];
    if (!is_pair(o->code)) {
        p->kind = MVE_POST_UNARY;
        p->unary = mve_unary_op(o->code);
        p->alpha = o->options->alpha;
        return true;
    }
    int other = o->inputs[o->inputs[0] == from];
    const mvg_tensor *t = &b->graph->tensors[other];
    p->kind = MVE_POST_F32;
    p->binary = mve_binary_op(o->code);
    p->second = o->inputs[0] != from;
    p->other = t->data ? -1 : other;
    if (t->data)
        memcpy(&p->number, t->data, sizeof p->number);
    return mve_activation_f32(o->options->activation, &p->min, &p->max);
}

movinet_status mve_bind_posts(mve_bind *b, movinet_error *err)
{
    const mvg_graph *g = b->graph;
    mve_step *s = b->step;
    int from = g->ops[b->op].outputs[0], n = 0;
    for (int i = g->ops[b->op].next; i >= 0; i = g->ops[i].next)
        n++;
    s->posts = mv_arena_alloc(b->arena, (size_t)n + 1, sizeof *s->posts);
    if (!s->posts)
        return mve_no_memory(err);
    for (int i = g->ops[b->op].next; i >= 0; i = g->ops[i].next) {
        const mvg_op *o = &g->ops[i];
        bool view = o->code == TFL_OP_RESHAPE || o->code == TFL_OP_SQUEEZE ||
                    o->code == TFL_OP_EXPAND_DIMS;
        bool ok = view || (g->tensors[from].type == MOVINET_INT8 ? add_s8(b, i, from)
                                                                 : add_f32(b, i, from));
        if (!ok)
            return mvg_fail(g, i, o->outputs[0], MOVINET_ERR_UNSUPPORTED, err,
                            "its scales or its activation are outside what can be computed");
        from = o->outputs[0];
        s->op = i;
        s->output = from;
    }
    const mvg_tensor *out = &g->tensors[s->output];
    s->task_elements = out->count / (size_t)s->n_tasks;
    s->task_bytes = s->task_elements * tfl_type_size(out->type);
    s->block = s->task_bytes < BLOCK_BYTES && s->task_bytes ? (int)(BLOCK_BYTES / s->task_bytes) : 1;
    /* In units of about one byte of output or one instruction of 64 products. */
    s->small = out->bytes * (size_t)(1 + s->n_posts) + (size_t)g->ops[b->op].macs / 64 < 8192;
    return MOVINET_OK;
}
