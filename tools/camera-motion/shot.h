/* A clip: a scene, a camera's path, and the frames it gives.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_SHOT_H
#define CM_SHOT_H

#include "camera.h"
#include "finish.h"
#include "scene.h"

enum { CM_MOST_FRAMES = 256, CM_MOST_SIDE = 512 };

/** What is asked for. */
typedef struct cm_order {
    cm_class label;
    cm_set set; ///< of textures
    uint64_t seed;
    int frames;
    double rate;       ///< frames a second
    int width, height; ///< 0: one of the usual shapes
} cm_order;

typedef struct cm_clip {
    int frames, width, height;
    double rate;
    uint8_t *pixels; ///< [frames][height][width][3]
} cm_clip;

/** Renders it; the same order, the same bytes. false: out of memory. */
bool cm_shot(const cm_order *order, cm_clip *out);
void cm_clip_close(cm_clip *clip);

/** One of the usual shapes of a picture. */
void cm_shape_draw(mv_random *r, int *width, int *height);

/** Whether a scene is worth it, from three of its frames: the mean share of the picture that
 * things which move hide, and the least mean difference of neighbouring pixels, 0 … 255. */
typedef struct cm_worth {
    double hidden, detail;
} cm_worth;
/** Overwrites the clip's first frame. false: out of memory. */
bool cm_look_at(const cm_scene *scene, const cm_camera *camera, cm_clip *clip, cm_worth *worth);

/** Renders without lens and film. next: called before each frame, may change the scene; or
 * NULL. false: out of memory. */
bool cm_render(const cm_scene *scene, const cm_camera *camera, cm_clip *clip,
               void (*next)(void *user, int frame), void *user);

#endif
