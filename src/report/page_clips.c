/* Clips that show what goes wrong. SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <stdio.h>

enum { CONFUSIONS = 12, DISAGREEMENTS = 9 };

static void add_picture(mvr_page *p, int clip)
{
    mvr_text strip = {0};
    if (mvr_add_strip(&strip, p->e, clip)) {
        mvr_add(p->t, "<img alt=\"three moments of the clip\" src=\"data:image/jpeg;base64,%s\">",
                strip.bytes ? strip.bytes : "");
    } else {
        mvr_add(p->t, "<div class=\"none\"></div>");
    }
    p->t->failed |= strip.failed;
    mvr_free(&strip);
}

static void add_file(mvr_page *p, int clip)
{
    mvr_add(p->t, "<p class=\"faint\">");
    mvr_add_escaped(p->t, movinet_dataset_get_clip(p->e->dataset, clip)->name, 0);
    mvr_add(p->t, "</p>");
}

static void add_answer(mvr_page *p, int model, int clip)
{
    movinet_evaluation_answer a;
    if (!movinet_evaluation_get_answer(p->e, model, clip, &a))
        return;
    mvr_add(p->t, "<p class=\"%s\"><span class=\"dot\"></span>", mvr_model_class(model).text);
    mvr_add_escaped(p->t, p->e->labels[a.answer], 0);
    mvr_add(p->t, " <span class=\"faint\">%s</span></p>",
            mvr_value(a.probability, MOVINET_UNIT_SHARE).text);
}

static void add_confusion(mvr_page *p, int model, const movinet_confusion *c)
{
    movinet_evaluation_answer a;
    mvr_add(p->t, "<div class=\"clip\">");
    add_picture(p, c->clip);
    mvr_add(p->t, "<div><p><b>");
    mvr_add_escaped(p->t, p->e->labels[c->index], 0);
    mvr_add(p->t, "</b> <span class=\"faint\">as</span> <b>");
    mvr_add_escaped(p->t, p->e->labels[c->answer], 0);
    mvr_add(p->t, "</b></p><p>%d of %d clips", c->clips, c->of);
    if (movinet_evaluation_get_answer(p->e, model, c->clip, &a))
        mvr_add(p->t, "<span class=\"faint\">, this one with %s</span>",
                mvr_value(a.probability, MOVINET_UNIT_SHARE).text);
    mvr_add(p->t, "</p>");
    add_file(p, c->clip);
    mvr_add(p->t, "</div></div>\n");
}

void mvr_page_confusions(mvr_page *p)
{
    movinet_confusion list[CONFUSIONS];
    int most = p->n_models > 1 ? CONFUSIONS / 2 : CONFUSIONS;
    bool begun = false;
    for (int m = 0; m < p->n_models; m++) {
        int n = movinet_evaluation_confusions(p->e, m, list, most);
        if (n && !begun)
            mvr_section(p, "Confused most", "Of each pair, the clip that the model was surest of.");
        begun |= n > 0;
        if (n && p->n_models > 1) {
            mvr_add(p->t, "<h3 class=\"%s\"><span class=\"dot\"></span>", mvr_model_class(m).text);
            mvr_add_escaped(p->t, p->e->models[m].name, 0);
            mvr_add(p->t, "</h3>\n");
        }
        mvr_add(p->t, "<div class=\"clips\">\n");
        for (int i = 0; i < n && i < most; i++)
            add_confusion(p, m, &list[i]);
        mvr_add(p->t, "</div>\n");
    }
}

/* How many are a model's. */
static void add_dot(mvr_page *p, int model, int n)
{
    mvr_add(p->t, "<span class=\"%s\"><span class=\"dot small\"></span>%d </span>",
            mvr_model_class(model).text, n);
}

static void add_disagreement(mvr_page *p, int a, int b, const movinet_disagreement *d)
{
    mvr_add(p->t, "<div class=\"clip\">");
    add_picture(p, d->clip);
    mvr_add(p->t, "<div><p><b>");
    mvr_add_escaped(p->t, p->e->labels[d->index], 0);
    mvr_add(p->t, "</b></p><p class=\"faint\">they differ on %d of %d; right alone: ", d->differ,
            d->clips);
    add_dot(p, a, d->only_a);
    add_dot(p, b, d->only_b);
    mvr_add(p->t, "</p>");
    add_answer(p, a, d->clip);
    add_answer(p, b, d->clip);
    add_file(p, d->clip);
    mvr_add(p->t, "</div></div>\n");
}

void mvr_page_disagreements(mvr_page *p)
{
    movinet_disagreement list[DISAGREEMENTS];
    bool begun = false;
    for (int m = 1; m < p->n_models; m++) {
        int n = movinet_evaluation_disagreements(p->e, 0, m, list, DISAGREEMENTS);
        if (n && !begun)
            mvr_section(p, "Where they disagree",
                        "The classes on which the models differ most, with the clip that both were "
                        "surest of.");
        begun |= n > 0;
        mvr_add(p->t, "<div class=\"clips\">\n");
        for (int i = 0; i < n && i < DISAGREEMENTS; i++)
            add_disagreement(p, 0, m, &list[i]);
        mvr_add(p->t, "</div>\n");
    }
}
