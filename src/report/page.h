/* The page of an evaluation: what its parts share. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_REPORT_PAGE_H
#define MV_REPORT_PAGE_H

#include "evaluate/evaluation.h"
#include "report/text.h"

typedef struct mvr_page {
    mvr_text *t;
    const movinet_evaluation *e;
    int n_models;
} mvr_page;

/** In page_style.c: what all parts look like. */
extern const char mvr_page_style[];

/** "83.3 %", "0.4 s", "5.6 /min", "1.78 ms"; "–" for what is not known, "never" for what is
 * infinite. */
typedef struct mvr_words {
    char text[48];
} mvr_words;
mvr_words mvr_value(double value, movinet_figure_unit unit);
/** The same without the unit, always with as many digits. */
mvr_words mvr_bare(double value, movinet_figure_unit unit);
/** "43.6 – 97" */
mvr_words mvr_range(movinet_figure f, movinet_figure_unit unit);
/** A colour of the style, for a model: "m0". */
mvr_words mvr_model_class(int model);
/** A heading, and a line below it, which may be NULL. */
void mvr_section(mvr_page *p, const char *heading, const char *says);

/** In page_figures.c. */
void mvr_page_models(mvr_page *p);
void mvr_page_figures(mvr_page *p);
void mvr_page_pairs(mvr_page *p);
/** In page_plots.c. */
void mvr_page_plots(mvr_page *p);
/** In page_classes.c. */
void mvr_page_classes(mvr_page *p);
void mvr_page_matrices(mvr_page *p);
/** In page_clips.c: pictures of clips. */
void mvr_page_confusions(mvr_page *p);
void mvr_page_disagreements(mvr_page *p);

/** In strip.c: some frames of a clip side by side, as a JPEG in base64. Nothing is added, and
 * false, where the clip cannot be read any more. */
bool mvr_add_strip(mvr_text *t, const movinet_evaluation *e, int clip);

#endif
