/* What a course leaves in its run folder. SPDX-License-Identifier: Apache-2.0 */
#include "train/course.h"

#include "report/plots.h"
#include "tflite/precision.h"
#include "zoo/network_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

static movinet_status path_of(const mvt_course *c, const char *name, char path[PATH_BYTES],
                              movinet_error *err)
{
    if (snprintf(path, PATH_BYTES, "%s/%s", c->run_dir, name) < PATH_BYTES)
        return MOVINET_OK;
    return mv_fail(err, MOVINET_ERR_ARGUMENT, "%.200s…: too long a path", c->run_dir);
}

static movinet_status write_text(const mvt_course *c, mvr_text *t, const char *name,
                                 movinet_error *err)
{
    char path[PATH_BYTES];
    movinet_status status = path_of(c, name, path, err);
    if (!status)
        status = mvr_write(t, path, err);
    mvr_free(t);
    return status;
}

/* ---- the model ------------------------------------------------------------------------- */

static movinet_status write_model(const mvt_course *c, movinet_error *err)
{
    mvz_network best = *c->shape;
    tfl_model model;
    char path[PATH_BYTES];
    best.values = c->best;
    movinet_status status = path_of(c, "model.tflite", path, err);
    if (!status)
        status = mvz_network_model(&best, c->clips->labels, &model, err);
    if (status)
        return status;
    status = tfl_write_file_as(&model, c->s.precision, path, err);
    tfl_free(&model);
    return status;
}

movinet_status mvt_write_best(const mvt_course *c, movinet_error *err)
{
    mvr_text t = {0};
    char title[80];
    if (!c->run_dir)
        return MOVINET_OK;
    movinet_status status = write_model(c, err);
    if (status || c->clips->multi_label)
        return status;
    snprintf(title, sizeof title, "Validation, epoch %d", c->best_epoch);
    mvr_confusion(&t, title, c->score.confusion, c->clips->labels, c->clips->n_classes);
    return write_text(c, &t, "confusion.svg", err);
}

/* ---- the epochs ------------------------------------------------------------------------- */

static void add_number(mvr_text *t, double value, int digits)
{
    if (isfinite(value))
        mvr_add(t, ",%s", mvr_number_of(value, digits).text);
    else
        mvr_add(t, ",");
}

static movinet_status write_metrics(const mvt_course *c, movinet_error *err)
{
    mvr_text t = {0};
    mvr_add(&t, "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,rate,seconds,"
                "best\n");
    for (int i = 0; i < c->epoch; i++) {
        const movinet_train_epoch *e = &c->history[i];
        mvr_add(&t, "%d", e->epoch);
        add_number(&t, e->train_loss, 6);
        add_number(&t, e->train_accuracy, 6);
        add_number(&t, e->validation_loss, 6);
        add_number(&t, e->validation_accuracy, 6);
        add_number(&t, e->rate, 9);
        add_number(&t, e->seconds, 3);
        mvr_add(&t, ",%d\n", e->best);
    }
    return write_text(c, &t, "metrics.csv", err);
}

static movinet_status write_curves(const mvt_course *c, movinet_error *err)
{
    mvr_text t = {0};
    mvr_epoch *epochs = calloc((size_t)c->epoch + 1, sizeof *epochs);
    if (!epochs)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory for curves.svg");
    for (int i = 0; i < c->epoch; i++) {
        const movinet_train_epoch *e = &c->history[i];
        epochs[i] = (mvr_epoch){.number = e->epoch, .train_loss = e->train_loss,
                                .validation_loss = e->validation_loss,
                                .train_accuracy = c->s.mixup > 0 ? NAN : e->train_accuracy,
                                .validation_accuracy = e->validation_accuracy};
    }
    mvr_curves(&t, c->run_dir, epochs, c->epoch, c->best_epoch - 1);
    free(epochs);
    return write_text(c, &t, "curves.svg", err);
}

movinet_status mvt_write_history(const mvt_course *c, movinet_error *err)
{
    if (!c->run_dir)
        return MOVINET_OK;
    movinet_status status = write_metrics(c, err);
    return status ? status : write_curves(c, err);
}
