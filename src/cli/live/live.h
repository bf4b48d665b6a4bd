/* movinet live: what runs (the session), what somebody sees of it (a view), and the ways to
 * show and keep it. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_LIVE_LIVE_H
#define CLI_LIVE_LIVE_H

#include "cli/answers.h"
#include "cli/sources.h"
#include "cli/text.h"

#include <pthread.h>

typedef struct live_settings {
    answer_settings answers;
    camera_settings camera;
    text_list models;
    const char *record, *save_events;
    int display;
    double speed, before, after;
    bool loop, mirror;
} live_settings;

enum { DISPLAY_AUTO, DISPLAY_WINDOW, DISPLAY_TERMINAL, DISPLAY_NONE };

typedef struct live_model {
    char path[PATH_ROOM];
    movinet_model *model;
    movinet_filter *filter;
} live_model;

typedef struct live_recorder live_recorder;

typedef struct live_session {
    const live_settings *settings;
    const char *source;
    char name[PATH_ROOM];         ///< of the source, as it may be seen
    movinet_live *live;
    movinet_live_options options; ///< of the model that is asked
    live_model *models;
    int n_models, most_classes;   ///< of any model
    live_recorder *recorder;      ///< NULL: none
    bool painted;                 ///< a display shows messages
    pthread_mutex_t lock;         ///< of what follows
    int model;                    ///< the one that is asked
    int threads;
    bool paused, mirrored, help;
    bool recording;               ///< a video of what is seen is being written
    char message[600];            ///< shown until `message_until`
    double message_until;
} live_session;

/** What one thread sees of the session. */
typedef struct live_view {
    live_session *session;
    const movinet_model *model;   ///< whose answer it is
    const char *model_path;
    movinet_live_state state;
    bool is_new;                  ///< an answer has come since the view was last renewed
    float *scores;                ///< of the last answer, smoothed
    float *shown;                 ///< as long as bars are now: they follow the scores
    double shown_at;
    movinet_result *results;
    int n_results;
    bool paused, recording, help;
    char rate[200];               ///< "30.0 fps (5 needed), …"
    char names[300];              ///< source and model
    char warning[600];            ///< "": there is nothing to warn of
} live_view;

/** False: out of memory, after a complaint. */
bool open_live_view(live_view *v, live_session *session);
void close_live_view(live_view *v);
/** Waits up to `seconds` for a new answer and renews the view. */
void renew_live_view(live_view *v, double seconds);
/** What is said when h was pressed: "KEY\tMEANING", NULL at the end. The first one is of
 * windows alone. */
extern const char *const live_help[];

/** What is behind the last '/' of a path. */
const char *base_name(const char *path);

/** Says something to whoever looks, for a few seconds; on stderr where nothing is painted. */
void tell(live_session *s, const char *name, const char *message);

/** Does what a key means. False: it is to end. */
bool press_live_key(live_session *s, const live_view *v, int key);

/** One JSON object a line: every answer, and every event as it comes. False: nobody reads
 * them any more. */
bool show_live_json(live_view *v);

/** A terminal that repaints in place and reads keys. */
typedef struct live_terminal live_terminal;

/** NULL: out of memory. `piped`: the source is standard input, so keys are not. */
live_terminal *open_live_terminal(bool piped);
void show_live_terminal(live_terminal *t, live_view *v);
/** The next key, 0: none was pressed. */
int live_terminal_key(live_terminal *t);
/** Gives the terminal back as it was. */
void close_live_terminal(live_terminal *t);

#endif
