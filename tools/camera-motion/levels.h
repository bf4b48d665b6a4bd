/* Two pictures in several sizes. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_LEVELS_H
#define CM_LEVELS_H

#include <stdbool.h>
#include <stdint.h>

enum { CM_MOST_LEVELS = 5 };
typedef struct cm_level {
    int w, h;
    float *a, *b; /* [h][w] brightness, without what varies slowly */
} cm_level;

typedef struct cm_pyramid {
    int n;
    cm_level levels[CM_MOST_LEVELS];
    float *memory;
} cm_pyramid;

/** a, b: [height][width][3]. Level 0 is as large, each further one half of that. Close it also
 * after false: out of memory. */
bool cm_pyramid_open(cm_pyramid *p, const uint8_t *a, const uint8_t *b, int width, int height);
void cm_pyramid_close(cm_pyramid *p);

#endif
