/* Where pictures are shown. It brings SDL along, so it is loaded when the first window is
 * opened. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_SHOW_SCREEN_H
#define MV_SHOW_SCREEN_H

#include "core/error.h"
#include "show/boxes.h"

/** What lies over the picture: premultiplied ARGB, transparent outside the boxes. */
typedef struct mvs_sheet {
    const uint32_t *argb; ///< [height][width]
    int width, height;
    const mvs_boxes *boxes;
    bool changed; ///< since the last call
} mvs_sheet;

typedef struct mvs_screen mvs_screen;

typedef struct mvs_screen_kind {
    /** Takes in what has happened to the window; its size in pixels, 0: it cannot be seen. */
    void (*look)(mvs_screen *screen, int *width, int *height);
    /** picture: RGB8, checked, no side above `limit`; NULL: the last one, or black. The sheet
     * is stretched over the whole window. Errors: UNSUPPORTED, MEMORY. */
    movinet_status (*show)(mvs_screen *screen, const movinet_frame *picture, const mvs_sheet *sheet,
                           movinet_error *err);
    /** See movinet_window_key. */
    int (*key)(mvs_screen *screen);
    void (*close)(mvs_screen *screen);
} mvs_screen_kind;

/** The first member of the screen's own structure. */
struct mvs_screen {
    const mvs_screen_kind *kind;
    int limit; ///< longest side that a picture or a sheet may have
};

/** Errors: MEMORY, UNSUPPORTED (no display). */
movinet_status mvs_screen_open(mvs_screen **out, const char *title, int width, int height,
                               movinet_error *err);

/** Displays that the environment speaks of. */
typedef struct mvs_displays {
    bool x11, wayland;
    bool console; ///< a console with a screen, where no desktop runs
} mvs_displays;

mvs_displays mvs_displays_find(void);

#endif
