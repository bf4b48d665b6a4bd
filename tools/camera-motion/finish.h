/* What lens, sensor and editing make of a picture. SPDX-License-Identifier: Apache-2.0 */
#ifndef CM_FINISH_H
#define CM_FINISH_H

#include "path.h"
#include "canvas.h"

typedef struct cm_finish {
    cm_wobble exposure; ///< natural logarithm
    double flicker, flicker_rate, flicker_phase;
    double drift; ///< of the exposure, a second
    double gamma, contrast, lift;
    double tint[3];
    double vignette;              ///< darker by so much in the corners
    double blur;                  ///< pixels, to either side
    double blur_swing, blur_rate; ///< a lens that looks for its focus
    double noise;                 ///< standard deviation, 0 … 255
    int grain;                    ///< pixels of one grain
    int bar_x, bar_y;             ///< pixels of black on either side
    bool overlay;
    cm_canvas marks; ///< writing that stands still over the picture
    uint64_t seed;
} cm_finish;

/** false: out of memory. */
bool cm_finish_draw(cm_finish *f, mv_random *r, int width, int height, double seconds);
void cm_finish_close(cm_finish *f);
/** Frame `index` at a time, in place. room: as large as the frame. */
void cm_finish_frame(const cm_finish *f, int index, double time, uint8_t *pixels, uint8_t *room,
                     int width, int height);

#endif
