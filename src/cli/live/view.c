/* What one thread sees of a live session, in words. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/live.h"

#include "cli/clock.h"
#include "cli/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const live_help[] = {
    "f\tfull screen", "q\tquit",          "space\tpause",   "r\treset",
    "m\tmirror",      "s\tsnapshot",      "v\trecord on/off", "+ / -\tthreads",
    "Tab\tnext model", "h\tclose this help", NULL,
};

bool open_live_view(live_view *v, live_session *session)
{
    size_t n = (size_t)session->most_classes;
    *v = (live_view){.session = session};
    v->scores = calloc(n, sizeof *v->scores);
    v->shown = calloc(n, sizeof *v->shown);
    v->results = calloc(n, sizeof *v->results);
    if (v->scores && v->shown && v->results)
        return true;
    complain(NULL, "out of memory");
    return false;
}

void close_live_view(live_view *v)
{
    free(v->scores);
    free(v->shown);
    free(v->results);
}

/* Frames a second that are classified, if so many come. */
static double expected_rate(const live_view *v)
{
    double asked = v->session->options.sample_rate;
    return asked > 0 ? asked : movinet_model_get_info(v->model)->frame_rate;
}

static void say_rate(live_view *v)
{
    const movinet_meter_reading *m = &v->state.meter;
    const char *many = v->session->threads > 1 ? "s" : "";
    double expected = expected_rate(v);
    switch (v->state.phase) {
    case MOVINET_LIVE_OPENING: snprintf(v->rate, sizeof v->rate, "opening the source"); break;
    case MOVINET_LIVE_WAITING: snprintf(v->rate, sizeof v->rate, "no picture"); break;
    default:
        snprintf(v->rate, sizeof v->rate,
                 "%.1f fps (%g needed), %.1f ms a frame, %.0f ms behind, %lld dropped, "
                 "%d thread%s",
                 m->fps, expected, v->state.inference * 1e3, m->median * 1e3, (long long)m->dropped,
                 v->session->threads, many);
    }
}

const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void say_warning(live_view *v, const live_session *s)
{
    v->warning[0] = 0;
    if (v->state.phase == MOVINET_LIVE_WAITING)
        snprintf(v->warning, sizeof v->warning, "%s: again in %.0f s", v->state.message,
                 ceil(v->state.retry_in));
    else if (seconds_now() < s->message_until)
        snprintf(v->warning, sizeof v->warning, "%s", s->message);
    else if (v->state.meter.slow)
        snprintf(v->warning, sizeof v->warning, "too slow: %.1f fps, %g are needed",
                 v->state.meter.fps, expected_rate(v));
}

void renew_live_view(live_view *v, double seconds)
{
    live_session *s = v->session;
    int64_t seen = v->state.answers;
    movinet_live_wait(s->live, seen, seconds, &v->state, NULL);
    pthread_mutex_lock(&s->lock);
    const live_model *m = &s->models[s->model];
    int n = movinet_model_get_info(m->model)->n_classes;
    if (m->model != v->model)
        memset(v->shown, 0, (size_t)n * sizeof *v->shown);
    v->model = m->model;
    v->model_path = m->path;
    v->is_new = movinet_live_wait(s->live, seen, 0, &v->state, v->scores);
    v->n_results = movinet_filter_apply(m->filter, v->scores, v->results, n);
    v->paused = s->paused;
    v->recording = s->recording;
    v->help = s->help;
    double now = seconds_now();
    move_bars(v->shown, v->scores, n, now - v->shown_at);
    v->shown_at = now;
    say_rate(v);
    say_warning(v, s);
    snprintf(v->names, sizeof v->names, "%.140s, %.140s", base_name(s->name),
             base_name(m->path));
    pthread_mutex_unlock(&s->lock);
}
