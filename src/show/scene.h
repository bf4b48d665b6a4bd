/* What is to be seen, as far as it can be told apart: text as it is drawn, bars in whole
 * pixels. Two scenes with equal bytes look the same. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_SCENE_H
#define MV_SHOW_SCENE_H

#include "movinet/movinet.h"
#include "show/layout.h"

enum { MVS_TEXT = 256, MVS_STATUS = 4, MVS_HELP = 32 };

typedef struct mvs_row {
    char label[MVS_TEXT];
    int percent; ///< 0 … 100
    int bar;     ///< pixels
    bool strong;
} mvs_row;

/** Text is UTF-8, without control characters. */
typedef struct mvs_scene {
    mvs_layout layout;
    mvs_row rows[MVS_ROWS];
    char status[MVS_STATUS][MVS_TEXT]; ///< "": none
    char warning[MVS_TEXT];
    int n_help;
    char help[MVS_HELP][MVS_TEXT]; ///< may have a '\t'
    bool paused, recording;
} mvs_scene;

/** `content` may be NULL: nothing. Padding is zeroed, too. */
void mvs_scene_make(mvs_scene *scene, int width, int height,
                    const movinet_overlay_content *content);

/** Whether nothing but rows is different. */
bool mvs_scene_only_rows(const mvs_scene *a, const mvs_scene *b);

#endif
