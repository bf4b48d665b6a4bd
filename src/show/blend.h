/* One picture over another. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_BLEND_H
#define MV_SHOW_BLEND_H

#include <stdint.h>

/** rgb[n][3] = argb + rgb · (1 - alpha), rounded; argb is premultiplied. */
void mvs_blend_row(uint8_t *rgb, const uint32_t *argb, int n);

#endif
