/* What the parts of movinet quantize share. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_QUANTIZE_QUANTIZE_H
#define CLI_QUANTIZE_QUANTIZE_H

#include "cli/progress.h"
#include "cli/sources.h"
#include "movinet/movinet.h"

typedef struct quantize_settings {
    const char *out, *calibrate;
    int scheme, frames, clips, preprocess, ranges, float_layers;
    bool no_correction, quiet;
    double fps;
} quantize_settings;

/** Schemes, in the order of the option's words. */
enum { INT8, FLOAT16, DYNAMIC, FLOAT32 };

typedef struct quantize_job {
    const quantize_settings *s;
    const char *name;
    movinet_model *model;
    movinet_quantizer *quantizer;
    source_list sources;
    int n_clips;         ///< that are looked at
    progress bar;
} quantize_job;

/** Frames go to the quantizer or to the comparison. */
typedef movinet_status quantize_push(void *to, const movinet_frame *frame, movinet_error *err);

/** Shows how far it is: "WHAT 3 of 20". */
void quantize_show(quantize_job *j, int done, int total, const char *what);
/** All clips that are held back, or all others; those that cannot be read are named. False if it
 * was interrupted or ran out of memory. */
bool quantize_push_clips(quantize_job *j, bool held_back, quantize_push *push, void *to,
                         void (*reset)(void *to));
/** On stdout: how near the result is, how large, how fast. False after a complaint. */
bool quantize_tell(quantize_job *j);

#endif
