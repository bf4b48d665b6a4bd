/* What the parts of a file of results share. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_EVALUATE_RESULTS_H
#define MV_EVALUATE_RESULTS_H

#include "evaluate/evaluation.h"

/** Its first line. */
#define MVX_RESULTS_HEADER                                                                         \
    "run,stamp,clip,start,end,label,model,frames,answer,probability,right,rank,"                   \
    "label_probability,top,answers,scores,trouble\n"

/** In results_read.c: takes whatever is in the file, if there is one. Errors: FORMAT if it is
 * something else, IO, MEMORY. */
movinet_status mvx_results_read(movinet_evaluation *e, movinet_error *err);

#endif
