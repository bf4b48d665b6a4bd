/* What movinet live shows, and how. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

#include "cli/text.h"

typedef struct live_view {
    movinet_live *live;
    const movinet_model *model;
    const char *model_name, *source;
    const movinet_filter *filter;
    int n_classes;
    float *scores;            ///< [n_classes] of the last answer, smoothed
    movinet_result *results;  ///< [n_classes]
    int n_results;
    movinet_live_state state;
    bool is_new;              ///< an answer has come since it was last shown
    bool paused;
} live_view;

/** One JSON object a line: every answer, and every event as it comes. */
void show_live_json(live_view *v);

/** A terminal that repaints in place and reads keys. */
typedef struct live_screen live_screen;

/** NULL: out of memory. */
live_screen *open_live_screen(void);
void show_live_screen(live_screen *s, live_view *v);
/** The next key, 0: none was pressed. */
int live_key(live_screen *s);
/** Gives the terminal back as it was. */
void close_live_screen(live_screen *s);

#endif
