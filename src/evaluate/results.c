/* The file of results: a line of CSV for each clip and model, added as they come, so that
 * whatever stops the work takes no more than the clips at hand. A line is known by what its
 * figures hang on: the column `run` stands for models, labels and options, `stamp` for the
 * clip. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/evaluation.h"

#include "core/file.h"
#include "core/sha256.h"
#include "data/csv.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static const char header[] = "run,stamp,clip,start,end,label,model,frames,answer,probability,"
                             "right,rank,label_probability,top,answers,scores,trouble\n";

/* ---- what things are known by ------------------------------------------------------- */

static void update(mv_sha256 *sha, const char *text)
{
    mv_sha256_update(sha, text, strlen(text) + 1);
}

static void short_hex(mv_sha256 *sha, char out[17])
{
    uint8_t digest[32];
    char hex[65];
    mv_sha256_end(sha, digest);
    mv_sha256_hex(digest, hex);
    memcpy(out, hex, 16);
    out[16] = '\0';
}

static void make_key(movinet_evaluation *e)
{
    mv_sha256 sha;
    uint8_t digest[32];
    char text[100];
    mv_sha256_begin(&sha);
    update(&sha, "movinet evaluation 1");
    for (int i = 0; i < e->info.n_answers; i++)
        update(&sha, e->labels[i]);
    snprintf(text, sizeof text, "%d %d %a %d", e->info.n_classes, e->info.multi_label,
             e->options.seconds, (int)e->options.preprocess);
    update(&sha, text);
    for (int m = 0; m < e->info.n_models; m++) {
        const mvx_model *k = &e->models[m];
        movinet_model_sha256(k->model, digest);
        mv_sha256_update(&sha, digest, sizeof digest);
        mv_sha256_update(&sha, k->answers, (size_t)k->n_classes * sizeof *k->answers);
        mv_sha256_update(&sha, &k->rate, sizeof k->rate);
    }
    short_hex(&sha, e->key);
}

/* A file that was changed is another clip. */
static void make_stamp(const movinet_dataset_clip *clip, char out[17])
{
    mv_sha256 sha;
    struct stat info = {0};
    char text[200];
    mv_sha256_begin(&sha);
    update(&sha, clip->name);
    stat(clip->file, &info); /* what is not there will be seen later */
    snprintf(text, sizeof text, "%lld %lld %a %a %d", (long long)info.st_size,
             (long long)info.st_mtim.tv_sec, clip->start, clip->end, clip->span_if_longer);
    update(&sha, text);
    mv_sha256_update(&sha, clip->classes, (size_t)clip->n_classes * sizeof *clip->classes);
    short_hex(&sha, out);
}

static movinet_status find_file(movinet_evaluation *e, movinet_error *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const char *path = e->options.results_path;
    e->keep_results = path != NULL;
    if (path)
        return (e->results = strdup(path)) ? MOVINET_OK : mvx_no_memory(err);
    bool has_cache = cache && cache[0] == '/', has_home = home && home[0] == '/';
    if (!has_cache && !has_home)
        return MOVINET_OK;
    size_t room = strlen(has_cache ? cache : home) + 80;
    if (!(e->results = malloc(room)))
        return mvx_no_memory(err);
    snprintf(e->results, room, "%s%s/movinet/evaluations", has_cache ? cache : home,
             has_cache ? "" : "/.cache");
    if (mv_make_folders(e->results, NULL)) { /* then it cannot be stopped and go on: no more */
        free(e->results);
        e->results = NULL;
        return MOVINET_OK;
    }
    snprintf(e->results + strlen(e->results), 30, "/%s.csv", e->key);
    return MOVINET_OK;
}

/* ---- numbers in text ------------------------------------------------------------------ */

/* Whole billionths, with a point in every locale. */
static void put_share(FILE *out, double p)
{
    long long n = llround(p * 1e9);
    fprintf(out, "%lld.%09lld", n / 1000000000, n % 1000000000);
}

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
    return take_int(&frames, 1000000000, &o->frames) && !*frames && o->frames > 0 &&
           (!has_rank || (take_int(&rank, e->info.n_answers - 1, &o->rank) && !*rank &&
                          take_share(&truth, &o->truth))) &&
           !*truth && take_top(e, fields[TOP], o) && take_stretches(e, fields[ANSWERS], o) &&
           take_scores(e, fields[SCORES], o);
}

void mvx_outcome_free(mvx_outcome *o)
{
    free(o->stretches);
    free(o->scores);
    *o = (mvx_outcome){0};
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
    size_t begin = sizeof header - 1, size = (size_t)(csv->end - csv->text);
    if (size && memcmp(csv->text, header, size < begin ? size : begin))
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

static movinet_status read_file(movinet_evaluation *e, movinet_error *err)
{
    mvd_csv csv = {0};
    struct stat info;
    if (!e->results || stat(e->results, &info))
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

movinet_status mvx_results_open(movinet_evaluation *e, movinet_error *err)
{
    make_key(e);
    e->stamps = mv_arena_alloc(&e->arena, (size_t)e->n + 1, sizeof *e->stamps);
    if (!e->stamps)
        return mvx_no_memory(err);
    for (int i = 0; i < e->n; i++)
        make_stamp(mvx_clip(e, i), e->stamps[i]);
    movinet_status status = find_file(e, err);
    return status ? status : read_file(e, err);
}

/* ---- writing -------------------------------------------------------------------------- */

static void put_quoted(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
}

static void put_clip(const movinet_evaluation *e, FILE *out, int place)
{
    const movinet_dataset_clip *clip = mvx_clip(e, place);
    fprintf(out, "%s,%s,\"", e->key, e->stamps[place]);
    put_quoted(out, clip->name);
    long long start = llround(clip->start * 1000), end = llround(clip->end * 1000);
    fprintf(out, "\",%lld.%03lld,", start / 1000, start % 1000);
    if (end)
        fprintf(out, "%lld.%03lld", end / 1000, end % 1000);
    fputs(",\"", out);
    for (int i = 0; i < clip->n_classes; i++) {
        fputs(i ? "|" : "", out);
        put_quoted(out, e->labels[clip->classes[i]]);
    }
    fputs("\",", out);
}

static void put_outcome(const movinet_evaluation *e, FILE *out, int place, int model)
{
    const mvx_outcome *o = &e->models[model].outcomes[place];
    put_clip(e, out, place);
    fprintf(out, "\"%d ", model + 1);
    put_quoted(out, e->models[model].name);
    fprintf(out, "\",%d,\"", o->frames);
    put_quoted(out, e->labels[o->top[0]]);
    fputs("\",", out);
    put_share(out, o->p[0]);
    if (o->rank >= 0) {
        fprintf(out, ",%d,%d,", mvx_is_right(mvx_clip(e, place), o->top[0]), o->rank);
        put_share(out, o->truth);
    } else {
        fputs(",,,", out);
    }
    for (int i = 0; i < o->n_top; i++) {
        fprintf(out, "%c%d:", i ? ' ' : ',', o->top[i]);
        put_share(out, o->p[i]);
    }
    for (int i = 0; i < o->n_stretches; i++)
        fprintf(out, "%c%dx%d", i ? ' ' : ',', o->stretches[i].answer, o->stretches[i].frames);
    fputc(',', out);
    for (int i = 0; o->scores && i < e->info.n_classes; i++) {
        fputs(i ? " " : "", out);
        put_share(out, o->scores[i]);
    }
    fputs(",\n", out);
}

static void put_trouble(const movinet_evaluation *e, FILE *out, int place, const char *trouble)
{
    put_clip(e, out, place);
    fputs(",,,,,,,,,,\"", out);
    put_quoted(out, trouble);
    fputs("\"\n", out);
}

bool mvx_results_put(const movinet_evaluation *e, FILE *out, int place, const char *trouble)
{
    if (!out)
        return true;
    for (int m = 0; m < e->info.n_models && !trouble; m++)
        put_outcome(e, out, place, m);
    if (trouble)
        put_trouble(e, out, place, trouble);
    return fflush(out) == 0;
}

/* Whatever is known by now, in the order of the clips. */
static movinet_status write_whole(const movinet_evaluation *e, movinet_error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return mvx_no_memory(err);
    fputs(header, out);
    for (int i = 0; i < e->n; i++) {
        const char *skipped = mvx_clip(e, i)->skipped;
        if (skipped)
            put_trouble(e, out, i, skipped);
        for (int m = 0; m < e->info.n_models && !skipped; m++)
            if (e->models[m].outcomes[i].frames)
                put_outcome(e, out, i, m);
    }
    bool lost = ferror(out);
    lost |= fclose(out) != 0;
    movinet_status status = lost ? mvx_no_memory(err)
                                 : mv_write_file(e->results, &(mv_bytes){text, size}, 1, true, err);
    free(text);
    return status;
}

movinet_status mvx_results_append(const movinet_evaluation *e, FILE **out, movinet_error *err)
{
    *out = NULL;
    if (!e->results)
        return MOVINET_OK;
    movinet_status status = write_whole(e, err);
    if (status)
        return status;
    *out = fopen(e->results, "ae");
    return *out ? MOVINET_OK
                : mv_fail(err, MOVINET_ERR_IO, "%.300s: %s", e->results, strerror(errno));
}

movinet_status mvx_results_end(const movinet_evaluation *e, movinet_error *err)
{
    if (!e->results)
        return MOVINET_OK;
    if (e->keep_results)
        return write_whole(e, err);
    unlink(e->results);
    return MOVINET_OK;
}
