/* The thread that keeps what is asked for, and the video of what is seen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/record.h"

#include "cli/live/events.h"
#include "cli/live/panel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* How long to wait for a picture before looking around, seconds. */
#define LOOK_AROUND 0.25

struct live_recorder {
    live_session *session;
    live_view view;
    live_panel panel;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    atomic_bool wanted;        ///< a video of what is seen
    char path[PATH_ROOM];      ///< of the video
    movinet_recorder *video;
    int width, height;
    movinet_overlay *overlay;
    double begin, end;         ///< of the video, the pictures' times
    live_events *events;       ///< NULL: not asked for
    atomic_bool failed;
};

/* ---- the video ---- */

void name_by_time(char *out, size_t size, const char *begin, const char *end)
{
    time_t now = time(NULL);
    struct tm local;
    struct stat info;
    char stamp[32] = "";
    if (localtime_r(&now, &local))
        strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local);
    snprintf(out, size, "%s%s%s", begin, stamp, end);
    for (int n = 2; n < 1000 && !stat(out, &info); n++)
        snprintf(out, size, "%s%s-%d%s", begin, stamp, n, end);
}

static void set_recording(live_session *s, bool recording)
{
    pthread_mutex_lock(&s->lock);
    s->recording = recording;
    pthread_mutex_unlock(&s->lock);
}

/* The first video has the name that was asked for, those after it the time's. */
static void name_video(live_recorder *r)
{
    const char *asked = r->session->settings->record;
    if (asked && !r->path[0])
        snprintf(r->path, sizeof r->path, "%s", asked);
    else
        name_by_time(r->path, sizeof r->path, "movinet-", ".mp4");
}

static void fail_recorder(live_recorder *r, const char *name, const char *message)
{
    tell(r->session, name, message);
    atomic_store(&r->failed, true);
    atomic_store(&r->wanted, false);
}

static void end_video(live_recorder *r)
{
    char text[100];
    movinet_error err;
    if (!r->video)
        return;
    movinet_status status = movinet_recorder_close(r->video, &err);
    r->video = NULL;
    set_recording(r->session, false);
    if (status) {
        fail_recorder(r, r->path, err.message);
        return;
    }
    snprintf(text, sizeof text, "%.1f seconds written", r->end - r->begin);
    tell(r->session, r->path, text);
}

static void begin_video(live_recorder *r, const movinet_frame *frame)
{
    movinet_error err;
    const movinet_recorder_options how = {.like = frame};
    name_video(r);
    movinet_status status = movinet_frame_size(frame, &r->width, &r->height, &err);
    if (!status)
        status = movinet_recorder_open(&r->video, r->path, r->width, r->height, &how, &err);
    if (status) {
        fail_recorder(r, r->path, err.message);
        return;
    }
    r->begin = r->end = frame->time;
    set_recording(r->session, true);
}

/* Writes a picture with what is seen over it. Marks and messages mean the display. */
static void write_picture(live_recorder *r, const movinet_frame *frame)
{
    movinet_error err;
    const uint32_t *argb;
    movinet_overlay_content content = r->panel.content;
    content.recording = content.paused = false;
    content.help = NULL;
    if (r->video && frame->time <= r->end)
        return; /* badly stamped: it would not be seen */
    if (!r->video)
        begin_video(r, frame);
    if (!r->video)
        return;
    movinet_status status =
        movinet_overlay_draw(r->overlay, r->width, r->height, &content, &argb, NULL, &err);
    if (!status)
        status = movinet_recorder_push_over(r->video, frame, argb, &err);
    r->end = frame->time;
    if (status) {
        end_video(r);
        fail_recorder(r, r->path, err.message);
    }
}

/* ---- the thread ---- */

static void keep_picture(live_recorder *r, const movinet_frame *frame)
{
    movinet_error err;
    bool video = atomic_load(&r->wanted);
    if (!video && !r->events)
        return;
    renew_live_view(&r->view, 0);
    if (r->events && !push_live_events(r->events, &r->view, frame, &err)) {
        fail_recorder(r, r->session->settings->save_events, err.message);
        close_live_events(r->events);
        r->events = NULL;
    }
    if (video) {
        fill_live_panel(&r->panel, &r->view);
        write_picture(r, frame);
    }
}

/* False: none came within `seconds`. */
static bool take_and_keep(live_recorder *r, int64_t *seen, double seconds)
{
    movinet_live_held held;
    if (!movinet_live_take(r->session->live, *seen, seconds, &held))
        return false;
    *seen = held.number;
    keep_picture(r, &held.frame);
    movinet_live_give(r->session->live, &held);
    return true;
}

static void *record_main(void *user)
{
    live_recorder *r = user;
    int64_t seen = 0;
    while (!atomic_load(&r->stop)) {
        if (!take_and_keep(r, &seen, LOOK_AROUND)) {
            renew_live_view(&r->view, LOOK_AROUND);
            if (r->view.state.phase == MOVINET_LIVE_ENDED ||
                r->view.state.phase == MOVINET_LIVE_FAILED)
                break;
        }
        if (!atomic_load(&r->wanted))
            end_video(r);
    }
    take_and_keep(r, &seen, 0); /* the last one */
    end_video(r);
    return NULL;
}

/* ---- beginning and ending ---- */

static bool start(live_session *s)
{
    movinet_error err = {0};
    live_recorder *r = calloc(1, sizeof *r);
    s->recorder = r;
    if (!r) {
        complain(NULL, "out of memory");
        return false;
    }
    r->session = s;
    if (!open_live_view(&r->view, s) || !open_live_panel(&r->panel, s))
        return false;
    if (movinet_overlay_open(&r->overlay, &err)) {
        tell(s, NULL, err.message);
        return false;
    }
    if (s->settings->save_events && !open_live_events(&r->events, s))
        return false;
    atomic_store(&r->wanted, s->settings->record != NULL);
    r->started = pthread_create(&r->thread, NULL, record_main, r) == 0;
    return r->started;
}

bool open_recorder(live_session *s)
{
    return (!s->settings->record && !s->settings->save_events) || start(s);
}

void switch_recording(live_session *s)
{
    if (!s->recorder && !start(s))
        return;
    if (s->recorder->started)
        atomic_store(&s->recorder->wanted, !atomic_load(&s->recorder->wanted));
}

bool close_recorder(live_session *s)
{
    live_recorder *r = s->recorder;
    if (!r)
        return true;
    atomic_store(&r->stop, true);
    if (r->started)
        pthread_join(r->thread, NULL);
    bool fine = close_live_events(r->events) && !atomic_load(&r->failed);
    movinet_overlay_close(r->overlay);
    close_live_panel(&r->panel);
    close_live_view(&r->view);
    free(r);
    s->recorder = NULL;
    return fine;
}
