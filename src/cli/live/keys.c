/* What keys do while movinet live runs. SPDX-License-Identifier: Apache-2.0 */
#include "cli/live/live.h"

#include "cli/clock.h"
#include "cli/live/record.h"

#include <unistd.h>

/* Seconds that a message stays. */
#define MESSAGE_TIME 4

void tell(live_session *s, const char *name, const char *message)
{
    if (!s->painted) {
        note(name, message);
        return;
    }
    pthread_mutex_lock(&s->lock);
    snprintf(s->message, sizeof s->message, "%s%s%s", name ? name : "", name ? ": " : "", message);
    s->message_until = seconds_now() + MESSAGE_TIME;
    pthread_mutex_unlock(&s->lock);
}

static void next_model(live_session *s)
{
    movinet_error err;
    int next = (s->model + 1) % s->n_models;
    if (s->n_models == 1) {
        tell(s, NULL, "there is no other model: give --model more than once");
        return;
    }
    movinet_live_options options = s->options;
    options.announce.filter = s->models[next].filter;
    options.threads = s->threads;
    pthread_mutex_lock(&s->lock);
    movinet_status status =
        movinet_live_set_model(s->live, s->models[next].model, &options, &err);
    if (!status) {
        s->model = next;
        s->options = options;
    }
    pthread_mutex_unlock(&s->lock);
    tell(s, base_name(s->models[next].path), status ? err.message : "is asked from now on");
}

static void more_threads(live_session *s, int more)
{
    char text[80];
    movinet_error err;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = s->threads + more;
    if (threads < 1 || threads > cores) {
        snprintf(text, sizeof text, "%d thread%s: this machine has %ld cores", s->threads,
                 s->threads > 1 ? "s" : "", cores);
        tell(s, NULL, text);
        return;
    }
    if (movinet_live_set_threads(s->live, threads, &err)) {
        tell(s, NULL, err.message);
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->threads = threads;
    pthread_mutex_unlock(&s->lock);
}

static void flip(live_session *s, bool *what)
{
    pthread_mutex_lock(&s->lock);
    *what = !*what;
    pthread_mutex_unlock(&s->lock);
}

bool press_live_key(live_session *s, const live_view *v, int key)
{
    switch (key) {
    case 'q':
    case 27: return false;
    case 'r': movinet_live_reset(s->live); break;
    case 'h': flip(s, &s->help); break;
    case 's': take_snapshot(s, v); break;
    case 'v': switch_recording(s); break;
    case '+':
    case '=': more_threads(s, 1); break;
    case '-': more_threads(s, -1); break;
    case '\t': next_model(s); break;
    case 'm':
        flip(s, &s->mirrored);
        movinet_live_mirror(s->live, s->mirrored);
        break;
    case ' ':
        flip(s, &s->paused);
        movinet_live_pause(s->live, s->paused);
        break;
    default: break;
    }
    return true;
}
