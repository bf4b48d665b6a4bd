/* How far long work is, on stderr: a bar that repaints itself on a terminal, a line for each
 * tenth elsewhere. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/text.h"

typedef struct progress {
    const char *name;
    bool quiet;      ///< nothing is shown
    bool begun;
    terminal screen; ///< stderr
    double first;    ///< what was done before
    double started, shown; ///< seconds on the monotonic clock
    int tenths;      ///< of the whole, already told in plain lines
    bool drawn;      ///< a bar stands on the terminal's line
} progress;

/** name: what the line begins with; it must live as long. */
progress progress_of(const char *name, bool quiet);

/** `done` of `total` (0: not known) in any unit. Returns whether this is a moment to show it:
 * then progress_show is to be called. What is done may also become less: it began anew. */
bool progress_is_due(progress *p, double done, double total);
/** Units a second since the first call; 0: not known yet. */
double progress_rate(const progress *p, double done);
/** words: what stands behind the bar: "1.4 of 3.1 MiB". */
void progress_show(progress *p, double done, double total, const char *words);

/** Takes the bar away, so that other lines can be written; it comes again. */
void progress_clear(progress *p);

#endif
