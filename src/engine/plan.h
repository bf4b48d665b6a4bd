/* The plan: a graph's ops bound to kernels, and where each tensor lives in a
 * stream's arena. It never changes after it was made and is shared by all
 * streams. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_ENGINE_PLAN_H
#define MV_ENGINE_PLAN_H

#include "graph/graph.h"
#include "kernels/set.h"

enum { MVE_MAX_INPUTS = 64 };

typedef struct mve_step mve_step;

/** Computes tasks begin … end-1 of a step. `data[t]` is where tensor t is. */
typedef void mve_run(const mve_step *step, void *const *data, int begin, int end);

/** What is done to a step's output while it is still in the cache. */
typedef enum mve_post_kind {
    MVE_POST_TABLE,  ///< int8: any chain of unary ops
    MVE_POST_S8,     ///< int8: ADD with a tensor of the same shape
    MVE_POST_UNARY,  ///< float: activation
    MVE_POST_F32,    ///< float: with a tensor of the same shape, or one number
} mve_post_kind;

typedef struct mve_post {
    mve_post_kind kind;
    int8_t table[256];
    mvk_unary_op unary;
    float alpha;
    mvk_binary_s8 s8;
    mvk_binary_op binary;
    float min, max, number;
    int other;         ///< tensor; -1: the number
    bool second;       ///< the step's output is the op's second input
} mve_post;

struct mve_step {
    int head;          ///< index in the graph: the op that leads
    int op;            ///< the last op that this step computes
    mve_run *before;   ///< NULL, or what one thread does before the tasks begin
    mve_run *run;
    int n_tasks;       ///< independent pieces, for threads; their split changes no bit
    int n_inputs;
    const int32_t *inputs;
    int output;        ///< tensor
    void *params;      ///< of the op's own kind, in the plan's arena
    const char *kernel;///< its kernel's name, for people
    int extra;         ///< index in `data` of scratch memory or a ring's frames; -1: none
    size_t scratch_bytes;
    int n_posts;
    mve_post *posts;
    const mvk_set *set;
    size_t task_elements, task_bytes; ///< of the output, one task
    int block;         ///< tasks to compute before the posts follow
    bool small;        ///< not worth waking other threads for
};

/** Computes tasks begin … end-1, with what follows them. */
void mve_step_run(const mve_step *step, void *const *data, int begin, int end);

/** What a binder knows: the graph, the op, and where to put parameters. */
typedef struct mve_bind {
    const mvg_graph *graph;
    int op;
    mv_arena *arena;
    mve_step *step;
    void **blocks;     ///< packed weights: MV_ALIGN aligned blocks, for free()
    int *n_blocks;
    const mvk_set *set;
    size_t block_bytes; ///< sum of all blocks
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
mve_binder mve_bind_resize, mve_bind_temporal;

/** Adds to b->step what the ops chained behind b->op do, and its output. */
movinet_status mve_bind_posts(mve_bind *b, movinet_error *err);

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
movinet_status mve_unknown_activation(const mve_bind *b, movinet_error *err);
/** Weights and bias (inputs 1 and 2) must be constants. */
movinet_status mve_need_constants(const mve_bind *b, movinet_error *err);
/** Scales from input · weights to output, one a channel; NULL after an error. */
const mvk_scale *mve_make_scales(mve_bind *b, int channels, int channel_axis,
                                 movinet_status *status, movinet_error *err);
mvk_unary_op mve_unary_op(int code);
mvk_binary_op mve_binary_op(int code);

typedef struct mve_options {
    unsigned cpu;      ///< flags of core/cpu.h that kernels may use
    bool plain;        ///< no passes: op by op as in the file
} mve_options;

/** A state kept as the newest frames of a tensor, each in a slot of its own. Rings of
 * equal slots form a group: `next` takes over the slot that this one's oldest frame has
 * left, and the first of the group the next time that of the last. */
typedef struct mve_ring {
    int taps;
    size_t offset, slot_bytes;  ///< its slots in the arena, aligned: taps − 1, and in the first
                                ///< ring of a group one more
    size_t frame_bytes;
    int first, next;            ///< rings of the same group; next is -1 in the last one
    int written, read;          ///< steps that make the newest frame, and that read them all
    bool placed;
    int n_views;
    int *views;                 ///< tensors that share the newest frame's bytes
} mve_ring;

typedef struct mve_plan {
    mvg_graph graph;
    mvk_set set;
    mve_step *steps;
    int n_steps;
    int *root;          ///< [n_tensors]: the tensor whose bytes this one shares (often itself)
    size_t *offset;     ///< [n_tensors + 1]: of roots and scratch, in the arena; SIZE_MAX: elsewhere
    mve_ring *rings;    ///< [graph.n_rings]
    size_t arena_bytes; ///< states first
    size_t states_bytes;///< all states, each on its own boundary
    int8_t image_table[256]; ///< a byte of a picture as the image tensor has it, unless in float
    size_t *stage;      ///< [n_states]: offset of a copy to make first, or SIZE_MAX
    mv_arena arena;
    void **blocks;
    int n_blocks;
    size_t weight_bytes;///< packed
} mve_plan;

/** For mvg_build: computes an op, all of whose inputs are constants. */
movinet_status mve_evaluate(const mvg_graph *graph, int op, movinet_error *err);
/** `file` must outlive the plan. Errors as mvg_build; UNSUPPORTED for clips of more frames
 * than one, too. */
movinet_status mve_plan_build(mve_plan *plan, const tfl_model *file, const mve_options *options,
                              movinet_error *err);
void mve_plan_free(mve_plan *plan);

/* layout.c */
movinet_status mve_lay_out(mve_plan *plan, movinet_error *err);
/* image.c */
void mve_image_table(const mvg_tensor *image, int8_t table[256]);

#endif
