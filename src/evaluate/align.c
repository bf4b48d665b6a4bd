/* Which ops of two graphs do the same. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/compare.h"
#include "evaluate/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool mvx_is_compared(const mvg_graph *g, int op)
{
    const mvg_op *o = &g->ops[op];
    const mvg_tensor *t = o->n_outputs ? &g->tensors[o->outputs[0]] : NULL;
    switch (o->code) {
    case TFL_OP_QUANTIZE:
    case TFL_OP_DEQUANTIZE:
    case TFL_OP_CAST:
    case TFL_OP_RESHAPE:
    case TFL_OP_BROADCAST_TO: return false;
    default:
        return t && !o->folded && !t->data && t->count &&
               (t->type == MOVINET_FLOAT32 || (t->type == MOVINET_INT8 && t->quant.n == 1));
    }
}

typedef struct sequence {
    const mvg_graph *graph;
    int *ops; ///< [n] that are compared
    int n;
} sequence;

static bool list_ops(sequence *s, const mvg_graph *g)
{
    *s = (sequence){g, calloc((size_t)g->n_ops + 1, sizeof *s->ops), 0};
    for (int i = 0; s->ops && i < g->n_ops; i++)
        if (mvx_is_compared(g, i))
            s->ops[s->n++] = i;
    return s->ops;
}

static const mvg_tensor *output(const sequence *s, int i)
{
    return &s->graph->tensors[s->graph->ops[s->ops[i]].outputs[0]];
}

/* 0: they cannot be the same. */
static int likeness(const sequence *a, int i, const sequence *b, int k)
{
    const mvg_tensor *x = output(a, i), *y = output(b, k);
    if (x->count != y->count || !x->rank || !y->rank ||
        x->shape[x->rank - 1] != y->shape[y->rank - 1])
        return 0;
    bool name = x->name[0] && !strcmp(x->name, y->name);
    bool code = a->graph->ops[a->ops[i]].code == b->graph->ops[b->ops[k]].code;
    return (name ? 3 : 0) + (code ? 2 : 0);
}

/* best[i][k]: the most that the ops from i and from k on can have in common. */
static void fill(const sequence *a, const sequence *b, int *best)
{
    size_t row = (size_t)b->n + 1;
    for (int i = a->n - 1; i >= 0; i--) {
        for (int k = b->n - 1; k >= 0; k--) {
            int *here = &best[(size_t)i * row + (size_t)k];
            int alike = likeness(a, i, b, k), skip = here[1] > here[row] ? here[1] : here[row];
            int both = alike ? alike + here[row + 1] : 0;
            *here = both > skip ? both : skip;
        }
    }
}

static int walk(const sequence *a, const sequence *b, const int *best, mvx_match_pair *pairs)
{
    size_t row = (size_t)b->n + 1;
    int n = 0;
    for (int i = 0, k = 0; i < a->n && k < b->n;) {
        const int *here = &best[(size_t)i * row + (size_t)k];
        int alike = likeness(a, i, b, k);
        if (alike && *here == alike + here[row + 1]) {
            pairs[n++] = (mvx_match_pair){a->ops[i], b->ops[k], a->graph->ops[a->ops[i]].outputs[0],
                                          b->graph->ops[b->ops[k]].outputs[0]};
            i++, k++;
        } else if (*here == here[row]) {
            i++;
        } else {
            k++;
        }
    }
    return n;
}

movinet_status mvx_align(const mvg_graph *a, const mvg_graph *b, mvx_match_pair **pairs, int *n,
                         movinet_error *err)
{
    sequence x = {0}, y = {0};
    size_t room;
    int *best = NULL;
    *pairs = NULL;
    *n = 0;
    bool fine = list_ops(&x, a) && list_ops(&y, b);
    fine = fine && mv_mul_size((size_t)x.n + 1, (size_t)y.n + 1, &room);
    if (fine) {
        best = calloc(room, sizeof *best);
        *pairs = calloc((size_t)x.n + 1, sizeof **pairs);
        fine = best && *pairs;
    }
    if (fine) {
        fill(&x, &y, best);
        *n = walk(&x, &y, best, *pairs);
    }
    free(best);
    free(x.ops);
    free(y.ops);
    return fine ? MOVINET_OK : mv_fail(err, MOVINET_ERR_MEMORY, "comparison: out of memory");
}

/* ---- noise ---------------------------------------------------------------------------- */

void mvx_noise_add(mvx_noise *sums, const float *a, const float *b, size_t n, bool early)
{
    double signal = 0, noise = 0, bias = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = (double)b[i] - (double)a[i];
        signal += (double)a[i] * (double)a[i];
        noise += difference * difference;
        bias += difference;
    }
    sums->signal += signal;
    sums->noise += noise;
    sums->early_signal += early ? signal : 0;
    sums->early_noise += early ? noise : 0;
    sums->bias += bias;
    sums->count += (double)n;
}

double mvx_decibels(double signal, double noise)
{
    if (noise == 0)
        return signal > 0 ? INFINITY : NAN;
    return signal > 0 ? 10 * log10(signal / noise) : -INFINITY;
}
