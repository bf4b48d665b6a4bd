/* movinet live as JSON lines. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/live.h"

#include "cli/json.h"

#include <stdlib.h>

enum { SOME = 16 };

/* Whoever reads may be gone; show_live_json looks. */
static void print_line(json_t *line)
{
    print_json(line, JSON_COMPACT | JSON_REAL_PRECISION(6));
    fflush(stdout);
}

static json_t *event_json(const live_view *v, const movinet_event *e)
{
    bool begin = e->kind == MOVINET_EVENT_BEGIN;
    return json_pack("{s:s, s:o, s:i, s:o, s:o, s:o, s:o}", "event", begin ? "begin" : "end",
                     "time", json_number(begin ? e->time : e->end), "index", e->index, "label",
                     json_text(movinet_model_label(v->model, e->index)), "begin",
                     json_number(e->begin), "peak", json_number((double)e->peak), "peak_time",
                     json_number(e->peak_time));
}

static json_t *classes_json(const live_view *v)
{
    json_t *list = json_array();
    for (int i = 0; i < v->n_results; i++)
        json_array_append_new(
            list, json_pack("{s:i, s:o, s:o}", "index", v->results[i].index, "label",
                            json_text(movinet_model_label(v->model, v->results[i].index)),
                            "score", json_number((double)v->results[i].score)));
    return list;
}

static json_t *active_json(const live_view *v)
{
    json_t *list = json_array();
    for (int i = 0; i < v->state.n_active; i++)
        json_array_append_new(list,
                              json_text(movinet_model_label(v->model, v->state.active[i].index)));
    return list;
}

bool show_live_json(live_view *v)
{
    movinet_event events[SOME];
    const movinet_live_state *s = &v->state;
    int n;
    while ((n = movinet_live_events(v->session->live, events, SOME)) > 0)
        for (int i = 0; i < n; i++)
            print_line(event_json(v, &events[i]));
    if (!v->is_new)
        return !ferror(stdout);
    print_line(json_pack(
        "{s:o, s:I, s:o, s:o, s:b, s:o, s:b, s:o, s:o, s:I}", "time", json_number(s->time),
        "answer", (json_int_t)s->answers, "classes", classes_json(v), "announced", active_json(v),
        "reset", s->reset, "fps", json_number(s->meter.fps), "slow", s->meter.slow, "inference_ms",
        json_number(s->inference * 1e3), "latency_ms", json_number(s->meter.median * 1e3),
        "dropped", (json_int_t)s->meter.dropped));
    return !ferror(stdout);
}
