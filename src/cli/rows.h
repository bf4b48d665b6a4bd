/* Answers as they are seen: bars that follow the scores, and rows of an overlay.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "movinet/movinet.h"

/** Moves bars[n] towards scores[n], as far as they go in so many seconds. */
void move_bars(float *bars, const float *scores, int n, double seconds);

bool is_announced(const movinet_event *active, int n_active, int index);

/** rows[n] of results[n]; bars: [n_classes of the model]. What the rows point to is the model's. */
void fill_rows(movinet_overlay_row *rows, const movinet_result *results, int n,
               const movinet_model *model, const float *bars, const movinet_event *active,
               int n_active);

#endif
