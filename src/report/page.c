/* The page of an evaluation: one file of HTML that needs nothing else, no script, no network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include "data/dataset.h"

#include <stdio.h>
#include <string.h>

static const char *basename_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* "old and new on clips.csv" */
static void make_title(const movinet_evaluation *e, mvr_text *t)
{
    for (int m = 0; m < e->info.n_models; m++)
        mvr_add(t, "%s%s", !m ? "" : m + 1 < e->info.n_models ? ", " : " and ", e->models[m].name);
    mvr_add(t, " on %s", basename_of(e->dataset->path));
}

static void add_head(mvr_page *p, const char *title)
{
    mvr_add(p->t,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"generator\" content=\"movinet %s\">\n<title>",
            movinet_version());
    mvr_add_escaped(p->t, title, 0);
    mvr_add(p->t, "</title>\n<style>\n");
    mvr_add(p->t, "%s", mvr_page_style);
    mvr_add(p->t, "</style>\n</head>\n<body>\n<main>\n<h1>");
    mvr_add_escaped(p->t, title, 0);
    mvr_add(p->t, "</h1>\n");
}

static void add_number(mvr_page *p, double n, const char *one, const char *several)
{
    mvr_add(p->t, "%s %s", mvr_number_of(n, 0).text, n == 1 ? one : several);
}

static void add_lead(mvr_page *p)
{
    static const char *const splits[] = {"", " for training", " for validation", " for test", ""};
    const movinet_evaluation_info *info = &p->e->info;
    double seconds = 0;
    for (int i = 0; i < info->n_counted; i++)
        seconds += p->e->models[0].outcomes[p->e->counted[i]].frames / p->e->models[0].rate;
    mvr_add(p->t, "<p class=\"lead\">");
    add_number(p, info->n_counted, "clip", "clips");
    mvr_add(p->t, "%s of ", splits[info->clips]);
    add_number(p, info->n_classes, "class", "classes");
    if (info->n_sources < info->n_counted) {
        mvr_add(p->t, ", from ");
        add_number(p, info->n_sources, "source", "sources");
    }
    mvr_add(p->t, "; ");
    if (seconds < 120)
        add_number(p, seconds, "second", "seconds");
    else
        add_number(p, seconds / 60, "minute", "minutes");
    mvr_add(p->t, " of video, frame by frame as a stream sees it.");
    if (info->n_skipped)
        mvr_add(p->t, " %d could not be read.", info->n_skipped);
    if (info->n_unknown)
        mvr_add(p->t, " %d more are of classes that %s.", info->n_unknown,
                info->n_models > 1 ? "not all models know" : "the model does not know");
    mvr_add(p->t, "</p>\n");
}

static void add_skipped(mvr_page *p)
{
    if (!p->e->info.n_skipped)
        return;
    mvr_add(p->t, "<details><summary>clips that could not be read</summary><ul>\n");
    for (int i = 0; i < p->e->n; i++) {
        const char *why = mvx_clip(p->e, i)->skipped;
        if (!why || p->e->models[0].outcomes[i].frames)
            continue;
        mvr_add(p->t, "<li>");
        mvr_add_escaped(p->t, why, 0);
        mvr_add(p->t, "</li>\n");
    }
    mvr_add(p->t, "</ul></details>\n");
}

static void add_foot(mvr_page *p)
{
    mvr_add(p->t,
            "<footer>\n<p>The answer to a clip is what the model says after its last frame. "
            "Intervals are for 95 %%: Wilson’s for shares of clips, made wider where clips come "
            "from one source; Agresti and Min’s for differences of such shares; for all else, "
            "1000 draws of the same clips with replacement, the same for all models, corrected for "
            "bias. Means over classes have the wider of that and what follows from each class’s "
            "own interval.</p>\n");
    mvr_add(p->t,
            "<p>Latency: median of single frames of the network’s own size, one thread, the "
            "models in turn, %s.</p>\n",
            movinet_model_get_info(p->e->models[0].model)->cpu);
    add_skipped(p);
    mvr_add(p->t, "<p class=\"faint\">movinet %s</p>\n</footer>\n</main>\n</body>\n</html>\n",
            movinet_version());
}

movinet_status movinet_evaluation_report(const movinet_evaluation *e, const char *title,
                                         const char *path, movinet_error *err)
{
    mvr_text text = {0}, own = {0};
    mvr_page page = {.t = &text, .e = e, .n_models = e->info.n_models};
    if (!e->ready)
        return mv_fail(err, MOVINET_ERR_ARGUMENT, "the evaluation has not run");
    make_title(e, &own);
    add_head(&page, title && *title ? title : own.bytes ? own.bytes : "");
    add_lead(&page);
    mvr_page_models(&page);
    mvr_page_figures(&page);
    mvr_page_plots(&page);
    mvr_page_pairs(&page);
    mvr_page_disagreements(&page);
    mvr_page_classes(&page);
    mvr_page_matrices(&page);
    mvr_page_confusions(&page);
    add_foot(&page);
    text.failed |= own.failed;
    movinet_status status = mvr_write(&text, path, err);
    mvr_free(&own);
    mvr_free(&text);
    return status;
}
