/* Decoded planes become a small RGB picture: every plane is resampled as it is, and
 * only the result becomes RGB. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_SHRINK_H
#define MV_PICTURE_SHRINK_H

#include "picture/planes.h"
#include "picture/resample.h"

typedef struct mvv_shrink mvv_shrink;

/** NULL: out of memory. */
mvv_shrink *mvv_shrink_open(void);
void mvv_shrink_close(mvv_shrink *s);

/** Writes out[height][width][3]: the part x, y of the picture, with the triangle filter
 * of resample.h on each plane (chroma samples lie in the middle of their pixels), in
 * whole numbers: the same bits on every machine. Takes memory only where the picture is
 * of another kind than the last. false: out of memory. */
bool mvv_shrink_run(mvv_shrink *s, const mvv_planes *in, mvv_stretch x, mvv_stretch y, int width,
                    int height, uint8_t *out);

#endif
