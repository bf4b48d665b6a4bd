/* The results of classify on stdout: text with bars, JSON lines, or CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/text.h"

typedef enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_CSV } report_format;

typedef struct report {
    report_format format;
    const movinet_model *model;
    bool every;      ///< frames are reported, too
    bool average;    ///< the final result is the mean of all frames
    int time_digits; ///< behind the point, in text
    int videos;      ///< reported so far
    terminal screen;
} report;

/** The classes at a moment of a video. */
typedef struct moment {
    const char *source;
    int64_t frame;      ///< from 0
    double time;        ///< seconds
    double first_time;  ///< of frame 0
    bool final;
    const movinet_result *results; ///< [n], best first
    int n;
} moment;

void report_begin(report *r, report_format format, const movinet_model *model);
/** Called before the first frame of each video. */
void report_video(report *r, const char *source);
/** False, after a complaint, if it could not be written. */
bool report_moment(report *r, const moment *m);

#endif
