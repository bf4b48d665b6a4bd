/* Text that grows, and pictures written in it as SVG. Numbers have a point in every locale.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_REPORT_TEXT_H
#define MV_REPORT_TEXT_H

#include "core/error.h"

/** All zeros is empty. */
typedef struct mvr_text {
    char *bytes; ///< for free(); ends in a NUL once anything was added
    size_t size, capacity;
    bool failed; ///< out of memory: what follows is lost
} mvr_text;

void mvr_add(mvr_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** As text of XML: < > & " become what they must, control characters a space, and what is not
 * UTF-8 a '?'. At most `columns` characters (0: all), with an ellipsis where it was cut. */
void mvr_add_escaped(mvr_text *t, const char *text, int columns);
void mvr_free(mvr_text *t);

/** Characters of UTF-8. */
int mvr_columns(const char *text);

/** A number with so many digits behind the point, without zeros at its end. */
typedef struct mvr_number {
    char text[32];
} mvr_number;
mvr_number mvr_number_of(double value, int digits);
/** For arguments of "%s": a coordinate, a tenth of a pixel exact. */
#define MVR_N(value) (mvr_number_of((value), 1).text)

/** Writes the text to a file, whole or not at all. Errors: MEMORY if it failed, IO. */
movinet_status mvr_write(const mvr_text *t, const char *path, movinet_error *err);

/** Begins a picture of so many pixels, with the styles that all pictures share. */
void mvr_svg_begin(mvr_text *t, double width, double height, const char *title);
void mvr_svg_end(mvr_text *t);
/** Text at x, y; style: a class of the styles ("title", "label", "faint", …); anchor:
 * "start", "middle", "end". */
void mvr_svg_text(mvr_text *t, double x, double y, const char *style, const char *anchor,
                  const char *text, int columns);

#endif
