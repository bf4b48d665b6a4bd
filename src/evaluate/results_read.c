/* Reading results that were written before. A line that is damaged is as if it were not there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/results.h"

#include "data/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum column {
    RUN,
    STAMP,
    CLIP,
    START,
    END,
    LABEL,
    MODEL,
    FRAMES,
    ANSWER,
    PROBABILITY,
    RIGHT,
    RANK,
    LABEL_PROBABILITY,
    TOP,
    ANSWERS,
    SCORES,
    TROUBLE,
    COLUMNS,
};

/* ---- numbers in text ------------------------------------------------------------------ */

static bool take_int(const char **at, long most, int *out)
{
    char *end;
    errno = 0;
    long n = strtol(*at, &end, 10);
    if (end == *at || errno || n < 0 || n > most)
        return false;
    *at = end;
    *out = (int)n;
    return true;
}

static bool take_char(const char **at, char c)
{
    bool is = **at == c;
    *at += is;
    return is;
}

static bool take_share(const char **at, double *out)
{
    int whole, digits = 0;
    long long n = 0;
    if (!take_int(at, 1, &whole) || !take_char(at, '.'))
        return false;
    for (; digits < 9 && **at >= '0' && **at <= '9'; digits++)
        n = n * 10 + *(*at)++ - '0';
    *out = ((double)whole * 1e9 + (double)n) / 1e9;
    return digits == 9 && *out <= 1;
}

/* Frames of a clip: forty days. Memory is taken for each of the longest. */
enum { LONGEST = 20000000 };

/* ---- reading ------------------------------------------------------------------------- */

static bool take_top(const movinet_evaluation *e, const char *at, mvx_outcome *o)
{
    for (o->n_top = 0; *at && o->n_top < MVX_TOP; o->n_top++) {
        if ((o->n_top && !take_char(&at, ' ')) ||
            !take_int(&at, e->info.n_answers - 1, &o->top[o->n_top]) || !take_char(&at, ':') ||
            !take_share(&at, &o->p[o->n_top]))
            return false;
    }
    return !*at && o->n_top > 0;
}

static bool take_stretches(const movinet_evaluation *e, const char *at, mvx_outcome *o)
{
    int n = 1, frames = 0;
    for (const char *c = at; *c; c++)
        n += *c == ' ';
    o->stretches = calloc((size_t)n, sizeof *o->stretches);
    for (int i = 0; o->stretches && i < n; i++) {
        mvx_stretch *s = &o->stretches[i];
        if ((i && !take_char(&at, ' ')) || !take_int(&at, e->info.n_answers - 1, &s->answer) ||
            !take_char(&at, 'x') || !take_int(&at, o->frames - frames, &s->frames) || !s->frames ||
            (i && s->answer == s[-1].answer))
            return false;
        frames += s->frames;
    }
    o->n_stretches = n;
    return o->stretches && !*at && frames == o->frames && o->stretches[n - 1].answer == o->top[0];
}

static bool take_scores(const movinet_evaluation *e, const char *at, mvx_outcome *o)
{
    if (!e->info.multi_label)
        return !*at;
    o->scores = calloc((size_t)e->info.n_classes + 1, sizeof *o->scores);
    for (int i = 0; o->scores && i < e->info.n_classes; i++)
        if ((i && !take_char(&at, ' ')) || !take_share(&at, &o->scores[i]))
            return false;
    return o->scores && !*at;
}

static bool take_outcome(const movinet_evaluation *e, char *const *fields, mvx_outcome *o)
{
    const char *frames = fields[FRAMES], *rank = fields[RANK], *truth = fields[LABEL_PROBABILITY];
    bool has_rank = *rank != '\0';
    o->rank = -1;
    return take_int(&frames, LONGEST, &o->frames) && !*frames && o->frames > 0 &&
           (!has_rank || (take_int(&rank, e->info.n_answers - 1, &o->rank) && !*rank &&
                          take_share(&truth, &o->truth))) &&
           !*truth && take_top(e, fields[TOP], o) && take_stretches(e, fields[ANSWERS], o) &&
           take_scores(e, fields[SCORES], o);
}

typedef struct known {
    const char *stamp;
    int place;
} known;

static int by_stamp(const void *a, const void *b)
{
    return strcmp(((const known *)a)->stamp, ((const known *)b)->stamp);
}

/* A line that is damaged is as if it were not there. */
static void take_line(movinet_evaluation *e, const known *clips, char *const *fields)
{
    const char *number = fields[MODEL];
    const known *clip =
        e->n ? bsearch(&(known){fields[STAMP], 0}, clips, (size_t)e->n, sizeof *clips, by_stamp)
             : NULL;
    int model;
    if (!clip || *fields[TROUBLE] || !take_int(&number, e->info.n_models, &model) || model < 1 ||
        *number != ' ')
        return;
    mvx_outcome *o = &e->models[model - 1].outcomes[clip->place];
    if (o->frames)
        return;
    if (!take_outcome(e, fields, o))
        mvx_outcome_free(o);
}

static movinet_status read_lines(movinet_evaluation *e, const known *clips, mvd_csv *csv,
                                 movinet_error *err)
{
    size_t begin = sizeof MVX_RESULTS_HEADER - 1, size = (size_t)(csv->end - csv->text);
    if (size && memcmp(csv->text, MVX_RESULTS_HEADER, size < begin ? size : begin))
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "%.300s: is no file of results; name another file for them", csv->path);
    movinet_status status = mvd_csv_next(csv, err);
    while (!status && !(status = mvd_csv_next(csv, err))) {
        if (csv->n < COLUMNS)
            continue;
        if (strcmp(csv->fields[RUN], e->key))
            return mv_fail(err, MOVINET_ERR_FORMAT,
                           "%.300s: has the results of another evaluation: other models, labels or "
                           "options; name another file for these",
                           csv->path);
        take_line(e, clips, csv->fields);
    }
    /* The last line may end anywhere. */
    return status == MOVINET_END || status == MOVINET_ERR_FORMAT ? MOVINET_OK : status;
}

movinet_status mvx_results_read(movinet_evaluation *e, movinet_error *err)
{
    mvd_csv csv = {0};
    struct stat info;
    if (!e->results || stat(e->results, &info) || !S_ISREG(info.st_mode))
        return MOVINET_OK;
    known *clips = calloc((size_t)e->n + 1, sizeof *clips);
    if (!clips)
        return mvx_no_memory(err);
    for (int i = 0; i < e->n; i++)
        clips[i] = (known){e->stamps[i], i};
    qsort(clips, (size_t)e->n, sizeof *clips, by_stamp);
    movinet_status status = mvd_csv_open(&csv, e->results, err);
    if (!status)
        status = read_lines(e, clips, &csv, err);
    mvd_csv_close(&csv);
    free(clips);
    return status;
}
