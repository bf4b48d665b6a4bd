/* libFuzzer target: from a file to a plan to two frames: shapes, folding,
 * binding, memory, and the kernels on whatever a file may ask of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/cpu.h"
#include "engine/stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Larger networks are left alone: they would only make the fuzzer slow. */
enum { MAX_BYTES = 1 << 22, MAX_MACS = 1 << 22 };

static bool small_enough(const mve_plan *plan)
{
    int64_t macs = 0;
    for (int i = 0; i < plan->graph.n_ops; i++)
        macs += plan->graph.ops[i].macs;
    return plan->arena_bytes < MAX_BYTES && macs < MAX_MACS && plan->n_steps < 1000;
}

static void run(const mve_plan *plan)
{
    mve_stream stream;
    float *logits = calloc((size_t)plan->graph.n_classes, sizeof *logits);
    size_t values = (size_t)plan->graph.width * 3;
    uint8_t *bytes = calloc(values, 1);
    float *row = calloc(values, sizeof *row);
    if (logits && bytes && row && !mve_stream_open(&stream, plan, 1, NULL)) {
        for (int y = 0; y < plan->graph.height; y++)
            mve_stream_put_u8(&stream, y, bytes);
        mve_stream_step(&stream, logits);
        for (size_t i = 0; i < values; i++)
            row[i] = (float)(i % 7) / 6;
        for (int y = 0; y < plan->graph.height; y++)
            mve_stream_put_f32(&stream, y, row);
        mve_stream_step(&stream, logits);
        mve_stream_close(&stream);
    }
    free(row);
    free(bytes);
    free(logits);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    tfl_model file;
    mve_plan plan;
    movinet_error err;
    if (tfl_read(&file, bytes, size, &err))
        return 0;
    if (!mve_plan_build(&plan, &file, &(mve_options){.cpu = mv_cpu_flags()}, &err)) {
        if (small_enough(&plan))
            run(&plan);
        mve_plan_free(&plan);
    }
    tfl_free(&file);
    return 0;
}
