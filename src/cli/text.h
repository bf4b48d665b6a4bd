/* Words and bars for people: what a terminal shows, and where it ends.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "movinet/movinet.h"

#include <stdio.h>

/** What the place that is written to can show. */
typedef struct terminal {
    FILE *out;
    bool is_terminal;
    bool utf8;
    bool colour;
    int columns; ///< 80 where it is not a terminal
} terminal;

terminal terminal_of(FILE *out);

typedef enum style { STYLE_NONE, STYLE_STRONG, STYLE_FAINT, STYLE_BAR } style;

/** Begins a style, or ends it (STYLE_NONE); nothing where there is no colour. */
void set_style(const terminal *t, style s);

/** A bar `width` columns wide of which `part` (0 to 1) is filled. */
void print_bar(const terminal *t, double part, int width);

/** Writes text from a file or a command line with control characters made
 * visible as '?', so that it cannot steer the terminal. */
void print_clean(FILE *out, const char *text);
/** The same, cut to `columns`; returns the columns it took. */
int print_fitted(const terminal *t, const char *text, int columns);
void print_spaces(FILE *out, int n);
/** As a field of CSV (RFC 4180): in quotation marks where needed, these doubled. */
void print_csv(FILE *out, const char *text);

/** "3.1 MiB". */
const char *format_bytes(char out[32], uint64_t bytes);
/** "57.4 million". */
const char *format_count(char out[32], int64_t count);
/** "0:09.8", "1:02:03.5"; digits: behind the point. */
const char *format_time(char out[32], double seconds, int digits);

/** The text with the password of a URL in it (rtsp://me:secret@camera) as ***; cut where it does
 * not fit. */
const char *without_password(char *out, size_t size, const char *text);

/** A copy in which bytes that are not UTF-8 are U+FFFD; for free(), NULL when
 * out of memory. */
char *valid_utf8(const char *text);

/** "movinet: NAME: MESSAGE" on stderr; NAME is left out where the message begins
 * with it, or where it is NULL. */
void complain(const char *name, const char *message);
/** "movinet: note: NAME: MESSAGE". */
void note(const char *name, const char *message);

/** Flushes stdout; false, with a complaint, if anything written to it was lost. */
bool output_arrived(void);

#endif
