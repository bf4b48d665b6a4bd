/* What it takes to do a run again: clips.csv, run.json. SPDX-License-Identifier: Apache-2.0 */
#include "train/trainer.h"

#include "data/dataset.h"
#include "report/plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096, DIGITS = 9 };

static movinet_status write_text(const movinet_trainer *t, mvr_text *text, const char *name,
                                 movinet_error *err)
{
    char path[PATH_BYTES];
    movinet_status status = MOVINET_OK;
    if (snprintf(path, sizeof path, "%s/%s", t->options.run_dir, name) >= PATH_BYTES)
        status = mv_fail(err, MOVINET_ERR_ARGUMENT, "%.200s…: too long a path",
                         t->options.run_dir);
    if (!status)
        status = mvr_write(text, path, err);
    mvr_free(text);
    return status;
}

/* ---- clips.csv ------------------------------------------------------------------------- */

/* RFC 4180: in quotation marks, which are doubled inside. */
static void add_quoted(mvr_text *text, const char *s)
{
    mvr_add(text, "\"");
    for (; *s; s++)
        mvr_add(text, *s == '"' ? "\"\"" : "%c", *s);
    mvr_add(text, "\"");
}

static void add_labels(mvr_text *text, const movinet_trainer *t, const movinet_dataset_clip *clip)
{
    mvr_add(text, "\"");
    for (int i = 0; i < clip->n_classes; i++) {
        mvr_add(text, "%s", i ? "|" : "");
        for (const char *s = t->labels[clip->classes[i]]; *s; s++)
            mvr_add(text, *s == '"' ? "\"\"" : "%c", *s);
    }
    mvr_add(text, "\"");
}

movinet_status mvt_write_clips(const movinet_trainer *t, movinet_error *err)
{
    mvr_text text = {0};
    mvr_add(&text, "file,label,start,end,split\n");
    for (int i = 0; i < t->clips.n; i++) {
        const movinet_dataset_clip *clip = movinet_dataset_get_clip(t->dataset, i);
        if (clip->skipped)
            continue;
        char *whole = realpath(clip->file, NULL);
        add_quoted(&text, whole ? whole : clip->file);
        free(whole);
        mvr_add(&text, ",");
        add_labels(&text, t, clip);
        mvr_add(&text, ",%s,", mvr_number_of(clip->start, DIGITS).text);
        if (clip->end > 0)
            mvr_add(&text, "%s", mvr_number_of(clip->end, DIGITS).text);
        mvr_add(&text, ",%s\n", movinet_split_name(clip->split));
    }
    return write_text(t, &text, "clips.csv", err);
}

/* ---- run.json -------------------------------------------------------------------------- */

static void add_string(mvr_text *text, const char *s)
{
    mvr_add(text, "\"");
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            mvr_add(text, "\\%c", *s);
        else if ((unsigned char)*s < ' ')
            mvr_add(text, "\\u%04x", (unsigned)(unsigned char)*s);
        else
            mvr_add(text, "%c", *s);
    }
    mvr_add(text, "\"");
}

static void text_member(mvr_text *text, const char *name, const char *value)
{
    mvr_add(text, "    \"%s\": ", name);
    if (value)
        add_string(text, value);
    else
        mvr_add(text, "null");
    mvr_add(text, ",\n");
}

static void number_member(mvr_text *text, const char *name, double value)
{
    if (isfinite(value))
        mvr_add(text, "    \"%s\": %s,\n", name, mvr_number_of(value, DIGITS).text);
    else
        mvr_add(text, "    \"%s\": null,\n", name);
}

static void bool_member(mvr_text *text, const char *name, bool value)
{
    mvr_add(text, "    \"%s\": %s,\n", name, value ? "true" : "false");
}

static void add_beginning(mvr_text *text, const movinet_trainer *t)
{
    const movinet_train_options *o = &t->options;
    static const char *const preprocess[] = {"default"};
    const char *how = movinet_preprocess_name(o->preprocess);
    mvr_add(text, "  \"begins\": {\n");
    text_member(text, "from", o->from);
    text_member(text, "variant", o->variant);
    number_member(text, "activation", (double)t->course->shape->act);
    bool_member(text, "squeeze_excitation", t->course->shape->se);
    bool_member(text, "same_classes", t->kept);
    text_member(text, "data", t->dataset->path);
    text_member(text, "preprocess", how ? how : preprocess[0]);
    number_member(text, "frame_rate", o->frame_rate > 0 ? o->frame_rate : 5);
    bool_member(text, "flip", !o->no_flip);
    number_member(text, "train_clips", t->course->n_members[MOVINET_SPLIT_TRAIN]);
    number_member(text, "validation_clips", t->course->n_members[MOVINET_SPLIT_VALIDATION]);
    mvr_add(text, "    \"size\": %d\n  },\n", t->course->shape->size);
}

static void add_settings(mvr_text *text, const mvt_settings *s)
{
    static const char *const optimizers[] = {"", "adamw", "rmsprop", "sgd"};
    mvr_add(text, "  \"options\": {\n");
    text_member(text, "optimizer", optimizers[s->optimizer]);
    number_member(text, "layers", s->layers);
    bool_member(text, "keep_dense", s->keep_dense);
    bool_member(text, "keep_norm", s->keep_norm);
    bool_member(text, "all_frames", s->all_frames);
    bool_member(text, "augment", s->augment);
    bool_member(text, "class_weights", s->class_weights);
    number_member(text, "epochs", s->epochs);
    number_member(text, "batch", s->batch);
    number_member(text, "frames", s->frames);
    number_member(text, "patience", s->patience);
    number_member(text, "looks", s->looks);
    number_member(text, "rate", s->rate);
    number_member(text, "layers_rate", s->layers_rate);
    number_member(text, "warm_up", s->warm_up);
    number_member(text, "weight_decay", s->weight_decay);
    number_member(text, "clip", s->clip);
    number_member(text, "label_smoothing", s->smoothing);
    number_member(text, "mixup", s->mixup);
    number_member(text, "dropout", s->dropout);
    number_member(text, "drop_layers", s->drop_layers);
    number_member(text, "average", s->average);
    number_member(text, "threads", s->threads);
    number_member(text, "precision", (double)s->precision);
    mvr_add(text, "    \"seed\": %llu\n  },\n", (unsigned long long)s->seed);
}

static void add_result(mvr_text *text, const movinet_train_result *r)
{
    mvr_add(text, "  \"result\": {\n");
    number_member(text, "best_epoch", r->best.epoch);
    bool_member(text, "ended_early", r->early);
    number_member(text, "validation_loss", r->best.validation_loss);
    number_member(text, "validation_accuracy", r->best.validation_accuracy);
    number_member(text, "validation_low", r->validation_low);
    number_member(text, "validation_high", r->validation_high);
    number_member(text, "test_clips", r->test_clips);
    number_member(text, "test_loss", r->test_loss);
    number_member(text, "test_accuracy", r->test_accuracy);
    number_member(text, "test_low", r->test_low);
    number_member(text, "test_high", r->test_high);
    mvr_add(text, "    \"epochs\": %d\n  },\n", r->epochs);
}

movinet_status mvt_write_run(const movinet_trainer *t, const movinet_train_result *result,
                             movinet_error *err)
{
    mvr_text text = {0};
    mvr_add(&text, "{\n  \"movinet\": \"%s\",\n", movinet_version());
    add_beginning(&text, t);
    add_settings(&text, &t->course->s);
    if (result)
        add_result(&text, result);
    mvr_add(&text, "  \"labels\": [");
    for (int i = 0; i < t->clips.n_classes; i++) {
        mvr_add(&text, "%s\n    ", i ? "," : "");
        add_string(&text, t->labels[i]);
    }
    mvr_add(&text, "\n  ]\n}\n");
    return write_text(t, &text, "run.json", err);
}

movinet_status mvt_write_test(const movinet_trainer *t, movinet_error *err)
{
    mvr_text text = {0};
    char title[80];
    if (!t->test.clips || t->clips.multi_label)
        return MOVINET_OK;
    snprintf(title, sizeof title, "Test, epoch %d", t->course->best_epoch);
    mvr_confusion(&text, title, t->test.confusion, t->labels, t->clips.n_classes);
    return write_text(t, &text, "confusion.svg", err);
}
