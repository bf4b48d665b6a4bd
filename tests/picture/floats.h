/* The whole result of preprocessing, in float. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_VIDEO_FLOATS_H
#define MV_TESTS_VIDEO_FLOATS_H

#include "picture/preprocess.h"

#include <string.h>

typedef struct float_rows {
    float *out;
    int n; ///< values in a row
} float_rows;

static inline void floats_u8(void *user, int y, const uint8_t *row)
{
    const float_rows *f = user;
    for (int i = 0; i < f->n; i++)
        f->out[y * f->n + i] = (float)row[i] / 255.0f;
}

static inline void floats_f32(void *user, int y, const float *row)
{
    const float_rows *f = user;
    memcpy(f->out + y * f->n, row, (size_t)f->n * sizeof *row);
}

/** out[…][width][3] */
static inline movinet_status preprocess_to_floats(mvv_preprocess *p, const movinet_frame *frame,
                                                  int width, float *out, movinet_error *err)
{
    float_rows f = {out, width * 3};
    return mvv_preprocess_run(p, frame, &(mvv_sink){floats_u8, floats_f32, &f}, err);
}

#endif
