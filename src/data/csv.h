/* Lines of CSV (RFC 4180), taken apart where they lie.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_DATA_CSV_H
#define MV_DATA_CSV_H

#include "core/error.h"

typedef struct mvd_csv {
    const char *path; ///< for messages
    char *text, *at, *end;
    char separator;
    int line; ///< that `fields` begin in, from 1
    int next_line;
    char **fields; ///< [n] of the last line read
    int n, capacity;
} mvd_csv;

/** Reads the file; `csv` is to be closed also after an error. */
movinet_status mvd_csv_open(mvd_csv *csv, const char *path, movinet_error *err);
void mvd_csv_close(mvd_csv *csv);

/** The fields of the next line that is not empty, without spaces around what stands outside
 * quotation marks. END after the last. Errors: FORMAT, names the line; MEMORY. */
movinet_status mvd_csv_next(mvd_csv *csv, movinet_error *err);

/** "PATH, line N: …" */
movinet_status mvd_csv_fail(const mvd_csv *csv, movinet_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
