/* A stream's input, row by row, as the image tensor has it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"

#include <math.h>
#include <string.h>

/* round(value / scale) + zero point, into 0 … 255. */
static uint8_t quantize_u8(const mvg_tensor *t, float value)
{
    float q = roundf(value / t->quant.scale[0]) + (float)t->quant.zero_point[0];
    return (uint8_t)(q > 255.0f ? 255.0f : q > 0.0f ? q : 0.0f);
}

void mve_image_table(const mvg_tensor *image, int8_t table[256])
{
    for (int i = 0; i < 256; i++) {
        float value = (float)i / 255.0f;
        if (image->type == MOVINET_INT8)
            mvk_quantize_s8(image->quant.scale[0], image->quant.zero_point[0], &value, &table[i],
                            1);
        else
            table[i] = image->type == MOVINET_UINT8 ? (int8_t)quantize_u8(image, value) : 0;
    }
}

static size_t row_size(const mve_stream *s)
{
    return (size_t)s->plan->graph.width * 3;
}

void mve_stream_put_u8(mve_stream *s, int y, const uint8_t *row)
{
    const mve_plan *plan = s->plan;
    size_t n = row_size(s), at = (size_t)y * n;
    void *image = s->data[plan->graph.image];
    if (plan->graph.tensors[plan->graph.image].type != MOVINET_FLOAT32) {
        plan->set.lookup_s8(plan->image_table, (const int8_t *)row, (int8_t *)image + at, n);
        return;
    }
    float *out = (float *)image + at;
    for (size_t i = 0; i < n; i++)
        out[i] = (float)row[i] / 255.0f;
}

void mve_stream_put_f32(mve_stream *s, int y, const float *row)
{
    const mvg_graph *g = &s->plan->graph;
    const mvg_tensor *t = &g->tensors[g->image];
    size_t n = row_size(s), at = (size_t)y * n;
    void *image = s->data[g->image];
    if (t->type == MOVINET_FLOAT32)
        memcpy((float *)image + at, row, n * sizeof *row);
    else if (t->type == MOVINET_INT8)
        s->plan->set.quantize_s8(t->quant.scale[0], t->quant.zero_point[0], row,
                                 (int8_t *)image + at, n);
    else
        for (size_t i = 0; i < n; i++)
            ((uint8_t *)image)[at + i] = quantize_u8(t, row[i]);
}
