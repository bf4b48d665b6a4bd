/* Which classes are shown: deny, then allow, then threshold, then top.
 * A filter knows the model only through the public header.
 * SPDX-License-Identifier: Apache-2.0 */
#include "classify/labels.h"
#include "core/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DENIED = 1, ALLOWED = 2 };

struct movinet_filter {
    const movinet_model *model; ///< looked at by deny and allow only
    int n_classes;
    bool any_allowed;
    float threshold;
    int top;
    uint8_t marks[]; ///< [n_classes], DENIED | ALLOWED
};

movinet_status movinet_filter_open(movinet_filter **out, const movinet_model *model,
                                   movinet_error *err)
{
    if (!out)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_filter_open: out is NULL");
    *out = NULL;
    if (!model)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "movinet_filter_open: model is NULL");
    int n = movinet_model_get_info(model)->n_classes;
    movinet_filter *filter = calloc(1, sizeof *filter + (size_t)(n > 0 ? n : 0));
    if (!filter)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for a filter of %d classes", n);
    filter->model = model;
    filter->n_classes = n;
    *out = filter;
    return MOVINET_OK;
}

void movinet_filter_close(movinet_filter *filter)
{
    free(filter);
}

/* The label that was meant by a misspelt one: the nearest by letters, else the first
 * that has it as a part ("guitar": "playing guitar"); NULL if there is none. */
static const char *nearest_label(const movinet_filter *filter, const char *label)
{
    const char *nearest = NULL, *longer = NULL;
    int best = (int)(strlen(label) / 3) + 1;
    for (int i = 0; i < filter->n_classes; i++) {
        const char *candidate = movinet_model_label(filter->model, i);
        int distance = mvc_distance(label, candidate);
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
        if (!longer && mvc_contains(candidate, label))
            longer = candidate;
    }
    return nearest ? nearest : longer;
}

/* A class number: digits alone, below n; -1 for anything else. */
static int class_number(const char *text, int n)
{
    if (!*text || strspn(text, "0123456789") != strlen(text))
        return -1;
    errno = 0;
    long number = strtol(text, NULL, 10);
    return errno || number >= n ? -1 : (int)number;
}

static movinet_status no_such_class(const movinet_filter *filter, const char *label,
                                    movinet_error *err)
{
    if (mvc_is_pattern(label))
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "the model has no class like \"%.100s\"; `*` stands for any letters, `?` "
                       "for any one", label);
    const char *nearest = nearest_label(filter, label);
    if (nearest)
        return mv_fail(err, MOVINET_ERR_ARGUMENT,
                       "the model has no class \"%.100s\"; did you mean \"%.200s\"?", label,
                       nearest);
    return mv_fail(err, MOVINET_ERR_ARGUMENT,
                   "the model has no class \"%.100s\"; give a label or a number from 0 to %d",
                   label, filter->n_classes - 1);
}

/* Nothing says that labels are unique: all that match are meant. */
static bool mark_labels(movinet_filter *filter, bool (*match)(const char *, const char *),
                        const char *text, uint8_t bit)
{
    bool found = false;
    for (int i = 0; i < filter->n_classes; i++) {
        if (match(text, movinet_model_label(filter->model, i))) {
            filter->marks[i] |= bit;
            found = true;
        }
    }
    return found;
}

static bool mark_number(movinet_filter *filter, const char *text, uint8_t bit)
{
    int number = class_number(text, filter->n_classes);
    if (number >= 0)
        filter->marks[number] |= bit;
    return number >= 0;
}

static movinet_status mark(movinet_filter *filter, const char *label, uint8_t bit,
                           movinet_error *err)
{
    if (!filter || !label)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "a filter needs a label, not NULL");
    bool found = mark_labels(filter, mvc_same, label, bit) || mark_number(filter, label, bit) ||
                 (mvc_is_pattern(label) && mark_labels(filter, mvc_matches, label, bit));
    if (!found)
        return no_such_class(filter, label, err);
    filter->any_allowed |= bit == ALLOWED;
    return MOVINET_OK;
}

movinet_status movinet_filter_deny(movinet_filter *filter, const char *label, movinet_error *err)
{
    return mark(filter, label, DENIED, err);
}

movinet_status movinet_filter_allow(movinet_filter *filter, const char *label, movinet_error *err)
{
    return mark(filter, label, ALLOWED, err);
}

void movinet_filter_set_threshold(movinet_filter *filter, float threshold)
{
    filter->threshold = threshold;
}

void movinet_filter_set_top(movinet_filter *filter, int top)
{
    filter->top = top;
}

static bool passes(const movinet_filter *filter, int i)
{
    return !(filter->marks[i] & DENIED) && (!filter->any_allowed || filter->marks[i] & ALLOWED);
}

bool movinet_filter_passes(const movinet_filter *filter, int index)
{
    return index >= 0 && index < filter->n_classes && passes(filter, index);
}

static bool shown(const movinet_filter *filter, int i, float score)
{
    /* Turned round so that a score that is not a number stays below. */
    return passes(filter, i) && (filter->threshold <= 0 || score >= filter->threshold);
}

/* A score that is not a number is worse than any other. */
static bool better(float a, float b)
{
    return a > b || (b != b && a == a);
}

int movinet_filter_apply(const movinet_filter *filter, const float *scores, movinet_result *out,
                         int capacity)
{
    int limit = filter->top > 0 && filter->top < capacity ? filter->top : capacity;
    int n = 0;
    if (limit <= 0)
        return 0;
    for (int i = 0; i < filter->n_classes; i++) {
        if (!shown(filter, i, scores[i]))
            continue;
        /* Insertion into the sorted best ones so far: going up in i, equal
         * scores keep the lower index first. */
        int at = n;
        while (at > 0 && better(scores[i], out[at - 1].score))
            at--;
        if (at == limit)
            continue;
        n += n < limit;
        memmove(out + at + 1, out + at, (size_t)(n - 1 - at) * sizeof *out);
        out[at] = (movinet_result){.index = i, .score = scores[i]};
    }
    return n;
}
