/* What movinet train says while it works, and at the end.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/interrupt.h"
#include "cli/train/train.h"

#include <math.h>
#include <string.h>

enum { NAMED = 20, CLASSES_SHOWN = 40, LABEL_COLUMNS = 32 };

static int total_of(const movinet_dataset *d, int class)
{
    int n = 0;
    for (int split = 0; split < MOVINET_SPLITS; split++)
        n += movinet_dataset_count(d, class, (movinet_split)split);
    return n;
}

/* ---- before it begins ------------------------------------------------------------- */

static void tell_dataset(const train_view *v)
{
    const movinet_dataset_info *info = movinet_dataset_get_info(v->dataset);
    int test = movinet_dataset_count(v->dataset, -1, MOVINET_SPLIT_TEST);
    print_clean(stdout, v->name);
    printf(": %d clips", info->n_clips);
    if (info->n_sources < info->n_clips)
        printf(" of %d sources", info->n_sources);
    printf(", %d class%s%s: %d to learn from, %d for validation", info->n_classes,
           info->n_classes == 1 ? "" : "es", info->multi_label ? ", several a clip" : "",
           movinet_dataset_count(v->dataset, -1, MOVINET_SPLIT_TRAIN),
           movinet_dataset_count(v->dataset, -1, MOVINET_SPLIT_VALIDATION));
    if (test)
        printf(", %d for test", test);
    putchar('\n');
    if (info->n_missing)
        printf("  %d clips of the annotation are not there\n", info->n_missing);
    if (info->n_ignored)
        printf("  %d file%s no video by the name\n", info->n_ignored,
               info->n_ignored == 1 ? " is" : "s are");
}

void train_tell_plan(const train_view *v, const movinet_train_plan *plan)
{
    char a[32], b[32];
    if (v->quiet)
        return;
    tell_dataset(v);
    if (plan->clips_missing) {
        printf("decoding %d clips into ", plan->clips_missing);
        print_clean(stdout, plan->cache_dir);
        printf(": about %s, of %s that are free\n", format_bytes(a, plan->cache_missing),
               format_bytes(b, plan->disk_free));
    } else {
        printf("decoded clips: %s in ", format_bytes(a, plan->cache_ready));
        print_clean(stdout, plan->cache_dir);
        putchar('\n');
    }
    printf("learning: %s numbers", format_count(a, plan->parameters));
    if (plan->layers)
        printf(" in %d layer%s and the classifier", plan->layers, plan->layers == 1 ? "" : "s");
    else
        fputs(" of the classifier", stdout);
    putchar('\n');
    if (plan->epoch)
        printf("going on after epoch %d\n", plan->epoch);
    fflush(stdout);
}

/* ---- once all is decoded ------------------------------------------------------------ */

static void tell_skipped(const train_view *v)
{
    const movinet_dataset_clip *clip;
    int n = 0;
    for (int i = 0; (clip = movinet_dataset_get_clip(v->dataset, i)); i++)
        n += clip->skipped != NULL;
    if (!n)
        return;
    char line[100];
    snprintf(line, sizeof line, "%d of %d clips cannot be used:", n,
             movinet_dataset_get_info(v->dataset)->n_clips);
    note(NULL, line);
    for (int i = 0, named = 0; (clip = movinet_dataset_get_clip(v->dataset, i)); i++) {
        if (!clip->skipped || named++ >= NAMED)
            continue;
        fputs("  ", stderr);
        print_clean(stderr, clip->skipped);
        fputc('\n', stderr);
    }
    if (n > NAMED)
        fprintf(stderr, "  ... and %d more\n", n - NAMED);
}

/* Columns for the labels; bytes are as many at least. */
static int label_columns(const train_view *v, int n)
{
    size_t most = strlen("class");
    for (int c = 0; c < n; c++) {
        size_t length = strlen(movinet_dataset_label(v->dataset, c));
        most = length > most ? length : most;
    }
    return most < LABEL_COLUMNS ? (int)most : LABEL_COLUMNS;
}

static void tell_classes(const train_view *v)
{
    int n = movinet_dataset_get_info(v->dataset)->n_classes, columns = label_columns(v, n);
    bool test = movinet_dataset_count(v->dataset, -1, MOVINET_SPLIT_TEST) > 0;
    if (n > CLASSES_SHOWN)
        return;
    printf("%-*s  learning  validation%s\n", columns, "class", test ? "  test" : "");
    for (int c = 0; c < n; c++) {
        int used = print_fitted(&v->screen, movinet_dataset_label(v->dataset, c), columns);
        print_spaces(stdout, columns - used);
        printf("  %8d  %10d", movinet_dataset_count(v->dataset, c, MOVINET_SPLIT_TRAIN),
               movinet_dataset_count(v->dataset, c, MOVINET_SPLIT_VALIDATION));
        if (test)
            printf("  %4d", movinet_dataset_count(v->dataset, c, MOVINET_SPLIT_TEST));
        putchar('\n');
    }
    fflush(stdout);
}

/* Before anything else is said of it: what was decoded is only known now. */
static void tell_data(train_view *v)
{
    if (v->data_told || v->quiet)
        return;
    v->data_told = true;
    progress_clear(&v->bar);
    tell_skipped(v);
    if (total_of(v->dataset, -1))
        tell_classes(v);
}

/* ---- while it works ---------------------------------------------------------------- */

static void begin_bar(train_view *v, const movinet_train_progress *p)
{
    static const char *const names[] = {"decoding", "features", "learning", "validation", "test"};
    progress_clear(&v->bar);
    v->phase = p->phase;
    v->epoch = p->epoch;
    if (p->phase == MOVINET_TRAIN_LEARNING)
        snprintf(v->bar_name, sizeof v->bar_name, "epoch %d of %d", p->epoch, p->epochs);
    else
        snprintf(v->bar_name, sizeof v->bar_name, "%s", names[p->phase]);
    /* Elsewhere than on a terminal the line after each epoch is enough. */
    bool lines = p->phase == MOVINET_TRAIN_DECODING || p->phase == MOVINET_TRAIN_FEATURES;
    v->bar = progress_of(v->bar_name, v->quiet);
    v->bar.quiet |= !lines && !v->bar.screen.is_terminal;
}

bool train_on_progress(void *view, const movinet_train_progress *p)
{
    train_view *v = view;
    char words[100];
    if (was_interrupted())
        return false;
    if (p->phase != MOVINET_TRAIN_DECODING)
        tell_data(v);
    if (v->epoch != p->epoch || v->phase != p->phase)
        begin_bar(v, p);
    if (!progress_is_due(&v->bar, p->done, p->total))
        return true;
    double rate = progress_rate(&v->bar, p->done);
    int n = p->phase == MOVINET_TRAIN_LEARNING
                ? snprintf(words, sizeof words, "loss %.3f", p->loss)
                : snprintf(words, sizeof words, "%d of %d", p->done, p->total);
    if (rate > 0)
        snprintf(words + n, sizeof words - (size_t)n, "  %.1f clips/s", rate);
    progress_show(&v->bar, p->done, p->total, words);
    return true;
}

static void print_share(double share)
{
    if (isfinite(share))
        printf("  %5.1f %%", 100 * share);
    else
        printf("  %7s", "-");
}

void train_on_epoch(void *view, const movinet_train_epoch *e)
{
    train_view *v = view;
    char time[32];
    if (v->quiet)
        return;
    tell_data(v);
    progress_clear(&v->bar);
    if (!v->head_told) {
        const char *top = movinet_dataset_get_info(v->dataset)->multi_label ? "mAP" : "top-1";
        printf("epoch  learning: loss  %7s  validation: loss  %7s     rate     time\n", top, top);
        v->head_told = true;
    }
    printf("%5d  %14.3f", e->epoch, e->train_loss);
    print_share(e->train_accuracy);
    printf("  %16.3f", e->validation_loss);
    print_share(e->validation_accuracy);
    printf("  %7.1e  %7s%s\n", e->rate, format_time(time, e->seconds, 0), e->best ? "  best" : "");
    fflush(stdout);
}

void train_on_line(void *view, const char *line)
{
    train_view *v = view;
    if (v->quiet)
        return;
    tell_data(v);
    progress_clear(&v->bar);
    note(NULL, line);
}

/* ---- at the end ---------------------------------------------------------------------- */

static void tell_share(const char *what, bool several, int clips, double share, double low,
                       double high)
{
    printf("%s: %.1f %% %s %d clip%s (95 %% interval: %.1f to %.1f %%)\n", what, 100 * share,
           several ? "mean average precision on" : "right of", clips, clips == 1 ? "" : "s",
           100 * low, 100 * high);
}

void train_tell_result(const train_view *v, const movinet_train_result *r, const char *out,
                       const char *run)
{
    bool several = movinet_dataset_get_info(v->dataset)->multi_label;
    if (v->quiet)
        return;
    if (r->early)
        printf("ended after epoch %d, as it got no better\n", r->epochs);
    printf("best: epoch %d\n", r->best.epoch);
    tell_share("validation", several, r->validation_clips, r->best.validation_accuracy,
               r->validation_low, r->validation_high);
    if (r->test_clips)
        tell_share("test", several, r->test_clips, r->test_accuracy, r->test_low, r->test_high);
    fputs("wrote ", stdout);
    print_clean(stdout, out);
    fputs(" and, in ", stdout);
    print_clean(stdout, run);
    printf(": curves.svg, %smetrics.csv, run.json\n", r->confusion ? "confusion.svg, " : "");
    output_arrived();
}
