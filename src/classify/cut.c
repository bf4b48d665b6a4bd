/* Where one scene is cut to another.
 *
 * A frame begins a scene if it is like neither of the last two frames: one of them
 * alone may have been lit by a flash. Like is what has its parts near their old
 * places (mvk_alike), or nearly so and the same colours; and what differs no more
 * than frames do all the time in this scene, as when a camera is swung round.
 *
 * The figures are from 312 real clips of one camera each, more or less, at 5 frames
 * a second. Of their 3412 pairs of neighbours, 7 are apart by them: six cuts that are
 * there, and one place where damaged video comes right again. Of 2991 pairs put
 * together at random 98 % are; many of the others show the same place. The pictures
 * were 172 pixels wide.
 * SPDX-License-Identifier: Apache-2.0 */
#include "classify/cut.h"

#include <stdlib.h>

#define ALIKE 0.70      ///< of mvk_alike: from here up, frames are of one scene
#define ALIKE_BOTH 1.38 ///< of mvk_alike + mvk_same_colours: the same
#define UNUSUAL 1.25    ///< times the usual difference, at least, make a cut
#define MEMORY 0.25     ///< weight of the newest frame in the usual difference
#define LONGEST_SIDE 32768
enum { SMALL = 4 * MVK_SIDE }; ///< side of what decoded frames are made for a sketch

movinet_status movinet_cut_open(movinet_cut **out, movinet_error *err)
{
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_cut_open: out is NULL");
    *out = calloc(1, sizeof **out);
    if (!*out)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for scene cuts");
    return MOVINET_OK;
}

void movinet_cut_close(movinet_cut *cut)
{
    if (!cut)
        return;
    movinet_scaler_close(cut->scaler);
    free(cut);
}

void movinet_cut_reset(movinet_cut *cut)
{
    cut->n_seen = 0;
    cut->unrest = 0;
}

static void remember(movinet_cut *cut, const mvk_sketch *sketch)
{
    cut->seen[1] = cut->seen[0];
    cut->seen[0] = *sketch;
    cut->n_seen += cut->n_seen < 2;
}

static bool are_apart(double alike, const mvk_sketch *a, const mvk_sketch *b, double unrest)
{
    return alike < ALIKE && alike + mvk_same_colours(a, b) < ALIKE_BOTH &&
           1 - alike > UNUSUAL * unrest;
}

bool mvk_step(movinet_cut *cut, const mvk_sketch *sketch)
{
    if (sketch->empty)
        return false;
    bool is_cut = cut->n_seen > 0;
    double nearest = 0;
    for (int i = 0; i < cut->n_seen && is_cut; i++) {
        double alike = mvk_alike(&cut->seen[i], sketch);
        is_cut = are_apart(alike, &cut->seen[i], sketch, cut->unrest);
        nearest = alike > nearest ? alike : nearest;
    }
    if (is_cut)
        movinet_cut_reset(cut); /* the new scene has nothing to do with the old one */
    else if (cut->n_seen > 0)
        cut->unrest += MEMORY * (1 - nearest - cut->unrest);
    remember(cut, sketch);
    return is_cut;
}

static movinet_status check_frame(const movinet_frame *f, movinet_error *err)
{
    if (!f || !f->pixels)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the frame has no pixels");
    if (f->pixel != MOVINET_RGB8 && f->pixel != MOVINET_RGBF32 && f->pixel != MOVINET_DECODED)
        return mv_fail(err, MOVINET_ERR_UNSUPPORTED,
                       "scene cuts are found in frames of RGB8, RGBF32 or DECODED only");
    if (f->width < 1 || f->height < 1 || f->width > LONGEST_SIDE || f->height > LONGEST_SIDE)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "a frame of %d x %d pixels; give 1 to %d",
                       f->width, f->height, LONGEST_SIDE);
    if (f->pixel == MOVINET_DECODED)
        return MOVINET_OK;
    ptrdiff_t row = (ptrdiff_t)f->width * (f->pixel == MOVINET_RGB8 ? 3 : 12);
    if (f->stride && f->stride < row && f->stride > -row)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "the frame's stride of %td bytes is less than a row of %td", f->stride,
                       row);
    return MOVINET_OK;
}

/* The sketch of a frame whose pixels are the decoder's: of a smaller one, as it is stored, so that
 * it is no cut where somebody turns or mirrors it. */
static movinet_status draw_decoded(movinet_cut *cut, const movinet_frame *frame,
                                   mvk_sketch *sketch, movinet_error *err)
{
    uint8_t rgb[SMALL * SMALL * 3];
    movinet_frame stored = *frame;
    stored.rotation = 0;
    stored.mirrored = false;
    stored.pixel_aspect = 0;
    movinet_status status = cut->scaler ? MOVINET_OK : movinet_scaler_open(&cut->scaler, err);
    if (!status)
        status = movinet_scaler_run(cut->scaler, &stored, SMALL, SMALL, rgb, err);
    if (!status)
        mvk_draw(sketch, &(movinet_frame){.pixels = rgb, .width = SMALL, .height = SMALL});
    return status;
}

movinet_status movinet_cut_push(movinet_cut *cut, const movinet_frame *frame, bool *is_cut,
                                movinet_error *err)
{
    mvk_sketch sketch;
    if (!cut)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_cut_push: cut is NULL");
    movinet_status status = check_frame(frame, err);
    if (status)
        return status;
    if (frame->pixel == MOVINET_DECODED) {
        status = draw_decoded(cut, frame, &sketch, err);
        if (status)
            return status;
    } else {
        mvk_draw(&sketch, frame);
    }
    bool found = mvk_step(cut, &sketch);
    if (is_cut)
        *is_cut = found;
    return MOVINET_OK;
}
