/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/events.h"

#include "cli/json.h"
#include "cli/live/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* What keepers remember beyond what is asked for, seconds: the way to a key frame, and answers
 * that come after their pictures. */
#define SPARE 2
/* A clip that goes on for longer is closed there, and another one goes on, seconds. */
#define LONGEST 300

struct live_events {
    live_session *session;
    movinet_keeper *keeper; ///< NULL: no picture has come yet
    movinet_clips clips;
    FILE *list;             ///< DIR/events.jsonl
    const movinet_model *model;
    int top;                ///< announced best class; -1: none
    char path[PATH_ROOM];   ///< of the open clip
    char since[40];         ///< when it was opened
    json_t *changes;        ///< in the open clip
};

/* ---- words ---- */

/* Letters and digits of a label, the rest as one '-'. */
static void label_in_name(char *out, size_t size, const char *label)
{
    size_t n = 0;
    for (; *label && n + 1 < size; label++) {
        unsigned char c = (unsigned char)*label;
        bool plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z');
        if (plain)
            out[n++] = *label;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

/* Local time with its distance from UTC, ISO 8601. */
static void write_now(char *out, size_t size)
{
    time_t now = time(NULL);
    struct tm local;
    if (!localtime_r(&now, &local) || !strftime(out, size, "%Y-%m-%dT%H:%M:%S%z", &local))
        out[0] = '\0';
}

/* One line about a clip that is written. */
static movinet_status list_clip(live_events *e, const movinet_span *span, movinet_error *err)
{
    const live_session *s = e->session;
    json_t *line = json_pack("{s:o, s:s, s:o, s:o, s:o, s:O}", "file", json_text(base_name(e->path)),
                             "since", e->since, "begin", json_number(span->begin), "end",
                             json_number(span->end), "source", json_text(s->name), "changes",
                             e->changes);
    char *text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    bool written = text && fprintf(e->list, "%s\n", text) > 0 && fflush(e->list) == 0;
    int code = errno;
    free(text);
    json_decref(line);
    if (written)
        return MOVINET_OK;
    snprintf(err->message, sizeof err->message, "events.jsonl: %s", strerror(code));
    return err->status = MOVINET_ERR_IO;
}

/* ---- clips ---- */

static movinet_status end_clip(live_events *e, double end, movinet_error *err)
{
    char text[100];
    movinet_span span;
    if (!e->keeper || !movinet_keeper_is_open(e->keeper))
        return MOVINET_OK;
    movinet_status status = movinet_keeper_end(e->keeper, end, &span, err);
    if (!status)
        status = list_clip(e, &span, err);
    json_array_clear(e->changes);
    if (status)
        return status;
    snprintf(text, sizeof text, "%.1f seconds written", span.end - span.begin);
    tell(e->session, e->path, text);
    return MOVINET_OK;
}

/* "20261124-140211-bench-pressing.mp4" */
static void name_clip(live_events *e)
{
    char folder[PATH_ROOM], end[100] = "-", room[80];
    label_in_name(room, sizeof room,
                  e->top >= 0 ? movinet_model_label(e->model, e->top) : "nothing");
    snprintf(end, sizeof end, "%s%s.mp4", room[0] ? "-" : "", room);
    snprintf(folder, sizeof folder, "%s/", e->session->settings->save_events);
    name_by_time(e->path, sizeof e->path, folder, end);
    write_now(e->since, sizeof e->since);
}

/* The clips follow what was decided about this frame's time. */
static movinet_status follow(live_events *e, double time, bool changed, movinet_error *err)
{
    movinet_span closed;
    movinet_status status = MOVINET_OK;
    if (movinet_clips_frame(&e->clips, time, changed, &closed))
        status = end_clip(e, closed.end, err);
    if (!status && e->clips.open && !movinet_keeper_is_open(e->keeper)) {
        name_clip(e);
        status = movinet_keeper_begin(e->keeper, e->path, e->clips.span.begin, err);
    }
    if (!status && e->clips.open)
        status = movinet_keeper_extend(e->keeper, e->clips.span.end, err);
    return status;
}

static movinet_status open_keeper(live_events *e, const movinet_frame *frame, movinet_error *err)
{
    int width, height;
    movinet_status status = movinet_frame_size(frame, &width, &height, err);
    return status ? status
                  : movinet_keeper_open(&e->keeper, width, height, e->clips.before + SPARE, NULL,
                                        err);
}

/* Whether another class leads what is announced. That one ended is no event, but that it
 * begins again is. */
static bool note_change(live_events *e, const live_view *v)
{
    int top = v->state.n_active > 0 ? v->state.active[0].index : -1;
    bool same = v->model == e->model && top == e->top;
    e->model = v->model;
    e->top = top;
    if (same || top < 0)
        return false;
    json_t *change = json_pack("{s:o, s:i, s:o, s:o, s:o}", "time", json_number(v->state.time),
                               "index", top, "label", json_text(movinet_model_label(v->model, top)),
                               "score", json_number((double)v->scores[top]), "model",
                               json_text(base_name(v->model_path)));
    return json_array_append_new(e->changes, change) == 0;
}

bool push_live_events(live_events *e, const live_view *v, const movinet_frame *frame,
                      movinet_error *err)
{
    movinet_status status = e->keeper ? MOVINET_OK : open_keeper(e, frame, err);
    if (!status)
        status = follow(e, frame->time, note_change(e, v), err);
    if (!status)
        status = movinet_keeper_push(e->keeper, frame, err);
    return status == MOVINET_OK || status == MOVINET_ERR_ARGUMENT; /* a frame that is left out */
}

/* ---- beginning and ending ---- */

static bool open_list(live_events *e, const char *folder)
{
    char path[PATH_ROOM];
    if (mkdir(folder, 0777) && errno != EEXIST) {
        complain(folder, strerror(errno));
        return false;
    }
    snprintf(path, sizeof path, "%s/events.jsonl", folder);
    e->list = fopen(path, "ae");
    if (!e->list)
        complain(path, strerror(errno));
    return e->list != NULL;
}

bool open_live_events(live_events **out, live_session *s)
{
    const live_settings *o = s->settings;
    live_events *e = calloc(1, sizeof *e);
    *out = e;
    if (!e || !(e->changes = json_array())) {
        complain(NULL, "out of memory");
        return false;
    }
    e->session = s;
    e->top = -1;
    /* A class is announced when it has held. */
    e->clips = (movinet_clips){.before = o->before + o->answers.hold, .after = o->after,
                               .longest = LONGEST};
    return open_list(e, o->save_events);
}

bool close_live_events(live_events *e)
{
    movinet_span closed;
    movinet_error err;
    bool fine = true;
    if (!e)
        return true;
    if (e->keeper && movinet_clips_finish(&e->clips, &closed) && end_clip(e, closed.end, &err)) {
        tell(e->session, e->path, err.message);
        fine = false;
    }
    movinet_keeper_close(e->keeper);
    if (e->list)
        fclose(e->list);
    json_decref(e->changes);
    free(e);
    return fine;
}
