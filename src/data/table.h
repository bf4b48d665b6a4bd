/* The columns of a data set's CSV. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_TABLE_H
#define MV_DATA_TABLE_H

#include "data/csv.h"
#include "data/dataset.h"

typedef enum mvd_column {
    MVD_FILE,
    MVD_LABEL,
    MVD_START,
    MVD_END,
    MVD_SPLIT,
    MVD_YOUTUBE,
    MVD_COLUMNS,
} mvd_column;

typedef struct mvd_table {
    mvd_csv csv;
    int n;                   ///< columns
    int column[MVD_COLUMNS]; ///< which field; -1: there is none
} mvd_table;

/** The next line; END after the last. */
movinet_status mvd_table_next(mvd_table *t, movinet_error *err);

/** A field of the line just read; "" where there is no such column. */
const char *mvd_field(const mvd_table *t, mvd_column column);

/** Takes label, start, end, split and line of the line just read into `entry`. */
movinet_status mvd_take_common(movinet_dataset *d, mvd_table *t, mvd_entry *entry,
                               movinet_error *err);

/** In kinetics.c: reads the lines behind the first. */
movinet_status mvd_read_kinetics(movinet_dataset *d, mvd_table *t, const char *clips_dir,
                                 movinet_error *err);

#endif
