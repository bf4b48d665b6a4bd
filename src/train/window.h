/* The pixels that a convolution over space reads, with TensorFlow's zeros around them,
 * laid out so that what one tap reads for a whole output row lies together: with stride
 * 2, even and odd columns apart. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TRAIN_WINDOW_H
#define MV_TRAIN_WINDOW_H

#include "train/unit.h"

typedef struct mvt_window {
    int top, left;     ///< zeros before the first row and column
    int stride;
    int rows;          ///< with zeros
    int columns;       ///< with zeros, of a plane: every stride-th column is in the same plane
    int border;        ///< zeros before the first output row and column, backward
    int c;
} mvt_window;

mvt_window mvt_window_of(const mvz_conv *conv);

/** Row y, plane, column x of it, all counted with zeros. */
static inline size_t mvt_window_at(const mvt_window *w, int y, int plane, int x)
{
    return ((size_t)(y * w->stride + plane) * (size_t)w->columns + (size_t)x) * (size_t)w->c;
}
static inline size_t mvt_window_size(const mvt_window *w)
{
    return mvt_window_at(w, w->rows, 0, 0);
}

/** The same for the gradient of the output: rows and columns of outputs, and zeros. */
static inline size_t mvt_window_out_at(const mvt_window *w, int y, int x)
{
    int columns = w->columns + w->border;
    return ((size_t)(y + w->border) * (size_t)columns + (size_t)(x + w->border)) * (size_t)w->c;
}
static inline size_t mvt_window_out_size(const mvt_window *w)
{
    return mvt_window_out_at(w, (w->rows + w->stride - 1) / w->stride, -w->border);
}

#endif
