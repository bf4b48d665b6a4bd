/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/panel.h"

#include <stdlib.h>

bool open_live_panel(live_panel *p, const live_session *session)
{
    *p = (live_panel){0};
    p->rows = calloc((size_t)session->most_classes, sizeof *p->rows);
    if (!p->rows)
        complain(NULL, "out of memory");
    return p->rows != NULL;
}

void close_live_panel(live_panel *p)
{
    free(p->rows);
}

void fill_live_panel(live_panel *p, const live_view *v)
{
    for (int i = 0; i < v->n_results; i++) {
        int index = v->results[i].index;
        p->rows[i] = (movinet_overlay_row){.label = movinet_model_label(v->model, index),
                                           .score = v->results[i].score,
                                           .bar = v->shown[index],
                                           .strong = is_announced(v, index)};
    }
    p->content = (movinet_overlay_content){
        .rows = p->rows,
        .n_rows = v->state.answers > 0 ? v->n_results : 0,
        .status = {v->rate, v->names},
        .warning = v->warning[0] ? v->warning : NULL,
        .help = v->help ? live_help : NULL,
        .paused = v->paused,
        .recording = v->recording,
    };
}
