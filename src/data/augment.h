/* Another look at the same clip: what is drawn by lot, and what comes of it. All of it
 * hangs on the seed, the epoch and the clip alone, not on threads or on what came before.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_AUGMENT_H
#define MV_DATA_AUGMENT_H

#include "data/entry.h"

/** How far looks may differ. */
typedef struct mvd_augment {
    double area;       ///< the smallest share of the picture that is cut out; 1: always all
    double aspect;     ///< a cut is up to so many times wider or higher than the picture; 1: never
    bool flip;         ///< every other look is flipped left-right, of clips that may be
    double brightness; ///< factors within 1 ± this, below 1
    double contrast;
    double saturation;
    double speed; ///< up to so many times faster or slower; 1: never
    bool shift;   ///< begins anywhere the clip is long enough for; else in the middle
} mvd_augment;

/** What training begins with: 0.5, 4/3, flips, 0.2, 0.2, 0.2, 1.25, shifts. */
mvd_augment mvd_augment_usual(void);
/** The whole picture at its own speed, from the middle of a clip that is too long. */
mvd_augment mvd_augment_none(void);
/** Errors: ARGUMENT. */
movinet_status mvd_augment_check(const mvd_augment *how, movinet_error *err);

/** One look. */
typedef struct mvd_look {
    double x, y, width, height; ///< the cut, in shares of the picture
    bool flip;
    double brightness, contrast, saturation; ///< factors
    double first, step; ///< frame 0 of the look is this frame of the clip; and the next
    int frames;
} mvd_look;

/** Frames of any look at a clip of so many, `steps` for one of the network's: at most `limit`
 * (0: no limit). */
int mvd_look_frames(int frames, int steps, int limit);

/** Draws one. */
mvd_look mvd_look_draw(const mvd_augment *how, bool may_flip, int frames, int steps, int limit,
                       uint64_t seed, uint64_t epoch, uint64_t clip);

/** Which frame of the clip is frame i of the look. */
int mvd_look_frame(const mvd_look *look, int i, int frames);

/** out[look->frames][height][width][3]. Errors: MEMORY. */
movinet_status mvd_look_make(const mvd_look *look, const mvd_clip *clip, int width, int height,
                             uint8_t *out, movinet_error *err);

/** Whether a label speaks of left or right, or of a turn: such clips must not be flipped. */
bool mvd_label_has_side(const char *label);

/** As the network takes them: byte / 255. */
void mvd_floats(const uint8_t *bytes, float *out, size_t n);

#endif
