/* The plan: a graph's ops bound to kernels, and where each tensor lives in a
 * stream's arena. It never changes after it was made and is shared by all
 * streams. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ENGINE_PLAN_H
#define MV_ENGINE_PLAN_H

#include "graph/graph.h"

enum { MVE_MAX_INPUTS = 64 };

typedef struct mve_step mve_step;

/** Computes tasks begin … end-1 of a step. `data[t]` is where tensor t is. */
typedef void mve_run(const mve_step *step, void *const *data, int begin, int end);

struct mve_step {
    int op;            ///< index in the graph
    mve_run *before;   ///< NULL, or what one thread does before the tasks begin
    mve_run *run;
    int n_tasks;       ///< independent pieces, for threads; their split changes no bit
    int n_inputs;
    const int32_t *inputs;
    int output;        ///< tensor
    void *params;      ///< of the op's own kind, in the plan's arena
    int scratch;       ///< index in `data` of scratch memory; -1: none
    size_t scratch_bytes;
};

/** What a binder knows: the graph, the op, and where to put parameters. */
typedef struct mve_bind {
    const mvg_graph *graph;
    int op;
    mv_arena *arena;
    mve_step *step;
    void **blocks;     ///< packed weights: MV_ALIGN aligned blocks, for free()
    int *n_blocks;
} mve_bind;

/** Binds one op. A step without a `run` is a view: its output is its first
 * input's bytes. Errors: UNSUPPORTED (types), FORMAT, MEMORY. */
movinet_status mve_bind_op(mve_bind *b, movinet_error *err);

/* Binders, by family (bind_*.c). */
typedef movinet_status mve_binder(mve_bind *b, movinet_error *err);
mve_binder mve_bind_conv, mve_bind_fully_connected, mve_bind_pool;
mve_binder mve_bind_binary, mve_bind_unary, mve_bind_reduce, mve_bind_softmax;
mve_binder mve_bind_quantize, mve_bind_dequantize, mve_bind_cast;
mve_binder mve_bind_view, mve_bind_concat, mve_bind_pack, mve_bind_strided_slice, mve_bind_slice;
mve_binder mve_bind_pad, mve_bind_transpose, mve_bind_gather, mve_bind_fill, mve_bind_broadcast_to;
mve_binder mve_bind_resize;

/* Shared by binders. */
const mvg_tensor *mve_input(const mve_bind *b, int i); ///< NULL if left out
const mvg_tensor *mve_output(const mve_bind *b);
void *mve_params(mve_bind *b, size_t size);            ///< zeroed, becomes step->params; or NULL
void *mve_block(mve_bind *b, size_t size);             ///< aligned, for packed weights; or NULL
/** "cannot compute int16 → float32 here". */
movinet_status mve_bad_types(const mve_bind *b, movinet_error *err);
movinet_status mve_no_memory(movinet_error *err);
/** Limits that a fused activation puts on int8 and float outputs. False: unknown. */
bool mve_activation_s8(int activation, const mvg_tensor *out, int32_t *min, int32_t *max);
bool mve_activation_f32(int activation, float *min, float *max);
bool mve_is_s8(const mvg_tensor *t);  ///< int8 with one scale

typedef struct mve_plan {
    mvg_graph graph;
    mve_step *steps;
    int n_steps;
    int *root;          ///< [n_tensors]: the tensor whose bytes this one shares (often itself)
    size_t *offset;     ///< [n_tensors + scratch]: of roots, in the arena; SIZE_MAX: elsewhere
    size_t arena_bytes; ///< states first
    size_t states_bytes;///< all states, each on its own boundary
    size_t *stage;      ///< [n_states]: offset of a copy to make first, or SIZE_MAX
    mv_arena arena;
    void **blocks;
    int n_blocks;
} mve_plan;

/** `file` must outlive the plan. Errors as mvg_build. */
movinet_status mve_plan_build(mve_plan *plan, const tfl_model *file, movinet_error *err);
void mve_plan_free(mve_plan *plan);

#endif
