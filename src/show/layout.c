/* SPDX-License-Identifier: Apache-2.0 */
#include "show/layout.h"

#include <string.h>

/* The row at y; returns where the next may begin. */
static int place_row(const mvs_layout *l, mvs_row_place *r, int y, int type, int least_type)
{
    int x = l->plate.x + l->pad, width = l->plate.width - 2 * l->pad;
    int line = type * 13 / 10, bar = mvs_max(type / 4, 3), gap = mvs_max(type / 12, 1);
    r->type = type;
    r->least_type = least_type;
    r->text = (mvs_box){x, y, width, line};
    r->bar = (mvs_box){x, y + line + gap, width, bar};
    r->all = (mvs_box){x, y, width, line + gap + bar};
    return y + r->all.height + mvs_max(type / 3, 2);
}

/* Letters that can be read from across a room: the first row's are 1/18 of the picture's
 * height, unless the picture is narrow. Below 10 pixels nobody reads any. */
void mvs_layout_make(mvs_layout *l, int width, int height, int n_rows)
{
    memset(l, 0, sizeof *l);
    int unit = mvs_max(mvs_min(height / 18, width / 15), 11);
    int other = mvs_max(unit * 2 / 3, 9);
    l->width = width;
    l->height = height;
    l->margin = mvs_max(unit / 2, 3);
    l->pad = mvs_max(unit / 2, 3);
    l->radius = mvs_max(unit / 3, 2);
    l->status_type = mvs_max(unit / 2, 9);
    l->warning_type = mvs_max(unit * 3 / 4, 9);
    l->help_type = mvs_max(unit * 5 / 8, 9);
    l->plate = (mvs_box){l->margin, l->margin, mvs_min(width - 2 * l->margin, 18 * unit), 0};
    int y = l->plate.y + l->pad * 3 / 4, room = height * 5 / 8;
    for (int i = 0; i < n_rows && i < MVS_ROWS; i++) {
        mvs_row_place *r = &l->rows[i];
        int next = place_row(l, r, y, i ? other : unit, other);
        if (i && r->all.y + r->all.height > room)
            break;
        l->plate.height = r->all.y + r->all.height + l->pad - l->plate.y;
        l->n_rows = i + 1;
        y = next;
    }
    for (int i = l->n_rows; i < MVS_ROWS; i++)
        memset(&l->rows[i], 0, sizeof l->rows[i]);
    if (!l->n_rows)
        l->plate.width = 0;
}
