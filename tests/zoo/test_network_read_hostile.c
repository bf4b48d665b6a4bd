/* Networks with something changed at random: what is read from them still computes what the
 * file computes, or they are refused; nothing is read where nothing is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "network_files.h"
#include "other_forms.h"
#include "reference.h"

#include "core/random.h"
#include "zoo/network_file.h"
#include "zoo/network_read.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/ok.h"
#include "support/slow.h"

enum { FRAMES = 3, CLASSES = 4, SIDE = 20, MANY = 600, FEW = 60 };

static const mvz_variant tiny = {
    .name = "tiny", .stem = 8, .head = 16, .dense = 24, .size = SIDE, .frames = 1,
    .blocks = {{8, 2, 1, {{16, 15}}}, {8, 1, 2, {{24, 33}, {24, 33}}}, {16, 1, 1, {{16, 23}}}}};

static unsigned below(mv_random *random, unsigned n)
{
    return (unsigned)(mv_random_bits(random) >> 33) % n;
}

/* ---- changes ------------------------------------------------------------------------------ */

static int other_code(mv_random *random, int code)
{
    static const int families[][5] = {
        {TFL_OP_ADD, TFL_OP_MUL, TFL_OP_SUB, TFL_OP_DIV, TFL_OP_MAXIMUM},
        {TFL_OP_MEAN, TFL_OP_SUM, TFL_OP_REDUCE_MAX, TFL_OP_MEAN, TFL_OP_SUM},
        {TFL_OP_RELU, TFL_OP_RELU6, TFL_OP_HARD_SWISH, TFL_OP_LOGISTIC, TFL_OP_TANH},
        {TFL_OP_AVERAGE_POOL_2D, TFL_OP_MAX_POOL_2D, TFL_OP_MAX_POOL_2D, TFL_OP_MAX_POOL_2D,
         TFL_OP_MAX_POOL_2D},
        {TFL_OP_SIN, TFL_OP_COS, TFL_OP_SIN, TFL_OP_COS, TFL_OP_SQRT}};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (int k = 0; k < 5; k++)
            if (families[i][k] == code)
                return families[i][below(random, 5)];
    return code;
}

static void change_options(mv_random *random, tfl_options *o)
{
    switch (below(random, 8)) {
    case 0: o->activation = (int)below(random, 4); break;
    case 1: o->padding = !o->padding; break;
    case 2: o->stride_w = (int)below(random, 3); break;
    case 3: o->stride_h = o->stride_w = 1 + (int)below(random, 2); break;
    case 4: o->dilation_h = 2; break;
    case 5: o->axis = (int)below(random, 5) - 1; break;
    case 6: o->filter_h = o->filter_w = 1 + (int)below(random, 4); break;
    default: o->begin_mask = (int)below(random, 32);
    }
}

/* The draft's constants are its own, and may be written to. */
static void change_constant(mv_random *random, const tfl_model *m, const tfl_op *op)
{
    const tfl_tensor *t = &m->tensors[op->inputs[below(random, (unsigned)op->n_inputs)]];
    if (!t->data || !t->size)
        return;
    uint8_t *at = (uint8_t *)(uintptr_t)t->data;
    at += below(random, (unsigned)(t->size / 4)) * 4;
    if (t->type == MOVINET_INT32)
        *at = (uint8_t)below(random, 6);
    else
        at[3] ^= 0x80; /* the other sign */
}

static void change_shape(mv_random *random, const tfl_model *m, const tfl_op *op)
{
    tfl_tensor *t =
        (tfl_tensor *)(uintptr_t)&m->tensors[op->inputs[below(random, (unsigned)op->n_inputs)]];
    unsigned i = below(random, 4), k = below(random, 4);
    if ((int)i >= t->rank || (int)k >= t->rank)
        return;
    int32_t first = t->shape[i];
    t->shape[i] = t->shape[k];
    t->shape[k] = first;
}

static void change_ends(mv_random *random, const tfl_model *m)
{
    const tfl_signature *s = m->signatures;
    tfl_named *out = (tfl_named *)(uintptr_t)s->outputs;
    unsigned a = below(random, (unsigned)s->n_outputs), b = below(random, (unsigned)s->n_outputs);
    int first = out[a].tensor;
    out[a].tensor = out[b].tensor;
    out[b].tensor = first;
}

static void change(mv_random *random, const tfl_model *m)
{
    tfl_op *op = (tfl_op *)(uintptr_t)&m->ops[below(random, (unsigned)m->n_ops)];
    int32_t *in = (int32_t *)(uintptr_t)op->inputs;
    unsigned k = below(random, (unsigned)op->n_inputs);
    switch (below(random, 8)) {
    case 0: in[k] = (int32_t)below(random, (unsigned)m->n_tensors); break;
    case 1: /* another op reads that already, so that shapes are likelier to fit */
        in[k] = m->ops[below(random, (unsigned)m->n_ops)].inputs[0];
        break;
    case 2: in[0] = in[op->n_inputs - 1]; break;
    case 3: op->code = other_code(random, op->code); break;
    case 4: change_options(random, &op->options); break;
    case 5: change_constant(random, m, op); break;
    case 6: change_shape(random, m, op); break;
    default: change_ends(random, m);
    }
}

/* ---- what is read still means the same ----------------------------------------------------- */

/* Whether the engine could run the file; then the network has to give the same. */
static bool same_function(const tfl_model *model, const mvz_network *network)
{
    file f = file_of_model(model);
    movinet_model *opened;
    bool runs = movinet_model_open_memory(&opened, f.bytes, f.size, NULL, NULL) == MOVINET_OK;
    if (runs) {
        movinet_model_close(opened);
        float *frames = random_frames(SIDE, FRAMES, 8);
        float *a = logits_of_file(&f, frames, FRAMES);
        float *b = logits_of_network(network, frames, FRAMES);
        for (int i = 0; i < FRAMES * CLASSES; i++)
            if (!(fabsf(a[i] - b[i]) <= 1e-3f * (1 + fabsf(a[i]))))
                fail_msg("logit %d is %g, of the file %g", i, (double)b[i], (double)a[i]);
        free(a);
        free(b);
        free(frames);
    }
    free(f.bytes);
    return runs;
}

static void change_network(const mvz_spec *spec, int way, uint64_t seed)
{
    const unsigned tries = slow_here() ? FEW : MANY;
    unsigned accepted = 0, ran = 0;
    mvz_network *net, *read;
    OK(mvz_network_open(&net, spec, err));
    reference_stir(net, seed);
    for (unsigned i = 0; i < tries; i++) {
        mv_random random = {seed * tries + i};
        tfl_model model, other = {0};
        movinet_error why;
        OK(mvz_network_model(net, NULL, &model, err));
        if (way >= 0)
            other = in_other_form(&model, way + (int)i);
        const tfl_model *changed = way >= 0 ? &other : &model;
        for (unsigned k = 0; k <= i % 3; k++)
            change(&random, changed);
        if (!mvz_network_read(&read, changed, &why)) {
            accepted++;
            ran += same_function(changed, read);
            mvz_network_close(read);
        } else {
            assert_true(why.message[0] && why.status < 0);
        }
        tfl_free(&other);
        tfl_free(&model);
    }
    print_message("%u of %u read, %u of these run\n", accepted, tries, ran);
    assert_true(accepted > tries / 50 && accepted < tries * 9 / 10);
    assert_true(ran > accepted / 2);
    mvz_network_close(net);
}

static void test_changes(void **state)
{
    (void)state;
    mvz_variant positioned = tiny;
    positioned.position = true;
    change_network(&(mvz_spec){.variant = &tiny, .n_classes = CLASSES}, -1, 1);
    change_network(&(mvz_spec){.variant = &positioned, .n_classes = CLASSES, .no_norm = true}, 0, 2);
    change_network(&(mvz_spec){.variant = &tiny, .n_classes = CLASSES, .no_se = true,
                               .activation = MVZ_RELU6}, 1, 3);
    change_network(&(mvz_spec){.variant = &tiny, .n_classes = CLASSES, .base = true, .frames = 1},
                   -1, 4);
    change_network(&(mvz_spec){.variant = &tiny, .n_classes = CLASSES, .activation = MVZ_SWISH,
                               .no_norm = true}, 2, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_changes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
