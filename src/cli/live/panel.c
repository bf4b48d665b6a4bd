/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/panel.h"

#include "cli/rows.h"

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
    fill_rows(p->rows, v->results, v->n_results, v->model, v->shown, v->state.active,
              v->state.n_active);
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
