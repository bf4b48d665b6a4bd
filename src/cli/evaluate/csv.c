/* The results of an evaluation as a table: one figure a line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/evaluate/evaluate.h"

#include "cli/text.h"

#include <math.h>

/* Empty for what is not known. */
static void print_value(double value)
{
    if (isinf(value))
        fputs(value > 0 ? ",inf" : ",-inf", stdout);
    else if (isnan(value))
        fputc(',', stdout);
    else
        printf(",%.8g", value);
}

static void print_line(const char *model, const char *than, const char *class, const char *name,
                       movinet_figure f)
{
    if (isnan(f.value))
        return;
    print_csv(stdout, model);
    fputc(',', stdout);
    print_csv(stdout, than);
    fputc(',', stdout);
    print_csv(stdout, class);
    printf(",%s", name);
    print_value(f.value);
    print_value(f.low);
    print_value(f.high);
    fputc('\n', stdout);
}

static movinet_figure plain(double value)
{
    return (movinet_figure){value, NAN, NAN};
}

static void print_model(const evaluate_job *j, int m)
{
    const char *name = j->names[m];
    const movinet_model_info *info = movinet_model_get_info(j->models[m]);
    for (int k = 0; k < MOVINET_FIGURES; k++)
        print_line(name, "", "", movinet_figure_get_info((movinet_figure_kind)k)->name,
                   movinet_evaluation_figure(j->evaluation, m, (movinet_figure_kind)k));
    print_line(name, "", "", "weight_bytes", plain((double)info->weight_bytes));
    print_line(name, "", "", "stream_bytes", plain((double)info->stream_bytes));
    print_line(name, "", "", "file_bytes", plain((double)info->file_bytes));
    for (int i = 0; i < movinet_evaluation_get_info(j->evaluation)->n_classes; i++) {
        movinet_class_figures f = movinet_evaluation_class(j->evaluation, m, i);
        const char *label = movinet_evaluation_label(j->evaluation, i);
        print_line(name, "", label, "clips", plain(f.clips));
        print_line(name, "", label, "precision", f.precision);
        print_line(name, "", label, "recall", f.recall);
        print_line(name, "", label, "f1", f.f1);
        print_line(name, "", label, "average_precision", f.average_precision);
    }
}

static void print_pair(const evaluate_job *j, int a, int b)
{
    movinet_evaluation_pair p = movinet_evaluation_compare(j->evaluation, a, b);
    for (int k = 0; k < MOVINET_FIGURES; k++)
        print_line(j->names[b], j->names[a], "",
                   movinet_figure_get_info((movinet_figure_kind)k)->name,
                   movinet_evaluation_difference(j->evaluation, a, b, (movinet_figure_kind)k));
    print_line(j->names[b], j->names[a], "", "mcnemar_p", plain(p.mcnemar));
    print_line(j->names[b], j->names[a], "", "same_answer", p.agreement);
    print_line(j->names[b], j->names[a], "", "same_on_frames", p.frames);
}

void evaluate_print_csv(const evaluate_job *j)
{
    puts("model,less,class,figure,value,low,high");
    for (int m = 0; m < j->n_models; m++)
        print_model(j, m);
    for (int b = 1; b < j->n_models; b++)
        for (int a = 0; a < b; a++)
            print_pair(j, a, b);
}
