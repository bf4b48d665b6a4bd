/* Which answers of the models are which classes of the data.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"
#include "evaluate/evaluation.h"

#include <stdlib.h>
#include <string.h>

/* A label as it is compared, and whose it is. */
typedef struct word {
    char *key;         ///< small letters, one space between words
    const char *label; ///< as it stands there
    int model, index;  ///< model -1: the data
} word;

typedef struct words {
    word *items; ///< [n]
    int n;
} words;

/* "Riding_a-Horse " is "riding a horse". */
static char *key_of(mv_arena *arena, const char *label)
{
    char *key = mv_arena_string(arena, label, strlen(label)), *to = key;
    for (const char *from = key; key && *from; from++) {
        bool gap = *from == ' ' || *from == '_' || *from == '-' || *from == '\t';
        char c = *from >= 'A' && *from <= 'Z' ? (char)(*from + 'a' - 'A') : *from;
        if (!gap)
            *to++ = c;
        else if (to > key && to[-1] != ' ')
            *to++ = ' ';
    }
    if (key) {
        to -= to > key && to[-1] == ' ';
        *to = '\0';
    }
    return key;
}

static int by_key(const void *a, const void *b)
{
    const word *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (!order)
        order = strcmp(x->label, y->label);
    if (!order)
        order = x->model - y->model;
    return order ? order : x->index - y->index;
}

static movinet_status collect(movinet_evaluation *e, words *all, int room, movinet_error *err)
{
    all->items = calloc((size_t)room + 1, sizeof *all->items);
    if (!all->items)
        return mvx_no_memory(err);
    for (int m = -1; m < e->info.n_models; m++) {
        int n = m < 0 ? e->info.n_classes : e->models[m].n_classes;
        for (int i = 0; i < n; i++) {
            const char *label = m < 0 ? movinet_dataset_label(e->dataset, i)
                                      : movinet_model_label(e->models[m].model, i);
            char *key = key_of(&e->arena, label);
            if (!key)
                return mvx_no_memory(err);
            all->items[all->n++] = (word){key, label, m, i};
        }
    }
    qsort(all->items, (size_t)all->n, sizeof *all->items, by_key);
    return MOVINET_OK;
}

/* Where words with this key begin; `n` gets how many there are. */
static const word *find(const words *all, const char *key, int *n)
{
    int low = 0, high = all->n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(all->items[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *n = 0;
    while (low + *n < all->n && !strcmp(all->items[low + *n].key, key))
        ++*n;
    return all->items + low;
}

/* The class of the data that is written so; -1: none, -2: several. */
static int find_class(const words *all, const char *key, const char *label)
{
    int n, found = -1;
    const word *w = find(all, key, &n);
    for (int i = 0; i < n; i++) {
        if (w[i].model >= 0)
            continue;
        if (!strcmp(w[i].label, label))
            return w[i].index;
        found = found == -1 ? w[i].index : -2;
    }
    return found;
}

/* ---- the map -------------------------------------------------------------------- */

static movinet_status find_columns(mvd_csv *csv, int columns[2], movinet_error *err)
{
    static const char *const names[2] = {"data", "model"};
    movinet_status status = mvd_csv_next(csv, err);
    for (int k = 0; k < 2; k++) {
        columns[k] = -1;
        for (int i = 0; !status && i < csv->n; i++)
            if (!strcmp(csv->fields[i], names[k]))
                columns[k] = i;
    }
    if (status == MOVINET_END || (!status && (columns[0] < 0 || columns[1] < 0)))
        return mv_fail(err, MOVINET_ERR_FORMAT,
                       "%.300s: the first line must name two columns: data,model", csv->path);
    return status;
}

static movinet_status map_line(movinet_evaluation *e, const words *all, const mvd_csv *csv,
                               const char *data, const char *model, movinet_error *err)
{
    char *data_key = key_of(&e->arena, data), *model_key = key_of(&e->arena, model);
    if (!data_key || !model_key)
        return mvx_no_memory(err);
    int class = find_class(all, data_key, data), n, found = 0;
    if (class == -2)
        return mvd_csv_fail(csv, err, "\"%.100s\" may be several classes of the data", data);
    if (class < 0) {
        mvx_note(e, "%.200s, line %d: no clip is of the class \"%.100s\"", csv->path, csv->line,
                 data);
        return MOVINET_OK;
    }
    const word *w = find(all, model_key, &n);
    for (int i = 0; i < n; i++) {
        if (w[i].model < 0)
            continue;
        int *answer = &e->models[w[i].model].answers[w[i].index];
        if (*answer >= 0 && *answer != class)
            return mvd_csv_fail(csv, err, "\"%.100s\" already stands for \"%.100s\"", model,
                                movinet_dataset_label(e->dataset, *answer));
        *answer = class;
        found++;
    }
    return found ? MOVINET_OK : mvd_csv_fail(csv, err, "no model has a class \"%.100s\"", model);
}

static movinet_status read_map(movinet_evaluation *e, const words *all, movinet_error *err)
{
    mvd_csv csv;
    int columns[2];
    if (!e->options.map_path)
        return MOVINET_OK;
    movinet_status status = mvd_csv_open(&csv, e->options.map_path, err);
    if (!status)
        status = find_columns(&csv, columns, err);
    while (!status && !(status = mvd_csv_next(&csv, err))) {
        if (csv.n <= columns[0] || csv.n <= columns[1])
            status = mvd_csv_fail(&csv, err, "a column is missing");
        else
            status = map_line(e, all, &csv, csv.fields[columns[0]], csv.fields[columns[1]], err);
    }
    mvd_csv_close(&csv);
    return status == MOVINET_END ? MOVINET_OK : status;
}

/* ---- all answers ------------------------------------------------------------------ */

/* Classes with the same label in several models become one answer. */
static movinet_status number_answers(movinet_evaluation *e, const words *all, movinet_error *err)
{
    e->info.n_answers = e->info.n_classes;
    e->labels = mv_arena_alloc(&e->arena, (size_t)all->n + 1, sizeof *e->labels);
    if (!e->labels)
        return mvx_no_memory(err);
    for (int i = 0; i < e->info.n_classes; i++)
        e->labels[i] = movinet_dataset_label(e->dataset, i);
    const word *last = NULL;
    for (int i = 0; i < all->n; i++) {
        const word *w = &all->items[i];
        int *answer = w->model < 0 ? NULL : &e->models[w->model].answers[w->index];
        if (!answer || *answer >= 0)
            continue;
        int class = find_class(all, w->key, w->label);
        if (class >= 0) {
            *answer = class;
            continue;
        }
        /* Two of one model stay two. */
        bool same = last && !strcmp(last->label, w->label) && last->model != w->model;
        if (!same)
            e->labels[e->info.n_answers++] = w->label;
        *answer = e->info.n_answers - 1;
        last = w;
    }
    return MOVINET_OK;
}

/* Three of them, and that there are more. */
static void add_names(char *text, size_t room, const char *label, int n)
{
    size_t used = strlen(text);
    if (n < 3)
        snprintf(text + used, room - used, "%s\"%.40s\"", n ? ", " : "", label);
    else if (n == 3)
        snprintf(text + used, room - used, ", ...");
}

/* What the model and the data call their classes, for whoever has to bring them together. */
static movinet_status refuse(const movinet_evaluation *e, const mvx_model *m, movinet_error *err)
{
    char data[200] = "", model[200] = "";
    for (int i = 0; i < e->info.n_classes; i++)
        add_names(data, sizeof data, movinet_dataset_label(e->dataset, i), i);
    for (int i = 0; i < m->n_classes; i++)
        add_names(model, sizeof model, movinet_model_label(m->model, i), i);
    return mv_fail(err, MOVINET_ERR_FORMAT,
                   "%.80s knows none of the classes of the data: these are %s, the model's %s; %s",
                   m->name, data, model,
                   movinet_model_get_info(m->model)->label_source == MOVINET_LABELS_NONE
                       ? "give it a file of labels"
                       : "a map can say which are the same");
}

static movinet_status check_model(movinet_evaluation *e, mvx_model *m, movinet_error *err)
{
    char names[400] = "";
    int missing = 0;
    m->known = mv_arena_alloc(&e->arena, (size_t)e->info.n_classes + 1, sizeof *m->known);
    if (!m->known)
        return mvx_no_memory(err);
    for (int i = 0; i < m->n_classes; i++)
        if (m->answers[i] < e->info.n_classes)
            m->known[m->answers[i]] = true;
    for (int i = 0; i < e->info.n_classes; i++)
        if (!m->known[i])
            add_names(names, sizeof names, movinet_dataset_label(e->dataset, i), missing++);
    if (missing == e->info.n_classes)
        return refuse(e, m, err);
    if (missing)
        mvx_note(e, "%.80s does not know %d of the %d classes: %s", m->name, missing,
                 e->info.n_classes, names);
    return MOVINET_OK;
}

movinet_status mvx_match(movinet_evaluation *e, movinet_error *err)
{
    words all = {0};
    int room = e->info.n_classes;
    movinet_status status = MOVINET_OK;
    for (int m = 0; m < e->info.n_models; m++) {
        mvx_model *k = &e->models[m];
        room += k->n_classes;
        k->answers = mv_arena_alloc(&e->arena, (size_t)k->n_classes + 1, sizeof *k->answers);
        if (!k->answers)
            return mvx_no_memory(err);
        for (int i = 0; i < k->n_classes; i++)
            k->answers[i] = -1;
    }
    status = collect(e, &all, room, err);
    if (!status)
        status = read_map(e, &all, err);
    if (!status)
        status = number_answers(e, &all, err);
    free(all.items);
    for (int m = 0; !status && m < e->info.n_models; m++)
        status = check_model(e, &e->models[m], err);
    return status;
}
