/* Whether a data set can be learned from, and what its figures will be worth.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "evaluate/interval.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is looked at. */
enum {
    UNBALANCED = 5, ///< times as many clips of one class as of another
    NAMED = 5,      ///< classes that a line names
};
#define TOO_WIDE 0.15 /* of the interval around 90 % right: under about 60 clips */

typedef struct inspection {
    const movinet_dataset *d;
    void (*say)(void *user, const char *line);
    void *user;
    int n_classes;
    int *counts;  ///< [n_classes][MOVINET_SPLITS] clips
    int *sources; ///< [n_classes] different ones, up to 2
} inspection;

__attribute__((format(printf, 2, 3))) static void say(const inspection *s, const char *format, ...)
{
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (s->say)
        s->say(s->user, line);
}

static int count(const inspection *s, int class, movinet_split split)
{
    return s->counts[class * MOVINET_SPLITS + (int)split];
}

static int total(const inspection *s, int class)
{
    return count(s, class, MOVINET_SPLIT_TRAIN) + count(s, class, MOVINET_SPLIT_VALIDATION) +
           count(s, class, MOVINET_SPLIT_TEST);
}

/* ---- classes that something is wrong with ------------------------------------------- */

typedef bool is_wrong(const inspection *s, int class);

static bool without_clips(const inspection *s, int class)
{
    return total(s, class) == 0;
}

static bool with_one_clip(const inspection *s, int class)
{
    return total(s, class) == 1;
}

static bool of_one_source(const inspection *s, int class)
{
    return total(s, class) > 1 && s->sources[class] == 1;
}

static bool not_for_training(const inspection *s, int class)
{
    return total(s, class) > 0 && !count(s, class, MOVINET_SPLIT_TRAIN);
}

static bool not_for_validation(const inspection *s, int class)
{
    return total(s, class) > 1 && s->sources[class] > 1 &&
           !count(s, class, MOVINET_SPLIT_VALIDATION);
}

/* "2 classes WHAT: "a", "b"" */
static void name_classes(const inspection *s, is_wrong *wrong, const char *one, const char *several)
{
    char names[700] = "";
    int n = 0;
    for (int c = 0; c < s->n_classes; c++) {
        size_t used = strlen(names);
        if (!wrong(s, c))
            continue;
        if (n++ < NAMED)
            snprintf(names + used, sizeof names - used, "%s\"%.100s\"", n > 1 ? ", " : "",
                     movinet_dataset_label(s->d, c));
    }
    if (n == 1)
        say(s, "class %s %s", names, one);
    else if (n > 1)
        say(s, "%d classes %s: %s%s", n, several, names, n > NAMED ? ", ..." : "");
}

static void check_balance(const inspection *s)
{
    int least = -1, most = -1;
    for (int c = 0; c < s->n_classes; c++) {
        int n = count(s, c, MOVINET_SPLIT_TRAIN);
        if (n && (least < 0 || n < count(s, least, MOVINET_SPLIT_TRAIN)))
            least = c;
        if (n && (most < 0 || n > count(s, most, MOVINET_SPLIT_TRAIN)))
            most = c;
    }
    if (least < 0)
        return;
    int few = count(s, least, MOVINET_SPLIT_TRAIN), many = count(s, most, MOVINET_SPLIT_TRAIN);
    if (many >= few * UNBALANCED)
        say(s,
            "the classes are badly unbalanced: %d clip%s of \"%.100s\" for training, but %d of "
            "\"%.100s\"; class weights may help",
            few, few == 1 ? "" : "s", movinet_dataset_label(s->d, least), many,
            movinet_dataset_label(s->d, most));
}

/* ---- splits ---------------------------------------------------------------------- */

static void check_validation(const inspection *s, int n)
{
    mvx_interval i = mvx_wilson(0.9 * n, n);
    if (n && i.high - i.low > TOO_WIDE)
        say(s,
            "%d clip%s for validation say little: if 90 %% of them are right, that means %.0f to "
            "%.0f %% (95 %% interval)",
            n, n == 1 ? "" : "s", 100 * i.low, 100 * i.high);
}

/* Where the data has splits of its own. */
static void check_leaks(const inspection *s)
{
    const movinet_dataset_info *info = movinet_dataset_get_info(s->d);
    uint8_t *seen = calloc((size_t)info->n_sources + 1, 1);
    int leaks = 0;
    for (int i = 0; seen && i < info->n_clips; i++) {
        const movinet_dataset_clip *clip = movinet_dataset_get_clip(s->d, i);
        if (!clip->skipped)
            seen[clip->source] |= (uint8_t)(1 << clip->split);
    }
    for (int i = 0; seen && i < info->n_sources; i++)
        leaks += (seen[i] & 1) && seen[i] != 1;
    free(seen);
    if (leaks)
        say(s,
            "%d source%s clips both for training and for validation or test: the figures will "
            "be too good",
            leaks, leaks == 1 ? " has" : "s have");
}

static movinet_status refuse(const inspection *s, const int clips[MOVINET_SPLITS],
                             movinet_error *err)
{
    int with_clips = 0;
    for (int c = 0; c < s->n_classes; c++)
        with_clips += count(s, c, MOVINET_SPLIT_TRAIN) > 0;
    if (!clips[MOVINET_SPLIT_TRAIN])
        return mv_fail(err, MOVINET_ERR_FORMAT, "the data set has no clip for training");
    if (!movinet_dataset_get_info(s->d)->multi_label && with_clips < 2)
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "the data set has clips of one class only for training: there must be two "
                       "at least to tell apart");
    if (!clips[MOVINET_SPLIT_VALIDATION])
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "the data set has no clip for validation: each class must have two clips "
                       "at least, of different sources");
    return MOVINET_OK;
}

/* ---- all of it ------------------------------------------------------------------- */

static void count_clips(inspection *s, int clips[MOVINET_SPLITS])
{
    const movinet_dataset_clip *clip;
    int *last = s->sources + s->n_classes;
    for (int i = 0; (clip = movinet_dataset_get_clip(s->d, i)); i++) {
        if (clip->skipped)
            continue;
        clips[clip->split]++;
        for (int k = 0; k < clip->n_classes; k++) {
            int c = clip->classes[k];
            s->counts[c * MOVINET_SPLITS + (int)clip->split]++;
            if (!s->sources[c] || (s->sources[c] == 1 && last[c] != clip->source))
                s->sources[c]++;
            last[c] = clip->source;
        }
    }
}

movinet_status movinet_dataset_check(const movinet_dataset *d,
                                     void (*tell)(void *user, const char *line), void *user,
                                     movinet_error *err)
{
    int clips[MOVINET_SPLITS] = {0};
    inspection s = {
        .d = d, .say = tell, .user = user, .n_classes = movinet_dataset_get_info(d)->n_classes};
    s.counts = calloc((size_t)s.n_classes + 1, MOVINET_SPLITS * sizeof *s.counts);
    s.sources = calloc((size_t)s.n_classes + 1, 2 * sizeof *s.sources);
    movinet_status status = MOVINET_ERR_MEMORY;
    if (s.counts && s.sources) {
        count_clips(&s, clips);
        status = refuse(&s, clips, err);
    } else {
        mv_fail(err, status, "out of memory");
    }
    if (!status) {
        name_classes(&s, without_clips, "has no clip", "have no clip");
        name_classes(&s, with_one_clip,
                     "has one clip only: how well it is known cannot be measured",
                     "have one clip only: how well they are known cannot be measured");
        name_classes(&s, of_one_source, "has clips of one source only, which cannot be parted",
                     "have clips of one source only, which cannot be parted");
        name_classes(&s, not_for_training, "has no clip for training", "have no clip for training");
        name_classes(&s, not_for_validation, "has no clip for validation",
                     "have no clip for validation");
        check_balance(&s);
        check_validation(&s, clips[MOVINET_SPLIT_VALIDATION]);
        check_leaks(&s);
    }
    free(s.counts);
    free(s.sources);
    return status;
}
