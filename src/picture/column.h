/* Bytes of many rows become one row. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_PICTURE_COLUMN_H
#define MV_PICTURE_COLUMN_H

#include "picture/resample.h"

/** Fraction bits of what comes out: 255 · 2^7 fits an int16. */
#define MVV_ROW_BITS 7

/** out[n] from n bytes of each row under the filter; `rows` is the row taps->first. */
void mvv_column(const mvv_taps *taps, const uint8_t *rows, ptrdiff_t stride, size_t n,
                int16_t *out);
/** The same bits in portable C. */
void mvv_column_c(const mvv_taps *taps, const uint8_t *rows, ptrdiff_t stride, size_t n,
                  int16_t *out);

#endif
