/* SPDX-License-Identifier: Apache-2.0 */
#include "show/scene.h"

#include <math.h>
#include <string.h>

#include "core/utf8.h"

/* Whatever the caller has becomes one line that can be drawn: what is not UTF-8 becomes
 * U+FFFD, control characters become spaces, what does not fit is left out. */
static void copy_text(char out[MVS_TEXT], const char *text, bool tabs)
{
    size_t size = text ? strlen(text) : 0, used = 0;
    for (size_t i = 0, n; i < size; i += n) {
        const uint8_t *at = (const uint8_t *)text + i;
        const char *piece = text + i;
        size_t length = n = mv_utf8_length(at, size - i);
        bool control = *at < 0x20 || *at == 0x7f || (n == 2 && *at == 0xc2 && at[1] < 0xa0);
        bool line = n == 3 && *at == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
        if (!n) {
            n = 1;
            piece = "\xef\xbf\xbd";
            length = 3;
        } else if ((control || line) && !(tabs && *at == '\t')) {
            piece = " ";
            length = 1;
        }
        if (used + length >= MVS_TEXT)
            break;
        memcpy(out + used, piece, length);
        used += length;
    }
}

/* 0 … 1; what is no number counts as 0. */
static float unit(float x)
{
    return x > 0 ? fminf(x, 1) : 0;
}

void mvs_scene_make(mvs_scene *scene, int width, int height, const movinet_overlay_content *c)
{
    memset(scene, 0, sizeof *scene);
    mvs_layout_make(&scene->layout, width, height, c && c->rows ? c->n_rows : 0);
    if (!c)
        return;
    for (int i = 0; i < scene->layout.n_rows; i++) {
        mvs_row *row = &scene->rows[i];
        copy_text(row->label, c->rows[i].label, false);
        row->percent = (int)lrintf(unit(c->rows[i].score) * 100);
        row->bar = (int)lrintf(unit(c->rows[i].bar) * (float)scene->layout.rows[i].bar.width);
        row->strong = c->rows[i].strong;
    }
    for (int i = 0; i < MVS_STATUS; i++)
        copy_text(scene->status[i], c->status[i], false);
    copy_text(scene->warning, c->warning, false);
    for (; c->help && c->help[scene->n_help] && scene->n_help < MVS_HELP; scene->n_help++)
        copy_text(scene->help[scene->n_help], c->help[scene->n_help], true);
    scene->paused = c->paused;
    scene->recording = c->recording;
}

bool mvs_scene_only_rows(const mvs_scene *a, const mvs_scene *b)
{
    return !memcmp(&a->layout, &b->layout, sizeof a->layout) &&
           !memcmp(a->status, b->status, sizeof *a - offsetof(mvs_scene, status));
}
