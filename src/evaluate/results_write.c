/* Writing results, a line as soon as a clip is done. SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/results.h"

#include "core/file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whole billionths, with a point in every locale. */
static void put_share(FILE *out, double p)
{
    long long n = llround(p * 1e9);
    fprintf(out, "%lld.%09lld", n / 1000000000, n % 1000000000);
}

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
    fputs(MVX_RESULTS_HEADER, out);
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
