/* Answers over time about frames that are given one by one: the options that say how, and the
 * objects behind them. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ANSWERS_H
#define CLI_ANSWERS_H

#include "cli/model.h"
#include "cli/options.h"

typedef struct answer_settings {
    const char *labels, *reset;
    text_list allow, deny;
    int top, threads, preprocess, cpu;
    double threshold, release, hold, smooth, fps;
    bool only_top;
} answer_settings;

/** All but --model. where: offset of answer_settings in the verb's settings. */
#define ANSWER_OPTIONS(where)                                                                      \
    {.name = "labels", .kind = VALUE_TEXT, .at = (where) + offsetof(answer_settings, labels),      \
     .value = "FILE", .suggest = SUGGEST_FILES,                                                    \
     .help = "Names of the classes, one a line, instead of the model's own."},                     \
    {.name = "top", .letter = 'n', .kind = VALUE_COUNT,                                            \
     .at = (where) + offsetof(answer_settings, top), .value = "N", .min = 1, .max = 1000,          \
     .help = "Show the N most probable classes. Default: 5."},                                     \
    {.name = "smooth", .kind = VALUE_NUMBER, .at = (where) + offsetof(answer_settings, smooth),    \
     .value = "SECONDS", .min = 0, .max = 3600,                                                    \
     .help = "Smooth probabilities with this time constant; 0: not at all. Default: 1."},          \
    {.name = "threshold", .letter = 't', .kind = VALUE_NUMBER,                                     \
     .at = (where) + offsetof(answer_settings, threshold), .value = "P", .min = 0, .max = 1,       \
     .help = "A class is announced when it has been at least as probable for --hold seconds. "     \
             "Default: 0.3."},                                                                     \
    {.name = "release", .kind = VALUE_NUMBER, .at = (where) + offsetof(answer_settings, release),  \
     .value = "P", .min = 0, .max = 1,                                                             \
     .help = "It is announced until it has been less probable for --hold seconds. Default: two "   \
             "thirds of --threshold."},                                                            \
    {.name = "hold", .kind = VALUE_NUMBER, .at = (where) + offsetof(answer_settings, hold),        \
     .value = "SECONDS", .min = 0, .max = 3600, .help = "Default: 1."},                            \
    {.name = "one", .at = (where) + offsetof(answer_settings, only_top),                           \
     .help = "Announce at most one class at a time."},                                             \
    {.name = "allow", .kind = VALUE_TEXTS, .at = (where) + offsetof(answer_settings, allow),       \
     .value = "LABEL|@FILE", .suggest = SUGGEST_FILES,                                             \
     .help = "Show only these classes: a label, a number, a pattern with * and ?, or those in "    \
             "FILE, one a line; may be repeated."},                                                \
    {.name = "deny", .kind = VALUE_TEXTS, .at = (where) + offsetof(answer_settings, deny),         \
     .value = "LABEL|@FILE", .suggest = SUGGEST_FILES,                                             \
     .help = "Never show these classes; may be repeated."},                                        \
    {.name = "reset", .kind = VALUE_TEXT, .at = (where) + offsetof(answer_settings, reset),        \
     .value = "on-cut|never|SECONDS",                                                              \
     .help = "When the network is to forget what it has seen: where one scene is cut to another "  \
             "(the default), never, or every so many seconds."},                                   \
    {.name = "fps", .kind = VALUE_NUMBER, .at = (where) + offsetof(answer_settings, fps),          \
     .value = "N", .min = 0.001, .max = 1000,                                                      \
     .help = "Frames to classify a second, picked by their time stamps. Default: what the "        \
             "network was trained at, 5."},                                                        \
    {.name = "preprocess", .kind = VALUE_CHOICE,                                                   \
     .at = (where) + offsetof(answer_settings, preprocess), .value = "squash|crop|train",          \
     .help = "How a picture becomes the network's square; see movinet classify --help."},          \
    {.name = "threads", .kind = VALUE_COUNT, .at = (where) + offsetof(answer_settings, threads),   \
     .value = "N", .min = 1, .max = 256, .help = "Threads to compute with. Default: 1."},          \
    CPU_OPTION((where) + offsetof(answer_settings, cpu))

/** To be called by the verb's own defaults. */
void answer_defaults(answer_settings *s);

enum { ANSWERS_ACTIVE = 8 };

typedef struct answers {
    char path[PATH_ROOM];      ///< of the model
    movinet_model *model;
    movinet_filter *filter;
    movinet_stream *stream;
    movinet_smoother *smoother;
    movinet_announcer *announcer;
    movinet_cut *cut;
    movinet_scaler *scaler;
    uint8_t *small;            ///< a picture of the network's size, for the cuts
    movinet_reset_policy reset;
    int n_classes;
    double rate;               ///< frames a second to classify
    double first;              ///< time of the first frame
    int64_t next;              ///< number of the next time on the grid; 0: no frame came yet
    float *bars;               ///< [n_classes] as long as they are now
    double moved;              ///< when
    const float *scores;       ///< [n_classes] of the last answer, smoothed
    movinet_result *results;   ///< [n_results], the best first
    int n_results;
    movinet_event active[ANSWERS_ACTIVE];
    int n_active;
    movinet_overlay_row *rows; ///< [n_results] what is to be seen
} answers;

/** Whether the settings can be meant; `reset` is what they say of it. False after a complaint: a
 * mistake in the command line. */
bool check_answers(const answer_settings *s, movinet_reset_policy *reset);
/** model: as model_choice.name. False after a complaint; to be closed all the same. */
bool open_answers(answers *a, const char *model, const answer_settings *s);
void close_answers(answers *a);
/** Takes every frame of a video; classifies those whose time has come, and moves the rows to
 * this frame's time. Errors: as movinet_stream_push. */
movinet_status push_answers(answers *a, const movinet_frame *frame, movinet_error *err);

#endif
