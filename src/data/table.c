/* A CSV of clips. SPDX-License-Identifier: Apache-2.0 */
#include "data/table.h"

#include <string.h>

/* Longest time, seconds, as videos have it. */
#define LONGEST 1e8

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

static int column_of(const char *name)
{
    static const struct {
        const char *name;
        mvd_column column;
    } known[] = {
        {"file", MVD_FILE},     {"path", MVD_FILE},
        {"filename", MVD_FILE}, {"video", MVD_FILE},
        {"clip", MVD_FILE},     {"label", MVD_LABEL},
        {"labels", MVD_LABEL},  {"class", MVD_LABEL},
        {"start", MVD_START},   {"time_start", MVD_START},
        {"end", MVD_END},       {"time_end", MVD_END},
        {"split", MVD_SPLIT},   {"youtube_id", MVD_YOUTUBE},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(name, known[i].name))
            return (int)known[i].column;
    return ends_with(name, "_label") ? MVD_LABEL : -1;
}

static movinet_status read_header(mvd_table *t, movinet_error *err)
{
    for (int i = 0; i < MVD_COLUMNS; i++)
        t->column[i] = -1;
    movinet_status status = mvd_csv_next(&t->csv, err);
    if (status == MOVINET_END)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%s: is empty", t->csv.path);
    t->n = t->csv.n;
    for (int i = 0; i < t->n && !status; i++) {
        int column = column_of(t->csv.fields[i]);
        if (column >= 0 && t->column[column] >= 0)
            return mvd_csv_fail(&t->csv, err, "two columns for the %s",
                                column == MVD_LABEL ? "label" : t->csv.fields[i]);
        if (column >= 0)
            t->column[column] = i;
    }
    if (!status &&
        (t->column[MVD_LABEL] < 0 || (t->column[MVD_FILE] < 0 && t->column[MVD_YOUTUBE] < 0)))
        return mvd_csv_fail(&t->csv, err,
                            "must name the columns, file,label[,start,end][,split], but begins "
                            "with \"%.60s\"",
                            t->csv.fields[0]);
    return status;
}

const char *mvd_field(const mvd_table *t, mvd_column column)
{
    return t->column[column] >= 0 ? t->csv.fields[t->column[column]] : "";
}

/* Seconds, or minutes and hours before them; no locale has a say. */
static bool read_time(const char *text, double *out)
{
    double whole = 0, field = 0, unit = 1;
    int digits = 0, colons = 0;
    for (; (*text >= '0' && *text <= '9') || (*text == ':' && digits); text++) {
        if (*text == ':') {
            whole = (whole + field) * 60;
            field = 0;
            digits = 0;
            colons++;
            continue;
        }
        field = field * 10 + (*text - '0');
        digits++;
    }
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, digits++)
            field += (*text - '0') * (unit /= 10);
    *out = whole + field;
    return digits && !*text && colons <= 2 && *out <= LONGEST;
}

static movinet_status take_times(const mvd_table *t, mvd_entry *entry, movinet_error *err)
{
    const char *start = mvd_field(t, MVD_START), *end = mvd_field(t, MVD_END);
    if (*start && !read_time(start, &entry->start))
        return mvd_csv_fail(&t->csv, err, "start \"%.60s\": must be seconds or H:MM:SS", start);
    if (*end && !read_time(end, &entry->end))
        return mvd_csv_fail(&t->csv, err, "end \"%.60s\": must be seconds or H:MM:SS", end);
    if (*end && entry->end <= entry->start)
        return mvd_csv_fail(&t->csv, err, "ends at %g s, but starts at %g s", entry->end,
                            entry->start);
    return MOVINET_OK;
}

movinet_status mvd_take_common(movinet_dataset *d, mvd_table *t, mvd_entry *entry,
                               movinet_error *err)
{
    const char *split = mvd_field(t, MVD_SPLIT), *label = mvd_field(t, MVD_LABEL);
    entry->line = t->csv.line;
    entry->split = *split ? mvd_split_of(split) : MVD_NO_SPLIT;
    if (*split && entry->split == MVD_NO_SPLIT)
        return mvd_csv_fail(&t->csv, err, "split \"%.60s\": must be train, val or test", split);
    entry->label = mv_arena_string(&d->arena, label, strlen(label));
    return entry->label ? take_times(t, entry, err) : mvd_no_memory(d, err);
}

static movinet_status take_line(movinet_dataset *d, mvd_table *t, const char *dir,
                                movinet_error *err)
{
    mvd_entry entry = {0};
    const char *file = mvd_field(t, MVD_FILE);
    if (!*file)
        return mvd_csv_fail(&t->csv, err, "names no file");
    movinet_status status = mvd_take_common(d, t, &entry, err);
    if (status)
        return status;
    entry.name = entry.source = mv_arena_string(&d->arena, file, strlen(file));
    entry.file = mvd_join(&d->arena, dir, file);
    return entry.name && entry.file && mvd_add(d, &entry) ? MOVINET_OK : mvd_no_memory(d, err);
}

movinet_status mvd_table_next(mvd_table *t, movinet_error *err)
{
    movinet_status status = mvd_csv_next(&t->csv, err);
    if (!status && t->csv.n != t->n)
        return mvd_csv_fail(&t->csv, err,
                            "%d fields, but the first line names %d columns; a field with a comma "
                            "inside needs quotation marks around it",
                            t->csv.n, t->n);
    return status;
}

static movinet_status read_lines(movinet_dataset *d, mvd_table *t, const char *dir,
                                 movinet_error *err)
{
    movinet_status status;
    while (!(status = mvd_table_next(t, err)))
        if ((status = take_line(d, t, dir, err)))
            return status;
    return status == MOVINET_END ? MOVINET_OK : status;
}

movinet_status mvd_read_table(movinet_dataset *d, const char *csv, const char *clips_dir,
                              movinet_error *err)
{
    mvd_table t;
    const char *slash = strrchr(csv, '/');
    /* Never empty: a file's name must not be taken for an address, or for "-". */
    const char *dir = clips_dir && *clips_dir ? clips_dir
                      : slash ? mv_arena_string(&d->arena, csv, (size_t)(slash - csv) + 1)
                              : ".";
    if (!dir)
        return mvd_no_memory(d, err);
    d->several = true;
    d->path = mv_arena_string(&d->arena, csv, strlen(csv));
    if (!d->path)
        return mv_fail(err, MOVINET_ERR_MEMORY, "%s: out of memory", csv);
    movinet_status status = mvd_csv_open(&t.csv, csv, err);
    if (!status)
        status = read_header(&t, err);
    if (!status)
        status = t.column[MVD_YOUTUBE] >= 0 ? mvd_read_kinetics(d, &t, dir, err)
                                            : read_lines(d, &t, dir, err);
    mvd_csv_close(&t.csv);
    return status;
}
